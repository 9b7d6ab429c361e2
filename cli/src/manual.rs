//! What follows from the declarations of arguments, besides `--help`: manual pages and completions.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Args;

const NAME: &str = "kexray";

/// Writes the completions for a shell.
pub(crate) fn completions(shell: Shell, stdout: &mut dyn Write) -> anyhow::Result<bool> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), NAME, &mut script);
    stdout.write_all(&script)?;
    stdout.flush()?;
    Ok(true)
}

/// Writes the manual page of one command, or of all.
pub(crate) fn page(name: Option<&str>, stdout: &mut dyn Write) -> anyhow::Result<bool> {
    let mut command = Args::command();
    command.build();
    let command = match name {
        None => command,
        Some(name) => of_subcommand(&command, name).ok_or_else(|| anyhow!("there is no command {name:?}"))?,
    };
    Man::new(command).render(stdout)?;
    stdout.flush()?;
    Ok(true)
}

/// Writes the manual pages of all commands into a directory.
pub(crate) fn pages(directory: &Path) -> anyhow::Result<bool> {
    clap_mangen::generate_to(Args::command(), directory)
        .with_context(|| format!("cannot write into {}", directory.display()))?;
    Ok(true)
}

fn of_subcommand(command: &Command, name: &str) -> Option<Command> {
    Some(command.find_subcommand(name)?.clone().display_name(format!("{NAME}-{name}")))
}
