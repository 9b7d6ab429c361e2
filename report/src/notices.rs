//! What was noticed while sessions ended.

use kexray_analyzer::Session;
use kexray_audit::Repeated;
use kexray_audit::notices::{Noticed, Watch};
use kexray_capture::Flow;
use serde::Serialize;

use crate::facts::socket;
use crate::text::shown;

/// Characters of a message that are shown.
const MESSAGE: usize = 1024;

/// The first notices, and how many came after them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notices {
    watch: Watch,
    rows: Vec<Row>,
    others: u64,
}

/// Those, as the page shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Told<'r> {
    pub(crate) rows: &'r [Row],
    pub(crate) others: u64,
    /// Sessions of which not all could be noticed.
    pub(crate) dropped: u64,
}

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
    /// Microseconds since the epoch.
    pub(crate) at: u64,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    /// The host that did it.
    pub(crate) source: String,
}

impl Notices {
    pub(crate) fn add(&mut self, flow: &Flow, session: &Session, repeated: Repeated, at_most: usize) {
        let Self { watch, rows, others } = self;
        let (originator, responder) = (socket(flow.originator), socket(flow.responder));
        watch.add(originator, responder, flow.overlay.as_u64(), session, repeated, &mut |noticed| {
            if rows.len() < at_most {
                rows.push(Row::of(&noticed));
            } else {
                *others = others.saturating_add(1);
            }
        });
    }

    pub(crate) fn told(&self) -> Told<'_> {
        Told { rows: &self.rows, others: self.others, dropped: self.watch.dropped() }
    }
}

impl Row {
    fn of(noticed: &Noticed) -> Self {
        Self {
            name: noticed.notice.name(),
            meaning: noticed.notice.meaning(),
            at: noticed.at.as_nanos() / 1000,
            message: shown(noticed.message.as_bytes(), MESSAGE),
            detail: noticed.detail.as_ref().map(|detail| shown(detail.as_bytes(), MESSAGE)),
            source: noticed.source.to_string(),
        }
    }
}
