//! Captures in which one direction comes late, as two taps or two interfaces give them.

mod support;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use kexray_analyzer::{Side, Timestamp};
use kexray_capture::{Application, Engine, Flow, Interest, Limits, LinkType, Stats, TcpAnomaly};
use proptest::prelude::*;
use support::packets::{ip, link, tcp};

/// What an application is told: by whom, when, and the octets; those of a gap are `_`.
type Call = (Side, u64, String);

/// Writes down what it is told.
#[derive(Debug, Default)]
struct Recorder {
    calls: Vec<Call>,
    /// How many calls there were before each that is said to be out of its place.
    misplaced: Vec<usize>,
    closed: Vec<u64>,
    waiting: BTreeMap<u64, Timestamp>,
}

impl Application for Recorder {
    type State = ();

    fn open(&mut self, _: &Flow) {}

    fn deliver(&mut self, _: &Flow, (): &mut (), side: Side, at: Timestamp, bytes: &[u8]) -> Interest {
        self.calls.push((side, at.as_nanos(), String::from_utf8_lossy(bytes).into_owned()));
        assert!(self.waiting.values().all(|since| *since <= at), "what is told was announced");
        Interest::Continue
    }

    fn gap(&mut self, _: &Flow, (): &mut (), side: Side, at: Timestamp, length: u64) -> Interest {
        self.calls.push((side, at.as_nanos(), "_".repeat(length as usize)));
        Interest::Continue
    }

    fn misplaced(&mut self, _: &Flow, (): &mut (), _: Side, _: Timestamp) {
        self.misplaced.push(self.calls.len());
    }

    fn waits(&mut self, number: u64, before: Option<Timestamp>, since: Option<Timestamp>) {
        assert_eq!(self.waiting.remove(&number), before);
        self.waiting.extend(since.map(|since| (number, since)));
    }

    fn anomaly(&mut self, _: &Flow, _: Side, _: Timestamp, _: TcpAnomaly) {}

    fn close(&mut self, _: &Flow, (): (), at: Timestamp) {
        self.closed.push(at.as_nanos());
    }
}

/// A segment of a conversation. Numbers count from the SYN of their side.
#[derive(Clone, Debug)]
struct Segment {
    side: Side,
    flags: &'static str,
    sequence: u32,
    acknowledgement: u32,
    payload: String,
}

/// The numbers of both SYNs: data of the client wraps round.
const STARTS: (u32, u32) = (0xffff_ffe0, 7000);

/// Milliseconds in nanoseconds.
const MS: u64 = 1_000_000;

struct Scene {
    engine: Engine<Recorder>,
    port: u16,
}

impl Scene {
    fn new(limits: Limits) -> Self {
        Self { engine: Engine::with_limits(Recorder::default(), limits), port: 40000 }
    }

    fn segment(&mut self, at: u64, segment: &Segment) {
        let ends: [SocketAddr; 2] =
            [format!("10.0.0.1:{}", self.port), "10.0.0.2:22".to_owned()].map(|end| end.parse().unwrap());
        let ([from, to], (start, other)) = match segment.side {
            Side::Originator => (ends, STARTS),
            Side::Responder => ([ends[1], ends[0]], (STARTS.1, STARTS.0)),
        };
        let sequence = start.wrapping_add(segment.sequence);
        let acknowledgement = other.wrapping_add(segment.acknowledgement);
        let packet = tcp(from, to, sequence, acknowledgement, segment.flags, segment.payload.as_bytes());
        let frame = link(1, &ip(from.ip(), to.ip(), 6, &packet));
        self.engine.packet(LinkType::ETHERNET, Timestamp::from_nanos(at), &frame, frame.len() as u32);
    }

    fn client(&mut self, at: u64, flags: &'static str, sequence: u32, acknowledgement: u32, payload: &str) {
        let payload = payload.to_owned();
        self.segment(at, &Segment { side: Side::Originator, flags, sequence, acknowledgement, payload });
    }

