//! The way down through a packet's layers.

use crate::overlay::Overlay;

/// Why a frame or a tunnel gave no IP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkError {
    Unsupported,
    Truncated,
    NotIp,
    TooNested,
}

/// What is known on the way down, and how far it may go on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Descent {
    left: usize,
    /// Bytes behind the captured ones that were on the wire.
    pub(crate) cut: usize,
    pub(crate) overlay: Overlay,
}

impl Descent {
    /// Through at most `limit` encapsulations.
    pub(crate) const fn new(limit: usize, cut: usize) -> Self {
        Self { left: limit, cut, overlay: Overlay::NONE }
    }

    /// One layer further down. What is tried in vain counts too: it took the same work.
    pub(crate) const fn enter(&mut self) -> Result<(), LinkError> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(LinkError::TooNested),
        }
    }

    /// Why nothing was found.
    pub(crate) const fn nothing(&self) -> LinkError {
        if self.left == 0 { LinkError::TooNested } else { LinkError::NotIp }
    }
}
