//! What an end says in one go.
//!
//! Where lengths are in clear that is one packet. Where they are not it is what was sent up to the end of a segment that is
//! not full; it may hold several packets.

use kexray_grammar::Role;

use crate::auth::dialogue::{Each, Framing};

/// Both directions' places in ciphertext.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flights {
    /// Where lengths are in clear.
    pub(super) framings: Each<Framing>,
    /// Octets in full segments that go on in the next.
    open: Each<u32>,
}

impl Flights {
    /// Adds a segment. Tells the flight that it ends.
    pub(super) fn add(&mut self, from: Role, octets: usize, full: bool) -> Option<u32> {
        let open = self.open.of_mut(from);
        *open = open.saturating_add(crate::wire::octets(octets));
        if full { None } else { Some(std::mem::take(open)) }
    }

    /// Tells what is left, since nothing more is known to belong to it.
    pub(super) fn rest(&mut self, from: Role) -> Option<u32> {
        let open = std::mem::take(self.open.of_mut(from));
        (open > 0).then_some(open)
    }
}
