//! Everything in the spec is read and written again as it was, by both back ends; and it means what the draft says.

use kexray_example_ssh_agent::strategies::{SAMPLES, back_ends_agree};
use kexray_example_ssh_agent::{Event, Framed, Origin, PrivateKey, Role, agent, constraint};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Reads a message, frame or key, and writes it again.
fn rewritten(family: &str, role: Role, octets: &[u8]) -> Option<Vec<u8>> {
    let written = match family {
        "Framed" => Framed::read_from(octets).ok()?.value.to_octets(),
        "PrivateKey" => PrivateKey::parse(octets).ok()??.value.to_octets(),
        "Constraint" => constraint::Message::parse(role, octets).ok()??.value.to_octets(),
        "Agent" => agent::Message::parse(role, octets).ok()??.value.to_octets(),
        _ => return None,
    };
    written.ok()
}

#[test]
fn everything_is_written_as_it_was_read() {
    assert_eq!(SAMPLES.len(), 1 + 7 + 3 + 18);
    for sample in SAMPLES {
        let role = sample.sender.role().unwrap_or(Role::Client);
        let config = Config { cases: 64, failure_persistence: None, ..Config::default() };
        let outcome = TestRunner::new(config).run(&(sample.strategy)(), |octets| {
            let written = rewritten(sample.family, role, &octets);
            prop_assert_eq!(written.as_ref(), Some(&octets));
            for end in 0..=octets.len() {
                prop_assert!(back_ends_agree(&octets[..end]));
                let fields = octets[..end].strip_prefix(sample.head).unwrap_or_default();
                prop_assert!((sample.agree)(fields));
            }
            Ok(())
        });
        assert!(outcome.is_ok(), "{}::{}: {outcome:?}", sample.family, sample.name);
    }
}

#[test]
fn a_request_to_sign_is_told() {
    let octets = b"\0\0\0\x15\x0d\0\0\0\x03key\0\0\0\x05bytes\0\0\0\x02";
    assert_eq!(Framed::measure(&octets[..4]), Ok(Some(octets.len())));
    let framed = Framed::read_from(octets).expect("it is whole").value;
    let request =
        agent::Message::parse(Role::Client, framed.message).expect("it is whole").expect("13 is known");
    assert_eq!((request.value.name(), request.trailing), ("SignRequest", 0));
    let mut told = Vec::new();
    request.value.raise(Origin { from_originator: true, from_server: false }, &mut |event| {
        if let Event::SignatureRequested { key, data, flags } = event {
            told.push((key.to_vec(), data.to_vec(), flags));
        }
    });
    assert_eq!(told, [(b"key".to_vec(), b"bytes".to_vec(), 2)]);
    assert_eq!(agent::Message::parse(Role::Server, framed.message), Ok(None), "agents do not ask");
}

#[test]
fn constraints_stand_one_behind_the_other() {
    let mut rest = &b"\x01\0\0\x0e\x10\x02"[..];
    let mut names = Vec::new();
    while let Some(read) = constraint::Message::parse(Role::Client, rest).expect("they are whole") {
        names.push(read.value.name());
        rest = &rest[rest.len() - read.trailing..];
    }
    assert_eq!(names, ["Lifetime", "Confirm"]);
}
