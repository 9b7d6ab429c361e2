//! What can be wrong with a capture file.

use std::fmt::Write as _;
use std::io;

use thiserror::Error;

use crate::link::LinkType;

/// Why a capture file cannot be read, or not any further.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// The system refused.
    #[error("cannot read: {0}")]
    Io(#[source] io::Error),
    /// The system gives no more threads, so the file was not read.
    #[error("cannot start so many threads: {0}")]
    Threads(#[source] io::Error),
    /// The file has no bytes at all.
    #[error("the file is empty")]
    Empty,
    /// The file is something else.
    #[error("not a capture file: it begins with {0}")]
    NotACapture(String),
    /// The file ends within a packet or block.
    #[error("the file is cut short after {packets} whole packets")]
    Truncated {
        /// Packets before the cut.
        packets: u64,
    },
    /// A record claims a length that it cannot have.
    #[error("damaged after {packets} packets: a record claims {length} bytes")]
    Length {
        /// Packets before the damage.
        packets: u64,
        /// The claim.
        length: u64,
    },
    /// A packet refers to an interface that the file does not describe.
    #[error("damaged after {packets} packets: no interface {interface} was described")]
    Interface {
        /// Packets before the damage.
        packets: u64,
        /// The interface's number.
        interface: u32,
    },
    /// The compressed data makes no sense.
    #[error("damaged compressed data after {packets} packets: {source}")]
    Compression {
        /// Packets before the damage.
        packets: u64,
        /// What the decompressor said.
        source: io::Error,
    },
    /// No packet of the file is of a link type that can be read.
    #[error("link type {0} is not supported")]
    UnsupportedLinkType(LinkType),
}

impl FileError {
    /// From the first bytes of a file that is not a capture.
    pub(super) fn not_a_capture(start: &[u8]) -> Self {
        let mut text = String::new();
        for byte in start {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x} ");
        }
        let printable = start.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n'));
        if printable {
            let _ = write!(text, "({:?})", String::from_utf8_lossy(start));
        }
        Self::NotACapture(text.trim_end().to_owned())
    }

    /// Adds how many packets were read before.
    pub(super) fn at(mut self, count: u64) -> Self {
        match &mut self {
            Self::Truncated { packets }
            | Self::Length { packets, .. }
            | Self::Interface { packets, .. }
            | Self::Compression { packets, .. } => *packets = count,
            Self::Io(_)
            | Self::Threads(_)
            | Self::Empty
            | Self::NotACapture(_)
            | Self::UnsupportedLinkType(_) => {}
        }
        self
    }

    /// The file ends too early; [`at`](Self::at) says where.
    pub(super) const fn truncated() -> Self {
        Self::Truncated { packets: 0 }
    }

    /// A length that cannot be; [`at`](Self::at) says where.
    pub(super) fn length(length: u32) -> Self {
        Self::Length { packets: 0, length: u64::from(length) }
    }
}

/// Sorts what a source or a decompressor says.
impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::truncated(),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                Self::Compression { packets: 0, source: error }
            }
            _ => Self::Io(error),
        }
    }
}
