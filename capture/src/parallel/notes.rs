//! What engines tell, kept until it can be told in order.

use kexray_analyzer::{Event, Session, Timestamp};

use crate::flow::Flow;
use crate::ssh::{Observer, Oddity};

/// What an engine told, to be told again in the right order.
#[derive(Debug, Default)]
pub(super) struct Notes {
    number: u64,
    details: bool,
    pub(super) notes: Vec<Note>,
}

#[derive(Debug)]
pub(super) struct Note {
    /// The number of the packet from which it came.
    pub(super) number: u64,
    pub(super) flow: Flow,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Oddity(Timestamp, Oddity),
    Session(Box<Session>),
}

impl Notes {
    /// None yet, for an observer that wants details of sessions, or does not.
    pub(super) fn with_details(details: bool) -> Self {
        Self { details, ..Self::default() }
    }

    fn note(&mut self, flow: &Flow, what: What) {
        self.notes.push(Note { number: self.number, flow: *flow, what });
    }
}

impl Observer for Notes {
    const EVENTS: bool = false;

    fn wants_details(&self) -> bool {
        self.details
    }

    fn packet(&mut self, number: u64) {
        self.number = number;
    }

    fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {}

    fn oddity(&mut self, flow: &Flow, at: Timestamp, oddity: Oddity) {
        self.note(flow, What::Oddity(at, oddity));
    }

    fn session(&mut self, flow: &Flow, session: &mut Session) {
        self.note(flow, What::Session(Box::new(std::mem::take(session))));
    }
}
