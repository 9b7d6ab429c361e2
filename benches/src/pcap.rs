//! Classic capture files of Ethernet frames, little-endian with microseconds: what the generator writes and the floor
//! reads.

use std::io::{self, Read, Write};

const MAGIC: [u8; 4] = 0xa1b2_c3d4_u32.to_le_bytes();
const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
const LINK_TYPE_ETHERNET: [u8; 4] = 1_u32.to_le_bytes();
/// The longest frame that tcpdump captures.
const SNAP_LENGTH: u32 = 262_144;
/// What is read at once.
const READ_LENGTH: usize = 1 << 20;

/// Writes a capture.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
}

impl<W: Write> Writer<W> {
    /// Begins a capture.
    ///
    /// # Errors
    ///
    /// As `out`.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(&MAGIC)?;
        out.write_all(&[2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        out.write_all(&SNAP_LENGTH.to_le_bytes())?;
        out.write_all(&LINK_TYPE_ETHERNET)?;
        Ok(Self { out })
    }

    /// Adds a frame, of which `original_length` octets were on the wire, captured at that nanosecond.
    ///
    /// # Errors
    ///
    /// As `out`.
    pub fn frame(&mut self, nanos: u64, frame: &[u8], original_length: u32) -> io::Result<()> {
        let low = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let (seconds, micros) = (low(nanos / 1_000_000_000), low(nanos % 1_000_000_000 / 1_000));
        for field in [seconds, micros, low(frame.len() as u64), original_length] {
            self.out.write_all(&field.to_le_bytes())?;
        }
        self.out.write_all(frame)
    }

    /// Ends the capture.
    ///
    /// # Errors
    ///
    /// As `out`.
    pub fn end(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Reads a capture with as little ado as can be.
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    /// What was read and not yet walked over is `buffer[start..end]`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl<R: Read> Reader<R> {
    /// Reads the file's header.
    ///
    /// # Errors
    ///
    /// As `source`, or where it is another kind of capture.
    pub fn new(source: R) -> io::Result<Self> {
        let mut reader = Self { source, buffer: vec![0; READ_LENGTH], start: 0, end: 0 };
        let header = if reader.have(FILE_HEADER)? { reader.buffer.get(..FILE_HEADER) } else { None };
        match header {
            Some([m0, m1, m2, m3, .., l0, l1, _, _])
                if [*m0, *m1, *m2, *m3] == MAGIC && [*l0, *l1, 0, 0] == LINK_TYPE_ETHERNET => {}
            _ => return Err(invalid("not a little-endian pcap of Ethernet frames with microseconds")),
        }
        reader.start = FILE_HEADER;
        Ok(reader)
    }

    /// The next frame.
    ///
    /// # Errors
    ///
    /// As the source, or where the file is cut or damaged.
    #[inline]
    pub fn next_frame(&mut self) -> io::Result<Option<&[u8]>> {
        if !self.have(RECORD_HEADER)? {
            return if self.start == self.end { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
        let length = match self.buffer.get(self.start + 8..) {
            Some([a, b, c, d, ..]) => u32::from_le_bytes([*a, *b, *c, *d]),
            _ => 0,
        };
        if length > SNAP_LENGTH {
            return Err(invalid("a record is longer than any frame"));
        }
        let total = RECORD_HEADER + length as usize;
        if !self.have(total)? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let start = self.start;
        self.start += total;
        Ok(self.buffer.get(start + RECORD_HEADER..start + total))
    }

    /// Whether `length` octets are there, at `start`, once as much as need be was read.
    #[inline]
    fn have(&mut self, length: usize) -> io::Result<bool> {
        if self.end - self.start < length {
            self.fill(length)?;
        }
        Ok(self.end - self.start >= length)
    }

    #[cold]
    fn fill(&mut self, length: usize) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while self.end < length {
            match self.source.read(&mut self.buffer[self.end..])? {
                0 => break,
                read => self.end += read,
            }
        }
        Ok(())
    }
}

fn invalid(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

#[cfg(test)]
mod tests {
    use super::{Reader, Writer};

    #[test]
    fn what_is_written_is_read_again() {
        let mut file = Vec::new();
        let mut writer = Writer::new(&mut file).unwrap();
        let frames: Vec<Vec<u8>> = (0..3000).map(|length| vec![7; length]).collect();
        for frame in &frames {
            writer.frame(1_700_000_000_123_456_789, frame, 9000).unwrap();
        }
        writer.end().unwrap();
        let mut reader = Reader::new(&file[..]).unwrap();
        for frame in &frames {
            assert_eq!(reader.next_frame().unwrap(), Some(&frame[..]));
        }
        assert_eq!(reader.next_frame().unwrap(), None);
        let cut = &file[..file.len() - 1];
        let mut reader = Reader::new(cut).unwrap();
        let error = (0..).find_map(|_| reader.next_frame().err()).unwrap();
        assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    }
}
