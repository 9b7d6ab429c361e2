//! SSH over the flows of a capture: an analyzer for each flow that may be SSH.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use kexray_analyzer::{Anomaly, Config, Connection, Event, Excess, Session, Side, Sink, Timestamp, Verdict};

use crate::application::{Application, Interest};
use crate::flow::Flow;
use crate::tcp::TcpAnomaly;

/// Flows of which early anomalies are kept; beyond it those of the oldest are dropped.
const EARLY: usize = 4096;

/// Something odd that was seen in an SSH connection, in either layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// In what SSH says.
    Ssh(Anomaly, Option<Excess>),
    /// In how TCP carries it.
    Tcp(TcpAnomaly),
}

impl Oddity {
    /// The name under which it is logged.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ssh(anomaly, _) => anomaly.name(),
            Self::Tcp(anomaly) => anomaly.name(),
        }
    }

    /// The layer that it was seen in: `SSH` or `TCP`.
    #[must_use]
    pub const fn layer(&self) -> &'static str {
        match self {
            Self::Ssh(..) => "SSH",
            Self::Tcp(_) => "TCP",
        }
    }

    /// What was seen where a limit was passed.
    #[must_use]
    pub const fn excess(&self) -> Option<Excess> {
        match self {
            Self::Ssh(_, excess) => *excess,
            Self::Tcp(_) => None,
        }
    }
}

/// Receives what the SSH connections of a capture tell.
pub trait Observer {
    /// Whether it asks for [`SshFlows::tells_since`], which takes some keeping.
    const ORDERED: bool = false;
    /// Whether it wants events. Where it does not, less is worked out, but some may still come.
    const EVENTS: bool = true;

    /// Whether it wants all of each session. Where it does not, less is worked out: see
    /// [`Sink::wants_details`](kexray_analyzer::Sink::wants_details). The answer does not change.
    fn wants_details(&self) -> bool {
        true
    }

    /// Packet `number` of the capture is taken in next, counted from 1: what is told until the next such call comes from it.
    fn packet(&mut self, number: u64) {
        let _ = number;
    }

    /// Something happened.
    fn event(&mut self, flow: &Flow, at: Timestamp, event: &Event<'_>);

    /// Something odd happened. What is odd in a flow's TCP is told once the flow is known to be SSH, with the time it had.
    fn oddity(&mut self, flow: &Flow, at: Timestamp, oddity: Oddity);

    /// A connection is over. It was SSH: at least one end identified itself. Nobody looks at what is left of the session
    /// afterwards: it may be taken.
    fn session(&mut self, flow: &Flow, session: &mut Session);
}

/// Runs an analyzer for each flow, and forgets the flows that are not SSH.
#[derive(Debug)]
pub struct SshFlows<O> {
    observer: O,
    config: Config,
    /// Numbers of the open flows that are SSH.
    ssh: HashSet<u64>,
    /// What was odd in the TCP of flows that may still turn out to be SSH, by their numbers.
    early: BTreeMap<u64, Vec<(Timestamp, TcpAnomaly)>>,
    /// The flows of which events are held back, by the time of the first.
    holding: BTreeSet<(Timestamp, u64)>,
    /// The flows of which data waits, by the time of the first.
    waiting: BTreeSet<(Timestamp, u64)>,
}

/// What is kept for a flow.
#[derive(Debug)]
pub struct SshFlow {
    connection: Box<Connection>,
    holds_since: Option<Timestamp>,
    known: bool,
    /// What the connection keeps.
    kept: usize,
}

impl<O: Observer> SshFlows<O> {
    /// Tells `observer` what happens.
    pub fn new(observer: O) -> Self {
        Self::with_config(observer, Config::default())
    }

    /// The same, with connections analyzed by choices of one's own.
    pub fn with_config(observer: O, config: Config) -> Self {
        Self {
            observer,
            config,
            ssh: HashSet::new(),
            early: BTreeMap::new(),
            holding: BTreeSet::new(),
            waiting: BTreeSet::new(),
        }
    }

    /// The observer.
    pub const fn observer(&self) -> &O {
        &self.observer
    }

    /// The observer, to change it.
    pub const fn observer_mut(&mut self) -> &mut O {
        &mut self.observer
    }

    /// Gives the observer back.
    pub fn into_observer(self) -> O {
        self.observer
    }

    /// The earliest time of which an event may still be told; `None` where all of the past has been told. Only kept for an
    /// observer that is [`ORDERED`](Observer::ORDERED).
    ///
    /// Text before an identification line is held back until that line comes, and told with the time at which it was
    /// sent; that authentication failed is told at the end of a connection, with the time of its last packet. Who writes
    /// events in order of time waits for both, and for data that came before what it answers.
    pub fn tells_since(&self) -> Option<Timestamp> {
        self.holding.first().into_iter().chain(self.waiting.first()).map(|(at, _)| *at).min()
    }

    /// Takes note of what the connection came to by the last call.
    fn after(&mut self, flow: &Flow, state: &mut SshFlow, at: Timestamp) -> Interest {
        if O::ORDERED {
            let verdict = state.connection.holds_verdict().then_some(at);
            let since = state.connection.holds_events_since().into_iter().chain(verdict).min();
            self.hold(flow, state, since);
        }
        match state.connection.verdict() {
            Verdict::NotSsh => Interest::Ignore,
            Verdict::Ssh => {
                if !std::mem::replace(&mut state.known, true) {
                    self.ssh.insert(flow.number);
                    for (at, anomaly) in self.early.remove(&flow.number).unwrap_or_default() {
                        self.observer.oddity(flow, at, Oddity::Tcp(anomaly));
                    }
                }
                Interest::Continue
            }
            Verdict::Undecided => Interest::Continue,
        }
    }

