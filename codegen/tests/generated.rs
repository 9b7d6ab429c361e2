//! What is generated for each spec in `pass/`: it stands beside the spec, is compared with it, and compiles.
//!
//! `KEXRAY_UPDATE=1 cargo test -p kexray-codegen --test snapshots` rewrites it.

#![allow(dead_code, unused_imports, clippy::all, missing_docs, unreachable_pub)]

mod every_construct {
    include!("pass/every-construct.rs");
}
mod no_events {
    include!("pass/no-events.rs");
}
mod nothing {
    include!("pass/nothing.rs");
}
mod numbers_only {
    include!("pass/numbers-only.rs");
}

use every_construct::{
    Algorithm, Event, Exchange, Fuel, FuelSource, Hail, Lens, Named, Names, Origin, Padding, Parameters,
    ParseError, ParseErrorKind, Role, Seal, Sender, Signal, Sizes, Value, handshake, lens, open, sealings,
    secret,
};

#[test]
fn a_line_is_taken_apart_and_put_together() {
    let line = b"LIGHT/2 of Ida; Lime Rock".as_slice();
    let hail = Hail::of_line(line).expect("it is one");
    assert_eq!((hail.version, hail.keeper, hail.rest_of_it), (&b"2"[..], &b"Ida"[..], &b"Lime Rock"[..]));
    assert_eq!(hail.to_line(), line);
    assert_eq!(Hail::of_line(b"LIGHT/2"), None);
    assert_eq!(Hail::of_line(b"DARK/2 of Ida"), None);
}

#[test]
fn a_message_raises_its_event_with_every_parameter() {
    let octets = b"\x01\x03red\0\0\0\x05\x07\0\x09red,white\0\0\x02...";
    let light = open::Message::parse(Role::Client, octets).expect("it is whole").expect("1 is a light");
    let mut events = Vec::new();
    light.value.raise(Origin { from_originator: true, from_server: false }, &mut |event| {
        let mut parameters = Vec::new();
        event.visit(&mut |name, value| {
            parameters.push(match value {
                Value::Text(octets) | Value::Bytes(octets) => format!("{name}={}", octets.escape_ascii()),
                Value::Boolean(value) => format!("{name}={value}"),
                Value::Count(value) => format!("{name}={value}"),
                Value::Names(names) => format!("{name}={names:?}"),
                Value::Record(_) => format!("{name}=record"),
            });
        });
        events.push(format!("{}: {}", event.name(), parameters.join(" ")));
    });
    let told = "label=red bearing=record sides=record colours=[\"red\", \"white\"] by_keeper=false by_opener=true \
                steady=true picture=...";
    assert_eq!(events, [format!("lamp_lit: {told}")]);
    assert_eq!(light.value.to_octets().ok().map(|octets| octets.len()), Some(octets.len()));
}

#[test]
fn messages_that_share_a_number_are_told_apart_by_their_constants() {
    let name = |octets: &[u8]| {
        secret::Message::parse(Role::Client, octets)
            .ok()
            .flatten()
            .map(|message| message.value.name().to_owned())
    };
    assert_eq!(name(b"\x09\0\x04hush\0\0\0\0\x01a").as_deref(), Some("Whisper"));
    assert_eq!(name(b"\x09\0\x04help\x05").as_deref(), Some("Cry"));
    assert_eq!(name(b"\x09\0\x04what\0\x02no").as_deref(), Some("Talk"));
    assert_eq!(name(b"\x09\0\x04what\0\x03no"), None);
}

#[test]
fn one_number_means_two_things_from_two_ends() {
    let hand = b"\x01\0\0\0\x01\x05";
    let name =
        |role| Exchange::Handshake.parse(role, hand).ok().flatten().map(|message| message.value.name());
    assert_eq!(name(Role::Client), Some("Offer"));
    assert_eq!(name(Role::Server), Some("Take"));
    assert_eq!(Exchange::of_method(b"glove-left"), None);
    assert_eq!(Exchange::of_method(b"glove-woollen-left"), Some(Exchange::Handshake));
    assert_eq!(Exchange::of_method(b"hand"), Some(Exchange::Handshake));
    assert_eq!(Exchange::of_method(b"hands"), None);
}

#[test]
fn a_frame_has_the_size_that_its_head_says() {
    let octets = b"\0\x03\x06\x07abc1234";
    assert_eq!(Signal::measure(octets), Ok(Some(octets.len())));
    let signal = Signal::read_from(octets).expect("it is whole").value;
    assert_eq!((signal.body, signal.sum), (&b"abc"[..], *b"1234"));
    assert_eq!(Signal::measure(b"\0\x01\x03\x07").map_err(|error| error.kind), Ok(Some(8)));
    assert_eq!(Signal::measure(b"\0\0\0").map_err(|error| error.kind), Err(ParseErrorKind::TooSmall));
}

