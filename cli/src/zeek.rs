//! Logs in the format of Zeek's ASCII writer.

use std::io::{self, Write};
use std::net::IpAddr;

use jiff::tz::TimeZone;
use kexray_analyzer::Timestamp;
use kexray_capture::{Endpoint, Flow};

use crate::columns::Row;
use crate::escape;

const UNSET: &str = "-";
const EMPTY: &str = "(empty)";
const SEPARATOR: u8 = b'\t';

/// Name and type of each column of `ssh.log`.
const SSH: [(&str, &str); 18] = [
    ("ts", "time"),
    ("uid", "string"),
    ("id.orig_h", "addr"),
    ("id.orig_p", "port"),
    ("id.resp_h", "addr"),
    ("id.resp_p", "port"),
    ("version", "count"),
    ("auth_success", "bool"),
    ("auth_attempts", "count"),
    ("direction", "enum"),
    ("client", "string"),
    ("server", "string"),
    ("cipher_alg", "string"),
    ("mac_alg", "string"),
    ("compression_alg", "string"),
    ("kex_alg", "string"),
    ("host_key_alg", "string"),
    ("host_key_fingerprint", "string"),
];

/// Name and type of each column of `weird.log`.
const WEIRD: [(&str, &str); 11] = [
    ("ts", "time"),
    ("uid", "string"),
    ("id.orig_h", "addr"),
    ("id.orig_p", "port"),
    ("id.resp_h", "addr"),
    ("id.resp_p", "port"),
    ("name", "string"),
    ("addl", "string"),
    ("notice", "bool"),
    ("peer", "string"),
    ("source", "string"),
];

/// A log file.
pub(crate) struct Log<W> {
    out: W,
    /// The row that is being written.
    line: Vec<u8>,
}

impl<W: Write> Log<W> {
    /// Begins `ssh.log`.
    pub(crate) fn ssh(out: W) -> io::Result<Self> {
        Self::begin(out, "ssh", &SSH)
    }

    /// Begins `weird.log`.
    pub(crate) fn weird(out: W) -> io::Result<Self> {
        Self::begin(out, "weird", &WEIRD)
    }

    fn begin(mut out: W, path: &str, columns: &[(&str, &str)]) -> io::Result<Self> {
        writeln!(out, "#separator \\x09")?;
        writeln!(out, "#set_separator\t,")?;
        writeln!(out, "#empty_field\t{EMPTY}")?;
        writeln!(out, "#unset_field\t{UNSET}")?;
        writeln!(out, "#path\t{path}")?;
        writeln!(out, "#open\t{}", now())?;
        write!(out, "#fields")?;
        for (name, _) in columns {
            write!(out, "\t{name}")?;
        }
        write!(out, "\n#types")?;
        for (_, kind) in columns {
            write!(out, "\t{kind}")?;
        }
        writeln!(out)?;
        Ok(Self { out, line: Vec::new() })
    }

    /// Ends the log.
    pub(crate) fn end(mut self) -> io::Result<()> {
        writeln!(self.out, "#close\t{}", now())?;
        self.out.flush()
    }

    /// Adds a session to `ssh.log`.
    pub(crate) fn session(&mut self, row: &Row<'_>) -> io::Result<()> {
        let session = row.session;
        self.connection(row.started(), row.uid.as_str(), row.flow);
        self.optional(session.version, |log, version| log.number(version.into()));
        self.optional(session.auth_success, Self::boolean);
        self.number(session.auth_attempts);
        self.optional(row.bound.map(kexray_capture::Bound::name), Self::plain);
        self.optional(session.client.as_deref(), Self::text);
        self.optional(session.server.as_deref(), Self::text);
        self.optional(row.cipher().as_deref(), Self::text);
        self.optional(row.mac().as_deref(), Self::text);
        self.optional(row.compression().as_deref(), Self::text);
        self.optional(row.kex(), Self::text);
        self.optional(row.host_key(), Self::text);
        self.optional(session.host_key_fingerprint.as_deref(), Self::plain);
        self.write()
    }

    /// Adds an oddity to `weird.log`.
    pub(crate) fn oddity(&mut self, weird: &crate::weird::Weird<'_>) -> io::Result<()> {
        self.connection(weird.at, weird.uid.as_str(), weird.flow);
        self.plain(weird.oddity.name());
        self.optional(weird.detail().as_deref(), Self::plain);
        self.boolean(false);
        self.plain("kexray");
        self.plain(weird.oddity.layer());
        self.write()
    }

    fn connection(&mut self, at: Timestamp, uid: &str, flow: &Flow) {
        self.time(at);
        self.plain(uid);
        self.endpoint(flow.originator);
        self.endpoint(flow.responder);
    }

    fn endpoint(&mut self, Endpoint { address, port }: Endpoint) {
        match address {
            IpAddr::V4(address) => {
                for (index, octet) in address.octets().into_iter().enumerate() {
                    self.line.push(if index == 0 { SEPARATOR } else { b'.' });
                    self.digits(octet.into());
                }
            }
            IpAddr::V6(address) => self.plain(&address.to_string()),
        }
        self.number(port.into());
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

    fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => write(self, value),
            None => self.plain(UNSET),
        }
    }

    fn boolean(&mut self, value: bool) {
        self.plain(if value { "T" } else { "F" });
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

    /// Text from the wire, escaped so that it can be mistaken neither for a separator nor for an unset or empty field.
    fn text(&mut self, value: &[u8]) {
        if value.is_empty() {
            return self.plain(EMPTY);
        }
        self.line.push(SEPARATOR);
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
fn now() -> String {
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
    use kexray_capture::Endpoint;

    use super::Log;

    fn field(value: Option<&[u8]>) -> String {
        let mut log = Log { out: Vec::new(), line: Vec::new() };
        log.optional(value, Log::text);
        written(log)
    }

    fn written(mut log: Log<Vec<u8>>) -> String {
        log.write().unwrap();
        String::from_utf8(log.out).unwrap().trim_end_matches('\n').to_owned()
    }

    #[test]
    fn numbers_are_written_as_they_are_shown() {
        for micros in [0, 1, 999_999, 1_000_000, 1_732_432_109_000_060, u64::MAX / 1000] {
            let (at, mut log) = (Timestamp::from_micros(micros), Log { out: Vec::new(), line: Vec::new() });
            log.time(at);
            assert_eq!(written(log), at.to_string());
        }
        for address in ["0.0.0.0", "10.200.3.255", "::1", "2001:db8::ff", "::ffff:1.2.3.4"] {
            let mut log = Log { out: Vec::new(), line: Vec::new() };
            log.endpoint(Endpoint { address: address.parse().unwrap(), port: 22 });
            assert_eq!(written(log), format!("{address}\t22"));
        }
    }

    #[test]
    fn fields_are_escaped_as_zeek_does() {
        assert_eq!(field(None), "-");
        assert_eq!(field(Some(b"")), "(empty)");
        assert_eq!(field(Some(b"-")), "\\x2d");
        assert_eq!(field(Some(b"--")), "--");
        assert_eq!(field(Some(b"(empty)")), "\\x28empty)");
        assert_eq!(field(Some(b"a\tb\\c\xff")), "a\\x09b\\x5cc\\xff");
    }
}