    fn hold(&mut self, flow: &Flow, state: &mut SshFlow, since: Option<Timestamp>) {
        if since == state.holds_since {
            return;
        }
        if let Some(at) = state.holds_since {
            self.holding.remove(&(at, flow.number));
        }
        if let Some(at) = since {
            self.holding.insert((at, flow.number));
        }
        state.holds_since = since;
    }

    fn outlet<'o>(&'o mut self, flow: &'o Flow) -> Outlet<'o, O> {
        Outlet { observer: &mut self.observer, flow }
    }
}

/// Adds the flow to what its connection tells.
struct Outlet<'o, O> {
    observer: &'o mut O,
    flow: &'o Flow,
}

impl<O: Observer> Sink for Outlet<'_, O> {
    fn event(&mut self, at: Timestamp, event: &Event<'_>) {
        self.observer.event(self.flow, at, event);
    }

    fn wants_events(&self) -> bool {
        O::EVENTS
    }

    fn wants_details(&self) -> bool {
        self.observer.wants_details()
    }

    fn anomaly(&mut self, at: Timestamp, anomaly: Anomaly, excess: Option<Excess>) {
        self.observer.oddity(self.flow, at, Oddity::Ssh(anomaly, excess));
    }
}

impl<O: Observer> Application for SshFlows<O> {
    type State = SshFlow;

    fn packet(&mut self, number: u64) {
        self.observer.packet(number);
    }

    fn open(&mut self, _: &Flow) -> SshFlow {
        let connection = Box::new(Connection::with_config(self.config));
        SshFlow { connection, holds_since: None, known: false, kept: 0 }
    }

    fn deliver(
        &mut self,
        flow: &Flow,
        state: &mut SshFlow,
        side: Side,
        at: Timestamp,
        bytes: &[u8],
    ) -> Interest {
        let measured = state.connection.only_measures(side);
        state.connection.deliver(side, at, bytes, &mut self.outlet(flow));
        if measured && !O::ORDERED {
            // What most packets are: nothing that is kept has changed, and that it is SSH was known.
            return Interest::Continue;
        }
        if !measured {
            state.kept = state.connection.kept();
        }
        self.after(flow, state, at)
    }

    fn gap(&mut self, flow: &Flow, state: &mut SshFlow, side: Side, at: Timestamp, length: u64) -> Interest {
        state.connection.gap(side, at, length, &mut self.outlet(flow));
        state.kept = state.connection.kept();
        self.after(flow, state, at)
    }

    fn misplaced(&mut self, _: &Flow, state: &mut SshFlow, _: Side, _: Timestamp) {
        state.connection.lose_order();
    }

    fn held(&self, state: &SshFlow) -> usize {
        state.kept
    }

    fn anomaly(&mut self, flow: &Flow, _: Side, at: Timestamp, anomaly: TcpAnomaly) {
        if self.ssh.contains(&flow.number) {
            return self.observer.oddity(flow, at, Oddity::Tcp(anomaly));
        }
        if self.early.len() >= EARLY && !self.early.contains_key(&flow.number) {
            self.early.pop_first();
        }
        // Each anomaly comes once a side, so these are few.
        self.early.entry(flow.number).or_default().push((at, anomaly));
    }

    fn waits(&mut self, number: u64, before: Option<Timestamp>, since: Option<Timestamp>) {
        if O::ORDERED {
            if let Some(at) = before {
                self.waiting.remove(&(at, number));
            }
            self.waiting.extend(since.map(|at| (at, number)));
        }
    }

    fn give_up(&mut self, flow: &Flow, state: &mut SshFlow, at: Timestamp) {
        state.connection.stop_waiting(at, &mut self.outlet(flow));
    }

    fn close(&mut self, flow: &Flow, mut state: SshFlow, at: Timestamp) {
        if flow.ended {
            state.connection.end();
        }
        state.connection.finish(at, &mut self.outlet(flow));
        self.hold(flow, &mut state, None);
        self.ssh.remove(&flow.number);
        self.early.remove(&flow.number);
        if state.connection.session().started.is_some() {
            self.observer.session(flow, &mut state.connection.into_session());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Endpoint;
    use crate::overlay::Overlay;

    #[derive(Default)]
    struct Odd(Vec<u64>);

    impl Observer for Odd {
        fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {}

        fn oddity(&mut self, flow: &Flow, _: Timestamp, oddity: Oddity) {
            assert_eq!(oddity, Oddity::Tcp(TcpAnomaly::DataAfterFin));
            self.0.push(flow.number);
        }

        fn session(&mut self, _: &Flow, _: &mut Session) {}
    }

    #[test]
    fn early_oddities_are_forgotten() {
        let end = |port| Endpoint { address: [10, 0, 0, 1].into(), port };
        let flow = |number| Flow {
            originator: end(1),
            responder: end(22),
            overlay: Overlay::NONE,
            first_packet: Timestamp::default(),
            number,
            opening_seen: true,
            ended: false,
        };
        let beyond = 3;
        let numbers = 1..=EARLY as u64 + beyond;
        let mut flows = SshFlows::new(Odd::default());
        for number in numbers.clone() {
            let at = Timestamp::from_micros(number);
            flows.anomaly(&flow(number), Side::Originator, at, TcpAnomaly::DataAfterFin);
        }
        assert_eq!(flows.early.len(), EARLY);
        for number in numbers {
            let mut state = flows.open(&flow(number));
            let at = Timestamp::from_micros(number);
            flows.deliver(&flow(number), &mut state, Side::Originator, at, b"SSH-2.0-x\r\n");
        }
        let told = flows.into_observer().0;
        assert_eq!((told.first(), told.len()), (Some(&(beyond + 1)), EARLY));
    }
}