    fn server(&mut self, at: u64, flags: &'static str, sequence: u32, acknowledgement: u32, payload: &str) {
        let payload = payload.to_owned();
        self.segment(at, &Segment { side: Side::Responder, flags, sequence, acknowledgement, payload });
    }

    /// A connection is opened, at 1 to 3 ms.
    fn handshake(&mut self) {
        self.client(MS, "S", 0, 0, "");
        self.server(2 * MS, "SA", 0, 1, "");
        self.client(3 * MS, "A", 1, 1, "");
    }

    fn calls(&self) -> &[Call] {
        &self.engine.application().calls
    }

    /// What was told so far, without times.
    fn told(&self) -> Vec<(Side, &str)> {
        self.calls().iter().map(|(side, _, text)| (*side, &text[..])).collect()
    }

    fn end(mut self) -> (Recorder, Stats) {
        self.engine.finish();
        assert_eq!(self.engine.buffered(), 0);
        let stats = *self.engine.stats();
        let recorder = self.engine.into_application();
        assert!(recorder.waiting.is_empty(), "nothing waits for ever");
        (recorder, stats)
    }
}

use Side::{Originator, Responder};

#[test]
fn an_answer_waits_for_its_question() {
    let mut scene = Scene::new(Limits::default());
    scene.handshake();
    scene.server(4 * MS, "PA", 1, 6, "an answer");
    scene.server(5 * MS, "PA", 10, 6, ", and more");
    assert_eq!(scene.told(), []);
    scene.client(6 * MS, "PA", 1, 1, "whats");
    assert_eq!(scene.told(), [(Originator, "whats"), (Responder, "an answer"), (Responder, ", and more")]);
    let (recorder, stats) = scene.end();
    assert!(
        recorder.calls.iter().all(|(_, at, _)| *at == 6 * MS),
        "the time of the packet that made it possible"
    );
    assert_eq!((stats.early_segments, stats.waits_in_vain, stats.delivered_bytes), (2, 0, 24));
    assert!(recorder.misplaced.is_empty());
}

#[test]
fn a_question_in_pieces_is_waited_for_to_its_end() {
    let mut scene = Scene::new(Limits::default());
    scene.handshake();
    scene.server(4 * MS, "PA", 1, 6, "answer");
    scene.client(5 * MS, "A", 1, 1, "wh");
    assert_eq!(scene.told(), [(Originator, "wh")]);
    scene.client(6 * MS, "A", 3, 1, "ats");
    assert_eq!(scene.told(), [(Originator, "wh"), (Originator, "ats"), (Responder, "answer")]);
}

#[test]
fn even_the_first_packets_may_be_late() {
    for late in [Originator, Responder] {
        let mut scene = Scene::new(Limits::default());
        let mut at = [MS, 101 * MS];
        if late == Originator {
            at.reverse();
        }
        let mut packets: Vec<(u64, &'static str, Side, u32, u32, &str)> = vec![
            (at[0], "S", Originator, 0, 0, ""),
            (at[1], "SA", Responder, 0, 1, ""),
            (at[0] + MS, "A", Originator, 1, 1, ""),
            (at[1] + MS, "PA", Responder, 1, 1, "hail"),
            (at[0] + 2 * MS, "PA", Originator, 1, 5, "reply"),
            (at[1] + 2 * MS, "PA", Responder, 5, 6, "again"),
        ];
        packets.sort_by_key(|packet| packet.0);
        for (at, flags, side, sequence, acknowledgement, payload) in packets {
            let send = if side == Originator { Scene::client } else { Scene::server };
            send(&mut scene, at, flags, sequence, acknowledgement, payload);
        }
        assert_eq!(
            scene.told(),
            [(Responder, "hail"), (Originator, "reply"), (Responder, "again")],
            "{late:?}"
        );
    }
}

