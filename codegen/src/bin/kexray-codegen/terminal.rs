//! What is read and shown.

use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use clap::ColorChoice;
use kexray_codegen::Diagnostics;

/// Why a command ends early, or badly.
pub(crate) enum Stop {
    /// A spec is not as it should be; what is wrong has been shown.
    Mistakes,
    /// What is written goes nowhere any more.
    Closed,
    /// The command could not do its work, and why.
    Failed(String),
}

/// Whether the command did its work.
pub(crate) type Done = Result<(), Stop>;

/// A spec, and how it is called.
pub(crate) struct Source {
    /// Where it was read; `None` for what was piped in.
    pub(crate) path: Option<PathBuf>,
    /// Its path as it was typed.
    pub(crate) shown: String,
    /// The name of its file alone.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
}

impl Source {
    /// Reads a file; `-` is standard input.
    pub(crate) fn read(path: &Path) -> Result<Self, Stop> {
        if path == Path::new("-") {
            let mut text = String::new();
            let read = io::stdin().lock().read_to_string(&mut text);
            read.map_err(|error| Stop::Failed(format!("standard input cannot be read: {error}")))?;
            return Ok(Self { path: None, shown: "<stdin>".to_owned(), name: "stdin".to_owned(), text });
        }
        let shown = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|error| Stop::Failed(format!("{shown} cannot be read: {}", reason(&error))))?;
        let name = path.file_name().map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned());
        Ok(Self { path: Some(path.to_owned()), shown, name, text })
    }
}

/// Writes a file, and says which it was if it cannot.
pub(crate) fn write(path: &Path, text: &str) -> Done {
    fs::write(path, text)
        .map_err(|error| Stop::Failed(format!("{} cannot be written: {}", path.display(), reason(&error))))
}

/// What went wrong, without the number that the system has for it.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

/// Where things are shown: results on standard output, all that is said about them on standard error.
pub(crate) struct Terminal {
    colour: bool,
}

impl Terminal {
    pub(crate) fn new(choice: ColorChoice) -> Self {
        let colour = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
                wanted && io::stderr().is_terminal()
            }
        };
        Self { colour }
    }

    /// Writes a result.
    pub(crate) fn print(&mut self, text: &str) -> Done {
        let mut output = io::stdout().lock();
        let written = output.write_all(text.as_bytes()).and_then(|()| output.flush());
        written.map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Stop::Closed,
            _ => Stop::Failed(format!("standard output cannot be written: {error}")),
        })
    }

    /// Says something about the work; nobody may be listening.
    pub(crate) fn say(&mut self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Says why there is no result.
    pub(crate) fn fail(&mut self, message: &str) {
        let error = if self.colour { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
        self.say(&format!("{error}: {message}\n"));
    }

    /// Shows what is wrong with a spec.
    pub(crate) fn show(&mut self, diagnostics: &Diagnostics, source: &Source) {
        let shown = diagnostics.render(&source.shown, &source.text, self.colour);
        if !shown.is_empty() {
            self.say(&shown);
            self.say("\n");
        }
    }

    /// Shows what is wrong with a spec that should have been right.
    pub(crate) fn reject(&mut self, diagnostics: &Diagnostics, source: &Source) -> Stop {
        self.show(diagnostics, source);
        Stop::Mistakes
    }
}
