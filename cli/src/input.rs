//! The captures that are read, one after the other.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kexray_analyzer::Config;
use kexray_capture::{CaptureFile, Engine, FileError, Observer, Progress, SshFlows, Stats, parallel};

use crate::args::{InputArgs, ThreadArgs};
use crate::escape;

/// Files from this size on get a progress bar.
const LONG: u64 = 32 << 20;
/// Packets between two looks at the progress.
const STEP: u64 = 1 << 14;

/// What reading the files came to.
pub(crate) struct Outcome<O> {
    pub(crate) observer: O,
    /// Whether all could be read to their ends.
    pub(crate) all_read: bool,
    /// The counters of all files together.
    pub(crate) stats: Stats,
}

/// As [`read`], with so many threads for each file, for an observer that wants no events; `check` is called now and then.
pub(crate) fn read_with<O: Observer>(
    threads: &ThreadArgs,
    args: &InputArgs,
    config: Config,
    observer: O,
    stderr: &mut dyn Write,
    progress: bool,
    mut check: impl FnMut(&mut O) -> anyhow::Result<()>,
) -> anyhow::Result<Outcome<O>> {
    match threads.threads {
        1 => read(args, config, observer, stderr, progress, |flows| check(flows.observer_mut())),
        threads => read_in_parallel(args, config, threads.into(), observer, stderr, progress, check),
    }
}

/// Reads every file through `observer`, each by itself; calls `after_packet` after every packet, and after the last with
/// `None`. What could not be read is told on `stderr`, a line each.
pub(crate) fn read<O: Observer>(
    args: &InputArgs,
    config: Config,
    mut observer: O,
    stderr: &mut dyn Write,
    progress: bool,
    mut after_packet: impl FnMut(&mut SshFlows<O>) -> anyhow::Result<()>,
) -> anyhow::Result<Outcome<O>> {
    let mut all_read = true;
    let mut stats = Stats::default();
    for path in &args.files {
        let mut engine =
            Engine::with_limits(SshFlows::with_config(observer, config), args.manners.limits.limits());
        let outcome = read_file(path, &mut engine, progress && !args.manners.quiet, &mut after_packet)?;
        if let Err(error) = outcome {
            all_read = false;
            tell(stderr, path, &error);
        }
        engine.finish();
        after_packet(engine.application_mut())?;
        stats.merge(engine.stats());
        observer = engine.into_application().into_observer();
    }
    Ok(Outcome { observer, all_read, stats })
}

fn read_in_parallel<O: Observer>(
    args: &InputArgs,
    config: Config,
    threads: usize,
    mut observer: O,
    stderr: &mut dyn Write,
    progress: bool,
    mut after_round: impl FnMut(&mut O) -> anyhow::Result<()>,
) -> anyhow::Result<Outcome<O>> {
    let mut all_read = true;
    let mut stats = Stats::default();
    for path in &args.files {
        let mut file = match CaptureFile::open(path) {
            Ok(file) => file,
            Err(error) => {
                all_read = false;
                tell(stderr, path, &error);
                continue;
            }
        };
        let bar = (progress && !args.manners.quiet).then(|| bar(path, &file.progress())).flatten();
        let limits = args.manners.limits.limits();
        let (of_file, outcome) =
            parallel::read(&mut file, limits, config, threads, &mut observer, |observer, file| {
                if let Some(bar) = &bar {
                    bar.set_position(file.progress().consumed());
                }
                after_round(observer)
            })?;
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        if let Err(error) = outcome {
            all_read = false;
            tell(stderr, path, &error);
        }
        stats.merge(&of_file);
    }
    Ok(Outcome { observer, all_read, stats })
}

fn tell(stderr: &mut dyn Write, path: &Path, error: &FileError) {
    let _ = writeln!(stderr, "kexray: {}: {}", shown(path), advice(error));
}

/// The outer result is for the output, the inner one for the file.
fn read_file<O: Observer>(
    path: &Path,
    engine: &mut Engine<SshFlows<O>>,
    progress: bool,
    after_packet: &mut impl FnMut(&mut SshFlows<O>) -> anyhow::Result<()>,
) -> anyhow::Result<Result<(), FileError>> {
    let mut file = match CaptureFile::open(path) {
        Ok(file) => file,
        Err(error) => return Ok(Err(error)),
    };
    let bar = progress.then(|| bar(path, &file.progress())).flatten();
    let outcome = loop {
        match file.next_packet() {
            Ok(Some(packet)) => {
                engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
        after_packet(engine.application_mut())?;
        if let Some(bar) = bar.as_ref().filter(|_| file.packets().is_multiple_of(STEP)) {
            bar.set_position(file.progress().consumed());
        }
    };
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(outcome)
}

/// How a file is called. Whoever sent it may have named it, for a terminal to obey.
pub(crate) fn shown(path: &Path) -> String {
    let name = path.as_os_str();
    if name == "-" { "standard input".to_owned() } else { escape::to_text(name.as_encoded_bytes()) }
}

/// The error, and what to do about it where that is known.
fn advice(error: &FileError) -> String {
    match error {
        FileError::NotACapture(_) => {
            format!("{error}; expected pcap or pcapng, plain or compressed with gzip or zstd")
        }
        FileError::UnsupportedLinkType(_) => {
            format!("{error}; convert the capture to Ethernet or raw IP first")
        }
        FileError::Truncated { .. } => format!("{error}; what came before was read"),
        _ => error.to_string(),
    }
}

fn bar(path: &Path, progress: &Progress) -> Option<ProgressBar> {
    let size = progress.size().filter(|size| *size >= LONG)?;
    let bar = ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent}% {bytes_per_sec} {eta}").ok()?;
    bar.set_style(style);
    bar.set_message(shown(path));
    bar.enable_steady_tick(Duration::from_millis(250));
    Some(bar)
}
