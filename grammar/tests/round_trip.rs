//! What is read can be written, and what is written can be read: for every message of the spec.
//!
//! The messages are built from the spec itself, so one that is added to it is tested without an edit here.

mod support;

use kexray_codegen::description::{self, Description};
use kexray_grammar::{
    BinaryPacket, Exchange, ParseError, Parsed, PublicKey, Role, Ssh1Packet, connection, ssh1,
    ssh1_authentication, ssh1_session, transport, user_auth,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use support::{description, payload, tagged};

/// Payloads that are tried for each message.
const CASES: u32 = 48;

fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

/// A message that was read: its name, its octets when written again, how many octets stood behind it, and whether what
/// was written reads as the same.
struct Read {
    name: &'static str,
    octets: Vec<u8>,
    trailing: usize,
    same: bool,
}

type Outcome = Result<Option<Read>, ParseError>;

/// Reads with a generated `parse`, writes, and reads again. `$name` is the method that gives the name.
macro_rules! read {
    ($octets:expr, $name:ident, $parse:expr) => {{
        let parsed: Result<Option<Parsed<_>>, ParseError> = $parse($octets);
        parsed.map(|parsed| {
            parsed.map(|parsed| {
                let octets = parsed.value.to_octets().expect("what was read fits its counts");
                let again =
                    $parse(&octets).expect("what was written can be read").expect("and is of the same kind");
                assert_eq!(again.value.to_octets().ok().as_ref(), Some(&octets));
                let same = parsed.value == again.value;
                Read { name: parsed.value.$name(), octets, trailing: parsed.trailing, same }
            })
        })
    }};
}

fn read_layer(layer: &str, role: Role, octets: &[u8]) -> Outcome {
    match layer {
        "Ssh1" => read!(octets, name, |octets| ssh1::Message::parse(role, octets)),
        "Ssh1Authentication" => {
            read!(octets, name, |octets| ssh1_authentication::Message::parse(role, octets))
        }
        "Ssh1Session" => read!(octets, name, |octets| ssh1_session::Message::parse(role, octets)),
        "Transport" => read!(octets, name, |octets| transport::Message::parse(role, octets)),
        "UserAuth" => read!(octets, name, |octets| user_auth::Message::parse(role, octets)),
        "Connection" => read!(octets, name, |octets| connection::Message::parse(role, octets)),
        other => panic!("layer {other} is new: add it here"),
    }
}

fn read_exchange(exchange: &str, role: Role, octets: &[u8]) -> Outcome {
    let exchange =
        *Exchange::ALL.iter().find(|candidate| candidate.name() == exchange).expect("it is generated");
    read!(octets, name, |octets| exchange.parse(role, octets))
}

fn read_key(octets: &[u8]) -> Outcome {
    read!(octets, tag, PublicKey::parse)
}

/// Those who may send a message.
fn senders(message: &description::Message) -> Vec<Role> {
    match message.sender {
        description::Sender::Client => vec![Role::Client],
        description::Sender::Server => vec![Role::Server],
        description::Sender::Either => vec![Role::Client, Role::Server],
    }
}

fn check(what: &str, strategy: &BoxedStrategy<Vec<u8>>, read: &dyn Fn(&[u8]) -> Outcome, name: Option<&str>) {
    let outcome = TestRunner::new(cases(CASES)).run(strategy, |octets| {
        let message = match read(&octets) {
            Ok(Some(message)) => message,
            Ok(None) => return Err(TestCaseError::fail("nothing has that number")),
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        prop_assert!(message.same, "it reads as another when written");
        prop_assert_eq!(message.trailing, 0);
        prop_assert_eq!(&message.octets, &octets);
        if let Some(name) = name {
            prop_assert_eq!(message.name, name);
        }
        for end in 0..octets.len() {
            if let Ok(Some(shorter)) = read(&octets[..end]) {
                prop_assert_eq!(shorter.octets.len() + shorter.trailing, end);
                prop_assert!(octets.starts_with(&shorter.octets));
            }
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{what}: {error}");
    }
}

#[test]
fn every_message_of_every_layer() {
    let Description { layers, .. } = description();
    for layer in &layers {
        for message in &layer.messages {
            // In a sealed layer another message may have the same octets.
            let name = (!layer.sealed).then_some(message.structure.name.as_str());
            for role in senders(message) {
                let what = format!("{}::{} of the {role:?}", layer.name, message.structure.name);
                check(&what, &payload(message), &|octets| read_layer(&layer.name, role, octets), name);
            }
        }
    }
}

#[test]
fn every_message_of_every_exchange() {
    let Description { exchanges, .. } = description();
    assert_eq!(exchanges.len(), Exchange::ALL.len());
    for exchange in &exchanges {
        for message in &exchange.messages {
            let name = Some(message.structure.name.as_str());
            for role in senders(message) {
                let what = format!("{}::{} of the {role:?}", exchange.name, message.structure.name);
                check(&what, &payload(message), &|octets| read_exchange(&exchange.name, role, octets), name);
            }
        }
    }
}

#[test]
fn every_public_key_and_certificate() {
    let Description { keyed, .. } = description();
    for family in &keyed {
        for (tag, structure) in &family.variants {
            check(tag, &tagged(family.width, tag, structure), &read_key, Some(tag));
        }
    }
}

#[test]
fn what_a_certificate_certifies_is_a_key() {
    let Description { keyed, .. } = description();
    let variants = keyed.iter().flat_map(|family| family.variants.iter().map(|one| (family.width, one)));
    let mut seen = 0;
    for (width, (tag, structure)) in variants.filter(|(_, (tag, _))| tag.contains("-cert-")) {
        seen += 1;
        let outcome = TestRunner::new(cases(CASES)).run(&tagged(width, tag, structure), |octets| {
            let certificate = PublicKey::parse(&octets).ok().flatten().expect("it is one of ours");
            let key = certificate.value.certified().expect("a certificate certifies a key");
            prop_assert!(!key.tag().contains("-cert-"));
            prop_assert!(tag.starts_with(key.tag().split('@').next().unwrap_or_default()));
            let octets = key.to_octets().expect("what was read fits its counts");
            prop_assert_eq!(PublicKey::parse(&octets).ok().flatten().map(|key| key.value), Some(key));
            prop_assert!(key.certified().is_none());
            Ok(())
        });
        assert!(outcome.is_ok(), "{tag}: {outcome:?}");
    }
    assert_eq!(seen, 8);
}

#[test]
fn no_octets_make_a_parser_panic() {
    let Description { layers, exchanges, .. } = description();
    // The first octet is often the number of a message, so that its fields are read.
    let number = prop_oneof![3 => 1..=100_u8, 1 => any::<u8>()];
    // Small counts lead further into a message than counts of gigabytes.
    let octet = prop_oneof![2 => Just(0), 1 => 0..8_u8, 1 => any::<u8>()];
    let octets = (number, prop::collection::vec(octet, 0..160))
        .prop_map(|(number, rest)| [vec![number], rest].concat());
    let outcome = TestRunner::new(cases(4096)).run(&octets, |octets| {
        for role in [Role::Client, Role::Server] {
            let outcomes = layers.iter().map(|layer| read_layer(&layer.name, role, &octets));
            let exchanges = exchanges.iter().map(|exchange| read_exchange(&exchange.name, role, &octets));
            for message in outcomes.chain(exchanges).filter_map(Result::ok).flatten() {
                prop_assert_eq!(message.octets.first(), octets.first());
                prop_assert!(message.octets.len() + message.trailing <= octets.len());
            }
        }
        let _ = read_key(&octets);
        let _ = read_key(&octets[1..]);
        Ok(())
    });
    assert!(outcome.is_ok(), "{outcome:?}");
}

/// What `measure` says of some octets must be what `read_from` does with them.
macro_rules! measure_agrees {
    ($frame:ident, $octets:expr) => {{
        let octets: &[u8] = $octets;
        match ($frame::measure(octets), $frame::read_from(octets)) {
            (Ok(Some(length)), Ok(read)) => prop_assert_eq!(length + read.trailing, octets.len()),
            (Ok(Some(length)), Err(error)) => {
                prop_assert!(length > octets.len(), "{} of {}: {error}", length, octets.len());
            }
            (Ok(None), read) => {
                prop_assert!(octets.len() < $frame::HEAD);
                prop_assert!(read.is_err());
            }
            (Err(measured), Err(read)) => prop_assert_eq!(measured.kind, read.kind),
            (Err(error), Ok(_)) => prop_assert!(false, "it was read although {error}"),
        }
    }};
}

proptest! {
    #![proptest_config(cases(2048))]

    #[test]
    fn a_frame_is_as_long_as_it_measures(
        length in prop_oneof![0..300_u32, any::<u32>()],
        rest in prop::collection::vec(any::<u8>(), 2..320),
        cut in 0..6_usize,
    ) {
        let octets = [length.to_be_bytes().to_vec(), rest].concat();
        measure_agrees!(BinaryPacket, &octets);
        measure_agrees!(Ssh1Packet, &octets);
        measure_agrees!(BinaryPacket, &octets[..cut]);
        measure_agrees!(Ssh1Packet, &octets[..cut]);
    }

    #[test]
    fn a_binary_packet_is_read_as_it_was_written(
        payload in prop::collection::vec(any::<u8>(), 1..200),
        padding in prop::collection::vec(any::<u8>(), 4..256),
        behind in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let packet = BinaryPacket {
            packet_length: u32::try_from(payload.len() + padding.len() + 1).expect("it is small"),
            padding_length: u8::try_from(padding.len()).expect("it is at most 255"),
            payload: &payload,
            padding: &padding,
        };
        let written = packet.to_octets().expect("all fits its counts");
        let octets = [&written[..], &behind[..]].concat();
        let read = BinaryPacket::read_from(&octets).expect("it was just written");
        prop_assert_eq!(read.value, packet);
        prop_assert_eq!(read.trailing, behind.len());
        prop_assert_eq!(BinaryPacket::measure(&octets), Ok(Some(written.len())));
    }

    #[test]
    fn an_ssh1_packet_is_read_as_it_was_written(
        payload in prop::collection::vec(any::<u8>(), 1..200),
        crc in any::<u32>(),
        random in any::<[u8; 8]>(),
    ) {
        let length = payload.len() + 4;
        let packet = Ssh1Packet {
            length: u32::try_from(length).expect("it is small"),
            padding: &random[..8 - length % 8],
            payload: &payload,
            crc,
        };
        let octets = packet.to_octets().expect("all fits its counts");
        // The length field is not counted among the octets that padding fills up.
        prop_assert_eq!(octets.len() % 8, 4);
        let read = Ssh1Packet::read_from(&octets).expect("it was just written");
        prop_assert_eq!(read.value, packet);
        prop_assert_eq!(read.trailing, 0);
    }
}
