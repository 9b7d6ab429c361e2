//! Logs as Parquet files, compressed with zstd: a column of the file for each column of the log, and lists and objects as lists
//! and groups.

mod column;
mod schema;

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;

use crate::columns::{Column, Log};
use column::Waiting;

/// Rows that are written together, and octets of text in them from which on there may be fewer.
const ROWS: usize = 1 << 16;
const OCTETS: usize = 16 << 20;

/// A log file.
pub(crate) struct File<L: Log, W: Write + Send> {
    columns: Vec<&'static Column<L>>,
    writer: SerializedFileWriter<W>,
    /// What waits to be written, for each column.
    waiting: Vec<Waiting>,
    rows: usize,
}

impl<L: Log, W: Write + Send> File<L, W> {
    /// Begins a log with these columns.
    pub(crate) fn begin(out: W, columns: Vec<&'static Column<L>>) -> io::Result<Self> {
        let properties = WriterProperties::builder()
            .set_created_by(concat!("kexray ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::ZSTD(Default::default()))
            .build();
        let schema = schema::of(&columns).map_err(failed)?;
        let writer =
            SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties)).map_err(failed)?;
        let waiting = columns.iter().map(|column| Waiting::new(column.kind)).collect();
        Ok(Self { columns, writer, waiting, rows: 0 })
    }

    /// Its columns.
    pub(crate) fn columns(&self) -> &[&'static Column<L>] {
        &self.columns
    }

    /// Adds a row. It reaches the file with others.
    pub(crate) fn write(&mut self, row: &L::Row<'_>) -> io::Result<()> {
        for (column, waiting) in self.columns.iter().zip(&mut self.waiting) {
            waiting.add((column.value)(row));
        }
        self.rows = self.rows.saturating_add(1);
        let octets = self.waiting.iter().map(Waiting::octets).fold(0, usize::saturating_add);
        if self.rows >= ROWS || octets >= OCTETS { self.write_group().map_err(failed) } else { Ok(()) }
    }

    /// Ends the log. Without that it cannot be read.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.write_group().map_err(failed)?;
        self.writer.close().map_err(failed)?;
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        if std::mem::take(&mut self.rows) == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for waiting in &mut self.waiting {
            waiting.write(&mut group)?;
        }
        group.close()?;
        Ok(())
    }
}

/// What the library could not write, as a mistake of writing.
fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        error => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests;
