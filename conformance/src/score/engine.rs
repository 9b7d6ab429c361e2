//! Who is asked what happened in a capture.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::{Record, replay};

use super::ScoreError;

/// A source of accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Ours, with Zeek's rule.
    Classic,
    /// Ours, with the dialogue engine.
    Dialogue,
    /// Zeek itself: a folder with its `ssh.log` of each capture, as JSON lines in `<capture>.json`.
    Zeek(PathBuf),
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Classic => "classic",
            Self::Dialogue => "dialogue",
            Self::Zeek(_) => "zeek",
        })
    }
}

impl Engine {
    /// What it says of the sessions of a capture.
    pub(super) fn records(&self, capture: &Path) -> Result<Vec<Record>, ScoreError> {
        match self {
            Self::Classic => Ok(replay::sessions(capture, kexray_analyzer::Engine::Classic)?),
            Self::Dialogue => Ok(replay::sessions(capture, kexray_analyzer::Engine::Dialogue)?),
            Self::Zeek(folder) => log_of_zeek(folder, capture),
        }
    }
}

/// Zeek writes no log where there is nothing to say.
fn log_of_zeek(folder: &Path, capture: &Path) -> Result<Vec<Record>, ScoreError> {
    let name = capture.file_name().unwrap_or_default().to_string_lossy();
    let path = folder.join(format!("{name}.json"));
    let shown = || path.display().to_string();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(ScoreError::File { path: shown(), error }),
    };
    Record::lines(&text).map_err(|error| ScoreError::Log { path: shown(), error })
}
