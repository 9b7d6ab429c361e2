//! From ciphertext to packets, or to runs of octets that may hold several.

use kexray_grammar::{Sealing, limits};

use crate::wire;

/// Octets of the packet length. RFC 4253 section 6.
const LENGTH: usize = size_of::<u32>();

/// What was sent in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Run {
    /// Octets on the wire.
    pub(crate) octets: usize,
    /// Whether it is one whole packet.
    pub(crate) packet: bool,
    /// Whether it fills its segment, so that a packet may well go on in the next.
    pub(crate) full: bool,
}

/// One direction's place in ciphertext whose packet lengths are in clear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Framing {
    length: [u8; LENGTH],
    /// Octets of the length that are there.
    known: u8,
    /// Octets of the packet in all, and those that are still to come.
    total: u32,
    left: u32,
}

/// The length of a packet is nonsense: the place is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost;

impl Framing {
    /// Follows the packets. Tells the octets of each that is whole.
    pub(crate) fn follow(
        &mut self,
        sealing: &Sealing,
        octets: &[u8],
        packet: &mut impl FnMut(usize),
    ) -> Result<(), Lost> {
        let mut rest = octets;
        while let Some((first, behind)) = rest.split_first() {
            if self.left == 0 {
                if let Some(slot) = self.length.get_mut(usize::from(self.known)) {
                    *slot = *first;
                }
                self.known = self.known.saturating_add(1);
                rest = behind;
                if usize::from(self.known) == LENGTH {
                    let length = u32::from_be_bytes(self.length) as usize;
                    if length > limits::PACKET_LENGTH
                        || length == 0
                        || !length.is_multiple_of(sealing.block())
                    {
                        return Err(Lost);
                    }
                    self.known = 0;
                    self.left = wire::octets(length.saturating_add(sealing.tag()));
                    self.total = self.left.saturating_add(wire::octets(LENGTH));
                }
            } else {
                let taken = (self.left as usize).min(rest.len());
                rest = rest.get(taken..).unwrap_or_default();
                self.left = self.left.saturating_sub(wire::octets(taken));
                if self.left == 0 {
                    packet(self.total as usize);
                }
            }
        }
        Ok(())
    }
}
