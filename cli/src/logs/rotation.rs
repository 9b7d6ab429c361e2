//! New files in the place of those that are old or large.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::Logs;
use super::writer::{Writer, names};
use crate::args::{Format, LogArgs};
use crate::zeek;

/// When files in a directory are put aside for new ones.
pub(crate) struct Rotation<'a> {
    format: Format,
    args: &'a LogArgs,
    directory: &'a Path,
    /// The age at which they are.
    pub(crate) every: Option<Duration>,
    /// The number of octets in all of them together from which on they are.
    pub(crate) size: Option<u64>,
    opened: Instant,
    /// When they were opened, as in the names that they get.
    stamp: String,
}

impl<'a> Rotation<'a> {
    /// Opens logs in a directory. What is there of an earlier run is put aside.
    pub(crate) fn begin(
        format: Format,
        args: &'a LogArgs,
        directory: &'a Path,
    ) -> anyhow::Result<(Self, Writer<'static>)> {
        let stamp = zeek::now();
        put_aside(directory, names(format), &format!("before-{stamp}"))?;
        let writer = Writer::in_directory(format, args, directory)?;
        let opened = Instant::now();
        Ok((Self { format, args, directory, every: None, size: None, opened, stamp }, writer))
    }

    /// Whether it is time for new files. Files without rows are never old or large.
    pub(crate) fn is_due(&self, logs: &Logs<'_>) -> bool {
        let old = self.every.is_some_and(|every| self.opened.elapsed() >= every);
        let large = self.size.is_some_and(|size| logs.writer.written() >= size);
        (old || large) && !logs.writer.is_empty()
    }

    /// Puts the files aside and opens new ones.
    pub(crate) fn turn(&mut self, logs: &mut Logs<'_>) -> anyhow::Result<()> {
        put_aside(self.directory, names(self.format), &self.stamp)?;
        let writer = Writer::in_directory(self.format, self.args, self.directory)?;
        // The old files are written to their ends under their new names.
        std::mem::replace(&mut logs.writer, writer).end()?;
        (self.opened, self.stamp) = (Instant::now(), zeek::now());
        Ok(())
    }
}

/// Gives the logs in the directory a name with this stamp, and a number where that is taken.
fn put_aside(directory: &Path, names: [&str; 3], stamp: &str) -> anyhow::Result<()> {
    for name in names {
        let path = directory.join(name);
        if path.exists() {
            let aside = unused(directory, name, stamp);
            fs::rename(&path, &aside).with_context(|| format!("cannot rename {}", path.display()))?;
        }
    }
    Ok(())
}

fn unused(directory: &Path, name: &str, stamp: &str) -> PathBuf {
    let (log, extension) = name.rsplit_once('.').unwrap_or((name, "log"));
    let path = |number: &str| directory.join(format!("{log}.{stamp}{number}.{extension}"));
    let mut candidates = (2_u64..).map(|number| path(&format!("-{number}")));
    let first = path("");
    if first.exists() { candidates.find(|path| !path.exists()).unwrap_or(first) } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_aside_is_never_written_over() {
        let directory = tempfile::tempdir().unwrap();
        for text in ["one", "two", "three"] {
            fs::write(directory.path().join("ssh.log"), text).unwrap();
            put_aside(directory.path(), names(Format::Json), "then").unwrap();
        }
        let read = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap();
        assert_eq!(["ssh.then.log", "ssh.then-2.log", "ssh.then-3.log"].map(read), ["one", "two", "three"]);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3);
    }
}
