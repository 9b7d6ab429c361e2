//! `fmt`: lays specs out as all are.

use std::path::PathBuf;

use clap::Args;

use crate::terminal::{Done, Source, Stop, Terminal, write};

/// Lay specs out as all specs are.
///
/// Comments, and blank lines between things, stay. Files are rewritten; what comes from standard input goes to standard
/// output.
#[derive(Args)]
pub(crate) struct Fmt {
    /// Specs; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Rewrite nothing; end with 1 if a file is laid out in another way, and say which.
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Done {
        let mut done = Ok(());
        for file in &self.files {
            let source = Source::read(file)?;
            let text = match kexray_codegen::format(&source.text) {
                Ok(text) => text,
                Err(mistakes) => {
                    done = Err(terminal.reject(&mistakes, &source));
                    continue;
                }
            };
            if self.check {
                if let Some(line) = first_difference(&source.text, &text) {
                    terminal.say(&format!("{}:{line}: is laid out in another way\n", source.shown));
                    done = Err(Stop::Mistakes);
                }
                continue;
            }
            match &source.path {
                Some(path) if source.text != text => write(path, &text)?,
                Some(_) => {}
                None => terminal.print(&text)?,
            }
        }
        done
    }
}

/// The first line, counted from 1, that two texts do not share.
fn first_difference(one: &str, other: &str) -> Option<usize> {
    let same =
        one.split_inclusive('\n').zip(other.split_inclusive('\n')).take_while(|(one, other)| one == other);
    (one != other).then(|| same.count() + 1)
}
