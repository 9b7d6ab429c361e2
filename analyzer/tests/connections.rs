//! What connections come to, ordinary and odd ones.

mod support;

use kexray_analyzer::Side::{Originator, Responder};
use kexray_analyzer::grammar::{PublicKey, SshString, public_key};
use kexray_analyzer::{Engine, Role, Side, Verdict};

use support::*;

const CLIENT: &[u8] = b"SSH-2.0-client\r\n";
const SERVER: &[u8] = b"SSH-2.0-server\r\n";
const CURVE: &str = "curve25519-sha256";
const ED25519: &str = "ssh-ed25519";

/// An Ed25519 key's blob.
fn host_key() -> Vec<u8> {
    PublicKey::Ed25519(public_key::Ed25519 { pk: SshString(&[3; 32]) }).to_octets().unwrap()
}

/// A whole handshake, with these KEXINITs.
fn handshake(client: &[u8], server: &[u8]) -> Talk {
    handshake_by(Engine::default(), client, server)
}

fn handshake_by(engine: Engine, client: &[u8], server: &[u8]) -> Talk {
    let mut talk = Talk::by(engine);
    talk.say(Originator, CLIENT).say(Responder, SERVER).say(Originator, client).say(Responder, server);
    talk
}

#[test]
fn an_ordinary_handshake() {
    let mut talk = handshake(&kexinit(CURVE, ED25519, false), &kexinit(CURVE, ED25519, false));
    talk.say(Originator, &ecdh_init(b"Q")).say(Responder, &ecdh_reply(&host_key(), b"S"));
    talk.say(Responder, &newkeys()).say(Originator, &[newkeys(), vec![0; 40]].concat()).end();
    assert_eq!(talk.told.count("!"), 0, "{:?}", talk.told);
    assert_eq!(
        talk.told.0.iter().map(|line| line.split(' ').next().unwrap()).collect::<Vec<_>>(),
        [
            "ssh_client_version",
            "ssh_server_version",
            "ssh_capabilities",
            "ssh_capabilities",
            "ssh2_ecc_key",
            "ssh2_ecc_init",
            "ssh_server_host_key",
            "ssh2_server_host_key",
            "ssh_server_host_key_fingerprint",
            "ssh2_ecc_key",
            "ssh_encrypted_packet",
        ]
    );
    assert!(talk.told.has("ssh_encrypted_packet orig=true len=40"));
    let session = talk.connection.session();
    assert_eq!(session.version, Some(2));
    let algorithms = session.algorithms.as_ref().unwrap();
    assert_eq!(algorithms.kex.as_deref(), Some(CURVE.as_bytes()));
}

/// The fingerprint that a host key gives.
fn fingerprint(blob: &[u8]) -> (String, Talk) {
    let mut talk = handshake(&kexinit(CURVE, ED25519, false), &kexinit(CURVE, ED25519, false));
    talk.say(Originator, &ecdh_init(b"Q")).say(Responder, &ecdh_reply(blob, b"S"));
    (talk.connection.session().host_key_fingerprint.as_deref().unwrap().to_owned(), talk)
}

#[test]
fn a_certificate_has_the_fingerprint_of_the_key_inside() {
    let certificate = PublicKey::Ed25519Certificate(public_key::Ed25519Certificate {
        nonce: SshString(&[1; 32]),
        pk: SshString(&[3; 32]),
        serial: 7,
        kind: 2,
        key_id: SshString(b"id"),
        valid_principals: SshString(b""),
        valid_after: 0,
        valid_before: u64::MAX,
        critical_options: SshString(b""),
        extensions: SshString(b""),
        reserved: SshString(b""),
        signature_key: SshString(b"ca"),
        signature: SshString(b"signature"),
    });
    let certificate = certificate.to_octets().unwrap();
    assert_eq!(fingerprint(&certificate).0, fingerprint(&host_key()).0);
    // Cut, it cannot be read: the fingerprint is over what there is.
    let (cut, talk) = fingerprint(&certificate[..60]);
    assert_ne!(cut, fingerprint(&host_key()).0);
    assert!(talk.told.has("!SSH_malformed_host_key"));
}

