//! Whether a session is for moving data.

use crate::negotiation::Directions;

/// Octets from which on data is moved, and not only said.
const MUCH: u64 = 1 << 20;

/// How many times as much goes that way as comes back: acknowledgements of what is moved take less.
const MOSTLY: u64 = 10;

/// Data that is moved one way, and much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bulk {
    /// From the client to the server.
    Upload,
    /// From the server to the client.
    Download,
}

impl Bulk {
    /// Its name in logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Download => "download",
        }
    }

    /// What octets in both directions tell: one carried a mebibyte or more, and ten times what the other did.
    #[must_use]
    pub fn of(octets: &Directions<Option<u64>>) -> Option<Self> {
        let (up, down) = (octets.client_to_server?, octets.server_to_client?);
        let moved = |there: u64, back: u64| there >= MUCH && there >= back.saturating_mul(MOSTLY);
        if moved(up, down) { Some(Self::Upload) } else { moved(down, up).then_some(Self::Download) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn much_goes_one_way() {
        let of =
            |client_to_server, server_to_client| Bulk::of(&Directions { client_to_server, server_to_client });
        assert_eq!(of(Some(MUCH), Some(MUCH / MOSTLY)), Some(Bulk::Upload));
        assert_eq!(of(Some(0), Some(MUCH)), Some(Bulk::Download));
        assert_eq!(of(Some(MUCH - 1), Some(0)), None);
        assert_eq!(of(Some(MUCH), Some(MUCH / MOSTLY + 1)), None);
        assert_eq!(of(Some(MUCH), None), None);
        assert_eq!(of(Some(MUCH * MOSTLY), Some(MUCH * MOSTLY)), None);
    }
}
