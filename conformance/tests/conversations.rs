//! Whole conversations, drawn from the orders that the spec declares: what is in order is told as such, however it is cut
//! up, and in whatever order its pieces arrive; what is not is told once.

#[path = "conversations/capture.rs"]
mod capture;

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

/// What is told of a capture, in order; the times are those of whatever segment came last.
fn told(frames: &[Vec<u8>]) -> Vec<(String, serde_json::Map<String, serde_json::Value>)> {
    let folder = tempfile::tempdir().expect("it can be made");
    let path = folder.path().join("conversation.pcap");
    std::fs::write(&path, capture::file(frames)).expect("it can be written");
    let events = replay::events(&path, Engine::default()).expect("it can be read");
    let weird = replay::zeek_logs(&path, Engine::default()).expect("it can be read").weird;
    let weird = weird.lines().filter(|line| !line.starts_with('#'));
    let names = weird.filter_map(|line| line.split('\t').find(|cell| cell.starts_with("SSH_")));
    let mut names: Vec<_> = names.map(|name| (name.to_owned(), serde_json::Map::new())).collect();
    names.sort_by(|one, other| one.0.cmp(&other.0));
    events.into_iter().map(|event| (String::new(), event.fields)).chain(names).collect()
}

/// The same frames, some of them twice, out of order as networks put them: among those that an end sends without waiting.
fn rearranged(frames: &[Vec<u8>], talk: &Talk, luck: &[(usize, bool)]) -> Vec<Vec<u8>> {
    let opening = frames.len() - talk.len() - 2;
    let (opening, rest) = frames.split_at(opening);
    let (mut data, closing) = rest.split_at(talk.len());
    let mut luck = luck.iter().copied().cycle();
    let mut out = opening.to_vec();
    for run in talk.chunk_by(|one, other| one.0 == other.0) {
        let (frames, behind) = data.split_at(run.len());
        data = behind;
        let mut late = Vec::new();
        for (index, frame) in frames.iter().enumerate() {
            let (delay, twice) = luck.next().unwrap_or_default();
            late.push((index + delay, frame));
            late.extend(twice.then_some((index + 2 * delay, frame)));
        }
        late.sort_by_key(|(place, _)| *place);
        out.extend(late.into_iter().map(|(_, frame)| frame.clone()));
    }
    out.extend_from_slice(closing);
    out
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
        std::fs::write(&path, capture::file(&capture::segments(&talk))).expect("it can be written");
        let rows = replay::sessions(&path, Engine::default()).expect("it can be read");
        prop_assert_eq!(rows.len(), 1);
        let weird = replay::zeek_logs(&path, Engine::default()).expect("it can be read").weird;
        prop_assert!(!weird.contains(OUT_OF_ORDER), "{}", weird);
        prop_assert_eq!(weird.contains(NOT_STRICT), story(&talk).anomalies.contains(&NOT_STRICT));
    }
    #[test]
    fn in_whatever_order_segments_arrive_the_same_is_told(
        drawn in drawn(),
        lengths in prop::collection::vec(1..200_usize, 1..20),
        luck in prop::collection::vec((0..6_usize, prop::bool::weighted(0.2)), 1..50),
    ) {
        let talk = cut_up(&on_the_wire(&drawn.clear()), &lengths);
        let frames = capture::segments(&talk);
        let in_order = told(&frames);
        prop_assert!(in_order.len() >= 2, "both identification lines at least");
        prop_assert_eq!(told(&rearranged(&frames, &talk, &luck)), in_order);
    }
}