#[test]
fn a_right_guess_is_used_and_a_wrong_one_is_not() {
    let server = kexinit(CURVE, ED25519, false);
    let mut right = handshake(&[kexinit(CURVE, ED25519, true), ecdh_init(b"Q")].concat(), &server);
    assert_eq!(right.end().told.count("ssh2_ecc_init"), 1);
    // The server prefers another method.
    let server = kexinit("ecdh-sha2-nistp256,curve25519-sha256", ED25519, false);
    let client = [kexinit(CURVE, ED25519, true), ecdh_init(b"wrong"), ecdh_init(b"right")].concat();
    let mut wrong = handshake(&client, &server);
    assert_eq!(wrong.end().told.count("ssh2_ecc_init"), 1);
    assert!(wrong.told.has("ssh2_ecc_key is_orig=true q=7269676874"));
    // The server prefers another host key.
    let server = kexinit(CURVE, "rsa-sha2-256,ssh-ed25519", false);
    let mut wrong = handshake(&[kexinit(CURVE, ED25519, true), ecdh_init(b"wrong")].concat(), &server);
    assert_eq!(wrong.end().told.count("ssh2_ecc_init"), 0);
    // By Dropbear's rule it is the client's first method and host key that count.
    let marked = "curve25519-sha256,kexguess2@matt.ucc.asn.au";
    let client = [kexinit(marked, "ssh-rsa,ssh-ed25519", true), ecdh_init(b"wrong")].concat();
    assert_eq!(handshake(&client, &kexinit(marked, ED25519, false)).end().told.count("ssh2_ecc_init"), 0);
    let server = kexinit("ecdh-sha2-nistp256,curve25519-sha256,kexguess2@matt.ucc.asn.au", ED25519, false);
    let client =
        [kexinit("curve25519-sha256,kexguess2@matt.ucc.asn.au", ED25519, true), ecdh_init(b"Q")].concat();
    assert_eq!(handshake(&client, &server).end().told.count("ssh2_ecc_init"), 1);
}

#[test]
fn a_guess_before_the_server_speaks_waits_for_its_kexinit() {
    let mut talk = Talk::new();
    talk.say(Originator, &[CLIENT, &kexinit(CURVE, ED25519, true), &ecdh_init(b"Q")].concat());
    assert_eq!(talk.told.count("ssh2_ecc"), 0);
    talk.say(Responder, SERVER).say(Responder, &kexinit(CURVE, ED25519, false));
    assert_eq!(talk.told.count("ssh2_ecc"), 2);
    assert_eq!(talk.told.count("!"), 0);
}

#[test]
fn one_direction_alone_tells_what_it_can() {
    // Only one exchange is possible: it is read.
    let mut talk = Talk::new();
    talk.say(Originator, CLIENT).say(Originator, &kexinit("curve25519-sha256,ext-info-c", ED25519, false));
    talk.say(Originator, &ecdh_init(b"Q")).say(Originator, &[newkeys(), vec![1; 24]].concat()).end();
    assert_eq!(talk.told.count("ssh2_ecc_init"), 1);
    assert!(talk.told.has("ssh_encrypted_packet orig=true len=24"));
    assert!(talk.told.has("!SSH_peer_silent"));
    assert_eq!(talk.connection.session().version, None);
    assert_eq!(talk.connection.session().algorithms, None);
    // Two are: a message that either could mean is not guessed at.
    let mut talk = Talk::new();
    talk.say(Originator, CLIENT);
    talk.say(Originator, &kexinit("curve25519-sha256,diffie-hellman-group14-sha256", ED25519, false));
    talk.say(Originator, &ecdh_init(b"Q")).say(Originator, &newkeys()).say(Originator, &[1; 24]).end();
    assert_eq!(talk.told.count("ssh2_"), 0);
    assert!(talk.told.has("ssh_encrypted_packet orig=true len=24"));
}

