//! What an application can rely on, whatever the packets are.

mod support;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use kexray_analyzer::{Side, Timestamp};
use kexray_capture::{Application, Engine, Flow, Interest, Limits, LinkType, TcpAnomaly};
use proptest::prelude::*;
use support::packets::{ip, link, tcp};

/// Checks the order of the calls, and loses interest now and then.
#[derive(Default)]
struct Auditor {
    open: HashSet<u64>,
    closed: HashSet<u64>,
    anomalies: HashSet<(u64, Side, TcpAnomaly)>,
    delivered: u64,
    gaps: u64,
    ignored: u64,
}

/// A flow's number, and whether nothing more of it may come.
struct Ticket {
    number: u64,
    ignored: bool,
}

impl Auditor {
    fn look(&mut self, flow: &Flow, ticket: &mut Ticket, ignore: bool) -> Interest {
        assert_eq!(flow.number, ticket.number);
        assert!(self.open.contains(&flow.number));
        assert!(!ticket.ignored, "data after interest was lost");
        ticket.ignored = ignore;
        self.ignored += u64::from(ignore);
        if ignore { Interest::Ignore } else { Interest::Continue }
    }
}

impl Application for Auditor {
    type State = Ticket;

    fn open(&mut self, flow: &Flow) -> Ticket {
        assert!(!self.closed.contains(&flow.number));
        assert!(self.open.insert(flow.number), "opened twice");
        Ticket { number: flow.number, ignored: false }
    }

    fn deliver(&mut self, flow: &Flow, ticket: &mut Ticket, _: Side, _: Timestamp, bytes: &[u8]) -> Interest {
        assert!(!bytes.is_empty());
        self.delivered += bytes.len() as u64;
        self.look(flow, ticket, bytes[0] == 0)
    }

    fn gap(&mut self, flow: &Flow, ticket: &mut Ticket, _: Side, _: Timestamp, length: u64) -> Interest {
        assert!(length > 0);
        self.gaps += length;
        self.look(flow, ticket, length == 7)
    }

    fn anomaly(&mut self, flow: &Flow, side: Side, _: Timestamp, anomaly: TcpAnomaly) {
        assert!(self.anomalies.insert((flow.number, side, anomaly)), "{} reported twice", anomaly.name());
    }

    fn close(&mut self, flow: &Flow, ticket: Ticket, at: Timestamp) {
        assert_eq!(flow.number, ticket.number);
        assert!(self.open.remove(&flow.number), "closed without being open");
        assert!(self.closed.insert(flow.number));
        assert!(at > Timestamp::default());
    }
}

#[derive(Clone, Debug)]
struct Step {
    port: u16,
    from_client: bool,
    flags: &'static str,
    sequence: u32,
    acknowledgement: u32,
    length: usize,
    fill: u8,
    cut: usize,
    seconds: i64,
}

/// Numbers near each other, with a few far away.
fn number() -> impl Strategy<Value = u32> {
    prop_oneof![20 => 0..200_u32, 1 => 0..20_000_000_u32, 1 => any::<u32>()]
        .prop_map(|number| number.wrapping_sub(100))
}

fn step() -> impl Strategy<Value = Step> {
    let flags = proptest::sample::select(
        &["A", "A", "PA", "PA", "PA", "PA", "S", "SA", "FA", "R", "RA", "P", "SFRPA"][..],
    );
    let seconds = prop_oneof![30 => 0..3_i64, 1 => 0..4_000_i64, 1 => -4_000..0_i64];
    (1..5_u16, any::<bool>(), flags, number(), number(), 0..30_usize, 0..20_u8, 0..50_usize, seconds)
        .prop_map(|(port, from_client, flags, sequence, acknowledgement, length, fill, cut, seconds)| Step {
            port,
            from_client,
            flags,
            sequence,
            acknowledgement,
            length,
            fill,
            cut: cut.saturating_sub(40),
            seconds,
        })
}

fn run(steps: &[Step], limits: Limits) -> Engine<Auditor> {
    let mut engine = Engine::with_limits(Auditor::default(), limits);
    let mut now = 1_000_000_000_000_000_i64;
    for step in steps {
        now += step.seconds * 1_000_000_000;
        let client: SocketAddr = ([10, 0, 0, 1], step.port).into();
        let server: SocketAddr = ([10, 0, 0, 2], 22).into();
        let (from, to) = if step.from_client { (client, server) } else { (server, client) };
        let payload = vec![step.fill; step.length];
        let segment = tcp(from, to, step.sequence, step.acknowledgement, step.flags, &payload);
        let frame = link(1, &ip(from.ip(), to.ip(), 6, &segment));
        let kept = &frame[..frame.len() - step.cut.min(frame.len())];
        engine.packet(LinkType::ETHERNET, Timestamp::from_nanos(now as u64), kept, frame.len() as u32);
    }
    engine.finish();
    engine
}

/// A SYN tells the roles anew as long as nothing was delivered; what was told of a side before counts for that side.
#[test]
fn an_anomaly_is_told_once_a_side_though_the_sides_change() {
    let step = |from_client, flags, sequence, length| Step {
        port: 2,
        from_client,
        flags,
        sequence,
        acknowledgement: 0_u32.wrapping_sub(100),
        length,
        fill: 1,
        cut: 0,
        seconds: 0,
    };
    let (first, second) = (0_u32.wrapping_sub(100), 0_u32.wrapping_sub(99));
    let steps = [
        Step { fill: 0, ..step(true, "A", first, 1) },
        step(false, "R", second, 0),
        step(false, "S", first, 1),
        Step { fill: 0, cut: 1, ..step(false, "A", first, 3) },
        step(true, "R", second, 0),
    ];
    run(&steps, Limits::default());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn calls_come_in_order_and_add_up(
        steps in proptest::collection::vec(step(), 0..150),
        flows in 1..6_usize,
        per_direction in 64..400_usize,
        in_total in 64..1000_usize,
    ) {
        let mut limits = Limits::default();
        limits.flows = flows;
        limits.buffered_per_direction = per_direction;
        limits.buffered_in_total = in_total;
        limits.linger = Duration::from_secs(1);
        let engine = run(&steps, limits);
        let stats = *engine.stats();
        let auditor = engine.application();
        prop_assert!(auditor.open.is_empty(), "a flow was never closed");
        prop_assert_eq!(auditor.closed.len() as u64, stats.flows_with_data);
        prop_assert_eq!(auditor.delivered, stats.delivered_bytes);
        prop_assert_eq!(auditor.gaps, stats.gap_bytes);
        prop_assert_eq!(auditor.ignored, stats.flows_ignored);
        prop_assert_eq!(stats.packets, steps.len() as u64);
        let ended = stats.flows_closed + stats.flows_expired + stats.flows_evicted
            + stats.flows_replaced + stats.flows_unfinished;
        prop_assert_eq!(ended, stats.flows, "{:?}", stats);
    }

    /// The same packets give the same streams: nothing depends on the seed of a hash table.
    #[test]
    fn runs_are_repeatable(steps in proptest::collection::vec(step(), 0..100)) {
        let [first, second] = [(); 2].map(|()| *run(&steps, Limits::default()).stats());
        prop_assert_eq!(first, second);
    }
}