#[test]
fn nobody_waits_for_long() {
    let mut scene = Scene::new(Limits::default());
    scene.handshake();
    scene.server(4 * MS, "PA", 1, 6, "answer");
    scene.server(204 * MS, "A", 7, 6, "");
    assert_eq!(scene.told(), []);
    scene.server(205 * MS, "A", 7, 6, "");
    assert_eq!(scene.calls(), [(Responder, 4 * MS, "answer".to_owned())], "the time is its own");
    scene.server(206 * MS, "PA", 7, 6, "more");
    assert_eq!(scene.told().len(), 2, "what was not waited for is not waited for again");
    scene.client(207 * MS, "PA", 1, 1, "whats");
    let (recorder, stats) = scene.end();
    assert_eq!(recorder.calls[2], (Originator, 207 * MS, "whats".to_owned()), "late, but not lost");
    assert_eq!((stats.early_segments, stats.waits_in_vain), (1, 1));
}

#[test]
fn an_answer_that_waited_in_vain_is_out_of_its_place() {
    let mut scene = Scene::new(Limits::default());
    scene.handshake();
    scene.client(4 * MS, "PA", 1, 1, "hello");
    scene.server(5 * MS, "PA", 1, 10, "answer");
    scene.server(206 * MS, "A", 7, 10, "");
    assert_eq!(scene.told(), [(Originator, "hello"), (Responder, "answer")]);
    let (recorder, stats) = scene.end();
    assert_eq!((recorder.misplaced, stats.misplaced_segments), (vec![1], 1));
}

#[test]
fn an_answer_to_what_waits_for_nothing_is_out_of_its_place() {
    let mut scene = Scene::new(Limits::default());
    scene.handshake();
    scene.client(4 * MS, "PA", 1, 1, "hello");
    // It answers what the client says next, which in its turn answers what is not there.
    scene.server(5 * MS, "PA", 6, 10, "two");
    scene.client(6 * MS, "PA", 6, 6, "more");
    let told = [(Originator, "hello"), (Originator, "more"), (Responder, "_____"), (Responder, "two")];
    assert_eq!(scene.told(), told);
    assert_eq!(scene.end().0.misplaced, [1]);
}

#[test]
fn a_clock_that_is_set_back_ends_a_wait() {
    let mut scene = Scene::new(Limits::default());
    scene.handshake();
    scene.server(3604 * MS, "PA", 1, 6, "answer");
    scene.server(3500 * MS, "A", 7, 6, "");
    assert_eq!(scene.told(), []);
    scene.server(4 * MS, "A", 7, 6, "");
    assert_eq!(scene.told(), [(Responder, "answer")]);
}

#[test]
fn other_flows_show_that_time_passes() {
    let mut scene = Scene::new(Limits::default());
    scene.handshake();
    scene.server(4 * MS, "PA", 1, 6, "answer");
    scene.port += 1;
    for second in 1..4 {
        scene.client(second * 1100 * MS, "S", 0, 0, "");
    }
    assert_eq!(scene.calls(), [(Responder, 4 * MS, "answer".to_owned())]);
    scene.engine.pass(Timestamp::from_nanos(60_000 * MS));
    assert_eq!(scene.end().1.waits_in_vain, 1);
}

#[test]
fn few_segments_wait() {
    let limits = Limits::default();
    let mut scene = Scene::new(limits);
    scene.handshake();
    for index in 0..limits.order_segments as u32 {
        scene.server(4 * MS, "A", 1 + index, 1000 + index, "x");
    }
    assert_eq!(scene.told(), []);
    scene.server(4 * MS, "A", 1 + limits.order_segments as u32, 2000, "x");
    assert_eq!(scene.told(), [(Responder, "x")], "the oldest makes room");
    assert!(scene.engine.buffered() < limits.order_segments * 256, "{}", scene.engine.buffered());
}

#[test]
fn what_waits_counts_for_the_limits_of_memory() {
    let mut limits = Limits::default();
    limits.buffered_per_direction = 1000;
    let mut scene = Scene::new(limits);
    scene.handshake();
    for index in 0..5 {
        scene.server(4 * MS, "A", 1 + 300 * index, 6, &"x".repeat(300));
        assert!(scene.engine.buffered() <= 1000);
    }
    let mut limits = Limits::default();
    limits.buffered_in_total = 1000;
    let mut scene = Scene::new(limits);
    for _ in 0..5 {
        scene.port += 1;
        scene.handshake();
        scene.server(4 * MS, "A", 1, 6, &"x".repeat(300));
        assert!(scene.engine.buffered() <= 1000);
    }
    assert!(!scene.told().is_empty());
}