#[test]
fn roles_are_proven_by_markers_and_by_the_first_message() {
    // The responder lists what only a client does.
    let (own, other) =
        (kexinit(CURVE, ED25519, false), kexinit("curve25519-sha256,ext-info-c", ED25519, false));
    let talk = handshake(&own, &other);
    let session = talk.connection.session();
    assert!(session.role_reversed);
    assert_eq!(session.client.as_deref(), Some(&b"SSH-2.0-server"[..]));
    // Nobody lists markers, and the responder sends INIT. The negotiation follows its preferences.
    let mut talk = handshake(
        &kexinit("ecdh-sha2-nistp256,curve25519-sha256", ED25519, false),
        &kexinit("curve25519-sha256,ecdh-sha2-nistp256", ED25519, false),
    );
    assert_eq!(
        talk.connection.session().algorithms.as_ref().unwrap().kex.as_deref(),
        Some(&b"ecdh-sha2-nistp256"[..])
    );
    talk.say(Responder, &ecdh_init(b"Q")).say(Originator, &ecdh_reply(&host_key(), b"S"));
    let session = talk.connection.session();
    assert!(session.role_reversed);
    let offer = session.client_offer.as_ref().unwrap();
    assert_eq!(
        offer.hassh_algorithms.as_ref(),
        b"curve25519-sha256,ecdh-sha2-nistp256;aes128-ctr;hmac-sha2-256;none"
    );
    // As `md5sum` has it.
    assert_eq!(offer.hassh.as_ref(), "88189635a3ee7c7f0c02224b7a2e1292");
    assert!(session.server_offer.as_ref().unwrap().hassh_algorithms.starts_with(b"ecdh-sha2-nistp256,curve"));
    assert_eq!(session.algorithms.as_ref().unwrap().kex.as_deref(), Some(CURVE.as_bytes()));
    assert!(talk.told.has("ssh2_ecc_init is_orig=false"));
    assert_eq!(talk.told.count("ssh2_server_host_key"), 1);
    assert_eq!(talk.told.count("!"), 0);
    // Both claim to be the client: TCP decides, and the first message may still prove it.
    let claim = kexinit("curve25519-sha256,ext-info-c", ED25519, false);
    let mut talk = handshake(&claim, &claim);
    assert!(!talk.connection.session().role_reversed);
    talk.say(Responder, &ecdh_init(b"Q"));
    assert!(talk.connection.session().role_reversed);
}

#[test]
fn unknown_methods_are_skipped() {
    let mut talk = handshake(
        &kexinit("unheard-of@example", ED25519, false),
        &kexinit("unheard-of@example", ED25519, false),
    );
    talk.say(Originator, &ecdh_init(b"Q")).say(Originator, &[newkeys(), vec![0; 16]].concat());
    assert_eq!(talk.told.count("ssh2_"), 0);
    assert!(talk.told.has("ssh_encrypted_packet orig=true len=16"));
    assert_eq!(talk.told.count("!"), 0);
}

#[test]
fn markers_are_never_negotiated() {
    let lists = "kexguess2@matt.ucc.asn.au,curve25519-sha256";
    let talk = handshake(&kexinit(lists, ED25519, false), &kexinit(lists, ED25519, false));
    assert_eq!(talk.connection.session().algorithms.as_ref().unwrap().kex.as_deref(), Some(CURVE.as_bytes()));
}

#[test]
fn versions_that_do_not_match() {
    let mut talk = Talk::new();
    talk.say(Originator, b"SSH-1.5-old\n").say(Responder, SERVER);
    assert!(talk.told.has("!SSH_version_mismatch"));
    assert_eq!(talk.connection.session().version, None);
    let mut talk = Talk::new();
    talk.say(Originator, b"SSH-\n").say(Responder, SERVER);
    assert!(talk.told.has("!SSH_cannot_determine_version"));
    let mut talk = Talk::new();
    talk.say(Originator, b"SSH-2.0-x\n").say(Responder, b"SSH-1.99-y\n");
    assert_eq!(talk.connection.session().version, Some(2));
}

#[test]
fn text_before_the_identification_line() {
    let mut talk = Talk::new();
    talk.say(Responder, b"Hello\r\nwor").say(Responder, b"ld\n");
    assert_eq!(talk.connection.verdict(), Verdict::Undecided);
    assert!(talk.told.0.is_empty());
    talk.say(Responder, SERVER);
    assert_eq!(
        talk.told.0,
        [
            "ssh_server_pre_banner_data data=Hello",
            "ssh_server_pre_banner_data data=world",
            "ssh_server_version version=SSH-2.0-server",
        ]
    );
}

#[test]
fn what_is_not_ssh_is_given_up() {
    for (client, server) in [
        (&b"GET / HTTP/1.1\r\n"[..], &b"HTTP/1.1 200 OK\r\n"[..]),
        (b"\x16\x03\x01\x02\x00\x01", b""),
        (b"EHLO a\r\n", b"220 mail ESMTP\r\n"),
    ] {
        let mut talk = Talk::new();
        talk.say(Originator, client).say(Responder, server).end();
        assert_eq!(talk.connection.verdict(), Verdict::NotSsh, "{}", client.escape_ascii());
        assert!(talk.told.0.is_empty());
    }
    // Text without end.
    let mut talk = Talk::new();
    for _ in 0..64 {
        talk.say(Responder, &[b'x'; 1000]);
    }
    assert_eq!(talk.connection.verdict(), Verdict::NotSsh);
}

