//! Runs the command on a capture, as a library.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use kexray_analyzer::Engine;

use crate::{Record, RecordError};

/// The command did not do what was asked of it.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It failed.
    #[error("kexray {arguments} ended with {code}: {stderr}")]
    Failed {
        /// What it was asked.
        arguments: String,
        /// Its exit code.
        code: u8,
        /// What it said.
        stderr: String,
    },
    /// It wrote what is no record.
    #[error("kexray {arguments}: {error}")]
    Unreadable {
        /// What it was asked.
        arguments: String,
        /// The line and what is wrong with it.
        error: RecordError,
    },
    /// Its files could not be read back.
    #[error(transparent)]
    File(#[from] std::io::Error),
}

/// The events of a capture, in order.
///
/// # Errors
///
/// When the command fails, or writes what is no record.
pub fn events(capture: &Path, engine: Engine) -> Result<Vec<Record>, ReplayError> {
    records(&["events".as_ref(), "--auth".as_ref(), name(engine), capture.as_os_str()])
}

/// A record for each session of a capture.
///
/// # Errors
///
/// When the command fails, or writes what is no record.
pub fn sessions(capture: &Path, engine: Engine) -> Result<Vec<Record>, ReplayError> {
    let json = ["read".as_ref(), "--format".as_ref(), "json".as_ref(), "--auth".as_ref()];
    records(&[&json[..], &[name(engine), capture.as_os_str()]].concat())
}

fn name(engine: Engine) -> &'static OsStr {
    match engine {
        Engine::Dialogue => "dialogue".as_ref(),
        Engine::Classic => "classic".as_ref(),
    }
}

/// The logs of a capture as Zeek writes them; empty where there is nothing to log.
#[derive(Clone, Debug, Default)]
pub struct ZeekLogs {
    /// `ssh.log`.
    pub ssh: String,
    /// `weird.log`.
    pub weird: String,
}

/// The logs of a capture in Zeek's format.
///
/// # Errors
///
/// When the command fails, or its files cannot be read back.
pub fn zeek_logs(capture: &Path, engine: Engine) -> Result<ZeekLogs, ReplayError> {
    let folder = tempfile::tempdir()?;
    let output = folder.path();
    run(&[
        "read".as_ref(),
        "--format".as_ref(),
        "zeek".as_ref(),
        "--output".as_ref(),
        output.as_os_str(),
        "--auth".as_ref(),
        name(engine),
        capture.as_os_str(),
    ])?;
    let read = |name: &str| match std::fs::read_to_string(output.join(name)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        outcome => outcome,
    };
    Ok(ZeekLogs { ssh: read("ssh.log")?, weird: read("weird.log")? })
}

fn records(arguments: &[&OsStr]) -> Result<Vec<Record>, ReplayError> {
    let stdout = run(arguments)?;
    Record::lines(&stdout).map_err(|error| ReplayError::Unreadable { arguments: shown(arguments), error })
}

/// What the command writes to standard output.
fn run(arguments: &[&OsStr]) -> Result<String, ReplayError> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let command = std::iter::once("kexray".as_ref()).chain(arguments.iter().copied());
    let code = kexray::run(command.map(OsString::from), &mut stdout, &mut stderr);
    if code != 0 {
        let stderr = String::from_utf8_lossy(&stderr).into_owned();
        return Err(ReplayError::Failed { arguments: shown(arguments), code, stderr });
    }
    String::from_utf8(stdout).map_err(|_| std::io::Error::from(std::io::ErrorKind::InvalidData).into())
}

fn shown(arguments: &[&OsStr]) -> String {
    let shown: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    shown.join(" ")
}
