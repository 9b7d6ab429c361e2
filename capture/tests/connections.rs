//! Connections as packets show them: who opened them, where they end, and what a capture may do
//! to them in between.

mod support;

use std::net::SocketAddr;
use std::time::Duration;

use kexray_analyzer::{Side, Timestamp};
use kexray_capture::{Application, Engine, Flow, Interest, Limits, LinkType, Stats, TcpAnomaly};
use support::packets::{fragments, ip, link, tcp};
use support::{Collector, Finished};

const CLIENT: &str = "10.0.0.1:40000";
const SERVER: &str = "10.0.0.2:22";

/// Numbers of the SYNs; data counts from 1.
const CLIENT_START: u32 = 0xffff_ff00;
const SERVER_START: u32 = 7000;

/// A connection on the wire. Sequence numbers are counted from each side's SYN.
struct Scene<A: Application = Collector> {
    engine: Engine<A>,
    now: u64,
    client: SocketAddr,
    server: SocketAddr,
    starts: (u32, u32),
}

impl Scene {
    fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    fn with_limits(limits: Limits) -> Self {
        Self::of(Engine::with_limits(Collector::default(), limits))
    }

    fn end(mut self) -> (Vec<Finished>, Vec<TcpAnomaly>, Stats) {
        self.engine.finish();
        let stats = *self.engine.stats();
        let collector = self.engine.into_application();
        (collector.flows, collector.anomalies.into_iter().map(|(_, _, anomaly)| anomaly).collect(), stats)
    }

    /// Checks that there was one flow, and its two streams, `_` for each byte of a gap.
    fn check(self, up: &str, down: &str) -> Stats {
        let (flows, anomalies, stats) = self.end();
        assert_eq!(texts(&flows), [(up.to_owned(), down.to_owned())]);
        assert_eq!(flows[0].flow.originator.port, 40000);
        assert_eq!(anomalies, []);
        stats
    }
}

fn texts(flows: &[Finished]) -> Vec<(String, String)> {
    flows.iter().map(|flow| (flow.up.text(), flow.down.text())).collect()
}

impl<A: Application> Scene<A> {
    fn of(engine: Engine<A>) -> Self {
        let (client, server) = (CLIENT.parse().unwrap(), SERVER.parse().unwrap());
        Self { engine, now: 1_000_000_000, client, server, starts: (CLIENT_START, SERVER_START) }
    }

    fn client(&mut self, flags: &str, sequence: u32, acknowledgement: u32, payload: &str) {
        let (sequence, acknowledgement) =
            (self.starts.0.wrapping_add(sequence), self.starts.1.wrapping_add(acknowledgement));
        let segment = tcp(self.client, self.server, sequence, acknowledgement, flags, payload.as_bytes());
        self.packet(&ip(self.client.ip(), self.server.ip(), 6, &segment));
    }

    fn server(&mut self, flags: &str, sequence: u32, acknowledgement: u32, payload: &str) {
        let (sequence, acknowledgement) =
            (self.starts.1.wrapping_add(sequence), self.starts.0.wrapping_add(acknowledgement));
        let segment = tcp(self.server, self.client, sequence, acknowledgement, flags, payload.as_bytes());
        self.packet(&ip(self.server.ip(), self.client.ip(), 6, &segment));
    }

    fn handshake(&mut self) {
        self.client("S", 0, 0, "");
        self.server("SA", 0, 1, "");
        self.client("A", 1, 1, "");
    }

    fn packet(&mut self, packet: &[u8]) {
        let frame = link(1, packet);
        self.now += 1_000_000;
        let length = frame.len() as u32;
        self.engine.packet(LinkType::ETHERNET, Timestamp::from_nanos(self.now), &frame, length);
    }

    fn wait(&mut self, seconds: u64) {
        self.now += seconds * 1_000_000_000;
    }
}

