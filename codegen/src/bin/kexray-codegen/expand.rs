//! `expand`: shows the Rust that a spec becomes.

use std::path::PathBuf;

use clap::Args;

use crate::terminal::{Done, Source, Terminal, write};

/// Show the Rust that a spec becomes.
#[derive(Args)]
pub(crate) struct Expand {
    /// The spec; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write it there, not to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Expand {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Done {
        let source = Source::read(&self.file)?;
        let code = kexray_codegen::generate(&source.text, &source.name)
            .map_err(|mistakes| terminal.reject(&mistakes, &source))?;
        terminal.show(&kexray_codegen::check(&source.text), &source);
        match self.output {
            Some(path) => write(&path, &code),
            None => terminal.print(&code),
        }
    }
}
