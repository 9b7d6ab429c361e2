//! What following connections asks of the allocator: how often, and how much it keeps.
//!
//! Counted, not timed: the figures are the same on every machine, and each is held to a bound.
//! A bound is lowered when the code gets better; who raises one says why.

use std::net::SocketAddr;

use kexray_analyzer::{Connection, Side, Timestamp};
use kexray_benches::counting::{self, Counting};
use kexray_benches::frame::{ACK, PSH, SYN, Segment};
use kexray_benches::quiet::Quiet;
use kexray_benches::trace::{self, Delivery, Packet};
use kexray_capture::{Engine, LinkType, SshFlows};
use kexray_grammar::Role;
use kexray_grammar::transport::{KexInit, Message};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The traces of whole sessions over OpenSSH's and Dropbear's usual exchanges.
const SESSIONS: [&str; 6] = [
    "publickey-success",
    "group-exchange-etm",
    "group14-aes256-gcm",
    "sntrup761-chacha20",
    "dropbear-server",
    "host-certificate",
];

fn follow(connection: &mut Connection, deliveries: &[Delivery]) {
    for Delivery { side, at, bytes } in deliveries {
        connection.deliver(*side, *at, bytes, &mut Quiet);
    }
}

fn feed<A: kexray_capture::Application>(engine: &mut Engine<A>, packets: &[Packet]) {
    packets.iter().for_each(|packet| packet.feed(engine));
}

/// A flow that has seen its opening, and packets that go on with it.
#[derive(Clone, Copy)]
struct Flow {
    client: SocketAddr,
    server: SocketAddr,
}

impl Flow {
    fn number(number: u32) -> Self {
        let [_, a, b, c] = number.to_be_bytes();
        Self { client: ([10, a, b, c], 40_000).into(), server: ([192, 0, 2, 1], 22).into() }
    }

    fn packet(
        self,
        from_client: bool,
        sequence: u32,
        acknowledgement: u32,
        flags: u8,
        payload: &[u8],
    ) -> Packet {
        let (from, to) = if from_client { (self.client, self.server) } else { (self.server, self.client) };
        let mut frame = Vec::new();
        Segment { from, to, sequence, acknowledgement, flags }.write(payload, &mut frame);
        let original_length = frame.len() as u32;
        Packet { link_type: LinkType::ETHERNET, at: Timestamp::from_micros(1), frame, original_length }
    }

    /// Its opening, and these segments from one end and the other, each acknowledged.
    fn saying(self, said: &[(bool, &[u8])]) -> Vec<Packet> {
        let mut packets = vec![
            self.packet(true, 0, 0, SYN, &[]),
            self.packet(false, 0, 1, SYN | ACK, &[]),
            self.packet(true, 1, 1, ACK, &[]),
        ];
        let (mut client, mut server) = (1, 1);
        for (from_client, payload) in said {
            let length = payload.len() as u32;
            let (mine, other) = if *from_client { (&mut client, server) } else { (&mut server, client) };
            packets.push(self.packet(*from_client, *mine, other, ACK | PSH, payload));
            *mine += length;
            packets.push(self.packet(!from_client, other, *mine, ACK, &[]));
        }
        packets
    }
}

/// The segments of a shipped trace's first flow, in a flow of our own, up to `count` of them.
fn session(flow: Flow, name: &str) -> Vec<Packet> {
    let deliveries = trace::deliveries(&trace::path(name)).unwrap();
    let said: Vec<_> =
        deliveries.iter().map(|delivery| (delivery.side == Side::Originator, &delivery.bytes[..])).collect();
    flow.saying(&said)
}

#[test]
fn reading_a_kexinit_allocates_nothing() {
    for name in SESSIONS {
        for (side, role) in [(Side::Originator, Role::Client), (Side::Responder, Role::Server)] {
            let payload = trace::message(name, side, 20).unwrap();
            let (names, counts) = counting::during(|| {
                let kexinit = KexInit::read_from(&payload[1..]).unwrap().value;
                assert!(matches!(Message::parse(role, &payload), Ok(Some(_))));
                kexinit.kex_algorithms.names().iter().count()
            });
            assert!(names > 0, "{name}");
            assert_eq!(counts.allocations, 0, "{name}, {side:?}");
        }
    }
}

#[test]
fn ciphertext_allocates_nothing() {
    for name in SESSIONS {
        let mut connection = Connection::new();
        follow(&mut connection, &trace::deliveries(&trace::path(name)).unwrap());
        let bytes = [0x55; 1448];
        let ((), counts) = counting::during(|| {
            for number in 0..1000 {
                let side = Side::BOTH[usize::from(number % 3 == 0)];
                connection.deliver(
                    side,
                    Timestamp::from_micros(number),
                    &bytes[number as usize..],
                    &mut Quiet,
                );
            }
        });
        assert_eq!(counts.allocations, 0, "{name}");
    }
}

