//! What is noticed, and when; and that hosts without end do not fill the memory.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use kexray_analyzer::{HostKey, Scan, Session, Timestamp};
use kexray_audit::Repeated;
use kexray_audit::notices::{Notice, Noticed, Thresholds, Watch};

fn at(seconds: u64) -> Option<Timestamp> {
    Some(Timestamp::from_nanos(seconds * 1_000_000_000))
}

fn end(number: u32) -> SocketAddr {
    (Ipv4Addr::from_bits(0x0a00_0000 + number), 22).into()
}

/// A session at that second, in which authentication came to this after so many attempts.
fn session(seconds: u64, success: Option<bool>, attempts: u64) -> Session {
    let mut session = Session::default();
    (session.started, session.auth_success, session.auth_attempts) = (at(seconds), success, attempts);
    session
}

fn told(watch: &mut Watch, client: u32, server: u32, session: &Session) -> Vec<Noticed> {
    let (mut told, repeated) = (Vec::new(), Repeated::default());
    watch.add(end(client), end(server), 0, session, repeated, &mut |noticed| told.push(noticed));
    told
}

fn names(told: &[Noticed]) -> Vec<Notice> {
    told.iter().map(|noticed| noticed.notice).collect()
}

#[test]
fn guessing_takes_thirty_failures_within_half_an_hour() {
    let mut watch = Watch::default();
    for second in 0..29 {
        assert_eq!(told(&mut watch, 1, second % 7, &session(second.into(), Some(false), 1)), []);
    }
    let thirtieth = told(&mut watch, 1, 99, &session(29, Some(false), 1));
    assert_eq!(names(&thirtieth), [Notice::PasswordGuessing]);
    assert_eq!((thirtieth[0].source, thirtieth[0].count), (end(1).ip(), Some(30)));
    let servers = "servers: 10.0.0.0, 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4";
    assert_eq!(thirtieth[0].detail.as_deref(), Some(servers));
    // Once a window.
    assert_eq!(told(&mut watch, 1, 99, &session(30, Some(false), 1)), []);

    // Too slow: the window is over before the thirtieth.
    for minute in 0..90 {
        assert_eq!(told(&mut watch, 2, 9, &session(minute * 63, Some(false), 1)), []);
    }
}

#[test]
fn a_guesser_that_gets_in_is_told() {
    let mut watch = Watch::default();
    assert_eq!(told(&mut watch, 1, 9, &session(0, Some(true), 1)), []);
    for second in 0..40 {
        told(&mut watch, 1, 9, &session(second, Some(false), 3));
    }
    assert_eq!(told(&mut watch, 2, 9, &session(41, Some(true), 1)), [], "another host");
    let let_in = told(&mut watch, 1, 9, &session(41, Some(true), 1));
    assert_eq!(names(&let_in), [Notice::LoginByPasswordGuesser]);
    assert_eq!((let_in[0].destination, let_in[0].count), (Some(end(9).ip()), Some(40)));
    assert_eq!(told(&mut watch, 1, 9, &session(42, Some(true), 1)), [], "it was told");
    assert_eq!(told(&mut watch, 1, 8, &session(43, Some(true), 1)).len(), 1, "another server");
    assert_eq!(told(&mut watch, 1, 9, &session(39 + 1801, Some(true), 1)), [], "long after");
}

#[test]
fn scans_are_connections_without_an_attempt() {
    let mut watch = Watch::default();
    let mut scan = session(0, None, 0);
    scan.scan = Some(Scan::Version);
    for server in 0..24 {
        assert_eq!(told(&mut watch, 1, server, &scan), []);
    }
    let noticed = told(&mut watch, 1, 24, &scan);
    assert_eq!(names(&noticed), [Notice::Scan]);
    assert!(noticed[0].message.contains("version"), "{}", noticed[0].message);
}

#[test]
fn many_attempts_and_reversed_roles_take_one_session() {
    let mut watch = Watch::default();
    assert_eq!(told(&mut watch, 1, 2, &session(0, None, 9)), []);
    assert_eq!(names(&told(&mut watch, 1, 2, &session(0, None, 10))), [Notice::ManyAttempts]);
    let mut reversed = session(0, None, 0);
    reversed.role_reversed = true;
    let noticed = told(&mut watch, 1, 2, &reversed);
    assert_eq!(names(&noticed), [Notice::RolesReversed]);
    assert_eq!((noticed[0].source, noticed[0].destination), (end(2).ip(), Some(end(1).ip())));
}

