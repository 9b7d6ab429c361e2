//! Where packets go on behind octets that are missing, if their lengths are in clear.
//!
//! Of random octets, hardly four in a million are the length of a packet, and packets follow each other without a break:
//! where several lengths in a row lead from one to the next, they are lengths.

use kexray_grammar::Sealing;

use crate::auth::dialogue::{Framing, LENGTH};

/// Packets in a row that prove where they are.
const PROOF: u32 = 3;
/// Places at a time where packets may begin.
const CHAINS: usize = 4;

/// Looks for packets in one direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resumption {
    /// Octets that went by, those that are missing included.
    passed: u64,
    /// The latest octets, and how many they are since the last gap.
    latest: [u8; LENGTH],
    seen: usize,
    chains: [Option<Chain>; CHAINS],
}

/// Packets that follow each other.
#[derive(Clone, Copy, Debug)]
struct Chain {
    framing: Framing,
    packets: u32,
}

/// Packets go on from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resumed {
    pub(super) framing: Framing,
    /// Octets before.
    pub(super) passed: u64,
}

impl Chain {
    /// Goes on. Tells whether it may still prove something.
    fn follow(&mut self, sealing: &Sealing, octets: &[u8]) -> bool {
        let packets = &mut self.packets;
        let followed = self.framing.follow(sealing, octets, &mut |_| *packets = packets.saturating_add(1));
        followed.is_ok() || self.is_proven()
    }

    const fn is_proven(&self) -> bool {
        self.packets >= PROOF
    }
}

impl Resumption {
    /// Behind so many octets, of which it is not known what they are.
    pub(super) const fn behind(passed: u64) -> Self {
        Self { passed, latest: [0; LENGTH], seen: 0, chains: [None; CHAINS] }
    }

    /// More octets are missing.
    pub(super) const fn skip(&mut self, missing: u64) {
        *self = Self::behind(self.passed.saturating_add(missing));
    }

    /// Takes ciphertext. Tells where packets go on, once it is proven. Each octet is looked at once, and each length leads
    /// over few packets.
    pub(super) fn follow(&mut self, sealing: &Sealing, octets: &[u8]) -> Option<Resumed> {
        self.passed = self.passed.saturating_add(octets.len() as u64);
        for slot in &mut self.chains {
            let Some(mut chain) = *slot else { continue };
            *slot = chain.follow(sealing, octets).then_some(chain);
        }
        let mut rest = octets;
        while let Some((octet, behind)) = rest.split_first()
            && self.proven().is_none()
        {
            rest = behind;
            let [_, second, third, fourth] = self.latest;
            self.latest = [second, third, fourth, *octet];
            self.seen = self.seen.saturating_add(1);
            if self.seen < LENGTH {
                continue;
            }
            let Some(framing) = Framing::begin(sealing, self.latest) else { continue };
            let Some(slot) = self.chains.iter_mut().find(|slot| slot.is_none()) else { continue };
            let mut chain = Chain { framing, packets: 0 };
            *slot = chain.follow(sealing, rest).then_some(chain);
        }
        let framing = self.proven()?.framing;
        Some(Resumed { framing, passed: self.passed.saturating_sub(framing.begun()) })
    }

    fn proven(&self) -> Option<&Chain> {
        self.chains.iter().flatten().find(|chain| chain.is_proven())
    }

    /// Octets that went by.
    pub(super) const fn passed(&self) -> u64 {
        self.passed
    }
}

#[cfg(test)]
mod tests {
    use kexray_grammar::sealings;

    use super::*;

    /// Packets of these sizes on the wire, with octets inside that look like no length.
    fn packets(sealing: &Sealing, sizes: &[usize]) -> Vec<u8> {
        let packet = |size: &usize| {
            let length = u32::try_from(size - LENGTH - sealing.tag()).unwrap();
            [&length.to_be_bytes()[..], &vec![0xee; size - LENGTH]].concat()
        };
        sizes.iter().flat_map(packet).collect()
    }

    /// What is found if octets come in pieces so large: where packets go on, and what is known of the one that is not whole.
    fn found(octets: &[u8], pieces: usize) -> Option<(u64, u64)> {
        let mut resumption = Resumption::behind(1000);
        let resumed = octets.chunks(pieces).find_map(|it| resumption.follow(&sealings::aes_gcm(), it))?;
        Some((resumed.passed, resumed.framing.begun()))
    }

    #[test]
    fn packets_that_follow_each_other_are_found_wherever_they_begin() {
        let sealing = sealings::aes_gcm();
        let sizes = [52, 1492, 36].map(|payload| sealing.wire_size(payload));
        let row = packets(&sealing, &sizes);
        let passed = (1000 + 77 + row.len()) as u64;
        let octets = [&[0xee; 77][..], &row, &[0, 0]].concat();
        for pieces in [1, 3, 1460] {
            assert_eq!(found(&octets[..octets.len() - 3], pieces), None, "the last packet is not whole");
            let (at, begun) = found(&octets, pieces).unwrap();
            assert_eq!(at, passed);
            assert!(begun <= 2, "{begun}");
        }
    }

    #[test]
    fn one_length_proves_nothing() {
        let sealing = sealings::aes_gcm();
        let (one, three) = (packets(&sealing, &[52]), packets(&sealing, &[68, 52, 84]));
        let octets = [&[0xee; 9][..], &one, &[0xee; 40], &three].concat();
        assert_eq!(found(&octets, octets.len()), Some(((1000 + octets.len()) as u64, 0)));
        assert_eq!(found(&octets[..octets.len() - 1], octets.len()), None);
    }

    #[test]
    fn a_length_is_not_put_together_across_a_gap() {
        let mut resumption = Resumption::behind(0);
        let row = packets(&sealings::aes_gcm(), &[52; 3]);
        assert_eq!(resumption.follow(&sealings::aes_gcm(), &row[..2]), None);
        resumption.skip(10);
        assert_eq!(resumption.follow(&sealings::aes_gcm(), &row[2..]), None);
        assert_eq!(resumption.passed(), 52 * 3 + 10);
    }
}
