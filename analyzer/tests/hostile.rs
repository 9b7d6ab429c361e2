//! Input made to hurt: each is met by a message, an anomaly or a bound, and in time that grows with its length alone.

mod support;

use kexray_analyzer::Side::{Originator, Responder};
use kexray_analyzer::Verdict;
use kexray_analyzer::grammar::{BinaryPacket, Ssh1Mpint, ssh1};

use support::*;

const START: [&[u8]; 2] = [b"SSH-2.0-client\r\n", b"SSH-2.0-server\r\n"];

fn started() -> Talk {
    let mut talk = Talk::new();
    talk.say(Originator, START[0]).say(Responder, START[1]);
    talk
}

/// Names that share none with those of another letter.
fn names(letter: char, count: usize) -> String {
    (0..count).map(|number| format!("{letter}{}", number % 10)).collect::<Vec<_>>().join(",")
}

/// 65,000 names a list is what the largest packet holds; compared pair by pair they would take minutes, as 200 exchanges
/// of that kind would with any work in the square of their length.
#[test]
fn lists_of_very_many_names() {
    for count in [500, 65_000] {
        let mut talk = started();
        talk.say(Originator, &kexinit(&names('a', count), "ssh-ed25519", false));
        talk.say(Responder, &kexinit(&names('b', count), "ssh-ed25519", false));
        assert_eq!(talk.told.count("ssh_capabilities"), 2);
        let algorithms = talk.connection.session().algorithms.clone().unwrap();
        assert_eq!(algorithms.kex, None);
        assert_eq!(algorithms.server_host_key.as_deref(), Some(&b"ssh-ed25519"[..]));
        assert!(talk.told.has(&format!("!SSH_max_kexinit_kex_algorithms_exceeded {count} > 100")));
        // Whatever comes next does not go through the lists again.
        for _ in 0..20_000 {
            talk.say(Originator, &ecdh_init(b"Q"));
        }
    }
}

#[test]
fn messages_that_look_through_a_list_do_so_once_a_number() {
    // One side alone: which exchange a message belongs to is looked for in its own list.
    let mut talk = Talk::new();
    talk.say(Originator, START[0]);
    let methods = vec!["curve25519-sha256,diffie-hellman-group14-sha256"; 5000].join(",");
    talk.say(Originator, &kexinit(&methods, "ssh-ed25519", false)).say(Originator, &newkeys());
    let mut talk = Talk::new();
    talk.say(Originator, START[0]).say(Originator, &kexinit(&methods, "ssh-ed25519", false));
    for number in 30..50_u8 {
        for _ in 0..5000 {
            talk.say(Originator, &packet(&[number, 0, 0, 0, 0]));
        }
    }
    assert_eq!(talk.told.count("ssh2_"), 0);
}

