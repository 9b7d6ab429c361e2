//! Whole conversations, drawn from the orders that the spec declares: what is in order is told as such, however it is cut
//! up; what is not is told once.

use kexray_analyzer::grammar::strategies::{ORDERS, Said, conversation};
use kexray_analyzer::grammar::transport::{KexInit, Message};
use kexray_analyzer::grammar::{BinaryPacket, NameList, Role};
use kexray_analyzer::{Anomaly, Connection, Engine, Event, Excess, Side, Sink, Timestamp};
use kexray_conformance::replay;
use proptest::prelude::*;

const OUT_OF_ORDER: &str = "SSH_message_out_of_order";
const NOT_STRICT: &str = "SSH_strict_kex_violated";

/// Exchanges, each with a method that selects it.
const EXCHANGES: [(&str, &str); 6] = [
    ("Dh", "diffie-hellman-group14-sha256"),
    ("DhGex", "diffie-hellman-group-exchange-sha256"),
    ("Ecdh", "curve25519-sha256"),
    ("Rsa", "rsa2048-sha256"),
    ("Gss", "gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g=="),
    ("GssGex", "gss-gex-sha1-toWM5Slw5Ew8Mqkay+al2g=="),
];

/// What one end said.
type Talk = Vec<(Side, Vec<u8>)>;

/// A conversation on the wire, and what was drawn.
#[derive(Clone, Debug)]
struct Drawn {
    strict: bool,
    said: Vec<Said>,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    (prop::sample::select(&EXCHANGES[..]), any::<bool>()).prop_flat_map(|((exchange, method), strict)| {
        let said = conversation("Handshake", exchange).expect("the spec has it");
        said.prop_map(move |mut said| {
            for message in said.iter_mut().filter(|message| message.name == "KexInit") {
                message.payload = kexinit(method, message.sender, strict);
            }
            Drawn { strict, said }
        })
    })
}

/// A KEXINIT that leaves no choice.
fn kexinit(method: &str, sender: Role, strict: bool) -> Vec<u8> {
    let marker = match (strict, sender) {
        (false, _) => "",
        (true, Role::Client) => ",kex-strict-c-v00@openssh.com",
        (true, Role::Server) => ",kex-strict-s-v00@openssh.com",
    };
    let methods = format!("{method}{marker}");
    let none = NameList(b"none");
    let message = KexInit {
        cookie: [7; 16],
        kex_algorithms: NameList(methods.as_bytes()),
        server_host_key_algorithms: NameList(b"ssh-ed25519"),
        encryption_algorithms_client_to_server: NameList(b"aes128-ctr"),
        encryption_algorithms_server_to_client: NameList(b"aes128-ctr"),
        mac_algorithms_client_to_server: NameList(b"hmac-sha2-256"),
        mac_algorithms_server_to_client: NameList(b"hmac-sha2-256"),
        compression_algorithms_client_to_server: none,
        compression_algorithms_server_to_client: none,
        languages_client_to_server: NameList(b""),
        languages_server_to_client: NameList(b""),
        first_kex_packet_follows: false,
        reserved: 0,
    };
    Message::KexInit(message).to_octets().expect("its lists are short")
}

fn packet(payload: &[u8]) -> Vec<u8> {
    let padding = vec![0; 4 + (8 - (5 + payload.len() + 4) % 8) % 8];
    let packet_length = u32::try_from(1 + payload.len() + padding.len()).expect("it is short");
    let padding_length = u8::try_from(padding.len()).expect("it is short");
    BinaryPacket { packet_length, padding_length, payload, padding: &padding }.to_octets().expect("it fits")
}

fn side(role: Role) -> Side {
    if role == Role::Client { Side::Originator } else { Side::Responder }
}

impl Drawn {
    /// The messages in clear: those up to the NEWKEYS of each end.
    fn clear(&self) -> Vec<Said> {
        let mut keyed = [false; 2];
        let in_clear = self.said.iter().filter(|said| {
            let keyed = &mut keyed[usize::from(said.sender == Role::Server)];
            let before = !*keyed;
            *keyed |= said.name == "NewKeys";
            before
        });
        in_clear.cloned().collect()
    }

    /// Whether an end made noise before its NEWKEYS.
    fn noisy(&self) -> bool {
        self.clear().iter().any(|said| ["Ignore", "Debug", "Unimplemented"].contains(&said.name))
    }
}

/// Identification lines, then packets.
fn on_the_wire(said: &[Said]) -> Talk {
    let lines = [(Side::Originator, b"SSH-2.0-client\r\n"), (Side::Responder, b"SSH-2.0-server\r\n")];
    let lines = lines.map(|(side, line)| (side, line.to_vec()));
    let packets = said.iter().map(|said| (side(said.sender), packet(&said.payload)));
    lines.into_iter().chain(packets).collect()
}

/// All that is told of a connection.
#[derive(Debug, Default, PartialEq)]
struct Story {
    events: Vec<String>,
    anomalies: Vec<&'static str>,
}

impl Sink for Story {
    fn event(&mut self, _: Timestamp, event: &Event<'_>) {
        self.events.push(format!("{event:?}"));
    }

    fn anomaly(&mut self, _: Timestamp, anomaly: Anomaly, _: Option<Excess>) {
        self.anomalies.push(anomaly.name());
    }
}

impl Story {
    fn about_order(&self) -> Vec<&'static str> {
        let about = [OUT_OF_ORDER, NOT_STRICT, "SSH_unexpected_message"];
        self.anomalies.iter().copied().filter(|name| about.contains(name)).collect()
    }
}

