//! The generated parsers.
//!
//! The first byte says which parser and whose message; the rest is what it reads. No parser panics; reading slices
//! and reading through `binrw` come to the same; what is read is written back, and what was written is read as the same; frames are as long as they measure.

use std::fmt::{Debug, Write};

use kexray_grammar::{
    BinaryPacket, Event, Exchange, Identification, Names, Origin, Parameters, PreIdentification, PublicKey,
    Role, Ssh1Packet, Value, connection, ssh1, ssh1_authentication, ssh1_session, transport, user_auth,
};

/// Set in the first byte where the server sends.
pub const FROM_SERVER: u8 = 0x80;
/// From here on the first byte counts up the exchanges.
pub const EXCHANGES: u8 = 16;

/// Parsers that are no exchange's, in the order of the first byte.
pub const PARSERS: &[&str] = &[
    "ssh1",
    "transport",
    "user_auth",
    "connection",
    "public_key",
    "frame",
    "ssh1_frame",
    "line",
    "names",
    "method",
    "ssh1_authentication",
    "ssh1_session",
];

/// SSH-1 counts the bits of its integers: one that comes with zeros in front, or with more bits than it counts, is written
/// in the shortest way, and one of more bits than fit the count is not written at all.
macro_rules! ssh1_round_trip {
    ($layer:ident, $role:expr, $octets:expr) => {{
        let octets: &[u8] = $octets;
        let parsed = $layer::Message::parse($role, octets);
        assert_eq!(parsed, $layer::Message::parse_with_binrw($role, octets), "the two ways to read differ");
        let Ok(Some(parsed)) = parsed else { return };
        shown(&parsed.value);
        let Ok(written) = parsed.value.to_octets() else { return };
        assert!(written.len() + parsed.trailing <= octets.len());
        let again = $layer::Message::parse($role, &written).expect("what was written can be read");
        let again = again.expect("so it is");
        assert_eq!(again.trailing, 0);
        assert_eq!(again.value.to_octets().ok(), Some(written), "it is written in two ways");
    }};
}

/// Reads in both ways, writes, reads again.
macro_rules! round_trip {
    ($octets:expr, $parse:expr, $binrw:expr, $look:expr) => {{
        let octets: &[u8] = $octets;
        assert_eq!($parse(octets), $binrw(octets), "the two ways to read differ");
        let Ok(Some(parsed)) = $parse(octets) else { return };
        shown(&parsed.value);
        $look(&parsed.value);
        let written = parsed.value.to_octets().expect("what was read can be written");
        assert!(written.len() + parsed.trailing <= octets.len(), "more is written than was read");
        let again = $parse(&written).expect("what was written can be read").expect("and is of the same kind");
        assert_eq!(again.value, parsed.value, "it reads as another when written");
        assert_eq!(again.trailing, 0);
        assert_eq!(again.value.to_octets().ok().as_ref(), Some(&written), "it is written in two ways");
    }};
}

/// What `measure` says must be what `read_from` does.
macro_rules! measure_agrees {
    ($frame:ident, $octets:expr) => {{
        let octets: &[u8] = $octets;
        assert_eq!($frame::read_from(octets), $frame::read_with_binrw(octets), "the two ways to read differ");
        match ($frame::measure(octets), $frame::read_from(octets)) {
            (Ok(Some(length)), Ok(read)) => {
                assert_eq!(length + read.trailing, octets.len());
                assert_eq!(read.value.to_octets().ok().as_deref(), octets.get(..length));
            }
            (Ok(Some(length)), Err(error)) => assert!(length > octets.len(), "{length}: {error}"),
            (Ok(None), read) => assert!(octets.len() < $frame::HEAD && read.is_err()),
            (Err(measured), Err(read)) => assert_eq!(measured.kind, read.kind),
            (Err(error), Ok(_)) => panic!("it was read although {error}"),
        }
    }};
}

