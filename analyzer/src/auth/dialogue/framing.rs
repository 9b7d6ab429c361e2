//! From ciphertext to packets, or to runs of octets that may hold several.

use kexray_grammar::{Sealing, limits};

use crate::wire;

/// Octets of the packet length. RFC 4253 section 6.
pub(crate) const LENGTH: usize = size_of::<u32>();

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
    /// Behind the length of a packet; `None` where there is no such packet.
    pub(crate) fn begin(sealing: &Sealing, length: [u8; LENGTH]) -> Option<Self> {
        let octets = u32::from_be_bytes(length) as usize;
        if octets > limits::PACKET_LENGTH || octets == 0 || !octets.is_multiple_of(sealing.block()) {
            return None;
        }
        let left = wire::octets(octets.saturating_add(sealing.tag()));
        Some(Self { length, known: 0, total: left.saturating_add(wire::octets(LENGTH)), left })
    }

    /// Follows the packets. Tells the octets of each that is whole. What is lost stays lost.
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
                if usize::from(self.known) >= LENGTH {
                    *self = Self::begin(sealing, self.length).ok_or(Lost)?;
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

    /// Steps over octets that are missing: no harm where all are of one packet whose length is known. Tells its octets if
    /// they were its last.
    pub(crate) fn skip(&mut self, missing: u64, packet: &mut impl FnMut(usize)) -> Result<(), Lost> {
        let left = u64::from(self.left).checked_sub(missing).ok_or(Lost)?;
        self.left = u32::try_from(left).map_err(|_| Lost)?;
        if self.left == 0 && missing > 0 {
            packet(self.total as usize);
        }
        Ok(())
    }

    /// Octets of a packet that is not whole.
    pub(crate) fn begun(&self) -> u64 {
        let begun = if self.left == 0 { self.known.into() } else { self.total.saturating_sub(self.left) };
        begun.into()
    }
}

#[cfg(test)]
mod tests {
    use kexray_grammar::sealings;

    use super::*;

    #[test]
    fn octets_may_be_missing_inside_a_packet() {
        let sealing = sealings::encrypt_then_mac(16, 32);
        let whole = sealing.wire_size(2000);
        let mut head = u32::try_from(whole - LENGTH - sealing.tag()).unwrap().to_be_bytes().to_vec();
        head.resize(100, 0);
        let mut framing = Framing::default();
        let mut told = Vec::new();
        framing.follow(&sealing, &head, &mut |octets| told.push(octets)).unwrap();
        assert_eq!(framing.begun(), 100);
        let left = u64::try_from(whole - head.len()).unwrap();
        let (mut inside, mut to_its_end, mut beyond) = (framing, framing, framing);

        inside.skip(left - 1, &mut |_| panic!("an octet is still to come")).unwrap();
        inside.follow(&sealing, &[0], &mut |octets| told.push(octets)).unwrap();
        to_its_end.skip(left, &mut |octets| told.push(octets)).unwrap();
        assert_eq!(told, [whole; 2]);
        assert_eq!(inside, to_its_end);
        assert_eq!(inside.begun(), 0);

        assert_eq!(beyond.skip(left + 1, &mut |_| panic!("where packets are is lost")), Err(Lost));
        assert_eq!(to_its_end.skip(1, &mut |_| panic!("there is no packet")), Err(Lost));
    }

    #[test]
    fn octets_of_a_length_may_not_be_missing() {
        let mut framing = Framing::default();
        framing.follow(&sealings::aes_gcm(), &[0, 0], &mut |_| panic!("no packet is whole")).unwrap();
        assert_eq!(framing.begun(), 2);
        assert_eq!(framing.skip(1, &mut |_| panic!("no packet is whole")), Err(Lost));
    }

    #[test]
    fn what_is_lost_stays_lost() {
        let mut framing = Framing::default();
        let octets = [[0xff; 4], 16_u32.to_be_bytes(), [0; 4]].concat();
        assert_eq!(framing.follow(&sealings::aes_gcm(), &octets[..4], &mut |_| ()), Err(Lost));
        assert_eq!(framing.follow(&sealings::aes_gcm(), &octets[4..], &mut |_| ()), Err(Lost));
    }
}
