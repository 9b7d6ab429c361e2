//! The two ends of a connection: by TCP, and by SSH.

/// An end of the TCP connection. It says nothing of who is the SSH server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The end that opened the connection (Zeek: `orig`).
    Originator,
    /// The end that accepted it (Zeek: `resp`).
    Responder,
}

impl Side {
    /// Both ends, originator first.
    pub const BOTH: [Self; 2] = [Self::Originator, Self::Responder];

    /// The other end.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Originator => Self::Responder,
            Self::Responder => Self::Originator,
        }
    }

    /// Whether this is the originator: Zeek's `is_orig`.
    #[must_use]
    pub const fn is_originator(self) -> bool {
        matches!(self, Self::Originator)
    }
}
