//! Messages out of order are told once, and nothing else is.

mod support;

use kexray_analyzer::Side::{self, Originator, Responder};
use kexray_analyzer::grammar::transport::{Debug, ExtInfo, Ignore, Message};
use kexray_analyzer::grammar::{Repeated, SshString};
use support::{Talk, dh_init, ecdh_init, ecdh_reply, kexinit, newkeys, packet};

const CURVE: &str = "curve25519-sha256";
const STRICT_CLIENT: &str = "curve25519-sha256,kex-strict-c-v00@openssh.com";
const STRICT_SERVER: &str = "curve25519-sha256,kex-strict-s-v00@openssh.com";

/// An Ed25519 key.
const HOST_KEY: &[u8] = b"\0\0\0\x0bssh-ed25519\0\0\0\x20................................";

const OUT_OF_ORDER: &str = "!SSH_message_out_of_order";
const NOT_STRICT: &str = "!SSH_strict_kex_violated";

fn ignore() -> Vec<u8> {
    packet(&Message::Ignore(Ignore { data: SshString(b"noise") }).to_octets().unwrap())
}

fn debug() -> Vec<u8> {
    let message = Debug { always_display: false, message: SshString(b"noise"), language_tag: SshString(b"") };
    packet(&Message::Debug(message).to_octets().unwrap())
}

fn disconnect() -> Vec<u8> {
    packet(&[1, 0, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0])
}

fn offer(methods: &str) -> Vec<u8> {
    kexinit(methods, "ssh-ed25519", false)
}

/// The messages of a whole handshake, whose KEXINITs name these methods.
fn whole(client: &str, server: &str) -> Vec<(Side, Vec<u8>)> {
    vec![
        (Originator, offer(client)),
        (Responder, offer(server)),
        (Originator, ecdh_init(b"Q")),
        (Responder, ecdh_reply(HOST_KEY, b"S")),
        (Responder, newkeys()),
        (Originator, newkeys()),
    ]
}

/// All that was said of a conversation.
fn anomalies(said: &[(Side, Vec<u8>)]) -> Vec<String> {
    let mut talk = Talk::new();
    talk.say(Originator, b"SSH-2.0-client\r\n").say(Responder, b"SSH-2.0-server\r\n");
    for (side, octets) in said {
        talk.say(*side, octets);
    }
    talk.end();
    talk.told.0.into_iter().filter(|line| line.starts_with('!')).collect()
}

#[test]
fn a_handshake_is_in_order() {
    let said = whole(CURVE, CURVE);
    assert_eq!(anomalies(&said), [""; 0]);
    for end in [Originator, Responder] {
        let alone: Vec<_> = said.iter().filter(|(side, _)| *side == end).cloned().collect();
        assert_eq!(anomalies(&alone), ["!SSH_peer_silent"], "one end is captured alone");
    }
    for cut in 0..said.len() {
        assert_eq!(anomalies(&said[..cut]), [""; 0], "it ends early");
    }
    // Each end goes its own way: what it says may be captured late.
    let apart = [1, 3, 0, 4, 2, 5].map(|index| said[index].clone());
    assert_eq!(anomalies(&apart), [""; 0]);
}

#[test]
fn two_messages_that_change_places_are_told_once() {
    let said = whole(CURVE, CURVE);
    for (one, other) in [(0, 2), (2, 5), (1, 3), (3, 4)] {
        let mut said = said.clone();
        said.swap(one, other);
        assert_eq!(anomalies(&said), [OUT_OF_ORDER], "{one} and {other}");
    }
}

#[test]
fn a_message_that_is_said_twice_is_told() {
    let said = whole(CURVE, CURVE);
    for twice in 0..4 {
        let mut said = said.clone();
        let again = said[twice].clone();
        said.insert(twice, again);
        assert_eq!(anomalies(&said), [OUT_OF_ORDER], "{twice}");
    }
}

#[test]
fn what_is_for_later_is_told() {
    let later = ExtInfo { nr_extensions: 0, extensions: Repeated::new(b"") };
    let mut said = whole(CURVE, CURVE);
    said.insert(4, (Responder, packet(&Message::ExtInfo(later).to_octets().unwrap())));
    assert_eq!(anomalies(&said), [OUT_OF_ORDER]);
    let mut said = whole(CURVE, CURVE);
    said.insert(2, (Originator, packet(b"\x05\0\0\0\x0cssh-userauth")));
    assert_eq!(anomalies(&said), [OUT_OF_ORDER]);
}

#[test]
fn noise_may_come_anywhere_but_in_strict_key_exchange() {
    for place in 0..=5 {
        for noise in [ignore(), debug()] {
            let end = if place == 5 { Originator } else { Responder };
            let place = place.min(4);
            let mut said = whole(CURVE, CURVE);
            said.insert(place, (end, noise.clone()));
            assert_eq!(anomalies(&said), [""; 0], "{place}");
            let mut said = whole(STRICT_CLIENT, STRICT_SERVER);
            said.insert(place, (end, noise));
            assert_eq!(anomalies(&said), [NOT_STRICT], "{place}");
        }
    }
    assert_eq!(anomalies(&whole(STRICT_CLIENT, STRICT_SERVER)), [""; 0]);
}

#[test]
fn one_end_alone_does_not_make_it_strict() {
    for (client, server) in [(STRICT_CLIENT, CURVE), (CURVE, STRICT_SERVER), (STRICT_SERVER, STRICT_SERVER)] {
        let mut said = whole(client, server);
        said.insert(2, (Originator, ignore()));
        assert_eq!(anomalies(&said), [""; 0]);
    }
}

#[test]
fn an_end_may_give_up_at_any_time() {
    for place in 0..=4 {
        let mut said = whole(STRICT_CLIENT, STRICT_SERVER);
        said.truncate(place);
        said.push((Responder, disconnect()));
        assert_eq!(anomalies(&said), [""; 0], "{place}");
        said.push((Responder, newkeys()));
        assert_eq!(anomalies(&said), [OUT_OF_ORDER], "{place}: it goes on all the same");
    }
}

#[test]
fn a_wrong_guess_counts_for_nothing() {
    let mut said = whole(CURVE, CURVE);
    said[0].1 = kexinit("diffie-hellman-group14-sha256,curve25519-sha256", "ssh-ed25519", true);
    said.insert(1, (Originator, dh_init()));
    assert_eq!(anomalies(&said), [""; 0]);
}

#[test]
fn what_is_missing_may_have_been_what_was_due() {
    let said = whole(CURVE, CURVE);
    for missing in 0..6 {
        let mut talk = Talk::new();
        talk.say(Originator, b"SSH-2.0-client\r\n").say(Responder, b"SSH-2.0-server\r\n");
        for (index, (side, octets)) in said.iter().enumerate() {
            if index == missing {
                talk.lose(*side, octets.len() as u64);
            } else {
                talk.say(*side, octets);
            }
        }
        talk.end();
        assert_eq!(talk.told.count(OUT_OF_ORDER), 0, "{missing}: {:?}", talk.told);
    }
}