#[test]
fn a_long_identification_line_is_cut() {
    for size in [1, 100, 5008, 10_000] {
        let line = [b"SSH-2.0-".to_vec(), vec![b'A'; 5000], b"\r\n".to_vec()].concat();
        let mut talk = Talk::new();
        for part in line.chunks(size) {
            talk.say(Responder, part);
        }
        talk.say(Responder, &kexinit(CURVE, ED25519, false));
        assert_eq!(
            talk.connection.session().server.as_ref().map(|line| line.len()),
            Some(4096),
            "in parts of {size}"
        );
        assert_eq!(talk.told.count("!SSH_identification_too_long"), 1);
        assert_eq!(talk.told.count("ssh_capabilities"), 1);
    }
    // What is just not too long, however it ends.
    for (tail, cut) in [("\r\n", 0), ("\n", 0), ("\rx\n", 1), ("\r\r\n", 1), ("x\n", 1)] {
        let line = [b"SSH-2.0-".to_vec(), vec![b'A'; 4088], tail.into()].concat();
        for size in [1, 4097, 4098, line.len()] {
            let mut talk = Talk::new();
            for part in line.chunks(size) {
                talk.say(Responder, part);
            }
            talk.say(Responder, &kexinit(CURVE, ED25519, false));
            assert_eq!(talk.told.count("!SSH_identification_too_long"), cut, "{tail:?} in parts of {size}");
            assert_eq!(talk.told.count("ssh_capabilities"), 1, "{tail:?} in parts of {size}");
        }
    }
    // One without an end is told all the same.
    let mut talk = Talk::new();
    for _ in 0..10 {
        talk.say(Originator, b"SSH-2.0-").say(Originator, &[b'A'; 1000]);
    }
    assert_eq!(talk.told.count("ssh_client_version"), 1);
}

#[test]
fn a_gap_inside_a_packet_is_stepped_over() {
    let server = kexinit(CURVE, ED25519, false);
    let client = kexinit(CURVE, ED25519, false);
    let mut talk = Talk::new();
    talk.say(Originator, CLIENT).say(Responder, SERVER).say(Originator, &client[..20]);
    talk.lose(Originator, client.len() as u64 - 30).say(Originator, &client[client.len() - 10..]);
    talk.say(Responder, &server).say(Originator, &[newkeys(), vec![0; 8]].concat());
    assert!(talk.told.has("!SSH_gap_in_handshake"));
    assert!(talk.told.has("ssh_encrypted_packet orig=true len=8"));
    assert_eq!(talk.told.count("ssh_capabilities"), 1);
}

#[test]
fn after_a_gap_of_unknown_place_a_packet_is_looked_for() {
    let mut talk = Talk::new();
    talk.say(Originator, CLIENT).say(Responder, SERVER).lose(Originator, 1000);
    talk.say(Responder, &kexinit(CURVE, ED25519, false));
    // The rest of something, then a segment that begins with a packet.
    talk.say(Originator, &[0xff; 50]).say(Originator, &[newkeys(), vec![0; 8]].concat());
    assert!(talk.told.has("ssh_encrypted_packet orig=true len=8"));
}

#[test]
fn packets_that_lie_end_a_direction_and_no_more() {
    for (head, anomaly) in [
        (&[0, 0, 0, 0, 0, 0, 0, 0][..], "!SSH_malformed_packet"),
        (&[0, 0, 0, 1, 0, 0, 0, 0], "!SSH_malformed_packet"),
        (&[0xff, 0xff, 0xff, 0xff, 4, 20, 0, 0], "!SSH_packet_too_long"),
        (&[0, 0, 0, 12, 40, 20, 0, 0], "!SSH_malformed_packet"),
    ] {
        let mut talk = Talk::new();
        talk.say(Originator, CLIENT).say(Responder, SERVER).say(Originator, head).say(Originator, &[0; 100]);
        assert!(talk.told.has(anomaly), "{head:?}: {:?}", talk.told);
        talk.say(Responder, &kexinit(CURVE, ED25519, false));
        assert_eq!(talk.told.count("ssh_capabilities"), 1);
    }
}

