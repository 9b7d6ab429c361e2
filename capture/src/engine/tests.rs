use kexray_analyzer::Side;
use proptest::prelude::*;

use super::*;
use crate::application::Interest;
use crate::flow::Flow;

/// Notes every call. Loses interest over a byte of 0.
#[derive(Debug, Default)]
struct Transcript(Vec<String>);

impl Transcript {
    fn note(&mut self, flow: &Flow, text: &str) {
        self.0.push(format!("{} {:?} {text}", flow.number, flow.originator));
    }
}

impl Application for Transcript {
    type State = usize;

    fn open(&mut self, flow: &Flow) -> usize {
        self.note(flow, "open");
        0
    }

    fn deliver(
        &mut self,
        flow: &Flow,
        held: &mut usize,
        side: Side,
        at: Timestamp,
        bytes: &[u8],
    ) -> Interest {
        self.note(flow, &format!("{side:?} {at:?} {bytes:?}"));
        *held = held.saturating_add(bytes.len());
        if bytes.contains(&0) { Interest::Ignore } else { Interest::Continue }
    }

    fn gap(&mut self, flow: &Flow, _: &mut usize, side: Side, at: Timestamp, length: u64) -> Interest {
        self.note(flow, &format!("{side:?} {at:?} gap {length}"));
        Interest::Continue
    }

    fn held(&self, held: &usize) -> usize {
        *held
    }

    fn anomaly(&mut self, flow: &Flow, side: Side, at: Timestamp, anomaly: TcpAnomaly) {
        self.note(flow, &format!("{side:?} {at:?} {anomaly:?}"));
    }

    fn close(&mut self, flow: &Flow, _: usize, at: Timestamp) {
        self.note(flow, &format!("close {at:?}"));
    }
}

#[derive(Clone, Debug)]
struct Step {
    from_client: bool,
    flags: &'static str,
    /// How far from what would come next, and from what would be acknowledged.
    skew: (i32, i32),
    payload: Vec<u8>,
    missing: usize,
    /// Packet time since the step before.
    nanos: u64,
}

fn step() -> impl Strategy<Value = Step> {
    let flags = proptest::sample::select(&["A", "A", "A", "A", "A", "A", "", "S", "SA", "FA", "R"][..]);
    let skew = || prop_oneof![12 => Just(0), 2 => -20..20_i32, 1 => any::<i32>()];
    let payload = proptest::collection::vec(prop_oneof![60 => 1..9_u8, 1 => Just(0)], 0..8);
    let missing = prop_oneof![20 => Just(0), 1 => 1..5_usize];
    let nanos =
        prop_oneof![20 => 1..1_000_000_000_u64, 1 => Just(6_000_000_000), 1 => Just(4_000_000_000_000)];
    (any::<bool>(), flags, (skew(), skew()), payload, missing, nanos).prop_map(
        |(from_client, flags, skew, payload, missing, nanos)| Step {
            from_client,
            flags,
            skew,
            payload,
            missing,
            nanos,
        },
    )
}

/// What comes of a conversation, and the counters.
fn run(steps: &[Step], limits: Limits, quickly: bool) -> (Vec<String>, Stats, usize) {
    let mut engine = Engine::with_limits(Transcript::default(), limits);
    if !quickly {
        engine.patience = 0;
    }
    let mut now = 1_000_000_000_000;
    let (mut client, mut server) = (u32::MAX - 9, 7_u32);
    let opening = [("S", true), ("SA", false), ("A", true)].map(|(flags, from_client)| Step {
        from_client,
        flags,
        skew: (0, 0),
        payload: Vec::new(),
        missing: 0,
        nanos: 1,
    });
    for step in opening.iter().chain(steps) {
        now += step.nanos;
        let ((next, other), ports) = if step.from_client {
            ((&mut client, server), (40_000, 22))
        } else {
            ((&mut server, client), (22, 40_000))
        };
        let flag = |flag| step.flags.contains(flag);
        let segment = Segment {
            source_port: ports.0,
            destination_port: ports.1,
            sequence: next.wrapping_add_signed(step.skew.0),
            acknowledgement: flag('A').then_some(other.wrapping_add_signed(step.skew.1)),
            syn: flag('S'),
            fin: flag('F'),
            rst: flag('R'),
            psh: false,
            payload: &step.payload,
            missing: step.missing,
        };
        if step.skew.0 == 0 && !segment.rst {
            let length = step.payload.len() + step.missing;
            *next = next.wrapping_add(length as u32 + u32::from(segment.syn) + u32::from(segment.fin));
        }
        let addresses = if step.from_client { (1, 2) } else { (2, 1) };
        let (key, end) = Key::ipv4((addresses.0, ports.0), (addresses.1, ports.1));
        let at = Timestamp::from_nanos(now);
        engine.begin(engine.number + 1, at);
        if let Some(now) = engine.clock.packet(at) {
            engine.expire(now);
        }
        engine.segment(at, &key, end, &segment);
    }
    let held = engine.buffered;
    engine.finish();
    let stats = *engine.stats();
    (engine.into_application().0, stats, held)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The shorter way through the engine does what the longer one does.
    #[test]
    fn the_shorter_way_leads_to_the_same(
        steps in proptest::collection::vec(step(), 0..60),
        in_total in prop_oneof![Just(1 << 20), 10..500_usize],
    ) {
        let limits = Limits { buffered_in_total: in_total, ..Limits::default() };
        prop_assert_eq!(run(&steps, limits, true), run(&steps, limits, false));
    }
}

/// A clock that is to be trusted closes what has been quiet for too long, and no more; a packet does that only where the next
/// bears it out.
#[test]
fn time_passes_without_packets() {
    let minute = std::time::Duration::from_secs(60);
    let limits = Limits { opening_timeout: minute, idle_timeout: minute, ..Limits::default() };
    let mut engine = Engine::with_limits(Transcript::default(), limits);
    let segment = |port| Segment {
        source_port: port,
        destination_port: 22,
        sequence: 1,
        acknowledgement: None,
        syn: false,
        fin: false,
        rst: false,
        psh: false,
        payload: b"x",
        missing: 0,
    };
    let second = |seconds: u64| Timestamp::from_nanos(seconds * 1_000_000_000);
    for (port, at) in [(1, second(1000)), (2, second(1040))] {
        let (key, end) = Key::ipv4((1, port), (2, 22));
        engine.begin(engine.number + 1, at);
        engine.segment(at, &key, end, &segment(port));
    }
    engine.pass(second(1050));
    assert_eq!((engine.open_flows(), engine.stats().flows_expired), (2, 0));
    engine.pass(second(1070));
    assert_eq!((engine.open_flows(), engine.stats().flows_expired), (1, 1));
    engine.pass(second(900));
    assert_eq!(engine.open_flows(), 1);
    engine.pass(second(1200));
    assert_eq!((engine.open_flows(), engine.stats().flows_expired), (0, 2));
}
