//! `vectors`: writes test vectors of a spec.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use crate::terminal::{Done, Source, Stop, Terminal, reason, write};

/// Write test vectors of a spec: JSON with octets of every structure and what they hold, and with octets that are refused.
///
/// Without a folder all go to standard output, one document behind the other.
#[derive(Args)]
pub(crate) struct Vectors {
    /// The spec; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder for a file each; it is made where it is not there.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

impl Vectors {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Done {
        let source = Source::read(&self.file)?;
        let files = kexray_codegen::vectors(&source.text, &source.name)
            .map_err(|mistakes| terminal.reject(&mistakes, &source))?;
        let Some(folder) = self.output else {
            return files.iter().try_for_each(|file| terminal.print(&file.text));
        };
        fs::create_dir_all(&folder).map_err(|error| {
            Stop::Failed(format!("{} cannot be made: {}", folder.display(), reason(&error)))
        })?;
        files.iter().try_for_each(|file| write(&folder.join(&file.name), &file.text))
    }
}
