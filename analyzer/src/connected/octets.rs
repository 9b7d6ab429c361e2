//! How much was carried.

use crate::wire::Wire;

/// Octets of payloads in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Carried(u64);

impl Carried {
    /// Adds a flight: what it takes beyond a packet that carries nothing. That is within a block of the payload, if the
    /// flight is one packet; where it is several, what they take besides counts too.
    pub(super) fn add(&mut self, wire: &Wire, octets: u64) {
        self.0 = self.0.saturating_add(octets.saturating_sub(wire.of(0).into()));
    }

    pub(super) const fn octets(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use kexray_grammar::sealings;

    use super::*;
    use crate::auth::dialogue::Habits;

    #[test]
    fn a_packet_counts_for_its_payload_to_within_a_block() {
        for sealing in [sealings::aes_gcm(), sealings::chacha20_poly1305(), sealings::encrypt_and_mac(16, 32)]
        {
            let wire = Wire::new(sealing, Habits::default());
            for payload in 0..200 {
                let mut carried = Carried::default();
                carried.add(&wire, wire.of(payload).into());
                assert!(carried.octets().abs_diff(payload as u64) <= sealing.block() as u64, "{payload}");
            }
        }
    }
}
