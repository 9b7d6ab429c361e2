//! The logs that sessions and oddities are written to.

#![cfg_attr(
    not(all(feature = "live", target_os = "linux")),
    expect(dead_code, reason = "what is flushed and rotated are the logs of `kexray live`")
)]

mod lost;
pub(crate) mod rotation;
mod writer;

use std::io;
use std::net::SocketAddr;

use kexray_analyzer::{Event, Session, Timestamp};
use kexray_audit::notices::Watch;
use kexray_audit::{Repeated, Repeats};
use kexray_capture::{Endpoint, Flow, LocalNetworks, Observer, Oddity, Uid};

use crate::args::LogArgs;
use crate::columns::{Note, Row, Weird};

pub(crate) use lost::Lost;
pub(crate) use writer::Writer;

/// Writes a row for each session, and for each oddity.
pub(crate) struct Logs<'w> {
    writer: Writer<'w>,
    seed: u64,
    local: LocalNetworks,
    /// Tells of notices, if they are asked for.
    watch: Option<Watch>,
    /// Remembers what sessions should not share, if that is written or told of.
    repeats: Option<Repeats>,
    failed: Option<io::Error>,
}

impl<'w> Logs<'w> {
    pub(crate) fn new(writer: Writer<'w>, seed: u64, args: &LogArgs) -> Self {
        let (local, watch) = (args.local_networks(), args.notices.watch());
        let repeats = (writer.wants_details() || watch.is_some()).then(Repeats::default);
        Self { writer, seed, local, watch, repeats, failed: None }
    }

    /// Whether all that was told could be written. The analyzer does not wait for our output: its failure is met after the
    /// packet.
    pub(crate) fn check(&mut self) -> io::Result<()> {
        self.failed.take().map_or(Ok(()), Err)
    }

    /// Makes what was written visible to others.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// What was not remembered so far.
    pub(crate) fn lost(&self) -> Lost {
        Lost {
            notices_missed: self.watch.as_ref().map_or(0, Watch::dropped),
            repeats_forgotten: self.repeats.as_ref().map_or(0, Repeats::forgotten),
        }
    }

    pub(crate) fn end(self) -> io::Result<()> {
        self.writer.end()
    }
}

impl Observer for Logs<'_> {
    const EVENTS: bool = false;

    fn wants_details(&self) -> bool {
        self.watch.is_some() || self.writer.wants_details()
    }

    fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {}

    fn oddity(&mut self, flow: &Flow, at: Timestamp, oddity: Oddity) {
        let weird = Weird { at, uid: Uid::of(flow, self.seed), flow, oddity };
        if let Err(error) = self.writer.oddity(&weird) {
            self.failed.get_or_insert(error);
        }
    }

    fn session(&mut self, flow: &Flow, session: &mut Session) {
        let (bound, repeated) = (self.local.bound(flow), self.repeated(flow, session));
        let row = Row { uid: Uid::of(flow, self.seed), flow, session, bound, repeated };
        if let Err(error) = self.writer.session(&row) {
            self.failed.get_or_insert(error);
        }
        self.notice(flow, session, repeated);
    }
}

impl Logs<'_> {
    /// What a session shares with those of before.
    fn repeated(&mut self, flow: &Flow, session: &Session) -> Repeated {
        let (client, server) = session.by_role(flow.originator.address, flow.responder.address);
        let repeats = self.repeats.as_mut();
        repeats.map(|it| it.see(client, server, flow.overlay.as_u64(), session)).unwrap_or_default()
    }

    /// Writes what a session shows that should be looked at.
    fn notice(&mut self, flow: &Flow, session: &Session, repeated: Repeated) {
        let Some(watch) = &mut self.watch else { return };
        let end = |end: Endpoint| SocketAddr::new(end.address, end.port);
        let (originator, responder) = (end(flow.originator), end(flow.responder));
        watch.add(originator, responder, flow.overlay.as_u64(), session, repeated, &mut |noticed| {
            let note = Note { noticed: &noticed, uid: Uid::of(flow, self.seed), flow };
            if let Err(error) = self.writer.notice(&note) {
                self.failed.get_or_insert(error);
            }
        });
    }
}