fn story(talk: &Talk) -> Story {
    let mut story = Story::default();
    let mut connection = Connection::new();
    let at = Timestamp::from_micros(1_700_000_000_000_000);
    for (side, octets) in talk {
        connection.deliver(*side, at, octets, &mut story);
    }
    connection.finish(at, &mut story);
    story
}

/// The same in other deliveries.
fn cut_up(talk: &Talk, lengths: &[usize]) -> Talk {
    let mut lengths = lengths.iter().copied().cycle();
    let mut cut = Talk::new();
    for (side, octets) in talk {
        let mut rest = &octets[..];
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(lengths.next().unwrap_or(1).min(rest.len()));
            cut.push((*side, piece.to_vec()));
            rest = behind;
        }
    }
    cut
}

/// A capture of TCP over IPv4 over Ethernet.
fn capture(talk: &Talk) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0]);
    let mut next = [1000_u32, 2000];
    let mut segment = |micros: usize, side: Side, flags: u8, data: &[u8]| {
        let (own, peer) = if side == Side::Originator { (0, 1) } else { (1, 0) };
        let (hosts, ports) = ([[10, 0, 0, 1], [10, 0, 0, 2]], [40_000_u16, 22]);
        let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
        let length = u16::try_from(40 + data.len()).expect("a message fits a segment");
        frame.extend([0x45, 0]);
        frame.extend(length.to_be_bytes());
        frame.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
        frame.extend(hosts[own]);
        frame.extend(hosts[peer]);
        frame.extend(ports[own].to_be_bytes());
        frame.extend(ports[peer].to_be_bytes());
        frame.extend(next[own].to_be_bytes());
        frame.extend(next[peer].to_be_bytes());
        frame.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        frame.extend(data);
        let syn_or_fin = u32::from(flags & 3 != 0);
        next[own] += u32::try_from(data.len()).expect("it is short") + syn_or_fin;
        let number = |value: usize| u32::try_from(value).expect("it is small").to_le_bytes();
        file.extend(
            [number(1_700_000_000), number(micros), number(frame.len()), number(frame.len())].concat(),
        );
        file.extend(frame);
    };
    segment(0, Side::Originator, 0x02, &[]);
    segment(1, Side::Responder, 0x12, &[]);
    segment(2, Side::Originator, 0x10, &[]);
    for (index, (side, octets)) in talk.iter().enumerate() {
        segment(3 + index, *side, 0x18, octets);
    }
    segment(talk.len() + 3, Side::Originator, 0x11, &[]);
    segment(talk.len() + 4, Side::Responder, 0x11, &[]);
    file
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn the_orders_of_the_spec_are_there() {
    for name in ["Handshake", "Authentication", "Ssh1Handshake", "Ecdh", "GssGex"] {
        assert!(ORDERS.iter().any(|order| order.name == name), "{name}");
        assert!(conversation(name, "Ecdh").is_some());
    }
    assert!(conversation("Nothing", "Ecdh").is_none());
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn what_is_in_order_is_told_as_such(drawn in drawn()) {
        let story = story(&on_the_wire(&drawn.clear()));
        let both = story.events.iter().filter(|it| it.contains("SshCapabilities")).count() == 2;
        let expected = if both && drawn.strict && drawn.noisy() { vec![NOT_STRICT] } else { Vec::new() };
        prop_assert_eq!(story.about_order(), expected);
    }

    #[test]
    fn how_a_conversation_is_cut_up_does_not_matter(
        drawn in drawn(),
        lengths in prop::collection::vec(1..60_usize, 1..20),
    ) {
        let talk = on_the_wire(&drawn.clear());
        prop_assert_eq!(story(&cut_up(&talk, &lengths)), story(&talk));
    }

    #[test]
    fn what_an_end_says_twice_is_told_once(drawn in drawn(), times in 2..4_usize) {
        let mut said = drawn.clear();
        let Some(place) = said.iter().position(|said| said.name == "KexInit") else { return Ok(()) };
        for _ in 1..times {
            let again = said[place].clone();
            said.insert(place, again);
        }
        let told = story(&on_the_wire(&said)).anomalies;
        prop_assert_eq!(told.iter().filter(|name| **name == OUT_OF_ORDER).count(), 1);
    }

    #[test]
    fn an_end_that_changes_two_messages_is_told_of_once(drawn in drawn(), with in any::<prop::sample::Index>()) {
        // KEXINIT changes places with any later message that belongs behind it.
        let mut said = drawn.clear();
        let Some(first) = said.iter().position(|said| said.name == "KexInit") else { return Ok(()) };
        let sender = said[first].sender;
        let later: Vec<usize> = (first + 1..said.len())
            .filter(|place| said[*place].sender == sender)
            .filter(|place| said[*place].family != "Transport" || said[*place].name == "NewKeys")
            .collect();
        if later.is_empty() {
            return Ok(());
        }
        said.swap(first, later[with.index(later.len())]);
        let told = story(&on_the_wire(&said)).anomalies;
        prop_assert_eq!(told.iter().filter(|name| **name == OUT_OF_ORDER).count(), 1, "{:?}", told);
    }
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn the_command_reads_a_capture_of_it(drawn in drawn()) {
        let talk = on_the_wire(&drawn.clear());
        let folder = tempfile::tempdir().expect("it can be made");
        let path = folder.path().join("conversation.pcap");
        std::fs::write(&path, capture(&talk)).expect("it can be written");
        let rows = replay::sessions(&path, Engine::default()).expect("it can be read");
        prop_assert_eq!(rows.len(), 1);
        let weird = replay::zeek_logs(&path, Engine::default()).expect("it can be read").weird;
        prop_assert!(!weird.contains(OUT_OF_ORDER), "{}", weird);
        prop_assert_eq!(weird.contains(NOT_STRICT), story(&talk).anomalies.contains(&NOT_STRICT));
    }
}
