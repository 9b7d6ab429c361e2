//! The way out: from the reassemblers of a connection to the application.

use kexray_analyzer::{Side, Timestamp};

use super::Flow;
use crate::application::{Application, Interest};
use crate::limits::Limits;
use crate::stats::{Stats, add, count, length};
use crate::tcp::{Output, TcpAnomaly};

/// Where the data of a connection goes, and where is counted what does not go there.
pub(crate) struct Outlet<'a, A> {
    pub(crate) application: &'a mut A,
    pub(crate) stats: &'a mut Stats,
    pub(crate) limits: &'a Limits,
}

/// What the application holds for the flow.
#[derive(Debug)]
pub(super) enum Slot<S> {
    /// Not opened yet.
    Empty,
    Open(S),
    /// Closed since the application said so, or because everything was delivered.
    Closed,
}

/// The way from one direction's reassembler to the application.
pub(super) struct Stream<'a, A: Application> {
    pub(super) application: &'a mut A,
    pub(super) stats: &'a mut Stats,
    pub(super) flow: &'a Flow,
    pub(super) slot: &'a mut Slot<A::State>,
    pub(super) reported: &'a mut u16,
    pub(super) side: Side,
    pub(super) now: Timestamp,
    pub(super) ignored: bool,
}

impl<A: Application> Stream<'_, A> {
    fn heed(&mut self, interest: Option<Interest>) {
        self.ignored |= interest == Some(Interest::Ignore);
    }

    /// The application's state, made if need be; `None` once it has lost interest.
    fn open(&mut self) -> Option<(&mut A, &mut A::State)> {
        if self.ignored {
            return None;
        }
        if matches!(self.slot, Slot::Empty) {
            count(&mut self.stats.flows_with_data);
            *self.slot = Slot::Open(self.application.open(self.flow));
        }
        match self.slot {
            Slot::Open(state) => Some((self.application, state)),
            _ => None,
        }
    }
}

impl<A: Application> Output for Stream<'_, A> {
    fn deliver(&mut self, bytes: &[u8]) {
        let (flow, side, now) = (self.flow, self.side, self.now);
        let interest =
            self.open().map(|(application, state)| application.deliver(flow, state, side, now, bytes));
        let counter =
            if interest.is_some() { &mut self.stats.delivered_bytes } else { &mut self.stats.ignored_bytes };
        add(counter, length(bytes));
        self.heed(interest);
    }

    fn gap(&mut self, length: u64) {
        let (flow, side, now) = (self.flow, self.side, self.now);
        let interest =
            self.open().map(|(application, state)| application.gap(flow, state, side, now, length));
        if interest.is_some() {
            add(&mut self.stats.gap_bytes, length);
            count(&mut self.stats.gaps);
        }
        self.heed(interest);
    }

    fn anomaly(&mut self, anomaly: TcpAnomaly) {
        report(self.reported, anomaly, || self.application.anomaly(self.flow, self.side, self.now, anomaly));
    }

    fn stats(&mut self) -> &mut Stats {
        self.stats
    }
}

/// Calls `tell` the first time that it is called for an anomaly.
pub(super) fn report(reported: &mut u16, anomaly: TcpAnomaly, tell: impl FnOnce()) {
    if *reported & anomaly.bit() == 0 {
        *reported |= anomaly.bit();
        tell();
    }
}
