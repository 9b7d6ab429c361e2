//! `kexray audit`: the servers and clients of captures, and what is wrong with them.

use std::io::{self, Write};
use std::net::SocketAddr;

use kexray_analyzer::{Config, Event, Session, Timestamp};
use kexray_audit::{Audit, Client, Negotiated, Report, Server, Severity, Subject, cyclonedx};
use kexray_capture::{Endpoint, Flow, Observer, Oddity};

use crate::args::{AuditArgs, AuditFormat};
use crate::captures::Captures;
use crate::logs::Lost;
use crate::table::{Look, PAGE, shown, software, write_page};
use crate::{input, stats};

/// What an audit came to.
pub(crate) enum Verdict {
    /// Something was found that is as bad as was asked for.
    Found,
    /// Nothing of the kind, in what could be read.
    Passed {
        /// Whether all could be read.
        all_read: bool,
    },
}

pub(crate) fn run(
    args: &AuditArgs,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
    look: Look,
    progress: bool,
) -> anyhow::Result<Verdict> {
    let Some(captures) = Captures::open(&args.input, stderr) else {
        return Ok(Verdict::Passed { all_read: false });
    };
    let manners = &args.input.manners;
    let mut config = Config::default();
    config.proof = true;
    let audit = Auditor(Audit::default());
    let outcome = input::read_with(&args.threads, captures, config, audit, stderr, progress, |_| Ok(()))?;
    let report = outcome.observer.0.report();
    match args.format {
        AuditFormat::Table => table(&report, stdout, look, !manners.quiet)?,
        AuditFormat::Json => json(&report, stdout)?,
        AuditFormat::Cyclonedx => json(&cyclonedx::bill(&report), stdout)?,
    }
    stdout.flush()?;
    if manners.stats {
        let _ = stats::write(&outcome.stats, Lost::default(), stderr);
    }
    let failed = args.fail_on.is_some_and(|severity| report.worst() >= Some(severity));
    Ok(if failed { Verdict::Found } else { Verdict::Passed { all_read: outcome.all_read } })
}

/// Takes in every session.
struct Auditor(Audit);

impl Observer for Auditor {
    const EVENTS: bool = false;

    fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {}

    fn oddity(&mut self, _: &Flow, _: Timestamp, _: Oddity) {}

    fn session(&mut self, flow: &Flow, session: &mut Session) {
        let end = |end: Endpoint| SocketAddr::new(end.address, end.port);
        self.0.add(end(flow.originator), end(flow.responder), flow.overlay.as_u64(), session);
    }
}

fn json(value: &impl serde::Serialize, out: &mut dyn Write) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)?;
    Ok(())
}

const SERVERS: [&str; 5] = ["SERVER", "HOST KEY", "SOFTWARE", "SESSIONS", "MOSTLY"];
const CLIENTS: [&str; 4] = ["CLIENT", "SOFTWARE", "SESSIONS", "MOSTLY"];
const FINDINGS: [&str; 6] = ["SEVERITY", "FINDING", "ABOUT", "WHY", "SESSIONS", "SEE"];

fn table(report: &Report, out: &mut dyn Write, look: Look, summary: bool) -> io::Result<()> {
    pages(&SERVERS, report.servers.iter().map(server), look, out)?;
    pages(&CLIENTS, report.clients.iter().map(client), look, out)?;
    let findings = report.findings.iter().map(|found| {
        vec![
            found.finding.severity().to_string(),
            found.finding.name().to_owned(),
            about(&found.subject),
            found.reason.clone(),
            found.connections.to_string(),
            found.finding.reference().to_owned(),
        ]
    });
    pages(&FINDINGS, findings, look, out)?;
    if summary {
        let (servers, clients) = (report.servers.len(), report.clients.len());
        write!(out, "{}, {}", counted(servers, "server"), counted(clients, "client"))?;
        let counts = Severity::ALL.into_iter().rev().filter_map(|severity| {
            let bad = report.findings.iter().filter(|found| found.finding.severity() == severity).count();
            (bad > 0).then(|| format!("{bad} {severity}"))
        });
        let counts: Vec<_> = counts.collect();
        let findings = counted(report.findings.len(), "finding");
        let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
        writeln!(out, ", {findings}{counts}")?;
        if report.dropped != kexray_audit::Dropped::default() {
            writeln!(out, "Not all could be kept: --format json tells how much was dropped.")?;
        }
    }
    Ok(())
}

/// So many of them.
fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Whom a finding is about. What clients say of themselves may be long.
fn about(subject: &Subject) -> String {
    match subject {
        Subject::Client(_, text) => format!("client {}", shown(text.as_bytes())),
        subject => subject.to_string(),
    }
}

/// Writes rows page by page, and an empty line behind them.
fn pages(
    titles: &[&str],
    mut rows: impl Iterator<Item = Vec<String>>,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut any = false;
    loop {
        let mut page = rows.by_ref().take(PAGE).peekable();
        if page.peek().is_none() {
            break;
        }
        write_page(titles, page, look, out)?;
        any = true;
    }
    if any { writeln!(out) } else { Ok(()) }
}

fn server(server: &Server) -> Vec<String> {
    let key = match (&server.host_key, &server.fingerprint) {
        (Some(key), Some(fingerprint)) => format!("{} {} {fingerprint}", key.family, key.bits),
        (_, fingerprint) => fingerprint.as_deref().unwrap_or("-").to_owned(),
    };
    let line = server.software.first().map(|software| &*software.line.0);
    let (sessions, mostly) = (server.seen.connections.to_string(), mostly(&server.seen.negotiated));
    vec![server.endpoint(), key, software(line), sessions, mostly]
}

fn client(client: &Client) -> Vec<String> {
    let line = client.software.as_ref().map(|line| &*line.0);
    let (sessions, mostly) = (client.seen.connections.to_string(), mostly(&client.seen.negotiated));
    vec![client.address.to_string(), software(line), sessions, mostly]
}

/// What was agreed on most often.
fn mostly(negotiated: &[Negotiated]) -> String {
    let Some(most) = negotiated.iter().max_by_key(|agreed| agreed.connections) else { return "-".to_owned() };
    let (algorithms, mac) = (&most.algorithms, most.algorithms.mac_in_use().client_to_server);
    let names = [algorithms.kex.as_deref(), algorithms.encryption.client_to_server.as_deref(), mac];
    let names = names.into_iter().flatten().filter(|name| *name != b"implicit");
    names.map(shown).collect::<Vec<_>>().join(" ")
}
