//! The captures that are read, one after the other.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kexray_analyzer::Config;
use kexray_capture::{CaptureFile, Engine, FileError, Observer, Progress, SshFlows, Stats, parallel};

use crate::args::ThreadArgs;
use crate::captures::{Captures, shown};

/// Files from this size on get a progress bar.
const LONG: u64 = 32 << 20;
/// Packets between two looks at the progress.
const STEP: u64 = 1 << 14;

/// What reading the captures came to.
pub(crate) struct Outcome<O> {
    pub(crate) observer: O,
    /// Whether all could be read to their ends.
    pub(crate) all_read: bool,
    /// The counters of all captures together.
    pub(crate) stats: Stats,
}

/// As [`read`], with so many threads for each file, for an observer that wants no events; `check` is called now and then.
pub(crate) fn read_with<O: Observer>(
    threads: &ThreadArgs,
    captures: Captures<'_>,
    config: Config,
    observer: O,
    stderr: &mut dyn Write,
    progress: bool,
    mut check: impl FnMut(&mut O) -> anyhow::Result<()>,
) -> anyhow::Result<Outcome<O>> {
    match threads.threads {
        1 => read(captures, config, observer, stderr, progress, |flows| check(flows.observer_mut())),
        threads => read_in_parallel(captures, config, threads.into(), observer, stderr, progress, check),
    }
}

/// Reads every capture through `observer`, each by itself; calls `after_packet` after every packet, and after the last with
/// `None`. What could not be read is told on `stderr`, a line each.
pub(crate) fn read<O: Observer>(
    mut captures: Captures<'_>,
    config: Config,
    mut observer: O,
    stderr: &mut dyn Write,
    progress: bool,
    mut after_packet: impl FnMut(&mut SshFlows<O>) -> anyhow::Result<()>,
) -> anyhow::Result<Outcome<O>> {
    let (mut stats, manners) = (Stats::default(), captures.manners);
    while let Some((path, mut file)) = captures.next(stderr) {
        let mut engine =
            Engine::with_limits(SshFlows::with_config(observer, config), manners.limits.limits());
        let bar = (progress && !manners.quiet).then(|| bar(path, &file.progress())).flatten();
        if let Err(error) = read_file(&mut file, &mut engine, bar.as_ref(), &mut after_packet)? {
            captures.fail(path, &error, stderr);
        }
        engine.finish();
        after_packet(engine.application_mut())?;
        stats.merge(engine.stats());
        observer = engine.into_application().into_observer();
    }
    Ok(Outcome { observer, all_read: captures.all_read, stats })
}

fn read_in_parallel<O: Observer>(
    mut captures: Captures<'_>,
    config: Config,
    threads: usize,
    mut observer: O,
    stderr: &mut dyn Write,
    progress: bool,
    mut after_round: impl FnMut(&mut O) -> anyhow::Result<()>,
) -> anyhow::Result<Outcome<O>> {
    let (mut stats, manners) = (Stats::default(), captures.manners);
    while let Some((path, mut file)) = captures.next(stderr) {
        let bar = (progress && !manners.quiet).then(|| bar(path, &file.progress())).flatten();
        let limits = manners.limits.limits();
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
            captures.fail(path, &error, stderr);
        }
        stats.merge(&of_file);
    }
    Ok(Outcome { observer, all_read: captures.all_read, stats })
}

/// The outer result is for the output, the inner one for the file.
fn read_file<O: Observer>(
    file: &mut CaptureFile,
    engine: &mut Engine<SshFlows<O>>,
    bar: Option<&ProgressBar>,
    after_packet: &mut impl FnMut(&mut SshFlows<O>) -> anyhow::Result<()>,
) -> anyhow::Result<Result<(), FileError>> {
    let outcome = loop {
        match file.next_packet() {
            Ok(Some(packet)) => {
                engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
        after_packet(engine.application_mut())?;
        if let Some(bar) = bar.filter(|_| file.packets().is_multiple_of(STEP)) {
            bar.set_position(file.progress().consumed());
        }
    };
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(outcome)
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