#[test]
fn a_direction_that_is_not_captured_is_not_waited_for_again_and_again() {
    let mut scene = Scene::new(Limits::default());
    scene.handshake();
    for index in 0..20 {
        scene.server((index + 1) * 300 * MS, "PA", 1 + index as u32, 10 + index as u32, "x");
    }
    assert_eq!(scene.told().len(), 20);
    assert_eq!(scene.end().1.waits_in_vain, 4);
}

#[test]
fn what_the_capture_lacks_is_not_waited_for_once_it_shows() {
    let mut scene = Scene::new(Limits::default());
    scene.handshake();
    // The capture lacks "whats".
    scene.server(4 * MS, "PA", 1, 6, "answer");
    scene.client(5 * MS, "PA", 6, 7, "next");
    let (recorder, stats) = scene.end();
    let expected =
        [(Responder, 4 * MS, "answer"), (Originator, 5 * MS, "_____"), (Originator, 5 * MS, "next")];
    assert_eq!(recorder.calls, expected.map(|(side, at, text)| (side, at, text.to_owned())));
    assert_eq!(stats.waits_in_vain, 0);
}

/// The capture has the client later than the server: so much shows when "hello" was acknowledged before it came.
fn late_client() -> Scene {
    let mut scene = Scene::new(Limits::default());
    scene.handshake();
    scene.server(4 * MS, "A", 1, 6, "");
    scene.client(5 * MS, "PA", 1, 1, "hello");
    scene
}

#[test]
fn a_hole_that_was_acknowledged_may_be_filled_by_a_late_side() {
    let mut scene = late_client();
    // The network lost "one" at first.
    scene.client(6 * MS, "PA", 9, 1, "two");
    scene.server(300 * MS, "PA", 1, 12, "answer");
    scene.client(301 * MS, "A", 12, 1, "");
    assert_eq!(scene.told(), [(Originator, "hello")]);
    scene.client(310 * MS, "PA", 6, 1, "one");
    assert_eq!(scene.told()[1..], [(Originator, "one"), (Originator, "two"), (Responder, "answer")]);
    assert_eq!(scene.end().1.gaps, 0);
}

#[test]
fn a_hole_of_a_late_side_is_a_gap_in_the_end() {
    // A later segment shows that time has passed, or another flow does.
    for own in [true, false] {
        let mut scene = late_client();
        scene.client(6 * MS, "PA", 9, 1, "two");
        scene.server(7 * MS, "A", 1, 12, "");
        assert_eq!(scene.told(), [(Originator, "hello")]);
        if own {
            scene.client(208 * MS, "PA", 12, 1, "three");
        } else {
            scene.port += 1;
            scene.client(3000 * MS, "S", 0, 0, "");
            scene.client(3001 * MS, "S", 0, 0, "");
        }
        assert_eq!(scene.told()[1..3], [(Originator, "___"), (Originator, "two")]);
    }
}

#[test]
fn where_nothing_is_late_an_acknowledged_hole_is_a_gap_at_once() {
    let mut scene = Scene::new(Limits::default());
    scene.handshake();
    scene.client(6 * MS, "PA", 4, 1, "two");
    scene.server(7 * MS, "A", 1, 7, "");
    assert_eq!(scene.told(), [(Originator, "___"), (Originator, "two")]);
}

#[test]
fn an_answer_waits_for_a_question_that_comes_after_the_next_one() {
    let mut scene = late_client();
    scene.server(6 * MS, "PA", 1, 9, "answer");
    // It answers that, and stands behind a hole.
    scene.client(7 * MS, "PA", 9, 7, "two");
    assert_eq!(scene.told(), [(Originator, "hello")]);
    scene.client(8 * MS, "PA", 6, 1, "one");
    assert_eq!(scene.told()[1..], [(Originator, "one"), (Responder, "answer"), (Originator, "two")]);
    assert_eq!(scene.end().1.gaps, 0);
}

