//! The way out: from the reassemblers of a connection to the application.

use kexray_analyzer::{Side, Timestamp};

use super::order::Order;
use super::{End, Ends, Flow, Identity};
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

/// A flow that the application knows. Who opened the connection changes no more.
#[derive(Debug)]
pub(super) struct Opened<S> {
    pub(super) flow: Flow,
    /// What the application keeps.
    pub(super) state: S,
    /// How much that is, in bytes.
    pub(super) held: usize,
}

/// The way from one direction's reassembler to the application.
pub(super) struct Stream<'a, A: Application> {
    pub(super) application: &'a mut A,
    pub(super) stats: &'a mut Stats,
    pub(super) identity: &'a Identity,
    pub(super) opened: &'a mut Option<Opened<A::State>>,
    pub(super) odd: &'a mut Option<Box<Odd>>,
    pub(super) end: End,
    pub(super) side: Side,
    pub(super) now: Timestamp,
    pub(super) ignored: bool,
}

impl<A: Application> Stream<'_, A> {
    /// Lets the application look at its state, which is made if need be. False once it has lost
    /// interest.
    fn show(&mut self, look: impl FnOnce(&mut A, &Flow, &mut A::State) -> Interest) -> bool {
        if self.ignored {
            return false;
        }
        let Opened { flow, state, held } = self.opened.get_or_insert_with(|| {
            count(&mut self.stats.flows_with_data);
            let flow = self.identity.flow();
            Opened { flow, state: self.application.open(&flow), held: 0 }
        });
        self.ignored = look(self.application, flow, state) == Interest::Ignore;
        *held = self.application.held(state);
        true
    }
}

impl<A: Application> Output for Stream<'_, A> {
    fn deliver(&mut self, bytes: &[u8]) {
        let (side, now) = (self.side, self.now);
        let shown = self.show(|application, flow, state| application.deliver(flow, state, side, now, bytes));
        let counter = if shown { &mut self.stats.delivered_bytes } else { &mut self.stats.ignored_bytes };
        add(counter, length(bytes));
    }

    fn gap(&mut self, length: u64) {
        let (side, now) = (self.side, self.now);
        if self.show(|application, flow, state| application.gap(flow, state, side, now, length)) {
            add(&mut self.stats.gap_bytes, length);
            count(&mut self.stats.gaps);
        }
    }

    fn anomaly(&mut self, anomaly: TcpAnomaly) {
        if is_news(self.odd, self.end, anomaly) {
            self.application.anomaly(&self.identity.flow(), self.side, self.now, anomaly);
        }
    }

    fn stats(&mut self) -> &mut Stats {
        self.stats
    }
}

/// What only flows need in which something was odd.
#[derive(Debug, Default)]
pub(super) struct Odd {
    /// The SYN of what may become a new connection on the same ports.
    pub(super) candidates: Ends<Option<Candidate>>,
    reported: Ends<u16>,
    /// What came before what it answers; `None` if nothing ever did.
    pub(super) order: Option<Box<Order>>,
}

impl Odd {
    /// The ends have each other's roles from now on: what was told of a side stays told of it.
    pub(super) const fn exchange_sides(&mut self) {
        std::mem::swap(&mut self.reported.low, &mut self.reported.high);
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) initial: u32,
    /// It was a SYN-ACK.
    pub(super) answers: bool,
}

/// Whether an anomaly of an end is to be told: the first time.
pub(super) fn is_news(odd: &mut Option<Box<Odd>>, end: End, anomaly: TcpAnomaly) -> bool {
    let reported = odd.get_or_insert_default().reported.of_mut(end);
    let news = *reported & anomaly.bit() == 0;
    *reported |= anomaly.bit();
    news
}
