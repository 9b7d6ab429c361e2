//! `kexray read`: the sessions of captures, and what was odd about them.

use std::io::Write;

use crate::args::ReadArgs;
use crate::captures::Captures;
use crate::logs::{Logs, Writer};
use crate::table::Look;
use crate::{explain, input, stats};

pub(crate) fn run(
    args: &ReadArgs,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
    look: Look,
    progress: bool,
) -> anyhow::Result<bool> {
    if let Some(uid) = &args.explain {
        return explain::run(args, uid, stdout, stderr, progress);
    }
    let format = args.format()?;
    let Some(captures) = Captures::open(&args.input, stderr) else { return Ok(false) };
    let (analysis, manners) = (&args.analysis, &args.input.manners);
    let config = analysis.config();
    let writer = Writer::new(format, &args.logs, stdout, look, !manners.quiet)?;
    let logs = Logs::new(writer, analysis.uids.seed, &args.logs);
    let check = |logs: &mut Logs<'_>| Ok(logs.check()?);
    let outcome = input::read_with(&args.threads, captures, config, logs, stderr, progress, check)?;
    let lost = outcome.observer.lost();
    outcome.observer.end()?;
    if manners.stats {
        let _ = stats::write(&outcome.stats, lost, stderr);
    }
    Ok(outcome.all_read)
}
