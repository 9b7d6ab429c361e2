//! Capture files: pcap and pcapng, plain or compressed, from a path or from standard input.

mod compressed;
mod error;
mod input;
mod pcap;
mod pcapng;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kexray_analyzer::Timestamp;

use crate::link::LinkType;
use input::Input;

pub use error::FileError;

/// A packet as a capture file holds it. Its bytes live until the next one is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// What `data` begins with.
    pub link_type: LinkType,
    /// When it was captured. A file may lack it; then it is that of the packet before.
    pub timestamp: Timestamp,
    /// How many bytes it had on the wire; `data` has fewer if the capture cut it (snap length).
    pub original_length: u32,
    /// The captured bytes.
    pub data: &'a [u8],
}

/// How far a file has been read. It can be watched from another thread.
#[derive(Clone, Debug)]
pub struct Progress {
    consumed: Arc<AtomicU64>,
    size: Option<u64>,
}

impl Progress {
    /// Bytes read of the file itself: compressed ones, if it is compressed.
    #[must_use]
    pub fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }

    /// The size of the file, if it is a regular file.
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        self.size
    }
}

/// An open capture file.
pub struct CaptureFile {
    input: Input,
    format: Format,
    progress: Progress,
    /// Whole packets read.
    packets: u64,
    /// The link type of the first packet that cannot be read, while none could be.
    unreadable: Option<LinkType>,
    any_readable: bool,
    finished: bool,
}

enum Format {
    Pcap(pcap::Header),
    Pcapng(pcapng::Section),
}

impl CaptureFile {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is empty, or is not a capture file.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        if path.as_os_str() == "-" {
            return Self::from_source(Box::new(std::io::stdin()), None);
        }
        let file = File::open(path).map_err(FileError::Io)?;
        let metadata = file.metadata().map_err(FileError::Io)?;
        let size = metadata.is_file().then_some(metadata.len());
        Self::from_source(Box::new(file), size)
    }

    /// Reads a capture from anything that yields bytes.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is empty, or is not a capture file.
    pub fn from_reader(reader: impl Read + Send + 'static) -> Result<Self, FileError> {
        Self::from_source(Box::new(reader), None)
    }

    fn from_source(source: Box<dyn Read + Send>, size: Option<u64>) -> Result<Self, FileError> {
        let consumed = Arc::new(AtomicU64::new(0));
        let counted = input::Counted::new(source, Arc::clone(&consumed));
        let mut input = Input::new(compressed::plain(counted)?);
        let format = if let Some(header) = pcap::Header::read(&mut input)? {
            if !header.link_type.is_supported() {
                return Err(FileError::UnsupportedLinkType(header.link_type));
            }
            Format::Pcap(header)
        } else if pcapng::is_section(&mut input)? {
            Format::Pcapng(pcapng::Section::default())
        } else {
            return Err(match input.start() {
                [] => FileError::Empty,
                start => FileError::not_a_capture(start),
            });
        };
        let progress = Progress { consumed, size };
        Ok(Self {
            input,
            format,
            progress,
            packets: 0,
            unreadable: None,
            any_readable: false,
            finished: false,
        })
    }

    /// The next packet; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// If the file is damaged or cannot be read on. All packets before the damage have been
    /// returned by then, and the file is at its end.
    pub fn next_packet(&mut self) -> Result<Option<Packet<'_>>, FileError> {
        let Some(record) = self.next_record()? else { return Ok(None) };
        Ok(Some(Packet {
            link_type: record.link_type,
            timestamp: record.timestamp,
            original_length: record.original_length,
            data: self.input.slice(&record.data),
        }))
    }

    /// As [`next_packet`](Self::next_packet); the bytes stay in the buffer.
    #[inline]
    pub(crate) fn next_record(&mut self) -> Result<Option<Record>, FileError> {
        if self.finished {
            return Ok(None);
        }
        let found = match &mut self.format {
            Format::Pcap(header) => header.next_packet(&mut self.input),
            Format::Pcapng(section) => section.next_packet(&mut self.input),
        };
        let record = match found {
            Ok(Some(record)) => record,
            Ok(None) => {
                self.finished = true;
                return match self.unreadable {
                    Some(link_type) if !self.any_readable => Err(FileError::UnsupportedLinkType(link_type)),
                    _ => Ok(None),
                };
            }
            Err(error) => {
                self.finished = true;
                return Err(error.at(self.packets));
            }
        };
        self.packets = self.packets.saturating_add(1);
        if !self.any_readable {
            self.any_readable = record.link_type.is_supported();
            self.unreadable.get_or_insert(record.link_type);
        }
        Ok(Some(record))
    }

    /// The bytes of a record, as long as its buffer is the file's.
    pub(crate) fn data(&self, range: &std::ops::Range<usize>) -> &[u8] {
        self.input.slice(range)
    }

    /// From now on a buffer that was read through is not filled again, but can be [taken](Self::take_left_buffer).
    pub(crate) const fn hand_over_buffers(&mut self) {
        self.input.hand_over = true;
    }

    /// The buffer of the records before the last, if the last is in another one.
    pub(crate) fn take_left_buffer(&mut self) -> Option<Vec<u8>> {
        self.input.left.take()
    }

    /// The buffer of the last record, when the file is at its end.
    pub(crate) fn take_buffer(&mut self) -> Vec<u8> {
        self.input.take_buffer()
    }

    /// Takes back a buffer, to fill it again.
    pub(crate) fn give_back(&mut self, buffer: Vec<u8>) {
        self.input.give_back(buffer);
    }

    /// How many packets were read.
    #[must_use]
    pub const fn packets(&self) -> u64 {
        self.packets
    }

    /// How far the file has been read, now and later.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }
}

impl std::fmt::Debug for CaptureFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaptureFile")
            .field("packets", &self.packets)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

/// A packet whose bytes are still in the input's buffer.
pub(crate) struct Record {
    pub(crate) link_type: LinkType,
    pub(crate) timestamp: Timestamp,
    pub(crate) original_length: u32,
    pub(crate) data: std::ops::Range<usize>,
}

/// The order of a file's integers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ByteOrder {
    #[default]
    Little,
    Big,
}

impl ByteOrder {
    fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = crate::wire::array(bytes, at)?;
        Some(match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        })
    }

    /// Four integers.
    #[inline]
    fn quads(self, bytes: &[u8; 16]) -> [u32; 4] {
        let [a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3] = *bytes;
        let quads = [[a0, a1, a2, a3], [b0, b1, b2, b3], [c0, c1, c2, c3], [d0, d1, d2, d3]];
        match self {
            Self::Little => quads.map(u32::from_le_bytes),
            Self::Big => quads.map(u32::from_be_bytes),
        }
    }

    fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = crate::wire::array(bytes, at)?;
        Some(match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        })
    }

    fn i64(self, bytes: &[u8], at: usize) -> Option<i64> {
        let bytes = crate::wire::array(bytes, at)?;
        Some(match self {
            Self::Little => i64::from_le_bytes(bytes),
            Self::Big => i64::from_be_bytes(bytes),
        })
    }
}
