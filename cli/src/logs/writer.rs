//! The formats and where they go.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, bail};

use crate::args::{Format, LogArgs};
use crate::columns::{Column, Log, Note, Notices, Oddities, Row, Sessions, Weird};
#[cfg(feature = "parquet")]
use crate::parquet;
use crate::table::{Look, Table};
use crate::{json, zeek};

/// An open log of sessions, one of oddities where there is a directory for it, and one of notices where that is asked for.
pub(crate) struct Writer<'w> {
    form: Form<'w>,
    written: Arc<AtomicU64>,
    rows: u64,
}

enum Form<'w> {
    Table(Table<'w>),
    Zeek {
        ssh: zeek::File<Sessions, Box<dyn Write + 'w>>,
        weird: Option<zeek::File<Oddities, Box<dyn Write>>>,
        notice: Option<zeek::File<Notices, Box<dyn Write>>>,
    },
    Json {
        columns: Vec<&'static Column<Sessions>>,
        ssh: Box<dyn Write + 'w>,
        weird: Option<Box<dyn Write>>,
        notice: Option<Box<dyn Write>>,
    },
    #[cfg(feature = "parquet")]
    Parquet {
        ssh: Box<parquet::File<Sessions, Counted>>,
        weird: Box<parquet::File<Oddities, Counted>>,
        notice: Option<Box<parquet::File<Notices, Counted>>>,
    },
}

/// The names of the logs' files.
pub(super) const fn names(format: Format) -> [&'static str; 3] {
    match format {
        Format::Parquet => ["ssh.parquet", "weird.parquet", "notice.parquet"],
        Format::Table | Format::Zeek | Format::Json => ["ssh.log", "weird.log", "notice.log"],
    }
}

impl<'w> Writer<'w> {
    /// Opens the logs that are asked for, on `stdout` if no directory is named.
    pub(crate) fn new(
        format: Format,
        args: &LogArgs,
        stdout: &'w mut dyn Write,
        look: Look,
        summary: bool,
    ) -> anyhow::Result<Self> {
        if let Some(directory) = &args.output {
            return Writer::in_directory(format, args, directory);
        }
        let written = Arc::default();
        let ssh: Box<dyn Write + 'w> = Box::new(stdout);
        let form = match format {
            Format::Table => {
                let columns =
                    args.fields.as_ref().map(|fields| fields.of(Sessions::of_zeek())).transpose()?;
                Form::Table(Table::new(ssh, columns, look, summary))
            }
            Format::Zeek => Form::zeek(args, ssh, None, None)?,
            Format::Json => Form::json(args, ssh, None, None)?,
            Format::Parquet => bail!("Parquet goes to files"),
        };
        Ok(Self { form, written, rows: 0 })
    }

    fn wants(&self) -> &[&'static Column<Sessions>] {
        match &self.form {
            Form::Table(table) => table.columns(),
            Form::Zeek { ssh, .. } => ssh.columns(),
            Form::Json { columns, .. } => columns,
            #[cfg(feature = "parquet")]
            Form::Parquet { ssh, .. } => ssh.columns(),
        }
    }

    /// Whether it writes anything that is only worked out for who wants it.
    pub(super) fn wants_details(&self) -> bool {
        self.wants().iter().any(|column| column.detail)
    }

    /// The octets in all files so far.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Whether no row was written.
    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    pub(super) fn session(&mut self, row: &Row<'_>) -> io::Result<()> {
        self.rows = self.rows.saturating_add(1);
        match &mut self.form {
            Form::Table(table) => table.session(row),
            Form::Zeek { ssh, .. } => ssh.write(row),
            Form::Json { columns, ssh, .. } => write_json(columns, row, ssh),
            #[cfg(feature = "parquet")]
            Form::Parquet { ssh, .. } => ssh.write(row),
        }
    }

    pub(super) fn oddity(&mut self, weird: &Weird<'_>) -> io::Result<()> {
        self.rows = self.rows.saturating_add(1);
        match &mut self.form {
            Form::Table(table) => table.oddity(weird),
            Form::Zeek { weird: Some(log), .. } => log.write(weird)?,
            Form::Json { weird: Some(log), .. } => write_json(&Oddities::all(), weird, log)?,
            Form::Zeek { weird: None, .. } | Form::Json { weird: None, .. } => {}
            #[cfg(feature = "parquet")]
            Form::Parquet { weird: log, .. } => log.write(weird)?,
        }
        Ok(())
    }

    /// Writes a notice, if there is a log for them.
    pub(super) fn notice(&mut self, note: &Note<'_>) -> io::Result<()> {
        self.rows = self.rows.saturating_add(1);
        match &mut self.form {
            Form::Table(table) => {
                table.notice(note.noticed);
                Ok(())
            }
            Form::Zeek { notice: Some(log), .. } => log.write(note),
            Form::Json { notice: Some(log), .. } => write_json(&Notices::all(), note, log),
            #[cfg(feature = "parquet")]
            Form::Parquet { notice: Some(log), .. } => log.write(note),
            _ => Ok(()),
        }
    }

