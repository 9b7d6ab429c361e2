//! Packets and capture files, written by hand.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::net::{IpAddr, SocketAddr};

/// A TCP segment. `flags` are letters: `S`, `A`, `F`, `R`, `P`.
pub(crate) fn tcp(
    from: SocketAddr,
    to: SocketAddr,
    sequence: u32,
    acknowledgement: u32,
    flags: &str,
    payload: &[u8],
) -> Vec<u8> {
    let mut bits = 0_u8;
    for flag in flags.chars() {
        bits |= match flag {
            'F' => 1,
            'S' => 2,
            'R' => 4,
            'P' => 8,
            'A' => 16,
            other => panic!("no flag {other}"),
        };
    }
    let mut segment = Vec::new();
    segment.extend_from_slice(&from.port().to_be_bytes());
    segment.extend_from_slice(&to.port().to_be_bytes());
    segment.extend_from_slice(&sequence.to_be_bytes());
    segment.extend_from_slice(&acknowledgement.to_be_bytes());
    segment.extend_from_slice(&[5 << 4, bits, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend_from_slice(payload);
    segment
}

/// An IP packet of the version of the addresses.
pub(crate) fn ip(from: IpAddr, to: IpAddr, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            packet.extend_from_slice(&[0x45, 0]);
            packet.extend_from_slice(&(payload.len() as u16 + 20).to_be_bytes());
            packet.extend_from_slice(&[0, 7, 0, 0, 64, protocol, 0, 0]);
            packet.extend_from_slice(&from.octets());
            packet.extend_from_slice(&to.octets());
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            packet.extend_from_slice(&[0x60, 0, 0, 0]);
            packet.extend_from_slice(&(payload.len() as u16).to_be_bytes());
            packet.extend_from_slice(&[protocol, 64]);
            packet.extend_from_slice(&from.octets());
            packet.extend_from_slice(&to.octets());
        }
        _ => panic!("addresses of two versions"),
    }
    packet.extend_from_slice(payload);
    packet
}

/// Cuts an IPv4 packet without options into fragments of `length` bytes.
pub(crate) fn fragments(packet: &[u8], length: usize) -> Vec<Vec<u8>> {
    let (header, payload) = packet.split_at(20);
    let count = payload.chunks(length).count();
    let cut = payload.chunks(length).enumerate().map(|(index, part)| {
        let mut fragment = header.to_vec();
        let more = if index + 1 < count { 0x2000 } else { 0 };
        let offset = (index * length / 8) as u16 | more;
        fragment[2..4].copy_from_slice(&(part.len() as u16 + 20).to_be_bytes());
        fragment[6..8].copy_from_slice(&offset.to_be_bytes());
        fragment.extend_from_slice(part);
        fragment
    });
    cut.collect()
}

/// The link header that a packet has in a capture of this link type.
pub(crate) fn link(link_type: u32, packet: &[u8]) -> Vec<u8> {
    let is_v6 = packet[0] >> 4 == 6;
    let ethertype: [u8; 2] = if is_v6 { [0x86, 0xdd] } else { [8, 0] };
    let mut frame = match link_type {
        0 => vec![if is_v6 { 30 } else { 2 }, 0, 0, 0],
        1 => [&[2; 12][..], &ethertype].concat(),
        108 => vec![0, 0, 0, if is_v6 { 24 } else { 2 }],
        113 => [&[0; 14][..], &ethertype].concat(),
        276 => [&ethertype[..], &[0; 18]].concat(),
        _ => Vec::new(),
    };
    frame.extend_from_slice(packet);
    frame
}

/// A packet of a file: nanoseconds, captured bytes, original length.
#[derive(Clone)]
pub(crate) struct Captured {
    pub(crate) nanos: u64,
    pub(crate) data: Vec<u8>,
    pub(crate) original_length: u32,
}

/// Integers in the order of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Order {
    pub(crate) fn u16(self, value: u16) -> [u8; 2] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }

    pub(crate) fn u32(self, value: u32) -> [u8; 4] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }
}

/// A classic capture file.
pub(crate) fn pcap(order: Order, nanoseconds: bool, link_type: u32, packets: &[Captured]) -> Vec<u8> {
    let magic = if nanoseconds { 0xa1b2_3c4d } else { 0xa1b2_c3d4 };
    let mut file = Vec::new();
    for word in [magic, 0, 0, 0, 0x4_0000, link_type] {
        file.extend_from_slice(&order.u32(word));
    }
    let unit = if nanoseconds { 1 } else { 1_000 };
    for packet in packets {
        let (seconds, rest) = (packet.nanos / 1_000_000_000, packet.nanos % 1_000_000_000);
        let words = [seconds as u32, (rest / unit) as u32, packet.data.len() as u32, packet.original_length];
        for word in words {
            file.extend_from_slice(&order.u32(word));
        }
        file.extend_from_slice(&packet.data);
    }
    file
}

/// A block of a pcapng file.
pub(crate) fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let padded = body.len().next_multiple_of(4);
    let length = order.u32(padded as u32 + 12);
    let mut block = [&order.u32(kind)[..], &length, body].concat();
    block.resize(8 + padded, 0);
    block.extend_from_slice(&length);
    block
}

pub(crate) fn section(order: Order) -> Vec<u8> {
    let body = [&order.u32(0x1a2b_3c4d)[..], &order.u16(1), &order.u16(0), &[0xff; 8]].concat();
    block(order, 0x0a0d_0d0a, &body)
}

pub(crate) fn interface(order: Order, link_type: u16, options: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = [&order.u16(link_type)[..], &[0; 2], &order.u32(0)].concat();
    for (code, value) in options {
        body.extend_from_slice(&order.u16(*code));
        body.extend_from_slice(&order.u16(value.len() as u16));
        body.extend_from_slice(value);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    body.extend_from_slice(&[0; 4]);
    block(order, 1, &body)
}

pub(crate) fn enhanced(order: Order, interface: u32, ticks: u64, data: &[u8]) -> Vec<u8> {
    let words = [interface, (ticks >> 32) as u32, ticks as u32, data.len() as u32, data.len() as u32];
    let mut body: Vec<u8> = words.into_iter().flat_map(|word| order.u32(word)).collect();
    body.extend_from_slice(data);
    block(order, 6, &body)
}

pub(crate) fn simple(order: Order, data: &[u8]) -> Vec<u8> {
    block(order, 3, &[&order.u32(data.len() as u32)[..], data].concat())
}

pub(crate) fn old(order: Order, interface: u16, ticks: u64, data: &[u8]) -> Vec<u8> {
    let mut body = [&order.u16(interface)[..], &order.u16(0)].concat();
    for word in [(ticks >> 32) as u32, ticks as u32, data.len() as u32, data.len() as u32] {
        body.extend_from_slice(&order.u32(word));
    }
    body.extend_from_slice(data);
    block(order, 2, &body)
}
