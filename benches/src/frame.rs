//! Ethernet frames: written from nothing, and taken apart.

use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

/// Protocol number of TCP.
pub const TCP: u8 = 6;
/// Protocol number of UDP.
pub const UDP: u8 = 17;

/// TCP flags: the sender is done.
pub const FIN: u8 = 1;
/// TCP flags: the sender's numbers begin here.
pub const SYN: u8 = 2;
/// TCP flags: give up.
pub const RST: u8 = 4;
/// TCP flags: pass it on.
pub const PSH: u8 = 8;
/// TCP flags: the acknowledgement number counts.
pub const ACK: u8 = 16;

const ETHERNET_HEADER: usize = 14;

/// A TCP segment without its payload.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// Who sends it.
    pub from: SocketAddr,
    /// Who it is for.
    pub to: SocketAddr,
    /// Number of its first octet.
    pub sequence: u32,
    /// Number of the octet that it waits for.
    pub acknowledgement: u32,
    /// [`SYN`] and the like.
    pub flags: u8,
}

impl Segment {
    /// Replaces `frame` by one that carries `payload` in this segment. Checksums are left 0.
    pub fn write(&self, payload: &[u8], frame: &mut Vec<u8>) {
        begin(self.from, self.to, TCP, 20 + payload.len(), frame);
        frame.extend_from_slice(&self.from.port().to_be_bytes());
        frame.extend_from_slice(&self.to.port().to_be_bytes());
        frame.extend_from_slice(&self.sequence.to_be_bytes());
        frame.extend_from_slice(&self.acknowledgement.to_be_bytes());
        frame.extend_from_slice(&[5 << 4, self.flags, 0xff, 0xff, 0, 0, 0, 0]);
        frame.extend_from_slice(payload);
    }
}

/// Replaces `frame` by one that carries `payload` in a UDP datagram. Checksums are left 0.
pub fn datagram(from: SocketAddr, to: SocketAddr, payload: &[u8], frame: &mut Vec<u8>) {
    begin(from, to, UDP, 8 + payload.len(), frame);
    frame.extend_from_slice(&from.port().to_be_bytes());
    frame.extend_from_slice(&to.port().to_be_bytes());
    frame.extend_from_slice(&short(8 + payload.len()));
    frame.extend_from_slice(&[0, 0]);
    frame.extend_from_slice(payload);
}

/// Ethernet and IP headers for `length` octets. Both ends are of the sender's IP version.
fn begin(from: SocketAddr, to: SocketAddr, protocol: u8, length: usize, frame: &mut Vec<u8>) {
    frame.clear();
    frame.extend_from_slice(&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]);
    match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            frame.extend_from_slice(&[8, 0, 0x45, 0]);
            frame.extend_from_slice(&short(20 + length));
            frame.extend_from_slice(&[0, 0, 0x40, 0, 64, protocol, 0, 0]);
            frame.extend_from_slice(&from.octets());
            frame.extend_from_slice(&to.octets());
        }
        (from, to) => {
            frame.extend_from_slice(&[0x86, 0xdd, 0x60, 0, 0, 0]);
            frame.extend_from_slice(&short(length));
            frame.extend_from_slice(&[protocol, 64]);
            frame.extend_from_slice(&v6(from));
            frame.extend_from_slice(&v6(to));
        }
    }
}

fn v6(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

fn short(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

/// Where the layers of a frame are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layers {
    /// Where the IP header begins.
    pub ip: usize,
    /// Whether it is IPv6.
    pub is_v6: bool,
    /// The protocol above IP.
    pub protocol: u8,
    /// Where its header begins; the frame may end before it.
    pub transport: usize,
    /// Octets of the frame before those that pad it.
    pub end: usize,
}

impl Layers {
    /// Of an Ethernet frame with IP in it; at most two VLAN tags are looked behind, and no extension headers.
    #[must_use]
    pub fn of(frame: &[u8]) -> Option<Self> {
        let mut ip = ETHERNET_HEADER;
        while matches!(frame.get(ip - 2..ip)?, [0x81, 0] | [0x88, 0xa8]) && ip < ETHERNET_HEADER + 8 {
            ip += 4;
        }
        let length = |at| Some(usize::from(u16::from_be_bytes(*frame.get(at..)?.first_chunk()?)));
        match (frame.get(ip - 2..ip)?, frame.get(ip)?) {
            ([8, 0], first) if first >> 4 == 4 => Some(Self {
                ip,
                is_v6: false,
                protocol: *frame.get(ip + 9)?,
                transport: ip + usize::from(first & 15) * 4,
                end: frame.len().min(ip + length(ip + 2)?),
            }),
            ([0x86, 0xdd], first) if first >> 4 == 6 => Some(Self {
                ip,
                is_v6: true,
                protocol: *frame.get(ip + 6)?,
                transport: ip + 40,
                end: frame.len().min(ip + 40 + length(ip + 4)?),
            }),
            _ => None,
        }
    }

    /// Where the sender's address is; the receiver's follows.
    #[must_use]
    pub const fn source(&self) -> usize {
        self.ip + if self.is_v6 { 8 } else { 12 }
    }

    /// Octets of an address.
    #[must_use]
    pub const fn address_length(&self) -> usize {
        if self.is_v6 { 16 } else { 4 }
    }

    /// The TCP segment in the frame, and where its payload is. No fragments.
    #[must_use]
    pub fn segment(&self, frame: &[u8]) -> Option<(Segment, Range<usize>)> {
        let fragment = !self.is_v6 && frame.get(self.ip + 6)? & 0x3f | frame.get(self.ip + 7)? != 0;
        if self.protocol != TCP || fragment {
            return None;
        }
        let header: &[u8; 20] = frame.get(self.transport..)?.first_chunk()?;
        let [a, b, c, d, s0, s1, s2, s3, a0, a1, a2, a3, offset, flags, ..] = *header;
        let payload = self.transport + usize::from(offset >> 4) * 4;
        let segment = Segment {
            from: SocketAddr::new(self.address(frame, self.source())?, u16::from_be_bytes([a, b])),
            to: SocketAddr::new(
                self.address(frame, self.source() + self.address_length())?,
                u16::from_be_bytes([c, d]),
            ),
            sequence: u32::from_be_bytes([s0, s1, s2, s3]),
            acknowledgement: u32::from_be_bytes([a0, a1, a2, a3]),
            flags,
        };
        Some((segment, payload.min(self.end)..self.end))
    }

    fn address(&self, frame: &[u8], at: usize) -> Option<IpAddr> {
        let octets = frame.get(at..)?;
        Some(if self.is_v6 {
            IpAddr::from(*octets.first_chunk::<16>()?)
        } else {
            IpAddr::from(*octets.first_chunk::<4>()?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ACK, Layers, PSH, Segment};

    fn check(from: &str, to: &str) {
        let segment = Segment {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            sequence: 7,
            acknowledgement: 9,
            flags: ACK | PSH,
        };
        let mut frame = vec![1, 2, 3];
        segment.write(b"SSH-2.0-x\r\n", &mut frame);
        frame.extend_from_slice(b"padding");
        let (read, payload) = Layers::of(&frame).unwrap().segment(&frame).unwrap();
        assert_eq!((read.from, read.to), (segment.from, segment.to));
        assert_eq!((read.sequence, read.acknowledgement, read.flags), (7, 9, ACK | PSH));
        assert_eq!(&frame[payload], b"SSH-2.0-x\r\n");
    }

    #[test]
    fn what_is_written_is_read_again() {
        check("10.0.0.1:40000", "10.0.0.2:22");
        check("[fd00::1]:40000", "[fd00::2]:22");
    }
}