#[test]
fn a_whole_connection() {
    let mut scene = Scene::new();
    scene.handshake();
    scene.client("PA", 1, 1, "hello");
    scene.server("PA", 1, 6, "welcome");
    scene.client("FA", 6, 8, "");
    scene.server("FA", 8, 7, "");
    assert_eq!(scene.engine.application().flows.len(), 1, "nothing can follow, so it is over");
    scene.client("A", 7, 9, "");
    scene.server("FA", 8, 7, "");
    let (flows, anomalies, stats) = scene.end();
    assert_eq!(texts(&flows), [("hello".to_owned(), "welcome".to_owned())]);
    assert_eq!(anomalies, []);
    let flow = flows[0].flow;
    assert!(flow.opening_seen);
    assert_eq!((flow.originator.port, flow.responder.port, flow.number), (40000, 22, 1));
    assert_eq!(flow.first_packet, Timestamp::from_nanos(1_001_000_000));
    assert_eq!(flows[0].closed_at, Timestamp::from_nanos(1_007_000_000));
    assert_eq!((stats.flows, stats.flows_closed, stats.delivered_bytes, stats.gaps), (1, 1, 12, 0));
}

#[test]
fn a_scan_is_never_opened() {
    let mut scene = Scene::new();
    for port in 1..100 {
        scene.client.set_port(port);
        scene.client("S", 0, 0, "");
        scene.server("RA", 0, 1, "");
    }
    let (flows, _, stats) = scene.end();
    assert!(flows.is_empty());
    assert_eq!((stats.flows, stats.flows_with_data), (99, 0));
}

#[test]
fn the_answer_to_a_lost_syn_tells_the_roles() {
    let mut scene = Scene::new();
    scene.server.set_port(40001);
    scene.server("SA", 0, 1, "");
    scene.server("PA", 1, 1, "welcome");
    scene.client("PA", 3, 8, "llo");
    scene.server("A", 8, 6, "");
    scene.check("__llo", "welcome");
}

#[test]
fn a_late_syn_corrects_the_roles() {
    let mut scene = Scene::new();
    scene.server.set_port(40001);
    // Without the SYN, the sender of the first packet is taken for the originator.
    scene.server("SA", 0, 1, "");
    scene.client("S", 0, 0, "");
    scene.client("PA", 1, 1, "hello");
    scene.check("hello", "");
}

#[test]
fn from_the_middle_port_22_is_the_server() {
    let mut scene = Scene::new();
    scene.server("PA", 500, 700, "welcome");
    scene.client("PA", 700, 507, "hello");
    scene.check("hello", "welcome");

    let mut scene = Scene::new();
    scene.server.set_port(2222);
    scene.client("PA", 700, 507, "hello");
    scene.server("PA", 507, 705, "welcome");
    scene.check("hello", "welcome");
}

#[test]
fn a_keep_alive_probe_does_not_start_a_flow_in_the_middle() {
    let mut scene = Scene::new();
    scene.client("A", 699, 507, "?");
    scene.client("PA", 700, 507, "hello");
    scene.client("A", 704, 507, "?");
    scene.client("PA", 705, 507, "!");
    let stats = scene.check("hello!", "");
    assert_eq!((stats.keep_alive_bytes, stats.retransmitted_bytes), (1, 1));
}

#[test]
fn what_the_peer_acknowledges_was_sent() {
    let mut scene = Scene::new();
    scene.handshake();
    scene.client("PA", 1, 1, "hello");
    scene.client("PA", 11, 1, "again");
    assert_eq!(scene.engine.stats().gaps, 0);
    scene.server("PA", 1, 16, "welcome");
    assert_eq!(scene.engine.stats().gaps, 1);
    scene.server("FA", 20, 16, "");
    scene.client("FA", 16, 21, "");
    scene.check("hello_____again", "welcome____________");
}

#[test]
fn one_side_alone_is_enough() {
    let mut scene = Scene::new();
    scene.server("PA", 1, 1, "welcome");
    scene.server("PA", 13, 6, "three");
    scene.server("PA", 8, 6, "again");
    scene.server("FA", 18, 6, "");
    assert_eq!(scene.engine.application().flows.len(), 1);
    scene.check("", "welcomeagainthree");
}

#[test]
fn a_short_snap_length_leaves_gaps() {
    let mut scene = Scene::new();
    scene.handshake();
    let segment = tcp(scene.client, scene.server, CLIENT_START + 1, SERVER_START + 1, "PA", b"hello, world");
    let frame = link(1, &ip(scene.client.ip(), scene.server.ip(), 6, &segment));
    let at = Timestamp::from_nanos(scene.now);
    scene.engine.packet(LinkType::ETHERNET, at, &frame[..frame.len() - 7], frame.len() as u32);
    scene.client("PA", 13, 1, "!");
    let (flows, anomalies, stats) = scene.end();
    assert_eq!(texts(&flows), [("hello_______!".to_owned(), String::new())]);
    assert_eq!(anomalies, [TcpAnomaly::TruncatedPayload]);
    assert_eq!((stats.cut_packets, stats.gap_bytes), (1, 7));
}

