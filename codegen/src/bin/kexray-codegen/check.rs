//! `check`: says all that is wrong with specs, and what is odd.

use std::path::PathBuf;

use clap::Args;

use crate::terminal::{Done, Source, Stop, Terminal};

/// Say all that is wrong with specs, and what is odd about them.
///
/// `kexray-codegen explain CODE` tells more about a mistake.
#[derive(Args)]
pub(crate) struct Check {
    /// Specs; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// End with 1 if there are warnings, too.
    #[arg(long)]
    deny_warnings: bool,
}

impl Check {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Done {
        let (mut errors, mut warnings) = (0, 0);
        let mut failed = None;
        for file in &self.files {
            // One file that is missing keeps nobody from hearing about the others.
            let source = match Source::read(file) {
                Ok(source) => source,
                Err(Stop::Failed(message)) => {
                    terminal.fail(&message);
                    failed = Some(message);
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            let told = kexray_codegen::check(&source.text);
            terminal.show(&told, &source);
            let odd = told.iter().filter(|item| item.code.is_warning()).count();
            warnings += odd;
            errors += told.iter().count() - odd;
        }
        let parts = [counted(errors, "error"), counted(warnings, "warning")];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        if !parts.is_empty() {
            terminal.say(&format!("{}\n", parts.join(", ")));
        }
        if failed.is_some() {
            return Err(Stop::Failed("not all files could be read".to_owned()));
        }
        if errors > 0 || (warnings > 0 && self.deny_warnings) { Err(Stop::Mistakes) } else { Ok(()) }
    }
}

fn counted(number: usize, what: &str) -> Option<String> {
    match number {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{number} {what}s")),
    }
}
