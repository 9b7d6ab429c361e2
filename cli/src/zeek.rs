//! Logs in the format of Zeek's ASCII writer.

use std::borrow::Cow;
use std::io::{self, Write};
use std::net::IpAddr;

use jiff::tz::TimeZone;
use kexray_analyzer::Timestamp;

use crate::columns::{Column, Log, Value};
use crate::{escape, json};

const UNSET: &str = "-";
const EMPTY: &str = "(empty)";
const SEPARATOR: u8 = b'\t';
const SET_SEPARATOR: u8 = b',';

/// A log file.
pub(crate) struct File<L: Log, W> {
    columns: Vec<&'static Column<L>>,
    lines: Lines<W>,
}

impl<L: Log, W: Write> File<L, W> {
    /// Begins a log with these columns.
    pub(crate) fn begin(mut out: W, columns: Vec<&'static Column<L>>) -> io::Result<Self> {
        writeln!(out, "#separator \\x09")?;
        writeln!(out, "#set_separator\t,")?;
        writeln!(out, "#empty_field\t{EMPTY}")?;
        writeln!(out, "#unset_field\t{UNSET}")?;
        writeln!(out, "#path\t{}", L::NAME)?;
        writeln!(out, "#open\t{}", now())?;
        write!(out, "#fields")?;
        for column in &columns {
            write!(out, "\t{}", column.name)?;
        }
        write!(out, "\n#types")?;
        for column in &columns {
            write!(out, "\t{}", column.kind.of_zeek())?;
        }
        writeln!(out)?;
        Ok(Self { columns, lines: Lines { out, line: Vec::new() } })
    }

    /// Its columns.
    pub(crate) fn columns(&self) -> &[&'static Column<L>] {
        &self.columns
    }

    /// Adds a row.
    pub(crate) fn write(&mut self, row: &L::Row<'_>) -> io::Result<()> {
        for column in &self.columns {
            self.lines.value((column.value)(row));
        }
        self.lines.write()
    }

    /// Makes what was written visible to others.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.lines.out.flush()
    }

    /// Ends the log.
    pub(crate) fn end(mut self) -> io::Result<()> {
        writeln!(self.lines.out, "#close\t{}", now())?;
        self.lines.out.flush()
    }
}

/// The lines of a log.
struct Lines<W> {
    out: W,
    /// The row that is being written.
    line: Vec<u8>,
}

impl<W: Write> Lines<W> {
    fn value(&mut self, value: Option<Value<'_>>) {
        match value {
            None => self.plain(UNSET),
            Some(Value::Time(at)) => self.time(at),
            Some(Value::Bool(value)) => self.plain(if value { "T" } else { "F" }),
            Some(Value::Count(count)) => self.number(count),
            Some(Value::Address(address)) => self.address(address),
            Some(Value::Plain(text)) => self.plain(&text),
            Some(Value::Text(text)) => self.text(&text),
            Some(Value::Texts(texts)) => self.texts(&texts),
            Some(Value::Objects(objects)) => {
                let mut text = String::new();
                json::list(&objects, &mut text);
                self.text(text.as_bytes());
            }
        }
    }

    fn address(&mut self, address: IpAddr) {
        match address {
            IpAddr::V4(address) => {
                for (index, octet) in address.octets().into_iter().enumerate() {
                    self.line.push(if index == 0 { SEPARATOR } else { b'.' });
                    self.digits(octet.into());
                }
            }
            IpAddr::V6(address) => self.plain(&address.to_string()),
        }
    }

    /// As [`Timestamp`] shows itself, without the ways of `std::fmt`: there is one in every row.
    fn time(&mut self, at: Timestamp) {
        self.number(at.seconds());
        let start = self.line.len();
        // A digit too many, in whose place the point comes.
        self.digits(u64::from(at.subsec_micros()).saturating_add(1_000_000));
        if let Some(point) = self.line.get_mut(start) {
            *point = b'.';
        }
    }

    fn number(&mut self, value: u64) {
        self.line.push(SEPARATOR);
        self.digits(value);
    }