#[test]
fn fragments_are_put_together() {
    let mut scene = Scene::new();
    scene.handshake();
    let text = "a long line in many fragments";
    let segment = tcp(scene.client, scene.server, CLIENT_START + 1, SERVER_START + 1, "PA", text.as_bytes());
    let packet = ip(scene.client.ip(), scene.server.ip(), 6, &segment);
    for fragment in fragments(&packet, 8).iter().rev() {
        scene.packet(fragment);
    }
    let stats = scene.check(text, "");
    assert_eq!((stats.fragments, stats.datagrams_reassembled), (7, 1));
}

#[test]
fn ipv6_fragments_are_put_together() {
    let mut scene = Scene::new();
    scene.client = "[fd00::1]:40000".parse().unwrap();
    scene.server = "[fd00::2]:22".parse().unwrap();
    scene.handshake();
    let text = "a long line";
    let segment = tcp(scene.client, scene.server, CLIENT_START + 1, SERVER_START + 1, "PA", text.as_bytes());
    let (head, tail) = segment.split_at(24);
    // Only the first part tells the protocol.
    let parts = [[&[59, 0, 0, 24, 0, 0, 0, 9], tail].concat(), [&[6, 0, 0, 1, 0, 0, 0, 9], head].concat()];
    for part in parts {
        scene.packet(&ip(scene.client.ip(), scene.server.ip(), 44, &part));
    }
    let stats = scene.check(text, "");
    assert_eq!((stats.fragments, stats.datagrams_reassembled), (2, 1));
}

#[test]
fn tunnels_are_looked_into() {
    let mut scene = Scene::new();
    let segment = tcp(scene.client, scene.server, 1, 0, "PA", b"hello");
    let mut packet = ip(scene.client.ip(), scene.server.ip(), 6, &segment);
    let [from, to] = ["fd00::1", "fd00::2"].map(|address| address.parse().unwrap());
    for _ in 0..16 {
        packet = ip(from, to, if packet[0] >> 4 == 4 { 4 } else { 41 }, &packet);
    }
    scene.packet(&packet);
    scene.packet(&ip(from, to, 41, &packet));
    let stats = scene.check("hello", "");
    assert_eq!((stats.tunnelled, stats.too_nested), (32, 1));
}

#[test]
fn ports_are_used_again_after_the_end() {
    for end in ["FA", "R"] {
        let mut scene = Scene::new();
        scene.handshake();
        scene.client("PA", 1, 1, "hello");
        scene.server(if end == "R" { "R" } else { "FA" }, 1, 6, "");
        scene.client(end, 6, 2, "");
        scene.starts = (77, 88);
        scene.handshake();
        scene.server("PA", 1, 1, "welcome");
        let (flows, anomalies, _) = scene.end();
        let expected = [("hello", ""), ("", "welcome")].map(|(up, down)| (up.to_owned(), down.to_owned()));
        assert_eq!(texts(&flows), expected);
        assert_eq!(anomalies, []);
        assert_eq!(flows.iter().map(|flow| flow.flow.number).collect::<Vec<_>>(), [1, 7]);
    }
}

#[test]
fn ports_are_used_again_though_no_end_was_captured() {
    let mut scene = Scene::new();
    scene.handshake();
    scene.client("PA", 1, 1, "hello");
    scene.starts = (77, 0x8000_0000);
    scene.client("S", 0, 0, "");
    assert!(scene.engine.application().flows.is_empty(), "anyone may send a SYN");
    scene.server("SA", 0, 1, "");
    assert_eq!(scene.engine.application().flows.len(), 1, "it was answered");
    scene.client("PA", 1, 1, "again");
    let (flows, anomalies, _) = scene.end();
    let expected = [("hello", ""), ("again", "")].map(|(up, down)| (up.to_owned(), down.to_owned()));
    assert_eq!(texts(&flows), expected);
    assert_eq!(anomalies, [TcpAnomaly::SynInsideConnection, TcpAnomaly::ActiveConnectionReuse]);
}