#[test]
fn a_server_has_one_key_of_each_kind() {
    let mut watch = Watch::default();
    let mut show = |server, format, curve, fingerprint: &str| {
        let mut session = session(0, None, 0);
        session.host_key = Some(Box::new(HostKey { format, bits: 256, curve, certificate: None }));
        session.host_key_fingerprint = Some(fingerprint.into());
        names(&told(&mut watch, 1, server, &session))
    };
    let (rsa, ed25519) = (("ssh-rsa", None), ("ssh-ed25519", Some("ed25519")));
    assert_eq!(show(2, rsa.0, rsa.1, "SHA256:a"), []);
    assert_eq!(show(2, ed25519.0, ed25519.1, "SHA256:b"), []);
    assert_eq!(show(3, ed25519.0, ed25519.1, "SHA256:c"), []);
    assert_eq!(show(2, ed25519.0, ed25519.1, "SHA256:c"), [Notice::HostKeyChanged]);
    // Both are known by now.
    assert_eq!(show(2, ed25519.0, ed25519.1, "SHA256:b"), []);
    // Of many, the first are forgotten.
    for key in ["d", "e", "f"] {
        assert_eq!(show(2, ed25519.0, ed25519.1, &format!("SHA256:{key}")), [Notice::HostKeyChanged]);
    }
    assert_eq!(show(2, ed25519.0, ed25519.1, "SHA256:c"), []);
    assert_eq!(show(2, ed25519.0, ed25519.1, "SHA256:b"), [Notice::HostKeyChanged]);
}

#[test]
fn hosts_without_end() {
    let mut thresholds = Thresholds::default();
    (thresholds.hosts, thresholds.guesses) = (100, 2);
    thresholds.window = Duration::from_secs(60);
    let mut watch = Watch::new(thresholds);
    for host in 0..1000 {
        told(&mut watch, host, 5000, &session(0, Some(false), 1));
    }
    assert_eq!(watch.dropped(), 900);
    // Those that are watched still are, and make room once their windows are over.
    assert_eq!(names(&told(&mut watch, 7, 5000, &session(1, Some(false), 1))), [Notice::PasswordGuessing]);
    for host in 2000..2030 {
        told(&mut watch, host, 5000, &session(100, Some(false), 1));
    }
    let noticed = told(&mut watch, 2029, 5000, &session(101, Some(false), 1));
    assert_eq!(names(&noticed), [Notice::PasswordGuessing]);
    assert!(watch.dropped() < 920);
}

#[test]
fn servers_without_end() {
    let mut thresholds = Thresholds::default();
    thresholds.servers = 10;
    let mut watch = Watch::new(thresholds);
    for number in 0..1000 {
        let mut session = session(0, None, 0);
        let (format, curve) = ("ssh-ed25519", Some("ed25519"));
        session.host_key = Some(Box::new(HostKey { format, bits: 256, curve, certificate: None }));
        session.host_key_fingerprint = Some(format!("SHA256:{number}").into());
        told(&mut watch, 1, number % 100, &session);
    }
    assert_eq!(watch.dropped(), 900);
}

const HEAD: &str = "<!-- Made of audit/src/notices/notice.rs by its tests. Do not edit. -->

# Notices

What `kexray read --notices` shows below its table, and with `--output DIR`, as `kexray live` does, writes to `notice.log`, with columns of Zeek's.
`--guesses`, `--scans`, `--window` and `--attempts` say from where on.

| notice | meaning |
|---|---|
";

#[test]
fn the_page_is_what_is_declared() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/notices.md");
    let mut page = HEAD.to_owned();
    for notice in Notice::ALL {
        writeln!(page, "| `{}` | {} |", notice.name(), notice.meaning()).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if there != page {
        std::fs::write(&path, page).unwrap();
        panic!("docs/notices.md was not what audit/src/notices/notice.rs declares; it has been rewritten");
    }
}
