//! What may be typed.

#[cfg(all(feature = "live", target_os = "linux"))]
mod live;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};
use kexray_analyzer::{Config, Engine};
use kexray_audit::Severity;
use kexray_audit::notices::{Thresholds, Watch};
use kexray_capture::{IpNet, Limits, LocalNetworks};

use crate::columns::Fields;
use crate::quantity::{Size, Time};
#[cfg(all(feature = "live", target_os = "linux"))]
pub(crate) use live::LiveArgs;

/// Watches SSH without holding a key: reads packet captures and says what SSH did.
#[derive(Debug, Parser)]
#[command(name = "kexray", version, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Options from a TOML file, by their names; those that are typed count more
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the SSH sessions of captures
    Read(ReadArgs),
    /// Write every event of the SSH sessions of captures, as JSON lines in order of time
    Events(EventsArgs),
    /// List the SSH servers and clients of captures, and what is wrong with them
    Audit(AuditArgs),
    /// Log the SSH sessions of network interfaces, as they end
    #[cfg(all(feature = "live", target_os = "linux"))]
    Live(LiveArgs),
    /// Write a page that shows the SSH sessions of captures: over time, by peers and algorithms, and packet by packet
    Report(ReportArgs),
    /// Tell what an event, a column, an oddity, a finding, a notice, a counter or an algorithm is, by its name; without one, list all names
    Explain(ExplainArgs),
    /// Write completions for a shell
    Completions(CompletionsArgs),
    /// Write the manual page
    Man(ManArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// As it stands in logs; upper and lower case are the same
    pub(crate) name: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ManArgs {
    /// The command whose page is wanted, instead of that of all
    pub(crate) command: Option<String>,

    /// Write a file for each command into this directory instead
    #[arg(long, short, value_name = "DIR", conflicts_with = "command")]
    pub(crate) output: Option<PathBuf>,
}

/// What every command that reads captures takes.
#[derive(Debug, clap::Args)]
pub(crate) struct InputArgs {
    /// Captures: pcap or pcapng, plain or compressed with gzip or zstd; `-` is standard input. Each is read by itself
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) manners: MannerArgs,
}

/// How what is told of connections comes about.
#[derive(Debug, clap::Args)]
pub(crate) struct AnalysisArgs {
    #[command(flatten)]
    pub(crate) uids: UidArgs,

    /// What tells whether users were authenticated
    #[arg(long, value_enum, default_value_t)]
    pub(crate) auth: Auth,
}

/// What every command takes that calls connections by their uids.
#[derive(Debug, clap::Args)]
pub(crate) struct UidArgs {
    /// Changes the uid of every connection; the same seed gives the same uids
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) seed: u64,
}

/// With how many threads captures are read.
#[derive(Debug, clap::Args)]
pub(crate) struct ThreadArgs {
    /// Threads that read each capture; the output is the same with any number
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: u16,
}

/// What every command takes that looks at packets, wherever they come from.
#[derive(Debug, clap::Args)]
pub(crate) struct MannerArgs {
    /// No progress bar, and no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,

    /// At the end, write to standard error what was counted: packets, flows, and what was dropped, by reason
    #[arg(long)]
    pub(crate) stats: bool,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

impl AnalysisArgs {
    /// How connections are analyzed.
    pub(crate) fn config(&self) -> Config {
        let mut config = Config::default();
        config.engine = match self.auth {
            Auth::Dialogue => Engine::Dialogue,
            Auth::Classic => Engine::Classic,
        };
        config
    }
}

/// What tells whether users were authenticated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Auth {
    /// Every reading of the packets' sizes, directions and order that the protocol allows
    #[default]
    Dialogue,
    /// Zeek's rule
    Classic,
}

/// Bounds on memory and patience.
#[derive(Debug, clap::Args)]
pub(crate) struct LimitArgs {
    /// TCP connections that are followed at once; beyond it those that were quiet longest are given up
    #[arg(long, help_heading = "Limits", value_name = "NUMBER", default_value_t = default_flows(), value_parser = clap::value_parser!(u32).range(1..=1 << 31))]
    max_flows: u32,

    /// Bytes that may wait for missing segments, in all connections together; K, M and G are understood
    #[arg(long, help_heading = "Limits", value_name = "SIZE", default_value_t = Size(Limits::default().buffered_in_total))]
    max_buffer: Size,

    /// Bytes that may wait for missing segments in one direction of a connection
    #[arg(long, help_heading = "Limits", value_name = "SIZE", default_value_t = Size(Limits::default().buffered_per_direction))]
    max_stream_buffer: Size,

    /// How long a quiet connection is remembered, in seconds or as in 90s, 5m, 1h
    #[arg(long, help_heading = "Limits", value_name = "TIME", default_value_t = Time(Limits::default().idle_timeout))]
    idle_timeout: Time,
}

fn default_flows() -> u32 {
    u32::try_from(Limits::default().flows).unwrap_or(u32::MAX)
}

impl LimitArgs {
    pub(crate) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        limits.flows = usize::try_from(self.max_flows).unwrap_or(usize::MAX);
        limits.buffered_in_total = self.max_buffer.0;
        limits.buffered_per_direction = self.max_stream_buffer.0;
        limits.idle_timeout = self.idle_timeout.0;
        limits
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct ReadArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// How sessions are written [default: table, or zeek with --output]
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<Format>,

    #[command(flatten)]
    pub(crate) logs: LogArgs,

    /// Tell of one session only: what its packets were taken for, and how the verdict on its authentication came about. SESSION
    /// is its uid
    #[arg(long, value_name = "SESSION", conflicts_with_all = ["format", "output", "fields"])]
    pub(crate) explain: Option<String>,

    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,

