//! What a capture says in clear: lines, and the frames up to the first that is encrypted.
//!
//! It is cut out with what is generated from the grammar and nothing else, so that it does not lean on the analyzer.

use std::path::Path;

use kexray_analyzer::Side;
use kexray_capture::FileError;
use kexray_grammar::{BinaryPacket, Identification, ParseError, Role, Ssh1Packet, transport};

use crate::streams::{self, Call, Piece};

/// What one end of a flow sent in clear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InClear {
    /// Lines up to the identification line, that one included, without their ends.
    pub lines: Vec<Vec<u8>>,
    /// Whole frames, in order, each with its message.
    pub frames: Vec<Framed>,
}

/// A frame, and the message in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framed {
    /// Whether it is a frame of SSH-1.
    pub is_ssh1: bool,
    /// The frame.
    pub frame: Vec<u8>,
    /// The message, from its number on.
    pub message: Vec<u8>,
}

/// What the ends of each flow of a capture sent in clear. Ends that sent no identification line are left out.
///
/// # Errors
///
/// When the capture cannot be read.
pub fn of(capture: &Path) -> Result<Vec<InClear>, FileError> {
    Ok(streams::of(capture)?.iter().flat_map(|calls| of_flow(calls)).collect())
}

fn of_flow(calls: &[Call]) -> Vec<InClear> {
    let ends: Vec<_> = Side::BOTH
        .into_iter()
        .filter_map(|side| {
            let stream = stream(calls, side);
            let (lines, rest) = lines(&stream)?;
            Some((lines, rest.to_vec()))
        })
        .collect();
    // A server that says 1.99 speaks whichever the client does.
    let is_ssh1 = ends.iter().any(|(lines, _)| {
        let version = lines.last().and_then(|line| Identification::of_line(line));
        version
            .is_some_and(|line| line.protocol_version.starts_with(b"1.") && line.protocol_version != b"1.99")
    });
    ends.into_iter().map(|(lines, rest)| InClear { lines, frames: frames(&rest, is_ssh1) }).collect()
}

/// The octets that one end sent, up to the first that is missing.
fn stream(calls: &[Call], side: Side) -> Vec<u8> {
    let pieces = calls.iter().filter(|call| call.side == side).map(|call| &call.piece);
    let octets = pieces.map_while(|piece| match piece {
        Piece::Octets(octets) => Some(octets.as_slice()),
        Piece::Gap(_) => None,
    });
    octets.collect::<Vec<_>>().concat()
}

/// The lines up to the identification line, and what is behind them.
fn lines(stream: &[u8]) -> Option<(Vec<Vec<u8>>, &[u8])> {
    let mut lines = Vec::new();
    let mut rest = stream;
    loop {
        let end = rest.iter().position(|octet| *octet == b'\n')?;
        let line = rest.get(..end)?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        rest = rest.get(end + 1..)?;
        lines.push(line.to_vec());
        if Identification::of_line(line).is_some() {
            return Some((lines, rest));
        }
    }
}

fn frames(stream: &[u8], is_ssh1: bool) -> Vec<Framed> {
    let mut frames = Vec::new();
    let mut rest = stream;
    while let Some((frame, message)) = next(rest, is_ssh1) {
        rest = rest.get(frame.len()..).unwrap_or_default();
        frames.push(Framed { is_ssh1, frame: frame.to_vec(), message: message.to_vec() });
        // In SSH-1 each end sends a single message in clear.
        if is_ssh1 || is_last(message) {
            break;
        }
    }
    frames
}

/// The first frame of a stream, and the message in it.
fn next(stream: &[u8], is_ssh1: bool) -> Option<(&[u8], &[u8])> {
    let length = |measured: Result<Option<usize>, ParseError>| measured.ok().flatten();
    if is_ssh1 {
        let frame = stream.get(..length(Ssh1Packet::measure(stream))?)?;
        return Some((frame, Ssh1Packet::read_from(frame).ok()?.value.payload));
    }
    let frame = stream.get(..length(BinaryPacket::measure(stream))?)?;
    Some((frame, BinaryPacket::read_from(frame).ok()?.value.payload))
}

/// Whether what follows is encrypted.
fn is_last(message: &[u8]) -> bool {
    let read = transport::Message::parse(Role::Client, message);
    matches!(read, Ok(Some(read)) if matches!(read.value, transport::Message::NewKeys(_)))
}
