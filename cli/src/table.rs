//! A table of sessions, for people.

use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::{Attribute, Cell, ContentArrangement, presets};
use kexray_analyzer::grammar::{Identification, ProtocolVersion, ProtocolVersionSpeaks, words};
use kexray_analyzer::{Algorithms, Session, Timestamp};
use kexray_audit::notices::Noticed;
use kexray_capture::Endpoint;

use crate::columns::{Column, Row, Sessions, Value, Weird};
use crate::escape::to_text;
use crate::json;

/// Rows whose columns are laid out together.
pub(crate) const PAGE: usize = 200;

/// Notices that are shown; of more it is told how many.
const NOTICES: usize = 1000;

const NOTICE: [&str; 4] = ["TIME", "NOTICE", "WHAT", "MORE"];
const HEADER: [&str; 8] = ["TIME", "FROM", "TO", "CLIENT", "SERVER", "AUTH", "ALGORITHMS", "HOST KEY"];

/// How a table looks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Look {
    /// Whether it fits into the terminal.
    pub(crate) fits: bool,
    /// Whether its head is bold.
    pub(crate) bold: bool,
}

pub(crate) struct Table<'w> {
    out: Box<dyn Write + 'w>,
    look: Look,
    summary: bool,
    /// The columns, where some were asked for by name.
    columns: Option<Vec<&'static Column<Sessions>>>,
    page: Vec<Vec<String>>,
    sessions: u64,
    oddities: BTreeMap<&'static str, u64>,
    /// The first notices.
    notices: Vec<Vec<String>>,
    noticed: u64,
}

impl<'w> Table<'w> {
    pub(crate) fn new(
        out: Box<dyn Write + 'w>,
        columns: Option<Vec<&'static Column<Sessions>>>,
        look: Look,
        summary: bool,
    ) -> Self {
        let (page, notices, oddities) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { out, columns, look, summary, page, sessions: 0, oddities, notices, noticed: 0 }
    }

    /// The columns that were asked for by name.
    pub(crate) fn columns(&self) -> &[&'static Column<Sessions>] {
        self.columns.as_deref().unwrap_or_default()
    }

    pub(crate) fn session(&mut self, row: &Row<'_>) -> io::Result<()> {
        self.page.push(match &self.columns {
            Some(columns) => columns.iter().map(|column| cell((column.value)(row))).collect(),
            None => overview(row).into(),
        });
        self.sessions += 1;
        if self.page.len() >= PAGE { self.turn() } else { Ok(()) }
    }

    pub(crate) fn oddity(&mut self, weird: &Weird<'_>) {
        *self.oddities.entry(weird.oddity.name()).or_default() += 1;
    }

    pub(crate) fn notice(&mut self, noticed: &Noticed) {
        self.noticed += 1;
        if self.notices.len() < NOTICES {
            self.notices.push(vec![
                time(noticed.at),
                noticed.notice.name().to_owned(),
                noticed.message.clone(),
                noticed.detail.clone().unwrap_or_default(),
            ]);
        }
    }

    /// Writes the notices, below the sessions.
    fn write_notices(&mut self) -> io::Result<()> {
        if self.notices.is_empty() {
            return Ok(());
        }
        writeln!(self.out)?;
        let mut rows = self.notices.drain(..).peekable();
        while rows.peek().is_some() {
            write_page(&NOTICE, rows.by_ref().take(PAGE), self.look, &mut self.out)?;
        }
        writeln!(self.out)
    }

    /// Writes the page.
    fn turn(&mut self) -> io::Result<()> {
        if self.page.is_empty() {
            return Ok(());
        }
        let titles = match &self.columns {
            Some(columns) => columns.iter().map(|column| column.name).collect(),
            None => HEADER.to_vec(),
        };
        write_page(&titles, self.page.drain(..), self.look, &mut self.out)?;
        Ok(())
    }

    pub(crate) fn end(mut self) -> io::Result<()> {
        self.turn()?;
        self.write_notices()?;
        if self.summary {
            let sessions = if self.sessions == 1 { "session" } else { "sessions" };
            write!(self.out, "{} SSH {sessions}", self.sessions)?;
            match self.noticed {
                0 => {}
                1 => write!(self.out, ", 1 notice")?,
                noticed if noticed > NOTICES as u64 => {
                    write!(self.out, ", {noticed} notices, of which {NOTICES} are shown")?;
                }
                noticed => write!(self.out, ", {noticed} notices")?,
            }
            for (index, (name, count)) in self.oddities.iter().enumerate() {
                let separator = if index == 0 { "; odd: " } else { ", " };
                write!(self.out, "{separator}{name}")?;
                if *count > 1 {
                    write!(self.out, " ({count} times)")?;
                }
            }
            writeln!(self.out)?;
        }
        self.out.flush()
    }
}

