//! What an audit of the sessions found.

use kexray_audit::{Audit, Found, Report, Server, Subject};
use kexray_capture::Endpoint;
use serde::Serialize;

use crate::facts::{LINE, written};
use crate::text::shown;

/// Characters of a reason that are shown.
const REASON: usize = 1024;

/// What was found, worst first, and how much of it is not shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Findings {
    pub(crate) rows: Vec<Row>,
    /// Findings in no row.
    pub(crate) others: usize,
    /// Whether servers, clients or offers were left out, because there were too many.
    pub(crate) incomplete: bool,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    pub(crate) severity: &'static str,
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) reference: &'static str,
    pub(crate) about: String,
    pub(crate) reason: String,
    pub(crate) sessions: u64,
    #[serde(flatten)]
    pub(crate) whose: Whose,
}

/// By what the sessions of those are found whom a finding is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Whose {
    /// Address of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client: Option<String>,
    /// Address and port of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) server: Option<String>,
    /// Fingerprint of the host key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) host_key: Option<String>,
}

impl Findings {
    pub(crate) fn of(audit: &Audit, at_most: usize) -> Self {
        let report = audit.report();
        let rows: Vec<_> =
            report.findings.iter().take(at_most).map(|found| Row::of(found, &report)).collect();
        Self {
            others: report.findings.len().saturating_sub(rows.len()),
            rows,
            incomplete: report.dropped != kexray_audit::Dropped::default(),
        }
    }
}

impl Row {
    fn of(found: &Found, report: &Report) -> Self {
        let finding = found.finding;
        Self {
            severity: finding.severity().name(),
            name: finding.name(),
            meaning: finding.meaning(),
            reference: finding.reference(),
            about: shown(found.subject.to_string().as_bytes(), LINE),
            reason: shown(found.reason.as_bytes(), REASON),
            sessions: found.connections,
            whose: Whose::of(&found.subject, report),
        }
    }
}

impl Whose {
    fn of(subject: &Subject, report: &Report) -> Self {
        let server = |index: usize| report.servers.get(index);
        let end = |server: &Server| written(Endpoint { address: server.address, port: server.port });
        match subject {
            Subject::Client(index, _) => {
                let client = report.clients.get(*index).map(|client| client.address.to_string());
                Self { client, ..Self::default() }
            }
            Subject::Server(index, _) => Self {
                server: server(*index).map(end),
                host_key: server(*index).and_then(|server| server.fingerprint.as_deref().map(str::to_owned)),
                ..Self::default()
            },
            Subject::Address(indices, _) => {
                Self { server: indices.first().and_then(|index| server(*index)).map(end), ..Self::default() }
            }
            // It is about several servers.
            Subject::Group(..) => Self::default(),
            Subject::Key(fingerprint) => {
                Self { host_key: Some(fingerprint.as_ref().to_owned()), ..Self::default() }
            }
        }
    }
}
