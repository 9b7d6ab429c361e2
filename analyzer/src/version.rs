//! Protocol versions and what becomes of two of them. RFC 4253 section 5.

/// What an identification line says its sender speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// `1.x`: SSH-1 alone.
    Ssh1,
    /// `1.99`: both. RFC 4253 section 5.1.
    Both,
    /// `2.x`: SSH-2 alone.
    Ssh2,
}

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

impl Speaks {
    /// From the protocol version of an identification line; `None` where it cannot be told.
    pub(crate) fn of(protocol_version: &[u8]) -> Option<Self> {
        let major_ends = |rest: &[u8]| rest.first().is_none_or(|octet| *octet == b'.');
        match protocol_version {
            b"1.99" => Some(Self::Both),
            [b'1', rest @ ..] if major_ends(rest) => Some(Self::Ssh1),
            [b'2', rest @ ..] if major_ends(rest) => Some(Self::Ssh2),
            _ => None,
        }
    }

    /// The protocol that two ends agree on; `None` where they cannot.
    pub(crate) const fn agree(self, other: Self) -> Option<Protocol> {
        match (self, other) {
            (Self::Ssh1, Self::Ssh1 | Self::Both) | (Self::Both, Self::Ssh1) => Some(Protocol::Ssh1),
            (Self::Ssh2 | Self::Both, Self::Ssh2 | Self::Both) => Some(Protocol::Ssh2),
            (Self::Ssh1, Self::Ssh2) | (Self::Ssh2, Self::Ssh1) => None,
        }
    }

    /// The only protocol that it can be, if there is just one.
    pub(crate) const fn only(self) -> Option<Protocol> {
        match self {
            Self::Ssh1 => Some(Protocol::Ssh1),
            Self::Ssh2 => Some(Protocol::Ssh2),
            Self::Both => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Protocol, Speaks};

    #[test]
    fn identification_lines_tell_what_is_spoken() {
        assert_eq!(Speaks::of(b"2.0"), Some(Speaks::Ssh2));
        assert_eq!(Speaks::of(b"1.99"), Some(Speaks::Both));
        assert_eq!(Speaks::of(b"1.5"), Some(Speaks::Ssh1));
        assert_eq!(Speaks::of(b"1.9"), Some(Speaks::Ssh1));
        assert_eq!(Speaks::of(b"2"), Some(Speaks::Ssh2));
        assert_eq!(Speaks::of(b"20.0"), None);
        assert_eq!(Speaks::of(b""), None);
        assert_eq!(Speaks::of(b"x"), None);
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
            assert_eq!(one.agree(other), agreed, "{one:?} and {other:?}");
            assert_eq!(other.agree(one), agreed, "{other:?} and {one:?}");
        }
    }
}