/// Writes rows in columns, under their titles.
pub(crate) fn write_page(
    titles: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = comfy_table::Table::new();
    table.load_style(presets::NOTHING);
    if look.fits {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    } else {
        table.force_no_tty();
    }
    if look.bold {
        table.enforce_styling();
    }
    table.set_header(titles.iter().map(|title| {
        let cell = Cell::new(title);
        if look.bold { cell.add_attribute(Attribute::Bold) } else { cell }
    }));
    table.add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// What is told of a session where nothing else was asked for.
fn overview(row: &Row<'_>) -> [String; HEADER.len()] {
    let session = row.session;
    let (from, to) = (endpoint(row.flow.originator), endpoint(row.flow.responder));
    let to = if session.role_reversed { format!("{to} (reversed)") } else { to };
    [
        time(row.started()),
        from,
        to,
        software(session.client.as_deref()),
        software(session.server.as_deref()),
        authentication(session),
        algorithms(row),
        host_key(row),
    ]
}

/// What stands in a column, for people.
fn cell(value: Option<Value<'_>>) -> String {
    match value {
        None => "-".to_owned(),
        Some(Value::Time(at)) => time(at),
        Some(Value::Bool(value)) => if value { "yes" } else { "no" }.to_owned(),
        Some(Value::Count(count)) => count.to_string(),
        Some(Value::Address(address)) => address.to_string(),
        Some(Value::Plain(text)) => shown(text.as_bytes()),
        Some(Value::Text(text)) => shown(&text),
        Some(Value::Texts(texts)) => shown(&texts.join(&b", "[..])),
        Some(Value::Objects(objects)) => {
            let mut text = String::new();
            json::list(&objects, &mut text);
            shown(text.as_bytes())
        }
    }
}

/// Date and time in UTC, to the second.
fn time(at: Timestamp) -> String {
    let seconds = i64::try_from(at.seconds()).ok();
    let time = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    time.map_or_else(|| at.to_string(), |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

pub(crate) fn endpoint(endpoint: Endpoint) -> String {
    std::net::SocketAddr::new(endpoint.address, endpoint.port).to_string()
}

/// Characters of a cell that are shown; one hostile line must not push all others apart.
const CELL: usize = 64;

/// An identification line, without what nearly all of them have in front.
pub(crate) fn software(line: Option<&[u8]>) -> String {
    let Some(line) = line else { return "-".to_owned() };
    let Some(parts) = Identification::of_line(line) else { return shown(line) };
    let spoken = ProtocolVersion::like(parts.protocol_version).map(ProtocolVersion::speaks);
    match (spoken, parts.software_version, parts.comments) {
        (Some(ProtocolVersionSpeaks::Ssh2), software, b"") => shown(software),
        (Some(ProtocolVersionSpeaks::Ssh2), software, comments) => shown(&[software, comments].join(&b' ')),
        _ => shown(line),
    }
}

/// Text from the wire, cut where it is too long for a cell.
pub(crate) fn shown(text: &[u8]) -> String {
    let mut text = to_text(text);
    if text.contains(reorders) {
        text = text.replace(reorders, "\u{fffd}");
    }
    match text.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Whether a character changes the order in which a terminal shows others.
fn reorders(character: char) -> bool {
    matches!(character, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn authentication(session: &Session) -> String {
    let tries = match session.auth_attempts {
        1 => "1 try".to_owned(),
        tries => format!("{tries} tries"),
    };
    match session.auth_success {
        Some(true) => format!("success, {tries}"),
        Some(false) => format!("failure, {tries}"),
        None => "-".to_owned(),
    }
}

/// Key exchange, cipher, MAC where the cipher needs one, compression where there is one.
fn algorithms(row: &Row<'_>) -> String {
    let Some(kex) = row.kex() else { return "-".to_owned() };
    if let Some(list) = row.algorithms().and_then(Algorithms::failed_on) {
        return format!("no {list} in common");
    }
    let mut names = vec![shown(kex)];
    let mut seen = Vec::new();
    for (_, name) in row.directions() {
        if !seen.contains(&name) && name != b"implicit" && !words::NO_ALGORITHM.contains(&name) {
            seen.push(name);
        }
    }
    names.extend(seen.into_iter().map(shown));
    names.join(" ")
}

fn host_key(row: &Row<'_>) -> String {
    let algorithm = row.host_key().map(shown);
    let fingerprint = row.session.host_key_fingerprint.as_deref().map(str::to_owned);
    match (algorithm, fingerprint) {
        (Some(algorithm), Some(fingerprint)) => format!("{algorithm} {fingerprint}"),
        (one, other) => one.or(other).unwrap_or_else(|| "-".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use kexray_audit::notices::Watch;

    use super::*;

    #[test]
    fn notices_are_bounded() {
        let mut written = Vec::new();
        let mut table = Table::new(Box::new(&mut written), None, Look::default(), true);
        let end = "192.0.2.1:22".parse().unwrap();
        let mut reversed = Session::default();
        reversed.role_reversed = true;
        for _ in 0..NOTICES + 7 {
            let repeated = kexray_audit::Repeated::default();
            Watch::default().add(end, end, 0, &reversed, repeated, &mut |noticed| table.notice(&noticed));
        }
        assert_eq!(table.notices.len(), NOTICES);
        table.end().unwrap();
        let text = String::from_utf8(written).unwrap();
        assert_eq!(text.matches("SSH::Roles_Reversed").count(), NOTICES);
        assert!(text.ends_with("0 SSH sessions, 1007 notices, of which 1000 are shown\n"), "{text}");
    }
}
