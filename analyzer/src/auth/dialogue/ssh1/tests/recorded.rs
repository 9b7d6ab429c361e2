//! What real peers said: the sizes of their messages on the wire, and what the server's own log says they were.
//!
//! The clients are OpenSSH 7.5 and Plink 0.78, the server is PuTTY's Uppity 0.78. It takes passwords, keys and answers to TIS.

use kexray_grammar::{Role, Ssh1Method};

use super::{Story, packet};
use crate::auth::Method;
use crate::auth::dialogue::ssh1::Methods;
use crate::connected::SessionKind;

const OPENSSH: &[u8] = b"SSH-1.5-OpenSSH_7.5p1 Debian-14";
const PLINK: &[u8] = b"SSH-1.5-PuTTY_Release_0.78";

/// Plink's password of less than 16 characters, among IGNOREs.
const HIDDEN: &str = "c5 c6 c7 c8 c9 c10 c11 c12 c13 c14 c15 c16 c17 c18 c19 c20";

/// Reads `c` for the client or `s` for the server, and octets of the message.
fn said(text: &str) -> Vec<(Role, usize)> {
    let text = text.replace("HIDDEN", HIDDEN);
    let one = |word: &str| match word.split_at(1) {
        ("c", octets) => (Role::Client, octets.parse().unwrap()),
        (_, octets) => (Role::Server, octets.parse().unwrap()),
    };
    text.split_whitespace().map(one).collect()
}

fn check(client: &[u8], text: &str, success: bool, methods: &[&str], kind: Option<SessionKind>) {
    let known: usize = Ssh1Method::all()
        .filter(|method| ["publickey(rsa1)", "password", "tis"].contains(&method.name()))
        .map(|method| 1 << method.bit())
        .sum();
    let mut story = Story::begin(client, Some(Methods::of_mask(known.try_into().unwrap())));
    for (from, payload) in said(text) {
        story.deliver(from, &packet(payload));
    }
    story.finish(true);
    assert_eq!(story.success(), Some(success), "{text}");
    // All were refused but the last one.
    let told: Vec<_> = story.steps().into_iter().map(|(method, _)| Method::name(method)).collect();
    assert_eq!(told, methods, "{text}");
    assert_eq!(story.kind(), kind, "{text}");
}

#[test]
fn passwords() {
    let exec = Some(SessionKind::Exec);
    check(OPENSSH, "s1 c12 s1 c37 s1 c37 s1 c9 s5 c1", true, &["none", "password", "password"], exec);
    check(
        OPENSSH,
        "s1 c12 s1 c37 s1 c37 s1 c37 s1",
        false,
        &["none", "password", "password", "password"],
        None,
    );
    let long = "s1 c12 s1 c29 c30 c31 c32 c33 c34 c35 c36 s1 HIDDEN s1 HIDDEN s1 c25 s10 s5 c1";
    check(PLINK, long, true, &["none", "password", "password", "password"], exec);
    check(PLINK, "s1 c12 s1 HIDDEN s1", false, &["none", "password"], None);
}

#[test]
fn keys() {
    let exec = Some(SessionKind::Exec);
    let rsa = "publickey(rsa1)";
    check(OPENSSH, "s1 c12 s1 c259 s1 c131 s131 c17 s1 c12 s8 s5 c1", true, &["none", rsa, rsa], exec);
    check(PLINK, "s1 c12 s1 c259 s1 HIDDEN s1 c12 s8 s5 c1", true, &["none", rsa, "password"], exec);
}

#[test]
fn answers() {
    let exec = Some(SessionKind::Exec);
    let thrice = "s1 c12 s1 c1 s36 c37 s1 c1 s36 c37 s1 c1 s36 c37 s1";
    check(OPENSSH, thrice, false, &["none", "tis", "tis", "tis"], None);
    let then = &format!("{thrice} c37 s1 c12 s8 s5 c1");
    check(OPENSSH, then, true, &["none", "tis", "tis", "tis", "password"], exec);
    check(PLINK, "s1 c12 s1 c1 s36 c9 s1 c1 s36 c10 s1 c12 s8 s5 c1", true, &["none", "tis", "tis"], exec);
}

#[test]
fn sessions() {
    let (exec, shell) = (Some(SessionKind::Exec), Some(SessionKind::Shell));
    let password = &["none", "password"];
    check(OPENSSH, "s1 c12 s1 c37 s1 c137 s1 c1 s24 c13 s46 c10 s5 c1", true, password, shell);
    check(PLINK, "s1 c12 s1 HIDDEN s1 c103 c1 s1 s13 s16 c13 s46 c10 s20 s13 s5 c1", true, password, shell);
    check(PLINK, "s1 c12 s1 c103 c1 s1 s13 s16 c13 s46 c10 s28 s5 c1", true, &["none"], shell);
    // A port of the server's is forwarded, too.
    check(OPENSSH, "s1 c12 s1 c37 s1 c22 s1 c14 s5 c1", true, password, exec);
    check(PLINK, "s1 c12 s1 HIDDEN s1 c22 c14 s1 s5 c1", true, password, exec);
    // Compressed.
    check(OPENSSH, "s1 c12 s1 c37 s1 c5 s1 c19 s3402 s2493 s429 s6 c4", true, password, None);
}