    fn digits(&mut self, value: u64) {
        self.line.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    /// Text of our own.
    fn plain(&mut self, value: &str) {
        self.line.push(SEPARATOR);
        self.line.extend_from_slice(value.as_bytes());
    }

    /// Text from the wire.
    fn text(&mut self, value: &[u8]) {
        if value.is_empty() {
            return self.plain(EMPTY);
        }
        self.line.push(SEPARATOR);
        self.escaped(value);
    }

    /// Texts with commas between them.
    fn texts(&mut self, texts: &[Cow<'_, [u8]>]) {
        if texts.is_empty() {
            return self.plain(EMPTY);
        }
        for (index, text) in texts.iter().enumerate() {
            self.line.push(if index == 0 { SEPARATOR } else { SET_SEPARATOR });
            for (index, part) in text.split(|octet| *octet == SET_SEPARATOR).enumerate() {
                if index > 0 {
                    self.line.extend_from_slice(b"\\x2c");
                }
                self.escaped(part);
            }
        }
    }

    /// Text, escaped so that it can be mistaken neither for a separator nor for an unset or empty field.
    fn escaped(&mut self, value: &[u8]) {
        let is_itself = value != UNSET.as_bytes() && value != EMPTY.as_bytes();
        // All octets are looked at, for that is done many at once.
        if value.iter().fold(is_itself, |plain, octet| plain & matches!(octet, b' '..=b'[' | b']'..=b'~')) {
            // As good as always.
            return self.line.extend_from_slice(value);
        }
        let mut escaped = String::with_capacity(value.len());
        let mut rest = value;
        if !is_itself {
            let (first, behind) = value.split_at(1);
            escape::hex(first, &mut escaped);
            rest = behind;
        }
        for (index, part) in rest.split(|octet| *octet == b'\\').enumerate() {
            if index > 0 {
                escape::hex(b"\\", &mut escaped);
            }
            escape::text(part, &mut escaped);
        }
        self.line.extend_from_slice(escaped.as_bytes());
    }

    fn write(&mut self) -> io::Result<()> {
        self.line.push(b'\n');
        // Every field has a separator before it, the first one too.
        self.out.write_all(self.line.get(1..).unwrap_or_default())?;
        self.line.clear();
        Ok(())
    }
}

/// Local time, as Zeek stamps its logs.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().to_zoned(local_zone()).strftime("%Y-%m-%d-%H-%M-%S").to_string()
}

/// The system's time zone. As a rule one file tells it; to look it up by its name takes a walk over all that are installed.
fn local_zone() -> TimeZone {
    let named = std::env::var_os("TZ").is_some();
    let octets = if named { None } else { std::fs::read("/etc/localtime").ok() };
    octets.and_then(|octets| TimeZone::tzif("local", &octets).ok()).unwrap_or_else(TimeZone::system)
}

#[cfg(test)]
mod tests {
    use kexray_analyzer::Timestamp;

    use super::{Lines, Value};

    fn field<'v>(value: impl Into<Value<'v>>) -> String {
        written(Some(value.into()))
    }

    fn written(value: Option<Value<'_>>) -> String {
        let mut lines = Lines { out: Vec::new(), line: Vec::new() };
        lines.value(value);
        lines.write().unwrap();
        String::from_utf8(lines.out).unwrap().trim_end_matches('\n').to_owned()
    }

    #[test]
    fn numbers_are_written_as_they_are_shown() {
        for micros in [0, 1, 999_999, 1_000_000, 1_732_432_109_000_060, u64::MAX / 1000] {
            let at = Timestamp::from_micros(micros);
            assert_eq!(field(at), at.to_string());
        }
        for address in ["0.0.0.0", "10.200.3.255", "::1", "2001:db8::ff", "::ffff:1.2.3.4"] {
            assert_eq!(field(address.parse::<std::net::IpAddr>().unwrap()), address);
        }
    }

    #[test]
    fn fields_are_escaped_as_zeek_does() {
        assert_eq!(written(None), "-");
        for (text, is_written) in [
            (&b""[..], "(empty)"),
            (b"-", "\\x2d"),
            (b"--", "--"),
            (b"(empty)", "\\x28empty)"),
            (b"a\tb\\c\xff", "a\\x09b\\x5cc\\xff"),
        ] {
            assert_eq!(field(text), is_written);
        }
    }

    #[test]
    fn lists_are_separated_by_commas() {
        let list =
            |texts: &[&'static [u8]]| field(Value::Texts(texts.iter().map(|text| (*text).into()).collect()));
        assert_eq!(list(&[]), "(empty)");
        assert_eq!(list(&[b"one", b"a,b", b"-", b"\t"]), "one,a\\x2cb,\\x2d,\\x09");
    }

    #[test]
    fn objects_are_written_as_json() {
        let objects = vec![vec![("a", true.into()), ("b", 7.into())], vec![("c", Value::from("x"))]];
        assert_eq!(field(Value::Objects(objects)), r#"[{"a":true,"b":7},{"c":"x"}]"#);
    }
}