#[test]
fn one_side_alone_shows_that_ports_are_used_again() {
    let mut scene = Scene::new();
    scene.server.set_port(2222);
    scene.client("S", 0, 0, "");
    scene.client("PA", 1, 1, "hello");
    scene.starts = (0x4000_0000, 88);
    scene.client("S", 0, 0, "");
    scene.client("PA", 1, 1, "again");
    let (flows, _, _) = scene.end();
    let expected = [("hello", ""), ("again", "")].map(|(up, down)| (up.to_owned(), down.to_owned()));
    assert_eq!(texts(&flows), expected);
}

#[test]
fn a_stray_syn_does_not_disturb_a_connection() {
    let mut scene = Scene::new();
    scene.handshake();
    scene.client("PA", 1, 1, "hello");
    scene.starts.0 = 5;
    scene.client("S", 0, 0, "");
    scene.starts.0 = CLIENT_START;
    // Even if it guesses the next number.
    scene.client("S", 5, 0, "");
    scene.client("PA", 6, 1, ", world");
    let (flows, anomalies, stats) = scene.end();
    assert_eq!(texts(&flows), [("hello, world".to_owned(), String::new())]);
    assert_eq!(anomalies, [TcpAnomaly::SynInsideConnection]);
    assert_eq!(stats.ignored_syns, 2);
}

#[test]
fn a_stray_reset_does_not_end_a_connection() {
    let mut scene = Scene::new();
    scene.handshake();
    scene.client("PA", 1, 1, "hello");
    // Far away, a byte behind what was sent, a byte ahead of it.
    for number in [0x3000_0000, 5, 7] {
        scene.client("R", number, 0, "");
    }
    scene.client("PA", 6, 1, ", world");
    scene.wait(10);
    scene.server("PA", 1, 13, "welcome");
    scene.client("R", 13, 0, "");
    let (flows, anomalies, stats) = scene.end();
    assert_eq!(texts(&flows), [("hello, world".to_owned(), "welcome".to_owned())]);
    assert_eq!(anomalies, [TcpAnomaly::ResetOutOfSequence]);
    assert_eq!((stats.ignored_ends, stats.flows_closed), (3, 1));
}

#[test]
fn the_reset_of_an_end_that_said_nothing_stands_where_the_other_expects_it() {
    for (number, closed) in [(506, 0), (507, 1), (508, 0)] {
        let mut scene = Scene::new();
        scene.client("PA", 700, 507, "hello");
        scene.server("R", number, 0, "");
        let (_, _, stats) = scene.end();
        assert_eq!((stats.flows_closed, stats.ignored_ends), (closed, 1 - closed), "{number}");
    }
    // A SYN has no expectation but that its number comes back.
    for (number, closed) in [(0, 0), (1, 1), (0x8000_0000, 0)] {
        let mut scene = Scene::new();
        scene.client("S", 0, 0, "");
        scene.server("RA", 0, number, "");
        let (_, _, stats) = scene.end();
        assert_eq!((stats.flows_closed, stats.ignored_ends), (closed, 1 - closed), "{number}");
    }
}

#[test]
fn a_reset_where_the_capture_lacks_data_ends_the_connection() {
    let mut scene = Scene::new();
    scene.handshake();
    scene.client("PA", 1, 1, "hello");
    scene.client("PA", 11, 1, "again");
    scene.client("R", 16, 0, "");
    let (flows, anomalies, stats) = scene.end();
    assert_eq!(texts(&flows), [("hello_____again".to_owned(), String::new())]);
    assert_eq!((anomalies, stats.flows_closed), (vec![], 1));
}

#[test]
fn a_stray_acknowledgement_hides_nothing() {
    for number in [1000, 5_000_000, 0x4000_0000, 0x7fff_ffff] {
        let mut scene = Scene::new();
        scene.handshake();
        scene.client("PA", 1, 1, "hello");
        scene.server("A", 1, number, "");
        for _ in 0..10 {
            scene.server("A", 1, 6, "");
        }
        scene.client("PA", 6, 1, ", ");
        // Now two segments change places.
        scene.client("PA", 10, 1, "ld");
        scene.client("PA", 8, 1, "wo");
        scene.server("A", 1, 12, "");
        scene.client("FA", 12, 1, "");
        scene.server("FA", 1, 13, "");
        scene.check("hello, wold", "");
    }
}