#[test]
fn the_field_that_is_wrong_is_blamed() {
    let blamed = |error: ParseError| (error.offset, error.kind);
    for (octets, offset) in [(b"\0\x03\x06\x08abc1234", 3), (b"\0\x03\x06\x00abc1234", 3)] {
        let wrong = Err((offset, ParseErrorKind::Mismatch));
        assert_eq!(Signal::read_from(octets).map(|_| ()).map_err(blamed), wrong);
        assert_eq!(Signal::read_with_binrw(octets).map(|_| ()).map_err(blamed), wrong);
    }
    let loud = b"\0\x04hush\x01\0\0\0\0";
    let wrong = Err((6, ParseErrorKind::Mismatch));
    assert_eq!(secret::Whisper::read_from(loud).map(|_| ()).map_err(blamed), wrong);
    assert_eq!(secret::Whisper::read_with_binrw(loud).map(|_| ()).map_err(blamed), wrong);
}

#[test]
fn what_certifies_holds_what_is_certified() {
    let octets = b"\0\x0efresnel-signed\0\0\0\0\0\0\0\x05\0\0\0\x01\x09\x04wide\0\x03\x05";
    let signed = Lens::parse(octets).expect("it is whole").expect("it is a lens").value;
    let certified = signed.certified().expect("it certifies");
    assert_eq!(certified.tag(), "fresnel");
    assert_eq!(certified.to_octets().expect("it fits"), b"\0\x07fresnel\0\0\0\x01\x09\x04wide");
    assert_eq!(signed.to_octets().expect("it fits"), octets);
}

