//! `kexray read`: the sessions of captures, and what was odd about them.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;
use kexray_analyzer::{Event, Session, Timestamp};
use kexray_capture::{Flow, LocalNetworks, Observer, Oddity, Uid};

use crate::args::{Format, ReadArgs};
use crate::columns::{Column, Log, Oddities, Row, Sessions, Weird};
use crate::table::Table;
use crate::{explain, input, json, stats, zeek};

pub(crate) fn run(
    args: &ReadArgs,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
    to_terminal: bool,
    progress: bool,
) -> anyhow::Result<bool> {
    if let Some(uid) = &args.explain {
        return explain::run(args, uid, stdout, stderr, progress);
    }
    let config = args.input.config();
    let writer = Writer::new(args, stdout, to_terminal)?;
    let log = Sink { writer, seed: args.input.seed, local: args.local_networks(), failed: None };
    // The analyzer does not wait for our output: its failure is met after the packet.
    let check = |log: &mut Sink<'_>| log.failed.take().map_or(Ok(()), |error| Err(error.into()));
    let outcome = match args.threads.get() {
        1 => input::read(&args.input, config, log, stderr, progress, |flows| check(flows.observer_mut()))?,
        threads => input::read_in_parallel(&args.input, config, threads, log, stderr, progress, check)?,
    };
    outcome.observer.writer.end()?;
    if args.input.stats {
        let _ = stats::write(&outcome.stats, stderr);
    }
    Ok(outcome.all_read)
}

/// Writes a row for each session.
struct Sink<'w> {
    writer: Writer<'w>,
    seed: u64,
    local: LocalNetworks,
    failed: Option<io::Error>,
}

impl Observer for Sink<'_> {
    const EVENTS: bool = false;

    fn wants_details(&self) -> bool {
        self.writer.columns().iter().any(|column| column.detail)
    }

    fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {}

    fn oddity(&mut self, flow: &Flow, at: Timestamp, oddity: Oddity) {
        let weird = Weird { at, uid: Uid::of(flow, self.seed), flow, oddity };
        if let Err(error) = self.writer.oddity(&weird) {
            self.failed.get_or_insert(error);
        }
    }

    fn session(&mut self, flow: &Flow, session: Session) {
        let bound = self.local.bound(flow);
        let row = Row { uid: Uid::of(flow, self.seed), flow, session: &session, bound };
        if let Err(error) = self.writer.session(&row) {
            self.failed.get_or_insert(error);
        }
    }
}

/// The formats and where they go.
enum Writer<'w> {
    Table(Table<'w>),
    Zeek {
        ssh: zeek::File<Sessions, Box<dyn Write + 'w>>,
        weird: Option<zeek::File<Oddities, Box<dyn Write>>>,
    },
    Json {
        columns: Vec<&'static Column<Sessions>>,
        ssh: Box<dyn Write + 'w>,
        weird: Option<Box<dyn Write>>,
    },
}

impl<'w> Writer<'w> {
    fn new(args: &ReadArgs, stdout: &'w mut dyn Write, to_terminal: bool) -> anyhow::Result<Self> {
        let format = args.format()?;
        let columns = |usual| match &args.fields {
            Some(fields) => fields.of(usual),
            None => Ok(usual),
        };
        let columns = match format {
            Format::Table => args.fields.as_ref().map(|fields| fields.of(Sessions::of_zeek())).transpose()?,
            Format::Zeek => Some(columns(Sessions::of_zeek())?),
            Format::Json => Some(columns(Sessions::all())?),
        };
        let file = |name| args.output.as_deref().map(|directory| create(directory, name)).transpose();
        let weird = file("weird.log")?;
        let ssh = match file("ssh.log")? {
            Some(file) => file,
            None => Box::new(stdout) as Box<dyn Write + 'w>,
        };
        Ok(match (format, columns) {
            (Format::Table, columns) => Self::Table(Table::new(ssh, columns, to_terminal, !args.input.quiet)),
            (Format::Zeek, columns) => Self::Zeek {
                ssh: zeek::File::begin(ssh, columns.unwrap_or_default())?,
                weird: weird.map(|weird| zeek::File::begin(weird, Oddities::of_zeek())).transpose()?,
            },
            (Format::Json, columns) => Self::Json { columns: columns.unwrap_or_default(), ssh, weird },
        })
    }

    /// The columns that are written of sessions.
    fn columns(&self) -> &[&'static Column<Sessions>] {
        match self {
            Self::Table(table) => table.columns(),
            Self::Zeek { ssh, .. } => ssh.columns(),
            Self::Json { columns, .. } => columns,
        }
    }

    fn session(&mut self, row: &Row<'_>) -> io::Result<()> {
        match self {
            Self::Table(table) => table.session(row),
            Self::Zeek { ssh, .. } => ssh.write(row),
            Self::Json { columns, ssh, .. } => write_json(columns, row, ssh),
        }
    }

    fn oddity(&mut self, weird: &Weird<'_>) -> io::Result<()> {
        match self {
            Self::Table(table) => table.oddity(weird),
            Self::Zeek { weird: Some(log), .. } => log.write(weird)?,
            Self::Json { weird: Some(log), .. } => write_json(&Oddities::all(), weird, log)?,
            Self::Zeek { weird: None, .. } | Self::Json { weird: None, .. } => {}
        }
        Ok(())
    }

    fn end(self) -> io::Result<()> {
        match self {
            Self::Table(table) => table.end(),
            Self::Zeek { ssh, weird } => {
                ssh.end()?;
                weird.map_or(Ok(()), zeek::File::end)
            }
            Self::Json { mut ssh, weird, .. } => {
                ssh.flush()?;
                weird.map_or(Ok(()), |mut weird| weird.flush())
            }
        }
    }
}

fn write_json<L: Log>(
    columns: &[&'static Column<L>],
    row: &L::Row<'_>,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut line = String::with_capacity(1024);
    json::line(columns, row, &mut line);
    out.write_all(line.as_bytes())
}

fn create(directory: &Path, name: &str) -> anyhow::Result<Box<dyn Write>> {
    let path = directory.join(name);
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot make the directory {}", directory.display()))?;
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Box::new(BufWriter::new(file)))
}
