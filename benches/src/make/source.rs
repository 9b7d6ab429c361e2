//! Small captures, and copies of them with addresses of their own.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::rc::Rc;

use kexray_capture::LinkType;

use super::merge::Conversation;
use crate::frame::Layers;
use crate::trace::Packet;

/// Why a capture cannot be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceError {
    /// It is not of Ethernet frames.
    NotEthernet(LinkType),
    /// It holds no IP packets.
    NoPackets,
    /// It holds no TCP flow that could be continued.
    NoFlow,
}

impl std::fmt::Display for SourceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotEthernet(link_type) => {
                write!(f, "a source has link type {link_type}; only Ethernet can be copied")
            }
            Self::NoPackets => f.write_str("a source holds no IP packets"),
            Self::NoFlow => f.write_str("a source holds no TCP flow with data both ways"),
        }
    }
}

impl std::error::Error for SourceError {}

/// The IP packets of a small capture.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) packets: Vec<Original>,
    addresses: u32,
}

/// A packet of a source.
#[derive(Debug)]
pub(super) struct Original {
    /// Nanoseconds since the first.
    after: u64,
    pub(super) frame: Vec<u8>,
    pub(super) layers: Layers,
    original_length: u32,
    /// Numbers of the sender's and the receiver's address.
    ends: [u32; 2],
}

impl Source {
    pub(super) fn new(packets: &[Packet]) -> Result<Self, SourceError> {
        let mut addresses = BTreeMap::<Vec<u8>, u32>::new();
        let mut originals = Vec::new();
        let mut first = None;
        let mut last = 0;
        for packet in packets {
            if packet.link_type != LinkType::ETHERNET {
                return Err(SourceError::NotEthernet(packet.link_type));
            }
            let Some(layers) = Layers::of(&packet.frame) else { continue };
            let mut number = |at| {
                let address = packet.frame.get(at..at + layers.address_length())?;
                let next = addresses.len() as u32;
                Some(*addresses.entry(address.to_vec()).or_insert(next))
            };
            let (Some(from), Some(to)) =
                (number(layers.source()), number(layers.source() + layers.address_length()))
            else {
                continue;
            };
            let at = packet.at.as_nanos();
            // A capture may be a little out of order; the copies are not.
            last = at.saturating_sub(*first.get_or_insert(at)).max(last);
            originals.push(Original {
                after: last,
                frame: packet.frame.clone(),
                layers,
                original_length: packet.original_length,
                ends: [from, to],
            });
        }
        if originals.is_empty() {
            return Err(SourceError::NoPackets);
        }
        Ok(Self { packets: originals, addresses: addresses.len() as u32 })
    }

    /// How many addresses a copy takes.
    pub(super) const fn addresses(&self) -> u32 {
        self.addresses
    }

    /// Nanoseconds from the first packet to the last.
    pub(super) fn lasts(&self) -> u64 {
        self.packets.last().map_or(0, |packet| packet.after)
    }
}

/// A source at another time and with other addresses.
#[derive(Debug)]
pub(super) struct Copy {
    source: Rc<Source>,
    start: u64,
    /// Number of its first address, of all in the capture.
    first_address: u32,
    next: usize,
    /// Packets after these are left out.
    count: usize,
}

impl Copy {
    pub(super) fn new(source: Rc<Source>, start: u64, first_address: u32) -> Self {
        let count = source.packets.len();
        Self { source, start, first_address, next: 0, count }
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// Packets in all.
    pub(super) const fn packets(&self) -> u64 {
        self.count as u64
    }

    /// Leaves out the packets after the first `count`.
    pub(super) fn truncate(&mut self, count: usize) {
        self.count = self.count.min(count);
    }

    /// Replaces `frame` by the packet with that place, without going on.
    pub(super) fn show(&self, place: usize, frame: &mut Vec<u8>) -> Option<&Original> {
        let original = self.source.packets.get(place)?;
        frame.clear();
        frame.extend_from_slice(&original.frame);
        let (start, length) = (original.layers.source(), original.layers.address_length());
        for (end, at) in original.ends.iter().zip([start, start + length]) {
            let octets = address(original.layers.is_v6, self.first_address + end);
            if let (Some(place), IpAddr::V4(address)) = (frame.get_mut(at..at + length), octets) {
                place.copy_from_slice(&address.octets());
            } else if let (Some(place), IpAddr::V6(address)) = (frame.get_mut(at..at + length), octets) {
                place.copy_from_slice(&address.octets());
            }
        }
        Some(original)
    }
}

impl Conversation for Copy {
    fn time(&self) -> Option<u64> {
        let original = self.source.packets.get(..self.count)?.get(self.next)?;
        Some(self.start + original.after)
    }

    fn next(&mut self, frame: &mut Vec<u8>) -> u32 {
        let length = self.show(self.next, frame).map_or(0, |original| original.original_length);
        self.next += 1;
        length
    }
}

/// The address with that number: of 10.0.0.0/8, which has sixteen million, or of fd00::/96.
pub(super) fn address(is_v6: bool, number: u32) -> IpAddr {
    if is_v6 {
        IpAddr::V6(Ipv6Addr::from_bits((0xfd00 << 112) | u128::from(number)))
    } else {
        IpAddr::from((10_u32 << 24 | number & 0x00ff_ffff).to_be_bytes())
    }
}
