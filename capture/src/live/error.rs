//! Why an interface cannot be listened on.

use std::io;

use netring::Error;

/// An interface cannot be opened, or not be listened on any longer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LiveError {
    /// There is no interface of that name.
    #[error("there is no such interface")]
    NoInterface,
    /// `CAP_NET_RAW` is missing.
    #[error("no permission to listen")]
    Forbidden,
    /// Frames of this kind of hardware, one of Linux's `ARPHRD_` numbers, cannot be read.
    #[error("its frames, of hardware type {kind}, cannot be read")]
    Unreadable {
        /// The number.
        kind: u16,
    },
    /// Filters are compiled by libpcap, which is not built in.
    #[error("this build has no filters: they take the feature `pcap`")]
    NoFilters,
    /// The filter's text is wrong.
    #[error("the filter makes no sense: {0}")]
    Filter(String),
    /// The interface was removed.
    #[error("the interface is gone")]
    Gone,
    /// Anything else.
    #[error(transparent)]
    Io(io::Error),
}

impl LiveError {
    pub(super) fn opening(error: Error) -> Self {
        match error {
            Error::PermissionDenied => Self::Forbidden,
            Error::InterfaceNotFound(_) => Self::NoInterface,
            other => Self::reading(other),
        }
    }

    pub(super) fn reading(error: Error) -> Self {
        match error {
            Error::Io(error) => Self::Io(error),
            other => Self::Io(io::Error::other(other)),
        }
    }
}
