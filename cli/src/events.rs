//! `kexray events`: every event, a JSON line each.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write;

use kexray_analyzer::{Event, Session, Timestamp};
use kexray_capture::{Flow, Observer, Oddity, Uid};

use crate::args::EventsArgs;
use crate::captures::Captures;
use crate::json::Object;
use crate::logs::Lost;
use crate::{input, stats};

/// Octets of lines that wait at most for an earlier event that may still be told. Beyond it order gives way.
const WAITING: usize = 64 << 20;

pub(crate) fn run(
    args: &EventsArgs,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
    progress: bool,
) -> anyhow::Result<bool> {
    let Some(captures) = Captures::open(&args.input, stderr) else { return Ok(false) };
    let lines = Lines::new(args.analysis.uids.seed);
    let mut outcome = input::read(captures, args.analysis.config(), lines, stderr, progress, |flows| {
        let since = flows.tells_since();
        flows.observer_mut().write(since, stdout)
    })?;
    outcome.observer.write(None, stdout)?;
    stdout.flush()?;
    if outcome.observer.out_of_order && !args.input.manners.quiet {
        let _ = writeln!(
            stderr,
            "kexray: not all events are in order of time: more than {} MiB waited for one that came late",
            WAITING >> 20
        );
    }
    if args.input.manners.stats {
        let _ = stats::write(&outcome.stats, Lost::default(), stderr);
    }
    Ok(outcome.all_read)
}

/// Lines in order of time, and of telling where times are equal.
struct Lines {
    seed: u64,
    told: u64,
    waiting: BinaryHeap<Reverse<(Timestamp, u64, String)>>,
    /// Octets of the lines that wait.
    octets: usize,
    out_of_order: bool,
    last_uid: Option<(u64, Uid)>,
}

impl Lines {
    fn new(seed: u64) -> Self {
        Self { seed, told: 0, waiting: BinaryHeap::new(), octets: 0, out_of_order: false, last_uid: None }
    }

    /// Writes the lines of before `since`, or all.
    fn write(&mut self, since: Option<Timestamp>, stdout: &mut dyn Write) -> anyhow::Result<()> {
        while let Some(Reverse((at, ..))) = self.waiting.peek() {
            if since.is_some_and(|since| *at > since) {
                if self.octets <= WAITING {
                    break;
                }
                self.out_of_order = true;
            }
            if let Some(Reverse((.., line))) = self.waiting.pop() {
                self.octets = self.octets.saturating_sub(line.len());
                stdout.write_all(line.as_bytes())?;
            }
        }
        Ok(())
    }

    /// Takes in a line, to be written when its time comes.
    fn hold(&mut self, at: Timestamp, line: String) {
        self.told = self.told.wrapping_add(1);
        self.octets = self.octets.saturating_add(line.len());
        self.waiting.push(Reverse((at, self.told, line)));
    }

    fn uid(&mut self, flow: &Flow) -> Uid {
        match self.last_uid {
            Some((number, uid)) if number == flow.number => uid,
            _ => {
                let uid = Uid::of(flow, self.seed);
                self.last_uid = Some((flow.number, uid));
                uid
            }
        }
    }
}

impl Observer for Lines {
    const ORDERED: bool = true;

    fn event(&mut self, flow: &Flow, at: Timestamp, event: &Event<'_>) {
        let mut line = String::with_capacity(256);
        let mut object = Object::new(&mut line);
        object.connection(at, self.uid(flow), flow);
        object.string("event", event.name());
        object.parameters(event);
        object.end();
        line.push('\n');
        self.hold(at, line);
    }

    fn oddity(&mut self, _: &Flow, _: Timestamp, _: Oddity) {}

    fn session(&mut self, _: &Flow, _: &mut Session) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_gives_way_before_memory() {
        let (mut lines, mut stdout) = (Lines::new(0), Vec::new());
        let since = Some(Timestamp::default());
        let count = 70;
        for micros in 1..=count {
            let at = Timestamp::from_micros(micros);
            lines.hold(at, format!("{at} {}\n", "a".repeat(1 << 20)));
            lines.write(since, &mut stdout).unwrap();
            assert!(lines.octets <= WAITING);
            assert_eq!(
                lines.octets,
                lines.waiting.iter().map(|Reverse((.., line))| line.len()).sum::<usize>()
            );
            assert_eq!(lines.out_of_order, micros >= WAITING as u64 >> 20, "after {micros} lines");
        }
        lines.write(None, &mut stdout).unwrap();
        let text = String::from_utf8(stdout).unwrap();
        let times: Vec<_> = text.lines().map(|line| line.get(..8).unwrap()).collect();
        assert!(times.is_sorted() && times.len() as u64 == count);
    }
}