#[test]
fn a_stray_fin_truncates_nothing() {
    for number in [20, 100, 0x3000_0000] {
        let mut scene = Scene::new();
        scene.server("PA", 1, 1, "welcome");
        scene.server("FA", number, 1, "");
        // Only one end was captured, and it has not said goodbye.
        scene.wait(60);
        scene.server("PA", 8, 1, ", dear user");
        scene.server("PA", 19, 1, " of ours");
        scene.server("PA", 27, 1, &"!".repeat(80));
        let stats = scene.check("", &format!("welcome, dear user of ours{}", "!".repeat(80)));
        assert_eq!((stats.flows, stats.ignored_ends), (1, 1));
    }
}

#[test]
fn what_was_lost_before_a_fin_is_a_gap() {
    let mut scene = Scene::new();
    scene.handshake();
    scene.client("PA", 1, 1, "hello");
    scene.client("FA", 11, 1, "");
    scene.server("FA", 1, 12, "");
    assert_eq!(scene.engine.application().flows.len(), 1, "the FIN was acknowledged");
    scene.check("hello_____", "");
}

#[test]
fn a_reset_ends_both_directions() {
    let mut scene = Scene::new();
    scene.handshake();
    scene.client("PA", 1, 1, "hello");
    scene.server("PA", 10, 6, "late");
    scene.client("R", 6, 0, "");
    scene.server("PA", 14, 6, "later");
    scene.server("PA", 1, 6, "welcome, ");
    let (flows, anomalies, stats) = scene.end();
    assert_eq!(texts(&flows), [("hello".to_owned(), "welcome, late".to_owned())]);
    assert_eq!(anomalies, [TcpAnomaly::DataAfterReset]);
    assert_eq!((stats.bytes_after_end, stats.flows_closed), (5, 1));
}

#[test]
fn quiet_flows_are_closed() {
    let mut scene = Scene::new();
    scene.handshake();
    scene.client("PA", 1, 1, "hello");
    let last = scene.now;
    scene.client.set_port(40001);
    scene.wait(59 * 60);
    scene.handshake();
    assert!(scene.engine.application().flows.is_empty());
    scene.wait(2 * 60);
    // One packet may have a wrong time; two say that time has passed.
    scene.client("PA", 1, 1, "ot");
    assert!(scene.engine.application().flows.is_empty());
    scene.client("PA", 3, 1, "her");
    assert_eq!(scene.engine.application().flows[0].closed_at, Timestamp::from_nanos(last));
    assert_eq!(scene.engine.stats().flows_expired, 1);
    // Whatever else happens in the capture, so much silence separates two flows.
    scene.wait(61 * 60);
    scene.client("PA", 6, 1, "again");
    let (flows, _, _) = scene.end();
    assert_eq!(flows.iter().map(|flow| flow.up.text()).collect::<Vec<_>>(), ["hello", "other", "again"]);
}

#[test]
fn flows_that_nobody_answers_are_closed_sooner() {
    let mut scene = Scene::new();
    scene.client("S", 0, 0, "");
    for (seconds, expired) in [(4 * 60, 0), (0, 0), (2 * 60, 0), (0, 1)] {
        scene.wait(seconds);
        scene.client.set_port(scene.client.port() + 1);
        scene.client("S", 0, 0, "");
        assert_eq!(scene.engine.stats().flows_expired, expired);
    }
}

#[test]
fn time_may_go_backwards() {
    let mut scene = Scene::new();
    scene.wait(1_000_000);
    scene.handshake();
    scene.client("PA", 1, 1, "hello");
    scene.now = 0;
    scene.client("PA", 6, 1, ", world");
    scene.wait(10);
    scene.server("PA", 1, 13, "welcome");
    scene.check("hello, world", "welcome");
}

#[test]
fn a_full_table_gives_up_the_oldest() {
    let mut limits = Limits::default();
    limits.flows = 10;
    let mut scene = Scene::with_limits(limits);
    for port in 1..=30 {
        scene.client.set_port(port);
        scene.client("S", 0, 0, "");
        scene.client("PA", 1, 1, "hello");
    }
    assert_eq!(scene.engine.stats().flows_evicted, 20);
    let (flows, _, stats) = scene.end();
    let order: Vec<_> = flows.iter().map(|flow| flow.flow.number).collect();
    assert_eq!(order, (0..30).map(|flow| 2 * flow + 1).collect::<Vec<_>>());
    assert_eq!((stats.flows, stats.flows_unfinished), (30, 10));
}

