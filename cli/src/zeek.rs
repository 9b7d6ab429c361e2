//! Logs in the format of Zeek's ASCII writer.

use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::Zoned;
use kexray_capture::Flow;

use crate::columns::Row;
use crate::escape;

const UNSET: &str = "-";
const EMPTY: &str = "(empty)";

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
    line: String,
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
        Ok(Self { out, line: String::new() })
    }

    /// Ends the log.
    pub(crate) fn end(mut self) -> io::Result<()> {
        writeln!(self.out, "#close\t{}", now())?;
        self.out.flush()
    }

    /// Adds a session to `ssh.log`.
    pub(crate) fn session(&mut self, row: &Row<'_>) -> io::Result<()> {
        let session = row.session;
        self.connection(&row.started(), row.uid.as_str(), row.flow);
        self.plain(session.version);
        self.boolean(session.auth_success);
        self.plain(Some(session.auth_attempts));
        self.plain(row.bound.map(kexray_capture::Bound::name));
        self.text(session.client.as_deref());
        self.text(session.server.as_deref());
        self.text(row.cipher().as_deref());
        self.text(row.mac().as_deref());
        self.text(row.compression().as_deref());
        self.text(row.kex());
        self.text(row.host_key());
        self.text(session.host_key_fingerprint.as_deref().map(str::as_bytes));
        self.write()
    }

    /// Adds an oddity to `weird.log`.
    pub(crate) fn oddity(&mut self, weird: &crate::weird::Weird<'_>) -> io::Result<()> {
        self.connection(&weird.at, weird.uid.as_str(), weird.flow);
        self.plain(Some(weird.oddity.name()));
        self.plain(weird.detail());
        self.boolean(Some(false));
        self.plain(Some("kexray"));
        self.plain(Some(weird.oddity.layer()));
        self.write()
    }

    fn connection(&mut self, at: &dyn std::fmt::Display, uid: &str, flow: &Flow) {
        self.plain(Some(at));
        self.plain(Some(uid));
        self.plain(Some(flow.originator.address));
        self.plain(Some(flow.originator.port));
        self.plain(Some(flow.responder.address));
        self.plain(Some(flow.responder.port));
    }

    fn separate(&mut self) {
        if !self.line.is_empty() {
            self.line.push('\t');
        }
    }

    fn plain(&mut self, value: Option<impl std::fmt::Display>) {
        self.separate();
        // Writing to a string cannot fail.
        let _ = match value {
            Some(value) => write!(self.line, "{value}"),
            None => self.line.write_str(UNSET),
        };
    }

    fn boolean(&mut self, value: Option<bool>) {
        self.plain(value.map(|value| if value { "T" } else { "F" }));
    }

    /// Text from the wire, escaped so that it can be mistaken neither for a separator nor for an unset or empty field.
    fn text(&mut self, value: Option<&[u8]>) {
        self.separate();
        let Some(value) = value else { return self.line.push_str(UNSET) };
        if value.is_empty() {
            return self.line.push_str(EMPTY);
        }
        let mut rest = value;
        if value == UNSET.as_bytes() || value == EMPTY.as_bytes() {
            let (first, behind) = value.split_at(1);
            escape::hex(first, &mut self.line);
            rest = behind;
        }
        for (index, part) in rest.split(|octet| *octet == b'\\').enumerate() {
            if index > 0 {
                escape::hex(b"\\", &mut self.line);
            }
            escape::text(part, &mut self.line);
        }
    }

    fn write(&mut self) -> io::Result<()> {
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes())?;
        self.line.clear();
        Ok(())
    }
}

/// Local time, as Zeek stamps its logs.
fn now() -> String {
    Zoned::now().strftime("%Y-%m-%d-%H-%M-%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::Log;

    fn field(value: Option<&[u8]>) -> String {
        let mut log = Log { out: Vec::new(), line: String::new() };
        log.text(value);
        log.line
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