#[test]
fn a_second_kexinit_is_odd_once() {
    let client = kexinit(CURVE, ED25519, false);
    let mut talk = Talk::new();
    talk.say(Originator, CLIENT).say(Responder, SERVER);
    for _ in 0..5 {
        talk.say(Originator, &client);
    }
    assert_eq!(talk.told.count("ssh_capabilities"), 1);
    assert_eq!(talk.told.count("!SSH_message_out_of_order"), 1);
}

#[test]
fn a_message_from_the_wrong_end_is_odd() {
    let plain = kexinit(CURVE, ED25519, false);
    let mut talk = handshake(&plain, &plain);
    talk.say(Originator, &ecdh_init(b"Q")).say(Responder, &ecdh_init(b"Q"));
    assert!(talk.told.has("!SSH_unexpected_message"));
    assert_eq!(talk.told.count("ssh2_ecc_init"), 1);
}

#[test]
fn messages_prove_the_roles_against_markers() {
    // The client lists what only a server does, and the server nothing.
    let client = kexinit("curve25519-sha256,ext-info-s", ED25519, false);
    let mut talk = handshake(&client, &kexinit(CURVE, ED25519, false));
    assert!(talk.connection.session().role_reversed, "so far it is all that is known");
    talk.say(Originator, &ecdh_init(b"Q")).say(Responder, &ecdh_reply(&host_key(), b"S"));
    assert!(!talk.connection.session().role_reversed);
    assert_eq!(talk.connection.role(Originator), Some(Role::Client));
    assert!(talk.told.has("!SSH_role_contradicted"));
    assert_eq!(talk.told.count("ssh2_server_host_key"), 1);
}

/// A handshake under way, and both ends encrypted; Zeek's rule is at work.
fn encrypted() -> Talk {
    let mut talk =
        handshake_by(Engine::Classic, &kexinit(CURVE, ED25519, false), &kexinit(CURVE, ED25519, false));
    talk.say(Originator, &ecdh_init(b"Q")).say(Responder, &ecdh_reply(&host_key(), b"S"));
    talk.say(Responder, &newkeys()).say(Originator, &newkeys());
    talk
}

#[test]
fn missing_bytes_leave_no_verdict() {
    let attempt = |talk: &mut Talk, answer: usize| {
        talk.say(Originator, &[0; 148]).say(Responder, &vec![0; answer]);
    };
    let mut whole = encrypted();
    for answer in [44, 52, 52] {
        attempt(&mut whole, answer);
    }
    assert!(whole.connection.holds_verdict());
    whole.end().end();
    assert!(whole.told.has("ssh_auth_result result=false auth_attempts=1"));
    whole.say(Responder, &[0; 52]);
    assert_eq!(whole.told.count("ssh_auth_failed"), 1, "the end is told once");
    assert!(
        whole.told.0.last().is_some_and(|last| last.starts_with("ssh_auth_result")),
        "nothing follows it"
    );
    let mut holed = encrypted();
    for answer in [44, 52, 52] {
        attempt(&mut holed, answer);
    }
    holed.lose(Responder, 28).say(Originator, &[0; 100]).end();
    assert_eq!(holed.told.count("ssh_auth_failed"), 0);
    assert_eq!(holed.told.count("ssh_auth_result"), 0);
    assert_eq!(holed.connection.session().auth_success, None);
    assert_eq!(holed.connection.session().auth_attempts, 1);
    // What was decided before stays.
    let mut decided = encrypted();
    for answer in [44, 52, 28] {
        attempt(&mut decided, answer);
    }
    decided.lose(Responder, 1000).end();
    assert_eq!(decided.connection.session().auth_success, Some(true));
}

#[test]
fn a_gap_over_newkeys_in_both_directions() {
    let mut talk = handshake(&kexinit(CURVE, ED25519, false), &kexinit(CURVE, ED25519, false));
    talk.lose(Originator, 64).lose(Responder, 500);
    talk.say(Originator, &[0x99; 40]).say(Responder, &[0x88; 44]);
    assert_eq!(talk.told.count("ssh_encrypted_packet"), 2, "{:?}", talk.told);
}

