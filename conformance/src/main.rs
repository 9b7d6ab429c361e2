//! Measures how well kexray tells what happened, on captures whose truth is known.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use kexray_conformance::score::{Engine, Labels, report, score};

#[derive(Debug, Parser)]
#[command(name = "kexray-conformance", about)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Score what is said of authentication against a folder of labelled captures
    Score(ScoreArgs),
}

#[derive(Debug, clap::Args)]
struct ScoreArgs {
    /// The captures, with their truth in `labels.jsonl`
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Which of our engines to score
    #[arg(long, value_enum, default_value_t = Ours::Both)]
    engine: Ours,

    /// Score Zeek too: a folder with its `ssh.log` of each capture, as JSON lines in `<capture>.json`
    #[arg(long, value_name = "DIR")]
    zeek: Option<PathBuf>,

    /// Write all marks and misses as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write the report, with every miss by name, as Markdown
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Ours {
    /// Zeek's rule
    Classic,
    /// The dialogue engine
    Dialogue,
    /// Both, side by side
    Both,
}

impl Ours {
    fn engines(self) -> Vec<Engine> {
        match self {
            Self::Classic => vec![Engine::Classic],
            Self::Dialogue => vec![Engine::Dialogue],
            Self::Both => vec![Engine::Dialogue, Engine::Classic],
        }
    }
}

fn main() -> ExitCode {
    let Command::Score(args) = Args::parse().command;
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "kexray-conformance: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &ScoreArgs) -> Result<(), Box<dyn std::error::Error>> {
    let labels = Labels::of(&args.folder)?;
    let mut engines = args.engine.engines();
    engines.extend(args.zeek.clone().map(Engine::Zeek));
    let cards = engines.iter().map(|engine| score(&args.folder, &labels, engine));
    let cards = cards.collect::<Result<Vec<_>, _>>()?;
    if let Some(path) = &args.json {
        write(path, &(serde_json::to_string_pretty(&cards)? + "\n"))?;
    }
    if let Some(path) = &args.report {
        write(path, &report::markdown(&cards, true))?;
    }
    io::stdout().write_all(report::markdown(&cards, false).as_bytes())?;
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
