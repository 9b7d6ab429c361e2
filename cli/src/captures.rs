//! The captures that were named, opened one after the other.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::slice;

use kexray_capture::{CaptureFile, FileError};

use crate::args::{InputArgs, MannerArgs};
use crate::escape;

/// Files that are to be read, of which the first that can be is open: whoever has it may begin to write results.
pub(crate) struct Captures<'f> {
    first: Option<(&'f Path, CaptureFile)>,
    rest: slice::Iter<'f, PathBuf>,
    pub(crate) manners: &'f MannerArgs,
    /// Whether all could be read so far.
    pub(crate) all_read: bool,
}

impl<'f> Captures<'f> {
    /// Opens the first that can be; `None` where none can. What could not be opened is told on `stderr`, a line each.
    pub(crate) fn open(args: &'f InputArgs, stderr: &mut dyn Write) -> Option<Self> {
        let mut captures =
            Self { first: None, rest: args.files.iter(), manners: &args.manners, all_read: true };
        captures.first = captures.next(stderr);
        captures.first.is_some().then_some(captures)
    }

    /// The next one that can be opened.
    pub(crate) fn next(&mut self, stderr: &mut dyn Write) -> Option<(&'f Path, CaptureFile)> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            let path = self.rest.next()?;
            match CaptureFile::open(path) {
                Ok(file) => return Some((path, file)),
                Err(error) => self.fail(path, &error, stderr),
            }
        }
    }

    /// One could not be read, or not to its end.
    pub(crate) fn fail(&mut self, path: &Path, error: &FileError, stderr: &mut dyn Write) {
        self.all_read = false;
        let _ = writeln!(stderr, "kexray: {}: {}", shown(path), advice(error));
    }
}

/// How a file is called. Whoever sent it may have named it, for a terminal to obey.
pub(crate) fn shown(path: &Path) -> String {
    let name = path.as_os_str();
    if name == "-" { "standard input".to_owned() } else { escape::to_text(name.as_encoded_bytes()) }
}

/// The error, and what to do about it where that is known.
fn advice(error: &FileError) -> String {
    match error {
        FileError::NotACapture(_) => {
            format!("{error}; expected pcap or pcapng, plain or compressed with gzip or zstd")
        }
        FileError::UnsupportedLinkType(_) => {
            format!("{error}; convert the capture to Ethernet or raw IP first")
        }
        FileError::Truncated { .. } => format!("{error}; what came before was read"),
        _ => error.to_string(),
    }
}