#[test]
fn paddings_and_strings_longer_than_what_holds_them() {
    // A padding that leaves no room for a message.
    let mut talk = started();
    talk.say(Originator, &[0, 0, 0, 12, 12, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert!(talk.told.has("!SSH_malformed_packet"));
    // One that leaves just none.
    let mut talk = started();
    talk.say(Originator, &[0, 0, 0, 12, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert!(talk.told.has("!SSH_unexpected_message"));
    // A KEXINIT whose first list claims more than there is, and the same of 4 GiB.
    for claim in [1000_u32, u32::MAX] {
        let mut payload = vec![20];
        payload.extend_from_slice(&[7; 16]);
        payload.extend_from_slice(&claim.to_be_bytes());
        payload.extend_from_slice(b"curve25519-sha256");
        let mut talk = started();
        talk.say(Originator, &packet(&payload));
        assert!(talk.told.has("!SSH_malformed_message"));
        assert_eq!(talk.told.count("ssh_capabilities"), 0);
        // The direction goes on.
        talk.say(Originator, &kexinit("curve25519-sha256", "ssh-ed25519", false));
        assert_eq!(talk.told.count("ssh_capabilities"), 1);
    }
}

#[test]
fn ssh1_lengths_and_bit_counts_at_their_edges() {
    for (head, anomaly) in [
        (&[0, 0, 0, 0][..], "!SSH_malformed_packet"),
        (&[0, 0, 0, 4], "!SSH_malformed_packet"),
        (&[0xff; 4], "!SSH_packet_too_long"),
        (&[0, 4, 0, 1], "!SSH_packet_too_long"),
    ] {
        let mut talk = Talk::new();
        talk.say(Responder, b"SSH-1.5-server\n").say(Originator, b"SSH-1.5-client\n").say(Responder, head);
        assert!(talk.told.has(anomaly), "{head:?}: {:?}", talk.told);
    }
    // Sixteen bits of bits, and not so many octets.
    let mut payload = vec![2];
    payload.extend_from_slice(&[1; 8]);
    payload.extend_from_slice(&768_u32.to_be_bytes());
    payload.extend_from_slice(&[0xff, 0xff, 1, 2, 3]);
    let mut talk = Talk::new();
    talk.say(Responder, b"SSH-1.5-server\n").say(Originator, b"SSH-1.5-client\n");
    talk.say(Responder, &ssh1_packet(&payload));
    assert!(talk.told.has("!SSH_malformed_message"), "{:?}", talk.told);
    // Integers of no bits at all.
    let key = ssh1::PublicKey {
        cookie: [1; 8],
        server_key_bits: 0,
        server_key_exponent: Ssh1Mpint(&[]),
        server_key_modulus: Ssh1Mpint(&[]),
        host_key_bits: 0,
        host_key_exponent: Ssh1Mpint(&[]),
        host_key_modulus: Ssh1Mpint(&[]),
        protocol_flags: 0,
        supported_ciphers_mask: 0,
        supported_authentications_mask: 0,
    };
    talk.say(Responder, &ssh1_packet(&ssh1::Message::PublicKey(key).to_octets().unwrap()));
    assert!(talk.told.has("ssh1_server_host_key modulus= exponent="), "{:?}", talk.told);
}

#[test]
fn texts_of_any_octets_are_kept_as_they_are() {
    let mut talk = Talk::new();
    talk.say(Responder, b"\x1b[2Jhello\x07\n").say(Responder, b"SSH-2.0-\xff\x00\x1b]0;x\x07\r\n");
    assert_eq!(talk.connection.session().server.as_deref(), Some(&b"SSH-2.0-\xff\x00\x1b]0;x\x07"[..]));
    talk.say(Originator, START[0]).say(Originator, &kexinit("\u{1b}[31m,a\0b", "x", false));
    assert_eq!(talk.told.count("ssh_capabilities"), 1);
}

#[test]
fn a_thousand_newkeys() {
    let kexinit = kexinit("curve25519-sha256", "ssh-ed25519", false);
    let mut talk = started();
    talk.say(Originator, &kexinit).say(Responder, &kexinit);
    for _ in 0..1000 {
        talk.say(Originator, &newkeys());
    }
    // All but the first are ciphertext by then.
    assert_eq!(talk.told.count("ssh_encrypted_packet"), 999);
    // That one came without an exchange.
    assert_eq!(talk.told.count("!"), 1);
    assert!(talk.told.has("!SSH_message_out_of_order"));
}

#[test]
fn both_ends_claim_to_be_the_server() {
    let claim = kexinit("curve25519-sha256,ext-info-s", "ssh-ed25519", false);
    let mut talk = started();
    talk.say(Originator, &claim).say(Responder, &claim);
    assert_eq!(talk.connection.role(Originator), None);
    assert!(!talk.connection.session().role_reversed);
    talk.say(Originator, &ecdh_init(b"Q"));
    assert_eq!(talk.told.count("ssh2_ecc_init"), 1);
}

#[test]
fn one_octet_at_a_time() {
    let stream =
        [START[0], &kexinit("curve25519-sha256", "ssh-ed25519", false), &newkeys(), &[0; 100]].concat();
    let mut talk = Talk::new();
    for octet in &stream {
        talk.say(Originator, std::slice::from_ref(octet));
    }
    assert_eq!(talk.connection.verdict(), Verdict::Ssh);
    assert_eq!(talk.told.count("ssh_capabilities"), 1);
    assert_eq!(talk.told.count("ssh_encrypted_packet"), 100);
}

#[test]
fn the_largest_packet_and_one_octet_more() {
    let largest = u32::try_from(kexray_analyzer::grammar::limits::PACKET_LENGTH).unwrap();
    assert!(BinaryPacket::measure(&largest.to_be_bytes()).is_ok());
    assert!(BinaryPacket::measure(&(largest + 1).to_be_bytes()).is_err());
}
