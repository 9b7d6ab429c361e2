//! Protocol versions and what becomes of two of them. RFC 4253 section 5.

use kexray_grammar::ProtocolVersion;

/// What an identification line says its sender speaks.
pub(crate) use kexray_grammar::ProtocolVersionSpeaks as Speaks;

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Ssh1,
    Ssh2,
}

impl Protocol {
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Ssh1 => 1,
            Self::Ssh2 => 2,
        }
    }
}

/// What the sender of a protocol version speaks; `None` where it cannot be told.
pub(crate) fn spoken(protocol_version: &[u8]) -> Option<Speaks> {
    ProtocolVersion::like(protocol_version).map(ProtocolVersion::speaks)
}

/// The protocol that two ends agree on; `None` where they cannot.
pub(crate) const fn agree(one: Speaks, other: Speaks) -> Option<Protocol> {
    match (one, other) {
        (Speaks::Ssh1, Speaks::Ssh1 | Speaks::Both) | (Speaks::Both, Speaks::Ssh1) => Some(Protocol::Ssh1),
        (Speaks::Ssh2 | Speaks::Both, Speaks::Ssh2 | Speaks::Both) => Some(Protocol::Ssh2),
        (Speaks::Ssh1, Speaks::Ssh2) | (Speaks::Ssh2, Speaks::Ssh1) => None,
    }
}

/// The only protocol that it can be, if there is just one.
pub(crate) const fn only(spoken: Speaks) -> Option<Protocol> {
    match spoken {
        Speaks::Ssh1 => Some(Protocol::Ssh1),
        Speaks::Ssh2 => Some(Protocol::Ssh2),
        Speaks::Both => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Protocol, Speaks, agree, spoken};

    #[test]
    fn identification_lines_tell_what_is_spoken() {
        assert_eq!(spoken(b"2.0"), Some(Speaks::Ssh2));
        assert_eq!(spoken(b"1.99"), Some(Speaks::Both));
        assert_eq!(spoken(b"1.5"), Some(Speaks::Ssh1));
        assert_eq!(spoken(b"1.9"), Some(Speaks::Ssh1));
        assert_eq!(spoken(b"2"), Some(Speaks::Ssh2));
        assert_eq!(spoken(b"20.0"), None);
        assert_eq!(spoken(b""), None);
        assert_eq!(spoken(b"x"), None);
    }

    #[test]
    fn every_pair_of_versions() {
        use Speaks::{Both, Ssh1, Ssh2};
        for (one, other, agreed) in [
            (Ssh1, Ssh1, Some(Protocol::Ssh1)),
            (Ssh1, Both, Some(Protocol::Ssh1)),
            (Ssh1, Ssh2, None),
            (Both, Both, Some(Protocol::Ssh2)),
            (Both, Ssh2, Some(Protocol::Ssh2)),
            (Ssh2, Ssh2, Some(Protocol::Ssh2)),
        ] {
            assert_eq!(agree(one, other), agreed, "{one:?} and {other:?}");
            assert_eq!(agree(other, one), agreed, "{other:?} and {one:?}");
        }
    }
}
