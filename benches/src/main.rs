//! The `kexray-bench` command: makes large captures, and compares what reading them costs.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use kexray_benches::compare::Comparison;
use kexray_benches::make::{self, Kind, Plan};
use kexray_benches::{floor, measure, trace};
use serde_json::Value;

/// Makes large captures, and compares what reading them costs
#[derive(Debug, Parser)]
#[command(name = "kexray-bench", version)]
struct Command {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Make a large capture out of small ones
    Make(MakeArgs),
    /// Read captures with kexray and with others, and compare what that costs
    Compare(CompareArgs),
    /// Walk over a capture and count what its flows carry: the least that anyone can do
    Floor {
        /// The capture
        file: PathBuf,
    },
    /// Run a command, and tell as JSON what it used
    Measure {
        /// The command and its arguments
        #[arg(trailing_var_arg = true, required = true)]
        command: Vec<String>,
    },
}

#[derive(Debug, Args)]
struct MakeArgs {
    /// What kind of capture
    #[arg(long, value_enum)]
    kind: Kind,

    /// How many copies, of all sources together; each source in turn
    #[arg(long)]
    copies: u32,

    /// About how many copies are under way at once
    #[arg(long, default_value_t = 1000)]
    open: u32,

    /// Bulk: millions of octets of ciphertext, of all copies together
    #[arg(long, value_name = "MB", default_value_t = 500)]
    size: u64,

    /// Mixed: percent of the packets that are other traffic
    #[arg(long, value_name = "PERCENT", default_value_t = 95)]
    other: u8,

    /// The file that is written
    #[arg(long, short)]
    out: PathBuf,

    /// Small captures of Ethernet frames
    #[arg(required = true)]
    sources: Vec<PathBuf>,
}

#[derive(Debug, Args)]
struct CompareArgs {
    /// Captures as `make` writes them
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// How often the floor and kexray are run, in turn
    #[arg(long, default_value_t = 5)]
    runs: u32,

    /// How often the others are run, in the first of these rounds; 0 leaves them out
    #[arg(long, value_name = "RUNS", default_value_t = 1)]
    peers: u32,

    /// The command under test [default: the one beside this program]
    #[arg(long)]
    kexray: Option<PathBuf>,

    /// Write all figures into this file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match Command::parse().task {
        Task::Make(args) => make_capture(&args, &mut stdout),
        Task::Compare(args) => compare(args, &mut stdout),
        Task::Floor { file } => {
            let totals = floor::walk(&file).with_context(|| format!("cannot read {}", file.display()))?;
            Ok(writeln!(stdout, "{totals:?}")?)
        }
        Task::Measure { command } => Ok(writeln!(stdout, "{}", measure::here(&command)?.to_json())?),
    }
}

fn make_capture(args: &MakeArgs, stdout: &mut impl Write) -> anyhow::Result<()> {
    let sources = args.sources.iter().map(|path| trace::packets(path)).collect::<Result<Vec<_>, _>>()?;
    let plan = Plan {
        kind: args.kind,
        copies: args.copies,
        open: args.open,
        octets: args.size.saturating_mul(1_000_000),
        other_percent: args.other,
    };
    let file = File::create(&args.out).with_context(|| format!("cannot write {}", args.out.display()))?;
    let made = make::make(plan, &sources, BufWriter::with_capacity(1 << 20, file))?;
    Ok(writeln!(stdout, "{}: {} packets, {} octets", args.out.display(), made.packets, made.octets)?)
}

fn compare(args: CompareArgs, stdout: &mut impl Write) -> anyhow::Result<()> {
    let comparison = Comparison { kexray: args.kexray, runs: args.runs, peer_runs: args.peers };
    let mut reports = Vec::new();
    for file in &args.files {
        let report = comparison.run(file)?;
        writeln!(stdout, "{}", report.to_markdown())?;
        stdout.flush()?;
        reports.push(report.to_json());
    }
    if let Some(path) = args.json {
        fs::write(&path, format!("{:#}\n", Value::from(reports)))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