    /// Makes what was written visible to others. Tables are laid out page by page, and Parquet is written in groups of rows.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match &mut self.form {
            Form::Table(_) => Ok(()),
            #[cfg(feature = "parquet")]
            Form::Parquet { .. } => Ok(()),
            Form::Zeek { ssh, weird, notice } => {
                ssh.flush()?;
                weird.as_mut().map_or(Ok(()), zeek::File::flush)?;
                notice.as_mut().map_or(Ok(()), zeek::File::flush)
            }
            Form::Json { ssh, weird, notice, .. } => {
                ssh.flush()?;
                weird.as_mut().map_or(Ok(()), Write::flush)?;
                notice.as_mut().map_or(Ok(()), Write::flush)
            }
        }
    }

    pub(super) fn end(mut self) -> io::Result<()> {
        self.flush()?;
        match self.form {
            Form::Table(table) => table.end(),
            Form::Zeek { ssh, weird, notice } => {
                ssh.end()?;
                weird.map_or(Ok(()), zeek::File::end)?;
                notice.map_or(Ok(()), zeek::File::end)
            }
            Form::Json { .. } => Ok(()),
            #[cfg(feature = "parquet")]
            Form::Parquet { ssh, weird, notice } => {
                ssh.end()?;
                weird.end()?;
                notice.map_or(Ok(()), |notice| notice.end())
            }
        }
    }
}

impl Writer<'static> {
    /// Opens the logs that are asked for in this directory, which is made if it is not there.
    pub(super) fn in_directory(format: Format, args: &LogArgs, directory: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(directory)
            .with_context(|| format!("cannot make the directory {}", directory.display()))?;
        let written = Arc::default();
        let [ssh, weird, notice] = names(format).map(|name| directory.join(name));
        let (ssh, weird) = (create(&ssh, &written)?, create(&weird, &written)?);
        let notice = args.notices.wanted.then(|| create(&notice, &written)).transpose()?;
        let form = match format {
            #[cfg(feature = "parquet")]
            Format::Parquet => Form::Parquet {
                ssh: Box::new(parquet::File::begin(ssh, columns(args, Sessions::all())?)?),
                weird: Box::new(parquet::File::begin(weird, Oddities::all())?),
                notice: notice
                    .map(|notice| parquet::File::begin(notice, Notices::all()).map(Box::new))
                    .transpose()?,
            },
            #[cfg(not(feature = "parquet"))]
            Format::Parquet => bail!("this build writes no Parquet"),
            Format::Json => Form::json(args, boxed(ssh), Some(boxed(weird)), notice.map(boxed))?,
            // Nobody reads tables from files.
            Format::Zeek | Format::Table => {
                Form::zeek(args, boxed(ssh), Some(boxed(weird)), notice.map(boxed))?
            }
        };
        Ok(Self { form, written, rows: 0 })
    }
}

impl<'w> Form<'w> {
    fn zeek(
        args: &LogArgs,
        ssh: Box<dyn Write + 'w>,
        weird: Option<Box<dyn Write>>,
        notice: Option<Box<dyn Write>>,
    ) -> anyhow::Result<Self> {
        let columns = columns(args, Sessions::of_zeek())?;
        let ssh = zeek::File::begin(ssh, columns)?;
        let weird = weird.map(|weird| zeek::File::begin(weird, Oddities::of_zeek())).transpose()?;
        let notice = notice.map(|notice| zeek::File::begin(notice, Notices::of_zeek())).transpose()?;
        Ok(Self::Zeek { ssh, weird, notice })
    }

    fn json(
        args: &LogArgs,
        ssh: Box<dyn Write + 'w>,
        weird: Option<Box<dyn Write>>,
        notice: Option<Box<dyn Write>>,
    ) -> anyhow::Result<Self> {
        Ok(Self::Json { columns: columns(args, Sessions::all())?, ssh, weird, notice })
    }
}

fn columns(
    args: &LogArgs,
    usual: Vec<&'static Column<Sessions>>,
) -> anyhow::Result<Vec<&'static Column<Sessions>>> {
    match &args.fields {
        Some(fields) => Ok(fields.of(usual)?),
        None => Ok(usual),
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

fn create(path: &Path, written: &Arc<AtomicU64>) -> anyhow::Result<Counted> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Counted { file, written: Arc::clone(written) })
}

fn boxed(file: Counted) -> Box<dyn Write> {
    Box::new(BufWriter::new(file))
}

/// Counts what is written.
struct Counted {
    file: File,
    written: Arc<AtomicU64>,
}

impl Write for Counted {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let count = self.file.write(octets)?;
        self.written.fetch_add(u64::try_from(count).unwrap_or(0), Ordering::Relaxed);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