#[test]
fn packets_in_order_allocate_nothing() {
    for name in SESSIONS {
        let flow = Flow::number(1);
        let mut engine = Engine::new(SshFlows::new(Quiet));
        let before = session(flow, name);
        feed(&mut engine, &before);
        // Where the session stands: what each end acknowledged last.
        let deliveries = trace::deliveries(&trace::path(name)).unwrap();
        let said = |side| trace::stream(&deliveries, side).len() as u32 + 1;
        let (client, mut server) = (said(Side::Originator), said(Side::Responder));
        let mut packets = Vec::new();
        for _ in 0..1000 {
            packets.push(flow.packet(false, server, client, ACK | PSH, &[0x55; 1448]));
            server += 1448;
            packets.push(flow.packet(true, client, server, ACK, &[]));
        }
        let delivered = engine.stats().delivered_bytes;
        let ((), counts) = counting::during(|| feed(&mut engine, &packets));
        assert_eq!(engine.stats().delivered_bytes, delivered + 1000 * 1448, "{name}");
        assert_eq!(counts.allocations, 0, "{name}");
    }
}

#[test]
fn a_handshake_allocates_little() {
    let mut most = 0;
    for name in SESSIONS {
        let deliveries = trace::handshake(name).unwrap();
        let (connection, counts) = counting::during(|| {
            let mut connection = Connection::new();
            follow(&mut connection, &deliveries);
            connection
        });
        assert!(connection.session().host_key_fingerprint.is_some(), "{name}");
        most = most.max(counts.allocations);
    }
    assert!(most <= 27, "{most} allocations");
}

#[test]
fn a_session_through_the_engine_allocates_little() {
    let mut most = 0;
    for name in SESSIONS {
        let mut engine = Engine::new(SshFlows::new(Quiet));
        // The tables are there before.
        feed(&mut engine, &session(Flow::number(1), name));
        let packets = session(Flow::number(2), name);
        let ((), counts) = counting::during(|| feed(&mut engine, &packets));
        most = most.max(counts.allocations);
    }
    // The connection's own box on top.
    assert!(most <= 28, "{most} allocations");
}

#[test]
fn a_flow_that_is_not_ssh_allocates_little() {
    let web: [(bool, &[u8]); 3] =
        [(true, b"GET / HTTP/1.1\r\n\r\n"), (false, b"HTTP/1.1 200 OK\r\n\r\n"), (false, &[b'x'; 1448])];
    let tls: [(bool, &[u8]); 3] = [
        (true, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"),
        (false, b"\x16\x03\x03\x00\x7a\x02\x00"),
        (true, b"\x17\x03"),
    ];
    for (name, said) in [("web", web), ("TLS", tls)] {
        let mut engine = Engine::new(SshFlows::new(Quiet));
        feed(&mut engine, &Flow::number(1).saying(&said));
        let packets = Flow::number(2).saying(&said);
        let ((), counts) = counting::during(|| feed(&mut engine, &packets));
        // What a flow needs once it has data, the connection, and the first line of each end.
        assert!(counts.allocations <= 4, "{name}: {counts:?}");
        assert_eq!(counts.live, 0, "{name}: what the analyzer kept is given back");
    }
}

/// What an engine keeps for a flow of `packets`, in octets: its share of the tables included.
fn kept(packets: impl Fn(Flow) -> Vec<Packet>) -> i64 {
    // The tables are nearly full with so many, and so the share is little more than the entry itself. Where they have
    // just grown, it is up to twice as much.
    const FLOWS: u32 = 3500;
    let mut engine = Engine::new(SshFlows::new(Quiet));
    let mut live = 0;
    for number in 0..FLOWS {
        let packets = packets(Flow::number(number));
        live += counting::during(|| feed(&mut engine, &packets)).1.live;
    }
    live / i64::from(FLOWS)
}

#[test]
fn a_flow_at_rest_keeps_little() {
    let silent = kept(|flow| flow.saying(&[]));
    let web =
        kept(|flow| flow.saying(&[(true, b"GET / HTTP/1.1\r\n\r\n"), (false, b"HTTP/1.1 200 OK\r\n\r\n")]));
    let ssh = kept(|flow| session(flow, "publickey-success"));
    assert!(silent <= 256 && web <= 256, "silent {silent}, web {web}");
    assert!(ssh <= 2048, "SSH {ssh}");
}