#[test]
fn a_retransmission_acknowledges_what_answers_it() {
    let mut scene = Scene::new(Limits::default());
    scene.handshake();
    // The capture lacks the first "whats": what it has of it is sent after the answer came.
    scene.server(4 * MS, "PA", 1, 6, "answer");
    scene.client(5 * MS, "PA", 1, 7, "whats");
    assert_eq!(scene.told(), [(Originator, "whats"), (Responder, "answer")]);
    assert!(scene.end().0.misplaced.is_empty());
}

#[test]
fn ends_wait_behind_the_data_before_them() {
    for last in ["FA", "RA"] {
        let mut scene = Scene::new(Limits::default());
        scene.handshake();
        scene.server(4 * MS, "PA", 1, 6, "bye");
        scene.server(5 * MS, last, 4, 6, "");
        scene.client(6 * MS, "PA", 1, 1, "hello");
        scene.client(7 * MS, "FA", 6, 5, "");
        assert_eq!(
            scene.engine.application().closed,
            [7 * MS].map(|at| if last == "RA" { at - MS } else { at })
        );
        assert_eq!(scene.told(), [(Originator, "hello"), (Responder, "bye")]);
    }
}

#[test]
fn acknowledgements_that_nobody_can_believe_delay_nothing() {
    let mut scene = Scene::new(Limits::default());
    scene.handshake();
    scene.server(4 * MS, "PA", 1, 1 << 30, "x");
    assert_eq!(scene.told(), [(Responder, "x")]);
}

#[test]
fn a_flow_seen_from_its_middle_waits_for_nothing_before_it() {
    let mut scene = Scene::new(Limits::default());
    scene.server(4 * MS, "PA", 100, 600, "x");
    scene.client(5 * MS, "A", 600, 101, "");
    scene.server(6 * MS, "PA", 101, 600, "y");
    assert_eq!(scene.told(), [(Responder, "x"), (Responder, "y")]);
}

/// What an end says, and how much of what the other said before it has not got yet.
fn talk() -> impl Strategy<Value = Vec<(bool, usize, usize)>> {
    proptest::collection::vec((any::<bool>(), 1..20_usize, prop_oneof![4 => Just(0), 1 => 0..3_usize]), 1..40)
}

/// The segments of a conversation in the order in which they were sent.
fn segments(talk: &[(bool, usize, usize)]) -> Vec<Segment> {
    let segment = |side, flags, sequence, acknowledgement, payload: &str| Segment {
        side,
        flags,
        sequence,
        acknowledgement,
        payload: payload.to_owned(),
    };
    let mut segments = vec![
        segment(Originator, "S", 0, 0, ""),
        segment(Responder, "SA", 0, 1, ""),
        segment(Originator, "A", 1, 1, ""),
    ];
    // Behind each segment of the client and of the server.
    let mut sent = [vec![1_u32], vec![1_u32]];
    for (index, (from_client, length, lag)) in talk.iter().enumerate() {
        let (own, other) = if *from_client { (0, 1) } else { (1, 0) };
        let side = if *from_client { Originator } else { Responder };
        let sequence = *sent[own].last().unwrap();
        let known = sent[other].len().saturating_sub(1 + lag);
        let before: Vec<u32> =
            segments.iter().filter(|it| it.side == side).map(|it| it.acknowledgement).collect();
        let acknowledgement = sent[other][known].max(*before.last().unwrap());
        let letter = char::from(b'a' + (index % 26) as u8);
        segments.push(segment(side, "PA", sequence, acknowledgement, &letter.to_string().repeat(*length)));
        sent[own].push(sequence + *length as u32);
    }
    segments
}

/// The same, with those of one side so many places later.
fn delayed(segments: &[Segment], late: Side, places: usize) -> Vec<Segment> {
    let mut order: Vec<_> = segments.iter().enumerate().collect();
    order.sort_by_key(|(index, it)| index + if it.side == late { places } else { 0 });
    order.into_iter().map(|(_, it)| it.clone()).collect()
}

