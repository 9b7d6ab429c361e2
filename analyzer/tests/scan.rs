//! How far clients come that leave without being let in.

mod support;

use kexray_analyzer::Side::{Originator, Responder};
use kexray_analyzer::{Engine, Scan};

use support::*;

const CLIENT: &[u8] = b"SSH-2.0-client\r\n";
const SERVER: &[u8] = b"SSH-2.0-server\r\n";

/// What both ends say, one after the other.
type Says<'s> = &'s [(kexray_analyzer::Side, &'s [u8])];

fn talk(says: Says<'_>) -> Talk {
    // The made-up sizes are of no dialogue.
    let mut talk = Talk::by(Engine::Classic);
    for (side, octets) in says {
        talk.say(*side, octets);
    }
    talk
}

/// How far the client came, if an end closed the connection then.
fn scan(says: Says<'_>) -> Option<Scan> {
    let mut talk = talk(says);
    talk.connection.end();
    talk.end().connection.session().scan
}

#[test]
fn lines_alone_are_a_scan_of_versions() {
    assert_eq!(scan(&[(Responder, SERVER)]), Some(Scan::Version));
    assert_eq!(scan(&[(Responder, SERVER), (Originator, CLIENT)]), Some(Scan::Version));
    // A server that does not wait for the client's line.
    let kexinit = kexinit("curve25519-sha256", "ssh-ed25519", false);
    assert_eq!(scan(&[(Responder, SERVER), (Responder, &kexinit)]), Some(Scan::Version));
    assert_eq!(scan(&[(Responder, SERVER), (Originator, b"GET / HTTP/1.1\r\n")]), None);
}

#[test]
fn a_proposal_is_a_scan_of_capabilities() {
    let kexinit = kexinit("curve25519-sha256", "ssh-ed25519", false);
    let proposed: [(_, &[u8]); 4] =
        [(Responder, SERVER), (Originator, CLIENT), (Originator, &kexinit), (Responder, &kexinit)];
    assert_eq!(scan(&proposed), Some(Scan::Capabilities));
    let (init, newkeys) = (ecdh_init(b"Q"), newkeys());
    let left = [&proposed[..], &[(Originator, &init), (Responder, &newkeys)]].concat();
    assert_eq!(scan(&left), Some(Scan::Capabilities));
}

#[test]
fn who_has_keys_and_asks_for_nothing_leaves_before_authentication() {
    let kexinit = kexinit("curve25519-sha256", "ssh-ed25519", false);
    let (newkeys, init) = (newkeys(), ecdh_init(b"Q"));
    let keyed: [(_, &[u8]); 7] = [
        (Responder, SERVER),
        (Originator, CLIENT),
        (Originator, &kexinit),
        (Responder, &kexinit),
        (Originator, &init),
        (Responder, &newkeys),
        (Originator, &newkeys),
    ];
    assert_eq!(scan(&keyed), Some(Scan::Authentication));
    let asked = [&keyed[..], &[(Originator, &[0; 64])]].concat();
    assert_eq!(scan(&asked), Some(Scan::Authentication));
    // Enough for a request.
    let tried = [&asked[..], &[(Originator, &[0; 80])]].concat();
    assert_eq!(scan(&tried), None);
}

#[test]
fn who_may_go_on_is_no_scan() {
    let mut open = talk(&[(Responder, SERVER), (Originator, CLIENT)]);
    assert_eq!(open.end().connection.session().scan, None);
}

#[test]
fn who_is_not_seen_whole_is_no_scan() {
    let mut lost = talk(&[(Responder, SERVER), (Originator, CLIENT)]);
    lost.lose(Originator, 1000).connection.end();
    assert_eq!(lost.end().connection.session().scan, None);
    let kexinit = kexinit("curve25519-sha256", "ssh-ed25519", false);
    let half: [(_, &[u8]); 3] = [(Responder, SERVER), (Originator, CLIENT), (Originator, &kexinit[..40])];
    assert_eq!(scan(&half), None);
}