    #[command(flatten)]
    pub(crate) threads: ThreadArgs,
}

/// What the logs hold, and where they go.
#[derive(Debug, clap::Args)]
pub(crate) struct LogArgs {
    /// Write ssh.log and weird.log into this directory instead of standard output
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,

    /// The columns to write, by name, in this order; with a `+` in front they come behind those that the format has anyway;
    /// `all` stands for all. `kexray explain NAME` says what they are
    #[arg(long, value_name = "NAMES")]
    pub(crate) fields: Option<Fields>,

    /// A local network, for the column `direction`; may be repeated [default: networks that are not routed globally]
    #[arg(long, value_name = "NET", value_delimiter = ',')]
    local: Vec<IpNet>,

    #[command(flatten)]
    pub(crate) notices: NoticeArgs,
}

/// What is noticed.
#[derive(Debug, clap::Args)]
pub(crate) struct NoticeArgs {
    /// Tell too who guesses passwords or scans, which host keys changed: below the table, or in notice.log. `kexray explain
    /// NAME` says what a notice means
    #[arg(long = "notices", help_heading = "Notices")]
    pub(crate) wanted: bool,

    /// Connections in which a host fails to authenticate within the window until it is said to guess passwords
    #[arg(long, help_heading = "Notices", value_name = "NUMBER", requires = "wanted", default_value_t = Thresholds::default().guesses)]
    guesses: u64,

    /// Connections of a host within the window that end without an attempt, until it is said to scan
    #[arg(long, help_heading = "Notices", value_name = "NUMBER", requires = "wanted", default_value_t = Thresholds::default().scans)]
    scans: u64,

    /// How long connections of a host count together
    #[arg(long, help_heading = "Notices", value_name = "TIME", requires = "wanted", default_value_t = Time(Thresholds::default().window))]
    window: Time,

    /// Attempts to authenticate in one connection that are many
    #[arg(long, help_heading = "Notices", value_name = "NUMBER", requires = "wanted", default_value_t = Thresholds::default().attempts)]
    attempts: u64,
}

impl NoticeArgs {
    /// What tells of them, if they are wanted.
    pub(crate) fn watch(&self) -> Option<Watch> {
        let mut thresholds = Thresholds::default();
        thresholds.guesses = self.guesses;
        thresholds.scans = self.scans;
        thresholds.window = self.window.0;
        thresholds.attempts = self.attempts;
        self.wanted.then(|| Watch::new(thresholds))
    }
}

impl LogArgs {
    /// Whether there is a place for notices, if they are wanted.
    fn check_notices(&self, format: Format) -> Result<(), Contradiction> {
        if self.notices.wanted && self.output.is_none() && format != Format::Table {
            return Err(Contradiction(
                "notices have a log of their own: name a directory with --output, or read captures with --format table",
            ));
        }
        Ok(())
    }

    pub(crate) fn local_networks(&self) -> LocalNetworks {
        if self.local.is_empty() { LocalNetworks::default() } else { LocalNetworks::new(self.local.clone()) }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct EventsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// How the report is written
    #[arg(long, short, value_enum, default_value_t)]
    pub(crate) format: AuditFormat,

    /// Exit with 3 if something this bad, or worse, is found
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    pub(crate) fail_on: Option<Severity>,

    #[command(flatten)]
    pub(crate) threads: ThreadArgs,
}

/// How an audit's report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// For people
    #[default]
    Table,
    /// One JSON object
    Json,
    /// A cryptography bill of materials, CycloneDX 1.6
    Cyclonedx,
}

fn severity() -> impl TypedValueParser<Value = Severity> {
    let words = PossibleValuesParser::new(Severity::ALL.map(Severity::name));
    words.try_map(|word| word.parse::<Severity>())
}

#[derive(Debug, clap::Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// Where the page goes: one HTML file that needs no other and no network; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,

    /// Sessions that are told packet by packet; of more, a sample is taken, while totals count all
    #[arg(long, help_heading = "Limits", value_name = "NUMBER", default_value_t = kexray_report::Limits::default().sessions)]
    pub(crate) sessions: usize,

    #[command(flatten)]
    pub(crate) uids: UidArgs,
}

/// How sessions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// Zeek's ssh.log
    Zeek,
    /// A JSON object a line
    Json,
    /// Parquet files, compressed with zstd; this takes a build with it
    Parquet,
}

impl Format {
    /// The format that goes with files or with standard output.
    fn suits(self, output: Option<&PathBuf>) -> Result<Self, Contradiction> {
        match (self, output) {
            (Self::Table, Some(_)) => Err(Contradiction(
                "a table goes to standard output only: with --output use --format zeek, json or parquet",
            )),
            (Self::Parquet, _) if cfg!(not(feature = "parquet")) => Err(Contradiction(
                "this build writes no Parquet: use the package, or build with `--features parquet`",
            )),
            (Self::Parquet, None) => {
                Err(Contradiction("Parquet goes to files: name a directory with --output"))
            }
            _ => Ok(self),
        }
    }
}

/// Arguments that make sense each, but not together.
#[derive(Debug)]
pub(crate) struct Contradiction(&'static str);

impl std::fmt::Display for Contradiction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Contradiction {}

impl ReadArgs {
    /// The format that was asked for, or goes with the other arguments.
    pub(crate) fn format(&self) -> Result<Format, Contradiction> {
        let usual = if self.logs.output.is_some() { Format::Zeek } else { Format::Table };
        let format = self.format.unwrap_or(usual).suits(self.logs.output.as_ref())?;
        self.logs.check_notices(format)?;
        Ok(format)
    }
}