#[test]
fn a_gap_behind_what_waits_leaves_it_waiting() {
    let mut talk = Talk::new();
    let half = &newkeys()[..7];
    talk.say(Originator, &[CLIENT, &kexinit(CURVE, ED25519, true), &ecdh_init(b"Q"), half].concat());
    talk.lose(Originator, newkeys().len() as u64 - 7);
    talk.say(Responder, SERVER).say(Responder, &kexinit(CURVE, ED25519, false));
    assert_eq!(talk.told.count("ssh2_ecc_init"), 1, "{:?}", talk.told);
}

#[test]
fn a_guess_that_is_missing_is_not_waited_for() {
    let mut talk = Talk::new();
    let guess = ecdh_init(b"wrong");
    talk.say(Originator, CLIENT).say(Responder, SERVER);
    talk.say(Originator, &[kexinit(CURVE, ED25519, true), guess[..8].to_vec()].concat());
    talk.lose(Originator, guess.len() as u64 - 8);
    talk.say(Responder, &kexinit("ecdh-sha2-nistp256,curve25519-sha256", ED25519, false));
    talk.say(Originator, &ecdh_init(b"right"));
    assert!(talk.told.has("ssh2_ecc_key is_orig=true q=7269676874"), "{:?}", talk.told);
}

#[test]
fn a_gap_among_the_lines_before_the_identification() {
    let mut talk = Talk::new();
    talk.say(Responder, b"Welcome to ").lose(Responder, 10).say(Responder, b"host\r\nSSH-2.0-server\r\n");
    assert!(talk.told.has("ssh_server_version version=SSH-2.0-server"));
    talk.say(Responder, &kexinit(CURVE, ED25519, false));
    assert_eq!(talk.told.count("ssh_capabilities"), 1);
}

#[test]
fn an_identification_line_of_which_the_end_is_missing() {
    let mut talk = Talk::new();
    // A snap length cuts off the end of the line, and of all that follows.
    talk.say(Originator, b"SSH-2.0-OpenSSH_8.9p1 Ubu").lose(Originator, 16);
    talk.say(Responder, b"SSH-2.0-drop").lose(Responder, 13);
    assert_eq!(talk.connection.verdict(), Verdict::Ssh);
    assert!(talk.told.has("ssh_client_version version=SSH-2.0-OpenSSH_8.9p1 Ubu"));
    assert!(talk.told.has("!SSH_gap_in_handshake"));
    assert_eq!(talk.connection.session().version, Some(2));
    talk.say(Responder, &kexinit(CURVE, ED25519, false)).say(Originator, &kexinit(CURVE, ED25519, false));
    assert_eq!(talk.told.count("ssh_capabilities"), 2);
}

#[test]
fn an_identification_line_of_which_the_middle_is_missing() {
    let mut talk = Talk::new();
    talk.say(Originator, b"SSH-2.0-Open").lose(Originator, 3).say(Originator, b"_9.2\r\n");
    talk.say(Originator, &kexinit(CURVE, ED25519, false));
    assert_eq!(talk.told.count("ssh_client_version version=SSH-2.0-Open"), 1);
    assert_eq!(talk.told.count("ssh_capabilities"), 1);
}

#[test]
fn what_only_begins_like_an_identification_line_is_none() {
    for part in [&b"SSH-"[..], b"SSH-2.", b"SSH-2.0", b"SSH-2.0-"] {
        let mut talk = Talk::new();
        talk.say(Originator, part).lose(Originator, 20);
        assert_eq!((talk.connection.verdict(), talk.told.0.len()), (Verdict::Undecided, 0));
    }
}

#[test]
fn text_before_the_identification_is_dropped_as_a_whole() {
    let mut talk = Talk::new();
    talk.say(Originator, CLIENT);
    for _ in 0..1500 {
        talk.say(Responder, b"\n");
    }
    talk.say(Responder, SERVER);
    assert_eq!(talk.told.count("!SSH_pre_banner_too_long"), 1);
    assert_eq!(talk.told.count("ssh_server_pre_banner_data"), 0);
    assert_eq!(talk.told.count("ssh_server_version"), 1);
}

#[test]
fn newkeys_without_an_exchange_is_odd() {
    let mut talk = Talk::new();
    talk.say(Originator, CLIENT).say(Responder, SERVER).say(Originator, &newkeys());
    assert!(talk.told.has("!SSH_message_out_of_order"));
}

