//! Compressed captures: gzip and zstd, recognised by their first bytes.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use flate2::bufread::GzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::FileError;
use super::input::{Counted, Source};

const READ_LENGTH: usize = 128 << 10;

/// The longest stretch that zstd may refer back over. More is refused before memory is taken for
/// it; zstd's own command asks for no more either, unless told to.
const MAX_WINDOW: u64 = 128 << 20;

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The file's start, which was read to look at it, and the rest.
type Reread = Chain<Cursor<Vec<u8>>, BufReader<Counted>>;

/// The source without its compression, if it has any.
pub(super) fn plain(source: Counted) -> Result<Source, FileError> {
    let mut source = BufReader::with_capacity(READ_LENGTH, source);
    let mut start = Vec::new();
    source.by_ref().take(4).read_to_end(&mut start)?;
    let is_gzip = start.starts_with(&GZIP);
    let is_zstd = start == ZSTD || is_skippable(&start);
    let source: Reread = Cursor::new(start).chain(source);
    Ok(if is_gzip {
        Box::new(Gzip { member: Some(GzDecoder::new(source)) })
    } else if is_zstd {
        Box::new(Zstd { state: State::Between(source) })
    } else {
        Box::new(source)
    })
}

/// Frames that hold no data; RFC 8878 section 3.1.2.
fn is_skippable(start: &[u8]) -> bool {
    crate::wire::array(start, 0).is_some_and(|magic| u32::from_le_bytes(magic) & 0xffff_fff0 == 0x184d_2a50)
}

/// All members of a gzip file, one after the other. What is no member ends it, as for gzip's own command: files are filled
/// up with zeros, or have signatures behind.
struct Gzip {
    /// `None` at the end.
    member: Option<GzDecoder<Reread>>,
}

impl Read for Gzip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let length = member.read(buffer)?;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            self.member =
                self.member.take().map(GzDecoder::into_inner).map(next_member).transpose()?.flatten();
        }
        Ok(0)
    }
}

/// The next member, if something follows that looks like one.
fn next_member(mut source: Reread) -> io::Result<Option<GzDecoder<Reread>>> {
    let [magic, _] = GZIP;
    let follows = source.fill_buf()?.first() == Some(&magic);
    Ok(follows.then(|| GzDecoder::new(source)))
}

/// All frames of a zstd file, one after the other.
struct Zstd {
    state: State,
}

enum State {
    Between(Reread),
    Within(Box<Frame>),
    /// At the end, or broken.
    Done,
}

impl Read for Zstd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            self.state = match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return Ok(0),
                State::Between(source) => match next_frame(source)? {
                    Some(frame) => State::Within(Box::new(frame)),
                    None => return Ok(0),
                },
                State::Within(mut frame) => match frame.read(buffer) {
                    Ok(0) => State::Between(frame.source),
                    Ok(length) => {
                        self.state = State::Within(frame);
                        return Ok(length);
                    }
                    Err(error) => return Err(broken(&mut frame.source, error)),
                },
            }
        }
    }
}

/// A frame with data.
struct Frame {
    source: Reread,
    decoder: FrameDecoder,
}

impl Frame {
    /// 0 at the end of the frame.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            self.decoder
                .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
                .map_err(io::Error::other)?;
        }
        self.decoder.read(buffer)
    }
}

/// The next frame with data; `None` at the end of the file.
fn next_frame(mut source: Reread) -> io::Result<Option<Frame>> {
    loop {
        if source.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(MAX_WINDOW);
        match decoder.init(&mut source) {
            Ok(()) => return Ok(Some(Frame { source, decoder })),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => {
                let length = u64::from(length);
                if io::copy(&mut source.by_ref().take(length), &mut io::sink())? < length {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            Err(error) => return Err(broken(&mut source, io::Error::other(error))),
        }
    }
}

/// A decoder that stops at the end of the file lacks data; elsewhere it has found nonsense.
fn broken(source: &mut Reread, error: io::Error) -> io::Error {
    match source.fill_buf() {
        Ok([]) => io::Error::new(io::ErrorKind::UnexpectedEof, error),
        Ok(_) => io::Error::new(io::ErrorKind::InvalidData, error),
        Err(error) => error,
    }
}
