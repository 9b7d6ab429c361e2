//! The `kexray` command as a library: its tests run it in place.

mod args;
mod audit;
mod captures;
mod columns;
mod config;
mod events;
mod explain;
mod glossary;
mod input;
mod json;
mod likeness;
#[cfg(all(feature = "live", target_os = "linux"))]
mod live;
mod logs;
mod manual;
#[cfg(feature = "parquet")]
mod parquet;
mod quantity;
mod read;
mod report;
mod stats;
mod table;
mod zeek;

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};

use clap::{CommandFactory as _, Parser as _};
use kexray_analyzer::escape;

use args::{Args, Command};
use audit::Verdict;
use table::Look;

/// Exit code where all went well.
pub const SUCCESS: u8 = 0;
/// Exit code where some input could not be read, or not to its end; the rest was processed.
pub const FAILURE: u8 = 1;
/// Exit code where the arguments make no sense.
pub const USAGE: u8 = 2;
/// Exit code where `kexray audit` found something as bad as `--fail-on` says.
pub const FOUND: u8 = 3;

/// Where the command writes, and what is known of it.
pub struct Streams<'s> {
    /// Results.
    pub stdout: &'s mut dyn Write,
    /// Errors and progress.
    pub stderr: &'s mut dyn Write,
    /// Whether `stdout` is a terminal.
    pub to_terminal: bool,
    /// Whether a progress bar may be drawn on the process's standard error.
    pub progress: bool,
    /// Whether colours and the like are welcome on terminals: see [`colours_are_welcome`].
    pub colours: bool,
}

/// Whether colours are welcome where the environment variable `NO_COLOR` has that value: it is unset or empty
/// (<https://no-color.org>).
#[must_use]
pub fn colours_are_welcome(no_color: Option<&OsStr>) -> bool {
    no_color.is_none_or(OsStr::is_empty)
}

/// Runs the command with these arguments, the command's own name first, and gives its exit code. Nothing is taken for a
/// terminal.
pub fn run(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> u8 {
    run_with(arguments, Streams { stdout, stderr, to_terminal: false, progress: false, colours: false })
}

/// As [`run`], with what is known of the streams.
pub fn run_with(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    streams: Streams<'_>,
) -> u8 {
    let arguments = arguments.into_iter().map(Into::into).collect();
    let arguments = match config::complete(&Args::command(), arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = writeln!(streams.stderr, "kexray: {error}");
            return USAGE;
        }
    };
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => return usage(&error, streams),
    };
    let Streams { stdout, stderr, to_terminal, progress, colours } = streams;
    let look = Look { fits: to_terminal, bold: to_terminal && colours };
    let outcome = match &args.command {
        Command::Read(args) => read::run(args, stdout, stderr, look, progress),
        Command::Events(args) => events::run(args, stdout, stderr, progress),
        Command::Audit(args) => match audit::run(args, stdout, stderr, look, progress) {
            Ok(Verdict::Found) => return FOUND,
            Ok(Verdict::Passed { all_read }) => Ok(all_read),
            Err(error) => Err(error),
        },
        #[cfg(all(feature = "live", target_os = "linux"))]
        Command::Live(args) => live::run(args, stdout, stderr),
        Command::Report(args) => report::run(args, stdout, stderr, progress),
        Command::Explain(args) => glossary::run(args.name.as_deref(), stdout),
        Command::Completions(args) => manual::completions(args.shell, stdout),
        Command::Man(args) => match &args.output {
            Some(directory) => manual::pages(directory),
            None => manual::page(args.command.as_deref(), stdout),
        },
    };
    match outcome {
        Ok(true) => SUCCESS,
        Ok(false) => FAILURE,
        Err(error) if is_broken_pipe(&error) => SUCCESS,
        Err(error) => {
            let _ = writeln!(stderr, "kexray: {}", said(&error));
            if error.is::<args::Contradiction>()
                || error.is::<columns::UnknownField>()
                || error.is::<glossary::UnknownName>()
            {
                USAGE
            } else {
                FAILURE
            }
        }
    }
}

/// Help and version are asked for, and go to standard output; mistakes go to standard error.
fn usage(error: &clap::Error, streams: Streams<'_>) -> u8 {
    let text = error.render();
    let (stream, terminal, code) = if error.use_stderr() {
        (streams.stderr, streams.progress, USAGE)
    } else {
        (streams.stdout, streams.to_terminal, SUCCESS)
    };
    let coloured = terminal && streams.colours;
    let written = if coloured { write!(stream, "{}", text.ansi()) } else { write!(stream, "{text}") };
    if written.is_ok() { code } else { FAILURE }
}

/// What an error says, and what is behind it.
fn said(error: &anyhow::Error) -> String {
    // Who opens something names it. Where the system refuses and nobody says what, it is our output.
    let output = error.chain().next().is_some_and(|outermost| outermost.is::<io::Error>());
    if output { format!("cannot write: {error:#}") } else { format!("{error:#}") }
}

/// Whether the reader of our output has gone: no mistake of ours.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
