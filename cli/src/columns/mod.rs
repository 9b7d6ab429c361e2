//! What the logs hold: each column is declared once, with its name, type, meaning and source, and every writer, the page
//! `docs/columns.md` and the schema of Parquet files follow from that.

mod fields;
mod notice;
mod oddity;
#[cfg(test)]
mod page;
mod row;
mod session;
mod value;

pub(crate) use fields::{Fields, UnknownField};
pub(crate) use notice::{Note, Notices};
pub(crate) use oddity::{Oddities, Weird};
pub(crate) use row::Row;
pub(crate) use session::Sessions;
pub(crate) use value::{Kind, Object, Value};

/// A log: what its rows are made from, and its columns.
pub(crate) trait Log: Sized + 'static {
    /// What a row is made from.
    type Row<'r>;

    /// Its name, which is that of its files.
    const NAME: &'static str;

    /// All its columns, those of Zeek's log first, in Zeek's order.
    const COLUMNS: &'static [Column<Self>];

    /// The columns that Zeek's log has.
    fn of_zeek() -> Vec<&'static Column<Self>> {
        Self::COLUMNS.iter().filter(|column| column.source == ZEEK).collect()
    }

    /// All columns.
    fn all() -> Vec<&'static Column<Self>> {
        Self::COLUMNS.iter().collect()
    }
}

/// A column of a log.
pub(crate) struct Column<L: Log> {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// What it says, as a phrase.
    pub(crate) meaning: &'static str,
    /// Where it comes from: [`ZEEK`], or who defines it.
    pub(crate) source: &'static str,
    /// Whether it takes what is only worked out for who [wants it](kexray_capture::Observer::wants_details).
    pub(crate) detail: bool,
    /// What stands there in a row; `None` where it is not known.
    pub(crate) value: for<'v, 'r> fn(&'v L::Row<'r>) -> Option<Value<'v>>,
}

/// The source of the columns of Zeek's own logs.
pub(crate) const ZEEK: &str = "Zeek";
/// The source of our own.
pub(crate) const KEXRAY: &str = "kexray";
