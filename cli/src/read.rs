//! `kexray read`: the sessions of captures, and what was odd about them.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;
use kexray_analyzer::{Event, Session, Timestamp};
use kexray_capture::{Flow, LocalNetworks, Observer, Oddity, Uid};

use crate::args::{Format, ReadArgs};
use crate::columns::Row;
use crate::json::Object;
use crate::table::Table;
use crate::weird::Weird;
use crate::{input, stats, zeek};

pub(crate) fn run(
    args: &ReadArgs,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
    to_terminal: bool,
    progress: bool,
) -> anyhow::Result<bool> {
    let writer = Writer::new(args, stdout, to_terminal)?;
    let log = Log { writer, seed: args.input.seed, local: args.local_networks(), failed: None };
    // The analyzer does not wait for our output: its failure is met after the packet.
    let check = |log: &mut Log<'_>| log.failed.take().map_or(Ok(()), |error| Err(error.into()));
    let outcome = match args.threads.get() {
        1 => input::read(&args.input, log, stderr, progress, |flows| check(flows.observer_mut()))?,
        threads => input::read_in_parallel(&args.input, threads, log, stderr, progress, check)?,
    };
    outcome.observer.writer.end()?;
    if args.input.stats {
        let _ = stats::write(&outcome.stats, stderr);
    }
    Ok(outcome.all_read)
}

/// Writes a row for each session.
struct Log<'w> {
    writer: Writer<'w>,
    seed: u64,
    local: LocalNetworks,
    failed: Option<io::Error>,
}

impl Observer for Log<'_> {
    const EVENTS: bool = false;

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
    Zeek { ssh: zeek::Log<Box<dyn Write + 'w>>, weird: Option<zeek::Log<Box<dyn Write>>> },
    Json { ssh: Box<dyn Write + 'w>, weird: Option<Box<dyn Write>> },
}

impl<'w> Writer<'w> {
    fn new(args: &ReadArgs, stdout: &'w mut dyn Write, to_terminal: bool) -> anyhow::Result<Self> {
        let format = args.format()?;
        let file = |name| args.output.as_deref().map(|directory| create(directory, name)).transpose();
        if let Some(directory) = &args.output {
            fs::create_dir_all(directory)
                .with_context(|| format!("cannot make the directory {}", directory.display()))?;
        }
        let weird = file("weird.log")?;
        let ssh = match file("ssh.log")? {
            Some(file) => file,
            None => Box::new(stdout) as Box<dyn Write + 'w>,
        };
        Ok(match format {
            Format::Table => Self::Table(Table::new(ssh, to_terminal, !args.input.quiet)),
            Format::Zeek => {
                Self::Zeek { ssh: zeek::Log::ssh(ssh)?, weird: weird.map(zeek::Log::weird).transpose()? }
            }
            Format::Json => Self::Json { ssh, weird },
        })
    }

    fn session(&mut self, row: &Row<'_>) -> io::Result<()> {
        match self {
            Self::Table(table) => table.session(row),
            Self::Zeek { ssh, .. } => ssh.session(row),
            Self::Json { ssh, .. } => ssh.write_all(session_json(row).as_bytes()),
        }
    }

    fn oddity(&mut self, weird: &Weird<'_>) -> io::Result<()> {
        match self {
            Self::Table(table) => table.oddity(weird),
            Self::Zeek { weird: Some(log), .. } => log.oddity(weird)?,
            Self::Json { weird: Some(log), .. } => {
                let mut line = String::new();
                weird.json(&mut line);
                log.write_all(line.as_bytes())?;
            }
            Self::Zeek { weird: None, .. } | Self::Json { weird: None, .. } => {}
        }
        Ok(())
    }

    fn end(self) -> io::Result<()> {
        match self {
            Self::Table(table) => table.end(),
            Self::Zeek { ssh, weird } => {
                ssh.end()?;
                weird.map_or(Ok(()), zeek::Log::end)
            }
            Self::Json { mut ssh, weird } => {
                ssh.flush()?;
                weird.map_or(Ok(()), |mut weird| weird.flush())
            }
        }
    }
}

fn create(directory: &Path, name: &str) -> anyhow::Result<Box<dyn Write>> {
    let path = directory.join(name);
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot make the directory {}", directory.display()))?;
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Box::new(BufWriter::new(file)))
}

/// A JSON line: Zeek's columns that are set, then our own.
fn session_json(row: &Row<'_>) -> String {
    let session = row.session;
    let mut line = String::with_capacity(1024);
    let mut object = Object::new(&mut line);
    object.connection(row.started(), row.uid, row.flow);
    if let Some(version) = session.version {
        object.number("version", u64::from(version));
    }
    if let Some(success) = session.auth_success {
        object.boolean("auth_success", success);
    }
    object.number("auth_attempts", session.auth_attempts);
    if let Some(bound) = row.bound {
        object.string("direction", bound.name());
    }
    let texts = [
        ("client", session.client.as_deref().map(Into::into)),
        ("server", session.server.as_deref().map(Into::into)),
        ("cipher_alg", row.cipher()),
        ("mac_alg", row.mac()),
        ("compression_alg", row.compression()),
        ("kex_alg", row.kex().map(Into::into)),
        ("host_key_alg", row.host_key().map(Into::into)),
        ("host_key_fingerprint", session.host_key_fingerprint.as_deref().map(|text| text.as_bytes().into())),
    ];
    for (name, value) in texts {
        if let Some(value) = value {
            object.text(name, &value);
        }
    }
    for (name, value) in row.directions() {
        object.text(name, value);
    }
    object.boolean("role_reversed", session.role_reversed);
    object.end();
    line.push('\n');
    line
}