#[test]
fn groups_repeat_as_often_as_is_said() {
    let octets = b"\x03\x02\0\x01\x01a\0\x02\x01b\x07\x01\x01xabcdef";
    let message = open::Message::parse(Role::Server, octets).expect("it is whole").expect("3 is known");
    let open::Message::Flashes(flashes) = message.value else { panic!("3 is flashes") };
    assert_eq!(flashes.flashes.iter().map(|flash| flash.length).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(
        (flashes.self_, flashes.name.map(|name| name.0), flashes.code),
        (7, Some(&b"x"[..]), *b"abcdef")
    );
    assert_eq!(message.value.to_octets().expect("it fits"), octets);
}

#[test]
fn a_list_beyond_its_limit_is_told() {
    let octets = b"\x01\0\0\0\0\0\0\0\x05a,b,c\0\0\0";
    let message = open::Message::parse(Role::Client, octets).expect("it is whole").expect("1 is known");
    let mut told = Vec::new();
    message.value.exceeded(&mut |anomaly, length, limit| told.push((anomaly.name(), length, limit)));
    assert_eq!(told, [("LH_many_colours", 3, 2)]);
}

#[test]
fn a_payload_has_the_size_that_its_parts_make() {
    // The number, counts of two octets and what they count, and three octets for each flash without its colour.
    let story = secret::Story::payload_size(8, 3, 11, true, Some(4), 5, 12);
    assert_eq!(story, 1 + (2 + 8) + (2 + 3) + 1 + 11 + 1 + 4 + (1 + 4) + (2 + 5) + (2 + 12));
    let shorter = secret::Story::payload_size(8, 3, 11, false, None, 5, 12);
    assert_eq!(shorter, story - 4 - 5);
    assert_eq!(secret::Silence::payload_size(), 1);
    assert_eq!(open::Light::payload_size(usize::MAX, 1, 1, 1), usize::MAX);
}

#[test]
fn a_message_has_the_sizes_that_its_fields_allow() {
    assert_eq!(secret::Silence::PAYLOAD, Sizes::exactly(1));
    // "wreck" is the shortest of the words; nine flashes of 258 octets would be more than the limit on them.
    let story = secret::Kind::Story.sizes();
    assert_eq!(story.least, 1 + (2 + 5) + 2 + 1 + 3 + 1 + 2 + 2);
    let most = 1 + (2 + 8) + (2 + 60) + 1 + 300 + 1 + 4 + (1 + 255) + (2 + 60) + (2 + 8192);
    assert_eq!(story.most, Some(most));
    assert_eq!(open::Light::PAYLOAD.most, None);
    assert_eq!(secret::Kind::Cry.sizes().exact(), Some(1 + 6 + 1));
}

#[test]
fn kinds_are_messages_without_fields() {
    let told: Vec<_> =
        open::Kind::ALL.iter().map(|kind| (kind.number(), kind.sender(), kind.name())).collect();
    let flashes = (3, Sender::Server, "Flashes");
    assert_eq!(told, [(1, Sender::Client, "Light"), (2, Sender::Either, "Dark"), flashes]);
    let dark = open::Message::parse(Role::Client, b"\x02\0\0").expect("it is whole").expect("2 is known");
    assert_eq!(dark.value.kind(), open::Kind::Dark);
}

#[test]
fn sealed_frames_take_whole_blocks() {
    // Two octets of length in clear; gap, body, straw and stamp are aligned.
    let coded = sealings::coded(4, 6);
    assert_eq!((coded.clear(), coded.block(), coded.tag()), (2, 4, 6));
    assert_eq!(coded.wire_size(0), 2 + 8 + 6);
    assert_eq!(coded.wire_size(4), 2 + 12 + 6);
    assert_eq!(coded.padded(0, Padding::Floored), 2 + 12 + 6);
    assert_eq!(coded.payload_sizes(2 + 12 + 6, Padding::Least), Some(Sizes { least: 4, most: Some(7) }));
    assert_eq!(coded.payload_sizes(2 + 12 + 6, Padding::Any), Some(Sizes { least: 0, most: Some(7) }));
    assert_eq!(coded.payload_sizes(2 + 60 + 6, Padding::Any), Some(Sizes { least: 17, most: Some(55) }));
    assert_eq!(coded.payload_sizes(2 + 13 + 6, Padding::Any), None);
    // A block below the least counts as the least.
    assert_eq!(sealings::coded(1, 6), coded);
    assert_eq!(sealings::cast().wire_size(2), 8 + 2);
    assert_eq!(sealings::cast().wire_size(3), 16 + 2);
}

#[test]
fn an_order_leads_from_state_to_state() {
    use every_construct::order::{night, whispers};

    // `like` gives what another state has, `anywhere` what all have, and a variation takes some of it.
    assert_eq!(night::State::Agreed.step(Role::Client, night::Message::Light), Some(night::State::Lit));
    assert_eq!(night::State::Agreed.step(Role::Server, night::Message::Light), None);
    assert_eq!(night::State::Lit.step(Role::Server, night::Message::Dark), Some(night::State::Out));
    assert_eq!(night::State::Out.step(Role::Server, night::Message::Dark), None);
    assert!(night::Variation::Steady.forbids(night::State::Lit, night::Message::Dark));
    assert!(!night::Variation::Steady.forbids(night::State::Start, night::Message::Dark));
    // A layer stands for its messages.
    assert_eq!(
        whispers::State::Start.step(Role::Client, whispers::Message::Talk),
        Some(whispers::State::Quiet)
    );
    assert_eq!(
        whispers::State::START.step(Role::Client, whispers::Message::Song),
        Some(whispers::State::Quiet)
    );
}

#[test]
fn an_algorithm_is_found_by_its_name_or_by_a_pattern() {
    for fuel in Fuel::all().filter(|fuel| !fuel.name().contains('*')) {
        assert_eq!(Fuel::of_name(fuel.name().as_bytes()), Some(fuel));
        assert_eq!(Fuel::like(fuel.name().as_bytes()), Some(fuel));
    }
    assert_eq!(Fuel::of_name(b"wax-bees"), None);
    assert_eq!(Fuel::like(b"wax-bees").map(Fuel::name), Some("wax-*"));
    for stranger in [&b"coal"[..], b"", b"oi", b"oil ", b"kerosen\0", &[b'o'; 100_000]] {
        assert_eq!(Fuel::of_name(stranger), None);
        assert_eq!(Fuel::like(stranger), None);
    }
}

#[test]
fn a_table_tells_what_is_known() {
    let fuel = |name: &str| Fuel::of_name(name.as_bytes()).expect("it is one");
    let (oil, kerosene) = (fuel("train-oil"), fuel("kerosene"));
    assert_eq!((oil.source(), oil.brightness(), oil.smoky()), (FuelSource::Animal, 2, true));
    assert_eq!(
        (kerosene.source().name(), kerosene.brightness(), kerosene.seen()),
        ("mineral_oil", 3, "after 1850")
    );
    assert_eq!((oil.seal(), kerosene.seal()), (Some(Seal::Cast), Some(Seal::Coded)));
    assert_eq!(Seal::Coded.with(4, 6), sealings::coded(4, 6));
    assert_eq!((oil.seen(), oil.exchange()), ("everywhere", None));
    assert_eq!(Fuel::all().map(Algorithm::index).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert_eq!(format!("{oil:?} {oil}"), "Fuel(\"train-oil\") train-oil");
}

#[test]
fn what_no_table_knows_keeps_its_text() {
    let (known, other) = (Named::<Fuel>::of(b"oil"), Named::<Fuel>::of(b"wax-\xff"));
    assert!(matches!(known, Named::Known(_)));
    assert_eq!((&known[..], &other[..]), (&b"oil"[..], &b"wax-\xff"[..]));
    assert_eq!(other.known().map(|fuel| fuel.name()), Some("wax-*"));
    assert_eq!(Named::<Fuel>::of(b"coal").known(), None);
    assert_eq!(format!("{other:?}"), "\"wax-\\xff\"");
}

#[test]
fn a_table_selects_exchanges() {
    assert_eq!(Exchange::of_method(b"wax-bees"), Some(Exchange::Handshake));
    assert_eq!(Exchange::of_method(b"match"), Some(Exchange::Waving));
    assert_eq!(Fuel::like(b"wax-bees").and_then(Fuel::exchange), Some(Exchange::Handshake));
    assert_eq!(Exchange::of_method(b"oil"), None);
}
