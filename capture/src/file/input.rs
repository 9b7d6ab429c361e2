//! A buffer that slides over the file.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::FileError;

/// What is asked of the system at once.
const READ_LENGTH: usize = 256 << 10;

/// The longest record or block. The largest snap length that tcpdump allows is 256 KiB; blocks of
/// pcapng may hold more than a packet. More is refused before memory is taken for it.
pub(super) const MAX_RECORD: u32 = 16 << 20;

/// The source of a capture's bytes.
pub(super) type Source = Box<dyn Read + Send>;

/// Counts the bytes that are taken from a source.
pub(super) struct Counted {
    source: Source,
    consumed: Arc<AtomicU64>,
}

impl Counted {
    pub(super) fn new(source: Source, consumed: Arc<AtomicU64>) -> Self {
        Self { source, consumed }
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buffer)?;
        self.consumed.fetch_add(u64::try_from(length).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(length)
    }
}

/// The bytes not yet consumed are `buffer[start..end]`.
pub(super) struct Input {
    source: Source,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    /// What was read goes to others: a buffer is left when it is full, and another one filled.
    pub(super) hand_over: bool,
    /// The buffer that was left, until it is asked for.
    pub(super) left: Option<Vec<u8>>,
    /// Buffers to be filled.
    spare: Vec<Vec<u8>>,
}

impl Input {
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            buffer: vec![0; READ_LENGTH],
            start: 0,
            end: 0,
            at_end: false,
            hand_over: false,
            left: None,
            spare: Vec::new(),
        }
    }

    /// The next `length` bytes, without consuming them; fewer at the end of the file.
    #[inline]
    pub(super) fn peek(&mut self, length: usize) -> Result<&[u8], FileError> {
        if self.end.saturating_sub(self.start) < length {
            self.fill(length)?;
        }
        let end = self.start.saturating_add(length).min(self.end);
        Ok(self.buffer.get(self.start..end).unwrap_or_default())
    }

    /// The next `length` bytes, which must be there, without consuming them.
    pub(super) fn require(&mut self, length: usize) -> Result<&[u8], FileError> {
        let bytes = self.peek(length)?;
        if bytes.len() < length { Err(FileError::truncated()) } else { Ok(bytes) }
    }

    /// Sees to it that the next `length` bytes are there.
    #[inline]
    pub(super) fn require_more(&mut self, length: usize) -> Result<(), FileError> {
        if self.end.saturating_sub(self.start) >= length {
            return Ok(());
        }
        self.require(length).map(|_| ())
    }

    /// Consumes `length` bytes that were [required](Self::require), and tells where `part` of
    /// them is until more is asked for.
    #[inline]
    pub(super) fn consume(&mut self, length: usize, part: Range<usize>) -> Range<usize> {
        let start = self.start;
        self.start = start.saturating_add(length).min(self.end);
        start.saturating_add(part.start)..start.saturating_add(part.end)
    }

    /// Bytes that [`consume`](Self::consume) told of.
    #[inline]
    pub(super) fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.buffer.get(range.clone()).unwrap_or_default()
    }

    /// Throws away `length` bytes, however many that are.
    pub(super) fn skip(&mut self, mut length: usize) -> Result<(), FileError> {
        loop {
            let available = self.end.saturating_sub(self.start);
            if length <= available {
                self.start = self.start.saturating_add(length);
                return Ok(());
            }
            length = length.saturating_sub(available);
            self.start = self.end;
            if self.peek(1)?.is_empty() {
                return Err(FileError::truncated());
            }
        }
    }

    /// A few bytes from where the input stands, for messages.
    pub(super) fn start(&mut self) -> &[u8] {
        self.peek(16).unwrap_or_default()
    }

    /// Reads until `length` bytes are there, or the file ends.
    #[cold]
    fn fill(&mut self, length: usize) -> Result<(), FileError> {
        // A pipe gives little at once: what is read goes on where it is, as long as there is room.
        let room = self.buffer.len().saturating_sub(self.start);
        if !self.hand_over || room < length {
            self.move_on(length);
        }
        let wanted = self.start.saturating_add(length);
        while self.end < wanted && !self.at_end {
            let Some(free) = self.buffer.get_mut(self.end..) else {
                break;
            };
            match self.source.read(free) {
                Ok(0) => self.at_end = true,
                Ok(read) => self.end = self.end.saturating_add(read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Makes room for `length` bytes, with those that were not consumed at the start.
    fn move_on(&mut self, length: usize) {
        let rest = self.start..self.end;
        (self.start, self.end) = (0, rest.len());
        // Records up to the cap are whole in the buffer; it stays that large.
        let wanted = if self.buffer.len() < length { length.saturating_add(READ_LENGTH) } else { 0 };
        if !self.hand_over {
            self.buffer.copy_within(rest, 0);
            self.buffer.resize(self.buffer.len().max(wanted), 0);
            return;
        }
        let mut next = self.spare.pop().unwrap_or_default();
        next.resize(next.len().max(READ_LENGTH).max(wanted), 0);
        for (octet, value) in next.iter_mut().zip(self.buffer.get(rest).unwrap_or_default()) {
            *octet = *value;
        }
        let full = std::mem::replace(&mut self.buffer, next);
        // Where several are read without a packet, only the first has packets.
        match &self.left {
            Some(_) => self.give_back(full),
            None => self.left = Some(full),
        }
    }

    pub(super) fn take_buffer(&mut self) -> Vec<u8> {
        (self.start, self.end) = (0, 0);
        std::mem::take(&mut self.buffer)
    }

    pub(super) fn give_back(&mut self, buffer: Vec<u8>) {
        // What a single long record took is not kept.
        if buffer.len() == READ_LENGTH {
            self.spare.push(buffer);
        }
    }
}
