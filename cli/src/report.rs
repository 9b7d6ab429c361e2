//! `kexray report`: a page that shows what the sessions of captures came to.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::Context as _;
use kexray_report::{Limits, Report};

use crate::args::ReportArgs;
use crate::captures::Captures;
use crate::logs::Lost;
use crate::{captures, input, stats};

pub(crate) fn run(
    args: &ReportArgs,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
    progress: bool,
) -> anyhow::Result<bool> {
    let Some(captures) = Captures::open(&args.input, stderr) else { return Ok(false) };
    let mut limits = Limits::default();
    limits.sessions = args.sessions;
    let report = Report::new(limits, args.uids.seed);
    let outcome = input::read(captures, Report::config(), report, stderr, progress, |_| Ok(()))?;
    let report = outcome.observer;
    let names: Vec<_> = args.input.files.iter().map(|path| captures::shown(path)).collect();
    if args.output.as_os_str() == "-" {
        report.write(&names, stdout)?;
    } else {
        let write = || report.write(&names, &mut BufWriter::new(File::create(&args.output)?));
        write().with_context(|| format!("cannot write {}", args.output.display()))?;
    }
    if !args.input.manners.quiet {
        let sessions = match report.sessions() {
            1 => "1 SSH session".to_owned(),
            sessions => format!("{sessions} SSH sessions"),
        };
        let _ = writeln!(stderr, "kexray: {sessions} in {}", args.output.display());
    }
    if args.input.manners.stats {
        let _ = stats::write(&outcome.stats, Lost::default(), stderr);
    }
    Ok(outcome.all_read)
}