#[test]
fn all_buffers_together_are_bounded() {
    let mut limits = Limits::default();
    limits.buffered_in_total = 1000;
    let mut scene = Scene::with_limits(limits);
    for port in 1..=30 {
        scene.client.set_port(port);
        scene.handshake();
        scene.client("PA", 5, 1, "hello");
    }
    let (flows, _, stats) = scene.end();
    assert!(flows.iter().all(|flow| flow.up.text() == "____hello"));
    // 69 bytes each: 14 flows fit.
    assert_eq!(stats.buffer_overflows, 16);
}

/// Loses interest at the first byte of a side.
struct Picky(Vec<String>);

impl Application for Picky {
    type State = ();

    fn open(&mut self, _: &Flow) {
        self.0.push("open".to_owned());
    }

    fn deliver(&mut self, _: &Flow, (): &mut (), side: Side, _: Timestamp, bytes: &[u8]) -> Interest {
        self.0.push(String::from_utf8_lossy(bytes).into_owned());
        if side == Side::Responder { Interest::Ignore } else { Interest::Continue }
    }

    fn gap(&mut self, _: &Flow, (): &mut (), _: Side, _: Timestamp, length: u64) -> Interest {
        self.0.push(length.to_string());
        Interest::Continue
    }

    fn anomaly(&mut self, _: &Flow, _: Side, _: Timestamp, _: TcpAnomaly) {}

    fn close(&mut self, _: &Flow, (): (), _: Timestamp) {
        self.0.push("close".to_owned());
    }
}

#[test]
fn an_ignored_flow_is_left_alone_until_its_ports_are_used_again() {
    let mut scene = Scene::of(Engine::new(Picky(Vec::new())));
    scene.handshake();
    scene.client("PA", 1, 1, "hello");
    scene.server("PA", 4, 6, "buffered");
    scene.server("PA", 1, 6, "wel");
    scene.server("PA", 12, 6, "more");
    scene.client("PA", 6, 16, "more");
    assert_eq!(scene.engine.application().0, ["open", "hello", "wel", "close"]);
    scene.client("FA", 10, 16, "");
    scene.server("FA", 16, 11, "");
    scene.starts = (77, 88);
    scene.handshake();
    scene.client("PA", 1, 1, "again");
    scene.engine.finish();
    assert_eq!(scene.engine.application().0[4..], ["open", "again", "close"]);
    let stats = scene.engine.stats();
    assert_eq!((stats.flows, stats.flows_ignored, stats.ignored_bytes), (2, 1, 16));
}

#[test]
fn one_side_alone_shows_that_an_ignored_flow_was_replaced() {
    let mut scene = Scene::of(Engine::new(Picky(Vec::new())));
    scene.server("SA", 0, 1, "");
    scene.server("PA", 1, 1, "welcome");
    scene.starts = (77, 0x4000_0000);
    scene.server("SA", 0, 1, "");
    scene.server("PA", 1, 1, "again");
    scene.engine.finish();
    assert_eq!(scene.engine.application().0, ["open", "welcome", "close", "open", "again", "close"]);
    let stats = scene.engine.stats();
    assert_eq!((stats.flows, stats.flows_replaced), (2, 1));
}

#[test]
fn an_ignored_flow_seen_from_the_middle_can_be_replaced() {
    let mut scene = Scene::of(Engine::new(Picky(Vec::new())));
    scene.server("PA", 1, 6, "welcome");
    scene.starts = (77, 88);
    scene.handshake();
    scene.client("PA", 1, 1, "again");
    scene.engine.finish();
    assert_eq!(scene.engine.application().0, ["open", "welcome", "close", "open", "again", "close"]);
}

#[test]
fn patience_can_be_set() {
    let mut limits = Limits::default();
    limits.linger = Duration::ZERO;
    let mut scene = Scene::with_limits(limits);
    scene.handshake();
    scene.client("FA", 1, 1, "");
    scene.server("FA", 1, 2, "");
    scene.client.set_port(40001);
    scene.client("S", 0, 0, "");
    scene.wait(3);
    scene.client("S", 0, 0, "");
    scene.client("S", 0, 0, "");
    assert_eq!(scene.engine.stats().flows_closed, 1);
}
