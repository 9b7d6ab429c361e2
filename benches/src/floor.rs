//! The least that anyone can do with a capture and still know its flows.
//!
//! Read the file, find addresses and ports in each frame, look the flow up in a hash table, and add up what it carried.
//! No reassembly, no timers, no protocol. What an analyzer takes beyond it is what its analysis costs.

use std::fs::File;
use std::io;
use std::path::Path;

use hashbrown::HashMap;

use crate::pcap::Reader;

/// What a capture holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Frames.
    pub packets: u64,
    /// Octets of frames.
    pub octets: u64,
    /// TCP flows.
    pub flows: u64,
    /// Octets of TCP payload.
    pub payload: u64,
}

/// Both ends of an IPv4 flow, the lower first: addresses and ports.
type Key4 = u128;
/// Both ends of an IPv6 flow, the lower first.
type Key6 = [(u128, u16); 2];

/// Walks over a capture.
///
/// # Errors
///
/// Where it cannot be read, or is not as the generator writes them.
pub fn walk(path: &Path) -> io::Result<Totals> {
    let mut reader = Reader::new(File::open(path)?)?;
    let mut totals = Totals::default();
    let mut flows4: HashMap<Key4, u64> = HashMap::new();
    let mut flows6: HashMap<Key6, u64> = HashMap::new();
    while let Some(frame) = reader.next_frame()? {
        totals.packets += 1;
        totals.octets += frame.len() as u64;
        match segment(frame) {
            Some((Key::V4(key), payload)) => *flows4.entry(key).or_default() += payload,
            Some((Key::V6(key), payload)) => *flows6.entry(key).or_default() += payload,
            None => {}
        }
    }
    totals.flows = (flows4.len() + flows6.len()) as u64;
    totals.payload = flows4.values().chain(flows6.values()).sum();
    Ok(totals)
}

enum Key {
    V4(Key4),
    V6(Key6),
}

/// The flow of a frame, and the octets that it carries for it.
#[inline]
fn segment(frame: &[u8]) -> Option<(Key, u64)> {
    let mut ip = frame.get(12..)?;
    while let [0x81, 0, _, _, rest @ ..] | [0x88, 0xa8, _, _, rest @ ..] = ip {
        ip = rest;
    }
    match ip {
        [8, 0, ip @ ..] => {
            let header: &[u8; 20] = ip.first_chunk()?;
            let header_length = usize::from(header[0] & 15) * 4;
            let (is_tcp, first_fragment) = (header[9] == 6, header[6] & 0x1f | header[7] == 0);
            if !(is_tcp && first_fragment) {
                return None;
            }
            let total = usize::from(u16::from_be_bytes([header[2], header[3]]));
            let tcp = ip.get(header_length..)?;
            let [p0, p1, q0, q1, ..] = *tcp else { return None };
            let [.., a0, a1, a2, a3, b0, b1, b2, b3] = *header;
            let from = u64::from_be_bytes([0, 0, a0, a1, a2, a3, p0, p1]);
            let to = u64::from_be_bytes([0, 0, b0, b1, b2, b3, q0, q1]);
            let key = u128::from(from.min(to)) << 64 | u128::from(from.max(to));
            Some((Key::V4(key), payload(tcp, total.checked_sub(header_length)?)?))
        }
        [0x86, 0xdd, ip @ ..] => {
            let header: &[u8; 40] = ip.first_chunk()?;
            if header[6] != 6 {
                return None;
            }
            let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
            let tcp = ip.get(40..)?;
            let [p0, p1, q0, q1, ..] = *tcp else { return None };
            let address = |at| Some(u128::from_be_bytes(*header.get(at..)?.first_chunk()?));
            let from = (address(8)?, u16::from_be_bytes([p0, p1]));
            let to = (address(24)?, u16::from_be_bytes([q0, q1]));
            Some((Key::V6([from.min(to), from.max(to)]), payload(tcp, length)?))
        }
        _ => None,
    }
}

/// Octets behind the TCP header.
#[inline]
fn payload(tcp: &[u8], length: usize) -> Option<u64> {
    let header = usize::from(tcp.get(12)? >> 4) * 4;
    Some(length.checked_sub(header)? as u64)
}

#[cfg(test)]
mod tests {
    use super::{Totals, walk};
    use crate::trace;

    #[test]
    fn a_shipped_trace_adds_up() {
        let totals = walk(&trace::path("ipv6")).unwrap();
        assert_eq!((totals.packets, totals.flows), (40, 1));
        let delivered = trace::deliveries(&trace::path("ipv6")).unwrap();
        assert_eq!(totals.payload, delivered.iter().map(|delivery| delivery.bytes.len() as u64).sum::<u64>());
        let guesses = walk(&trace::path("password-one-try-each")).unwrap();
        assert_eq!(guesses, Totals { packets: 107, flows: 4, ..guesses });
    }
}
