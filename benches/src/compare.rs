//! The command beside others that do comparable work, on the same captures and in the same run.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::floor::{self, Totals};
use crate::measure::{self, Usage};

/// What is compared, and how often.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The command under test; `None` looks for it beside the running program.
    pub kexray: Option<PathBuf>,
    /// Times that the floor and the command are run, in turn.
    pub runs: u32,
    /// Times that the others are run, in the first of these rounds; 0 leaves them out.
    pub peer_runs: u32,
}

/// What came out for a capture.
#[derive(Clone, Debug)]
pub struct Report {
    /// The capture's name.
    pub name: String,
    /// Octets of the file.
    pub file_octets: u64,
    /// What it holds.
    pub totals: Totals,
    /// A row for each that was run; the floor's is the first.
    pub rows: Vec<Row>,
}

/// What came out for a command.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name, and how it was called.
    pub name: &'static str,
    /// One for each run.
    pub runs: Vec<Usage>,
    /// Processor time as a multiple of the floor's in the same round: the median of the rounds.
    pub to_floor: f64,
}

impl Row {
    /// The median of the processor times, and of the times from start to end, in seconds.
    #[must_use]
    pub fn seconds(&self) -> (f64, f64) {
        let median_of = |of: fn(&Usage) -> f64| median(self.runs.iter().map(of).collect());
        (median_of(|usage| usage.cpu), median_of(|usage| usage.wall))
    }

    /// The highest peak of memory, in KiB.
    #[must_use]
    pub fn peak(&self) -> u64 {
        self.runs.iter().map(|usage| usage.peak).max().unwrap_or(0)
    }
}

/// A command that reads a capture.
struct Contender {
    name: &'static str,
    command: Vec<String>,
    is_peer: bool,
}

impl Comparison {
    /// Runs everything on a capture.
    ///
    /// # Errors
    ///
    /// Where the capture cannot be read, or a command fails.
    pub fn run(&self, capture: &Path) -> anyhow::Result<Report> {
        let capture = capture.canonicalize().with_context(|| format!("cannot read {}", capture.display()))?;
        // Also brings the file into the page cache.
        let totals = floor::walk(&capture).with_context(|| format!("cannot read {}", capture.display()))?;
        let contenders = self.contenders(&capture)?;
        let mut rows: Vec<(Row, Vec<f64>)> = contenders
            .iter()
            .map(|it| (Row { name: it.name, runs: Vec::new(), to_floor: 0.0 }, Vec::new()))
            .collect();
        for round in 0..self.runs.max(1) {
            let mut floor = None;
            for (contender, (row, ratios)) in contenders.iter().zip(&mut rows) {
                if contender.is_peer && round >= self.peer_runs {
                    continue;
                }
                // Some write logs where they stand.
                let directory = tempfile::tempdir()?;
                let usage = measure::apart(&contender.command, directory.path())?;
                ratios.push(usage.cpu / *floor.get_or_insert(usage.cpu));
                row.runs.push(usage);
            }
        }
        let rows = rows.into_iter().map(|(row, ratios)| Row { to_floor: median(ratios), ..row }).collect();
        Ok(Report {
            name: capture.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            file_octets: std::fs::metadata(&capture)?.len(),
            totals,
            rows,
        })
    }

    fn contenders(&self, capture: &Path) -> anyhow::Result<Vec<Contender>> {
        let own = std::env::current_exe()?;
        let kexray = match &self.kexray {
            Some(path) => path.canonicalize().with_context(|| format!("no command at {}", path.display()))?,
            None => own.with_file_name("kexray"),
        };
        anyhow::ensure!(
            kexray.is_file(),
            "{} is not there: build it with `cargo build --release -p kexray`, or name it with --kexray",
            kexray.display()
        );
        let capture = text(capture)?;
        let line = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let mut contenders = vec![
            Contender { name: "floor", command: line(&[&text(&own)?, "floor", &capture]), is_peer: false },
            Contender {
                name: "kexray read --format zeek",
                command: line(&[&text(&kexray)?, "read", "--quiet", "--format", "zeek", &capture]),
                is_peer: false,
            },
        ];
        let peers = [
            ("suricata -r -k none", line(&["suricata", "-r", &capture, "-k", "none", "-l", "."])),
            (
                "zeek -b -C -r base/protocols/ssh",
                line(&["zeek", "-b", "-C", "-r", &capture, "base/protocols/ssh"]),
            ),
            (
                "tshark -Y ssh -T fields -e ssh.protocol",
                line(&["tshark", "-n", "-r", &capture, "-Y", "ssh", "-T", "fields", "-e", "ssh.protocol"]),
            ),
        ];
        for (name, command) in peers {
            if self.peer_runs > 0 && command.first().is_some_and(|program| installed(program)) {
                contenders.push(Contender { name, command, is_peer: true });
            }
        }
        Ok(contenders)
    }
}

fn text(path: &Path) -> anyhow::Result<String> {
    path.to_str().map(str::to_owned).with_context(|| format!("{} is no text", path.display()))
}

fn installed(program: &str) -> bool {
    let path: OsString = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

/// The middle one; 0 of none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

impl Report {
    /// As a table of Markdown, with what was measured above it.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let Totals { packets, flows, .. } = self.totals;
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{}: {packets} packets, {flows} TCP flows, {} MB\n",
            self.name,
            self.file_octets.div_ceil(1_000_000)
        );
        let _ = writeln!(out, "| | CPU s | wall s | peak MiB | × floor | packets / CPU s | MB / CPU s |");
        let _ = writeln!(out, "|---|--:|--:|--:|--:|--:|--:|");
        for row in &self.rows {
            let (cpu, wall) = row.seconds();
            let _ = writeln!(
                out,
                "| {} | {cpu:.2} | {wall:.2} | {} | {:.2} | {:.0} | {:.0} |",
                row.name,
                row.peak().div_ceil(1024),
                row.to_floor,
                packets as f64 / cpu,
                self.file_octets as f64 / 1e6 / cpu,
            );
        }
        out
    }

    /// All of it, as an object of JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let (cpu, wall) = row.seconds();
            json!({
                "command": row.name,
                "median_cpu_seconds": cpu,
                "median_wall_seconds": wall,
                "peak_kib": row.peak(),
                "times_floor": row.to_floor,
                "runs": row.runs.iter().map(Usage::to_json).collect::<Vec<_>>(),
            })
        });
        json!({
            "capture": self.name,
            "octets": self.file_octets,
            "packets": self.totals.packets,
            "tcp_flows": self.totals.flows,
            "rows": rows.collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(Vec::new()), 0.0);
    }
}
