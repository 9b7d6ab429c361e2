//! `doc`: writes specs down for people.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use kexray_codegen::{MARK, Page};

use crate::terminal::{Done, Source, Stop, Terminal, reason, write};

/// Write a spec down for people: Markdown pages that link to each other and to the RFCs.
///
/// Pages in the folder that an earlier run made, and this one does not, are removed; nothing else in it is touched.
#[derive(Args)]
pub(crate) struct Doc {
    /// The spec; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder; it is made where it is not there.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

impl Doc {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Done {
        let source = Source::read(&self.file)?;
        let pages = kexray_codegen::document(&source.text, &source.name)
            .map_err(|mistakes| terminal.reject(&mistakes, &source))?;
        fs::create_dir_all(&self.output).map_err(|error| failed(&self.output, "made", &error))?;
        for page in &pages {
            write(&self.output.join(&page.name), &page.text)?;
        }
        for path in left_over(&self.output, &pages)? {
            fs::remove_file(&path).map_err(|error| failed(&path, "removed", &error))?;
            terminal.say(&format!("removed {}\n", path.display()));
        }
        Ok(())
    }
}

/// Pages that an earlier run made, and this one did not.
fn left_over(folder: &Path, pages: &[Page]) -> Result<Vec<PathBuf>, Stop> {
    let entries = fs::read_dir(folder).map_err(|error| failed(folder, "read", &error))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths.retain(|path| {
        let is_page = path.extension().is_some_and(|end| end == "md");
        let is_made = pages.iter().any(|page| path.file_name().is_some_and(|name| *name == *page.name));
        is_page && !is_made && fs::read_to_string(path).is_ok_and(|text| text.starts_with(MARK))
    });
    Ok(paths)
}

fn failed(path: &Path, what: &str, error: &std::io::Error) -> Stop {
    Stop::Failed(format!("{} cannot be {what}: {}", path.display(), reason(error)))
}
