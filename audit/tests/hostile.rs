//! What is kept is bounded, whatever servers and clients say.

use std::net::{Ipv4Addr, SocketAddr};

use kexray_analyzer::grammar::transport::{KexInit, Message};
use kexray_analyzer::grammar::{BinaryPacket, NameList};
use kexray_analyzer::{Anomaly, Connection, Event, Excess, Session, Side, Sink, Timestamp};
use kexray_audit::{Audit, Finding, Limits, cyclonedx};

struct Quiet;

impl Sink for Quiet {
    fn event(&mut self, _: Timestamp, _: &Event<'_>) {}

    fn anomaly(&mut self, _: Timestamp, _: Anomaly, _: Option<Excess>) {}
}

/// A session in which the server says this of itself, and both ends offer these ciphers.
fn session(server: &[u8], ciphers: &[u8]) -> Session {
    let (list, mac, none) = (NameList(ciphers), NameList(b"hmac-sha2-256"), NameList(b"none"));
    let kexinit = Message::KexInit(KexInit {
        cookie: [0; 16],
        kex_algorithms: NameList(b"curve25519-sha256"),
        server_host_key_algorithms: NameList(b"ssh-ed25519"),
        encryption_algorithms_client_to_server: list,
        encryption_algorithms_server_to_client: list,
        mac_algorithms_client_to_server: mac,
        mac_algorithms_server_to_client: mac,
        compression_algorithms_client_to_server: none,
        compression_algorithms_server_to_client: none,
        languages_client_to_server: NameList(b""),
        languages_server_to_client: NameList(b""),
        first_kex_packet_follows: false,
        reserved: 0,
    });
    let payload = kexinit.to_octets().unwrap();
    let padding = vec![0; 4 + (8 - (5 + payload.len() + 4) % 8) % 8];
    let packet = BinaryPacket {
        packet_length: u32::try_from(1 + payload.len() + padding.len()).unwrap(),
        padding_length: u8::try_from(padding.len()).unwrap(),
        payload: &payload,
        padding: &padding,
    };
    let packet = packet.to_octets().unwrap();
    let (mut connection, at) = (Connection::new(), Timestamp::from_micros(1));
    for (side, line) in [(Side::Responder, server), (Side::Originator, &b"SSH-2.0-c"[..])] {
        connection.deliver(side, at, &[line, b"\r\n", &packet].concat(), &mut Quiet);
    }
    connection.into_session()
}

fn end(number: u32) -> SocketAddr {
    (Ipv4Addr::from_bits(0x0a00_0000 + number), 22).into()
}

#[test]
fn servers_and_clients_without_end() {
    let mut limits = Limits::default();
    (limits.servers, limits.clients) = (100, 10);
    let mut audit = Audit::with_limits(limits);
    let session = session(b"SSH-2.0-s", b"aes128-ctr");
    for number in 0..5000 {
        audit.add(end(100_000 + number), end(number), 0, &session);
    }
    let report = audit.report();
    assert_eq!((report.servers.len(), report.clients.len()), (100, 10));
    assert_eq!((report.dropped.servers, report.dropped.clients), (4900, 4990));
    assert_eq!((report.dropped.offers, report.dropped.negotiated), (0, 0));
    // Those that are kept go on being counted.
    audit.add(end(100_000), end(7), 0, &session);
    assert_eq!(audit.report().servers[7].seen.connections, 2);
}

#[test]
fn offers_without_end() {
    let mut limits = Limits::default();
    (limits.offers, limits.values) = (50, 8);
    let mut audit = Audit::with_limits(limits);
    for number in 0..100 {
        let (line, ciphers) = (format!("SSH-2.0-s{number}"), format!("x{number},3des-cbc"));
        audit.add(end(1), end(2), 0, &session(line.as_bytes(), ciphers.as_bytes()));
    }
    let report = audit.report();
    let seen = &report.servers[0].seen;
    assert_eq!((seen.connections, seen.offers.len(), seen.negotiated.len()), (100, 8, 8));
    assert_eq!((report.servers[0].software.len(), report.dropped.software), (8, 92));
    // The server's and the client's.
    assert_eq!(report.dropped.offers, 2 * 92);
    assert!(report.findings.iter().any(|found| found.finding == Finding::DeprecatedAlgorithmOffered));

    // Of as many servers and clients, each with an offer of its own.
    let mut audit = Audit::with_limits(limits);
    for number in 0..100 {
        let session = session(b"SSH-2.0-s", format!("x{number}").as_bytes());
        audit.add(end(1000 + number), end(number), 0, &session);
    }
    let dropped = audit.report().dropped;
    assert_eq!((dropped.offers, dropped.negotiated), (2 * 50, 50));

    limits.offer_octets = 1000;
    let mut audit = Audit::with_limits(limits);
    audit.add(end(1), end(2), 0, &session(b"SSH-2.0-s", "a,".repeat(600).as_bytes()));
    assert_eq!(audit.report().dropped.offers, 2);
    let mut audit = Audit::with_limits(limits);
    audit.add(end(1), end(2), 0, &session(b"SSH-2.0-s", "a".repeat(1200).as_bytes()));
    assert_eq!(audit.report().dropped.negotiated, 1);
}

#[test]
fn text_from_the_wire_is_escaped() {
    let mut audit = Audit::default();
    audit.add(end(1), end(2), 0, &session(b"SSH-2.0-\x1b[31m\xff\"", b"\x1b]0;x\x07,3des-cbc"));
    let report = audit.report();
    let fit = |text: &str| text.bytes().all(|octet| (b' '..=b'~').contains(&octet));
    for text in [serde_json::to_string(&report).unwrap(), cyclonedx::bill(&report).to_string()] {
        assert!(text.contains(r"\\x1b[31m\\xff") && text.contains(r"\\x1b]0;x\\x07") && fit(&text), "{text}");
    }
    assert!(!report.findings.is_empty());
    for found in &report.findings {
        assert!(fit(&found.subject.to_string()) && fit(&found.reason));
    }
}