/// Reads any bytes with one of the parsers.
pub fn check(input: &[u8]) {
    let Some((selector, octets)) = input.split_first() else { return };
    let role = if selector & FROM_SERVER == 0 { Role::Client } else { Role::Server };
    let origin = Origin { from_originator: role == Role::Client, from_server: role == Role::Server };
    let number = selector & !FROM_SERVER;
    if let Some(place) = number.checked_sub(EXCHANGES) {
        let Some(exchange) = Exchange::ALL.get(usize::from(place)) else { return };
        round_trip!(
            octets,
            |octets| exchange.parse(role, octets),
            |octets| exchange.parse_with_binrw(role, octets),
            |message: &kexray_grammar::ExchangeMessage<'_>| {
                assert_eq!(Some(&message.number()), octets.first());
                assert!(exchange.sender(message.number()).is_some_and(|sender| sender.allows(role)));
                message.raise(origin, &mut |event| walk(&event));
            }
        );
        return;
    }
    match PARSERS.get(usize::from(number)).copied().unwrap_or_default() {
        "ssh1" => ssh1_message(role, origin, octets),
        "transport" => {
            round_trip!(
                octets,
                |octets| transport::Message::parse(role, octets),
                |octets| transport::Message::parse_with_binrw(role, octets),
                |message: &transport::Message<'_>| {
                    message.raise(origin, &mut |event| walk(&event));
                    message.exceeded(&mut |_, actual, limit| assert!(actual > limit));
                }
            );
        }
        "user_auth" => {
            round_trip!(
                octets,
                |octets| user_auth::Message::parse(role, octets),
                |octets| user_auth::Message::parse_with_binrw(role, octets),
                |_: &user_auth::Message<'_>| ()
            );
        }
        "ssh1_authentication" => ssh1_round_trip!(ssh1_authentication, role, octets),
        "ssh1_session" => ssh1_round_trip!(ssh1_session, role, octets),
        "connection" => {
            round_trip!(
                octets,
                |octets| connection::Message::parse(role, octets),
                |octets| connection::Message::parse_with_binrw(role, octets),
                |_: &connection::Message<'_>| ()
            );
        }
        "public_key" => {
            round_trip!(octets, PublicKey::parse, PublicKey::parse_with_binrw, |key: &PublicKey<'_>| {
                if let Some(certified) = key.certified() {
                    assert!(certified.certified().is_none());
                    let octets = certified.to_octets().expect("what was read can be written");
                    let key = PublicKey::parse(&octets).ok().flatten();
                    assert_eq!(key.map(|key| key.value), Some(certified));
                }
            });
        }
        "frame" => measure_agrees!(BinaryPacket, octets),
        "ssh1_frame" => measure_agrees!(Ssh1Packet, octets),
        "line" => line(origin, octets),
        "names" => names(octets),
        "method" => method(octets),
        _ => {}
    }
}

fn ssh1_message(role: Role, origin: Origin, octets: &[u8]) {
    if let Ok(Some(parsed)) = ssh1::Message::parse(role, octets) {
        parsed.value.raise(origin, &mut |event| walk(&event));
    }
    ssh1_round_trip!(ssh1, role, octets)
}

fn line(origin: Origin, octets: &[u8]) {
    if let Some(identification) = Identification::of_line(octets) {
        shown(&identification);
        identification.raise(origin, &mut |event| walk(&event));
        let line = identification.to_line();
        assert!(line.len() <= octets.len());
        assert_eq!(Identification::of_line(&line), Some(identification));
    } else {
        assert!(!octets.starts_with(b"SSH-"));
    }
    let preceding = PreIdentification::of_line(octets).expect("any line is text");
    preceding.raise(origin, &mut |event| walk(&event));
    assert_eq!(preceding.to_line(), octets);
}

fn names(octets: &[u8]) {
    let names = Names::new(octets);
    assert_eq!(names.iter().count(), names.len());
    assert_eq!(names.is_empty(), names.iter().next().is_none());
    assert_eq!(names.iter().collect::<Vec<_>>().join(&b','), octets);
    let most = usize::from(octets.first().copied().unwrap_or_default());
    let first = Names::first(octets, most);
    assert_eq!(first.iter().count(), first.len());
    assert!(first.iter().eq(names.iter().take(most)));
}

/// What a name stands for is an exchange that there is.
fn method(octets: &[u8]) {
    if let Some(exchange) = Exchange::of_method(octets) {
        assert!(Exchange::ALL.contains(&exchange));
    }
}

/// Everything can be shown.
fn shown(value: &impl Debug) {
    let mut nowhere = Nowhere;
    write!(nowhere, "{value:?}").expect("nothing fails there");
}

/// Everything in an event can be looked at.
pub(crate) fn walk(event: &Event<'_>) {
    shown(event);
    assert!(!event.name().is_empty());
    visit(event);
}

fn visit(parameters: &dyn Parameters) {
    parameters.visit(&mut |name, value| {
        assert!(!name.is_empty());
        match value {
            Value::Names(names) => assert_eq!(names.iter().count(), names.len()),
            Value::Record(record) => visit(record),
            _ => {}
        }
    });
}

struct Nowhere;

impl Write for Nowhere {
    fn write_str(&mut self, _: &str) -> std::fmt::Result {
        Ok(())
    }
}