#[test]
fn long_lists_are_cut_in_the_event_and_not_in_the_negotiation() {
    let many: Vec<String> = (0..500).map(|number| format!("method-{number}")).collect();
    let list = format!("{},{CURVE}", many.join(","));
    let mut talk = handshake(&kexinit(&list, ED25519, false), &kexinit(CURVE, ED25519, false));
    talk.end();
    assert!(talk.told.has("!SSH_max_kexinit_kex_algorithms_exceeded 501 > 100"));
    assert_eq!(talk.connection.session().algorithms.as_ref().unwrap().kex.as_deref(), Some(CURVE.as_bytes()));
}

#[test]
fn the_server_may_say_nothing_at_all() {
    let mut talk = Talk::new();
    talk.say(Originator, CLIENT)
        .say(Originator, &kexinit(CURVE, ED25519, true))
        .say(Originator, &dh_init())
        .end();
    assert_eq!(talk.told.count("ssh2_"), 0, "a guess that may be wrong is not told");
    assert_eq!(talk.connection.session().client.as_deref(), Some(&b"SSH-2.0-client"[..]));
}

#[test]
fn ssh1_keys_and_what_follows() {
    use kexray_analyzer::grammar::{Ssh1Mpint, ssh1};
    let key = ssh1::PublicKey {
        cookie: [1; 8],
        server_key_bits: 768,
        server_key_exponent: Ssh1Mpint(&[3]),
        server_key_modulus: Ssh1Mpint(&[9; 96]),
        host_key_bits: 1024,
        host_key_exponent: Ssh1Mpint(&[1, 0, 1]),
        host_key_modulus: Ssh1Mpint(&[0xc5; 128]),
        protocol_flags: 0,
        supported_ciphers_mask: 8,
        supported_authentications_mask: 4,
    };
    let session_key = ssh1::SessionKey {
        cipher_type: 3,
        cookie: [1; 8],
        encrypted_session_key: Ssh1Mpint(&[5; 128]),
        protocol_flags: 0,
    };
    let key = ssh1_packet(&ssh1::Message::PublicKey(key).to_octets().unwrap());
    let session_key = ssh1_packet(&ssh1::Message::SessionKey(session_key).to_octets().unwrap());
    // The session key is missing: what follows is ciphertext all the same.
    let mut talk = Talk::new();
    talk.say(Responder, b"SSH-1.5-server\n").say(Originator, b"SSH-1.5-client\n").say(Responder, &key);
    talk.lose(Originator, session_key.len() as u64).say(Responder, &[0xaa; 12]).say(Originator, &[0xbb; 20]);
    assert_eq!(talk.told.count("ssh_encrypted_packet"), 2, "{:?}", talk.told);
    for sides in [[Originator, Responder], [Responder, Originator]] {
        let [client, server]: [Side; 2] = sides;
        let mut talk = Talk::new();
        talk.say(server, b"SSH-1.99-server\n").say(client, b"SSH-1.5-client\n");
        talk.say(server, &key)
            .say(client, &session_key)
            .say(server, &[0xaa; 12])
            .say(client, &[0xbb; 20])
            .end();
        assert_eq!(talk.connection.session().version, Some(1));
        assert_eq!(talk.connection.session().role_reversed, client == Responder);
        assert_eq!(talk.told.count("ssh1_server_host_key"), 1, "{:?}", talk.told);
        assert_eq!(talk.told.count("ssh_encrypted_packet"), 2, "{:?}", talk.told);
        assert_eq!(talk.told.count("!"), 0, "{:?}", talk.told);
        assert!(talk.connection.session().host_key_fingerprint.is_some());
    }
}

#[test]
fn the_list_on_which_a_negotiation_fails() {
    let own = kexinit(CURVE, ED25519, false);
    for (methods, host_keys, failed) in [
        (CURVE, ED25519, None),
        ("ecdh-sha2-nistp256", ED25519, Some("kex_algorithms")),
        (CURVE, "ssh-rsa", Some("server_host_key_algorithms")),
        ("ecdh-sha2-nistp256", "ssh-rsa", Some("kex_algorithms")),
    ] {
        let talk = handshake(&own, &kexinit(methods, host_keys, false));
        let algorithms = talk.connection.session().algorithms.as_ref().unwrap();
        assert_eq!(algorithms.failed_on(), failed, "{methods} {host_keys}");
    }
}
