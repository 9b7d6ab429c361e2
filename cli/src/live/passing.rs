//! What passes: sessions on their way to the logs, and time.

use std::io;
use std::time::Instant;

use kexray_analyzer::{Event, Session, Timestamp};
use kexray_capture::{Flow, Observer, Oddity};

use crate::logs::{Logs, Lost};

/// How much was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) events: u64,
    pub(super) sessions: u64,
    pub(super) oddities: u64,
}

/// Logs, and counts what is told.
pub(super) struct Passing<'w> {
    logs: Logs<'w>,
    told: Told,
}

impl<'w> Passing<'w> {
    pub(super) fn new(logs: Logs<'w>) -> Self {
        Self { logs, told: Told::default() }
    }

    pub(super) fn logs(&mut self) -> &mut Logs<'w> {
        &mut self.logs
    }

    pub(super) fn told(&self) -> Told {
        self.told
    }

    pub(super) fn lost(&self) -> Lost {
        self.logs.lost()
    }

    pub(super) fn check(&mut self) -> io::Result<()> {
        self.logs.check()
    }

    pub(super) fn end(mut self) -> io::Result<()> {
        self.logs.check()?;
        self.logs.end()
    }
}

impl Observer for Passing<'_> {
    fn wants_details(&self) -> bool {
        self.logs.wants_details()
    }

    fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {
        self.told.events = self.told.events.saturating_add(1);
    }

    fn oddity(&mut self, flow: &Flow, at: Timestamp, oddity: Oddity) {
        self.told.oddities = self.told.oddities.saturating_add(1);
        self.logs.oddity(flow, at, oddity);
    }

    fn session(&mut self, flow: &Flow, session: &mut Session) {
        self.told.sessions = self.told.sessions.saturating_add(1);
        self.logs.session(flow, session);
    }
}

/// What time it is where packets come from, also while none come. It goes on from the last packet by a clock that nobody
/// sets, for the one that stamps packets may be set at any time.
#[derive(Debug, Default)]
pub(super) struct Clock {
    last: Option<(Timestamp, Instant)>,
}

impl Clock {
    pub(super) fn packet(&mut self, at: Timestamp) {
        self.last = Some((at, Instant::now()));
    }

    /// `None` before the first packet.
    pub(super) fn now(&self) -> Option<Timestamp> {
        let (at, seen) = self.last?;
        Some(at.after(seen.elapsed()))
    }
}