fn run(segments: &[Segment], step: u64, limits: Limits) -> (Recorder, Stats) {
    let mut scene = Scene::new(limits);
    for (index, segment) in segments.iter().enumerate() {
        scene.segment((index as u64 + 1) * step, segment);
    }
    scene.end()
}

/// As if nothing ever waited.
fn impatient() -> Limits {
    let mut limits = Limits::default();
    (limits.order_segments, limits.order_patience) = (0, Duration::ZERO);
    limits
}

/// One side's stream.
fn stream(calls: &[Call], side: Side) -> String {
    calls.iter().filter(|call| call.0 == side).map(|call| &call.2[..]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_late_a_side_is_the_order_is_that_of_sending(
        talk in talk(),
        late in prop_oneof![Just(Originator), Just(Responder)],
        places in 0..40_usize,
    ) {
        let sent = segments(&talk);
        let (told, stats) = run(&delayed(&sent, late, places), MS, Limits::default());
        let data: Vec<_> = sent.iter().filter(|it| !it.payload.is_empty()).collect();
        let calls: Vec<_> = told.calls.iter().map(|(side, _, text)| (*side, text.clone())).collect();
        prop_assert_eq!(calls.len(), data.len());
        prop_assert_eq!(stats.waits_in_vain, 0);
        let mut got = [1, 1];
        let mut next = [Originator, Responder].map(|side| data.iter().filter(move |it| it.side == side));
        for (side, text) in &calls {
            let (own, other) = if *side == Originator { (0, 1) } else { (1, 0) };
            let segment = next[own].next().unwrap();
            prop_assert_eq!(text, &segment.payload);
            prop_assert!(got[other] >= segment.acknowledgement, "an answer before its question");
            got[own] += text.len() as u32;
        }
        if talk.iter().all(|(_, _, lag)| *lag == 0) {
            // Each segment acknowledges all before it: there is only one order.
            let order: Vec<_> = data.iter().map(|it| (it.side, it.payload.clone())).collect();
            prop_assert_eq!(calls, order);
        }
    }

    #[test]
    fn where_one_direction_was_captured_nothing_changes(
        talk in talk(),
        side in prop_oneof![Just(Originator), Just(Responder)],
        step in 1..150_u64,
        closes in any::<bool>(),
    ) {
        let mut sent = segments(&talk);
        sent.retain(|it| it.side == side);
        if closes {
            let last = sent.last().unwrap().clone();
            let sequence = last.sequence + last.payload.len() as u32 + u32::from(last.flags.contains('S'));
            sent.push(Segment { flags: "FA", sequence, payload: String::new(), ..last });
        }
        let (told, _) = run(&sent, step * MS, Limits::default());
        let (expected, _) = run(&sent, step * MS, impatient());
        prop_assert_eq!(told.calls, expected.calls);
        prop_assert_eq!(told.closed, expected.closed);
    }

    #[test]
    fn in_order_nothing_waits(talk in talk()) {
        let sent = segments(&talk);
        let (told, stats) = run(&sent, MS, Limits::default());
        prop_assert_eq!(stats.early_segments, 0);
        prop_assert_eq!(told.calls, run(&sent, MS, impatient()).0.calls);
    }

    #[test]
    fn waiting_changes_neither_stream(
        talk in talk(),
        late in prop_oneof![Just(Originator), Just(Responder)],
        places in 0..80_usize,
        step in 1..50_u64,
        lost in proptest::collection::vec(0..40_usize, 0..4),
    ) {
        let mut sent = segments(&talk);
        let mut index = 0;
        sent.retain(|it| {
            index += usize::from(!it.payload.is_empty());
            it.payload.is_empty() || !lost.contains(&index)
        });
        let (expected, _) = run(&sent, step * MS, impatient());
        let (told, _) = run(&delayed(&sent, late, places), step * MS, Limits::default());
        for side in [Originator, Responder] {
            prop_assert_eq!(stream(&told.calls, side), stream(&expected.calls, side));
        }
    }
}
