//! Public values and groups that are met again.

use std::net::{Ipv4Addr, SocketAddr};

use kexray_analyzer::{Agreement, Group, PublicValue, Session};
use kexray_audit::notices::{Notice, Watch};
use kexray_audit::{Audit, Finding, Limits, Repeat, Repeats};

/// A key exchange, with a number for each thing in it; a value of 0 hides nothing.
#[derive(Clone, Copy, Default)]
struct Exchange {
    cookie: u8,
    other_cookie: u8,
    client: u8,
    server: u8,
    modulus: Option<u8>,
}

impl Exchange {
    fn session(&self) -> Session {
        let value = |number: u8| PublicValue { digest: number.into(), degenerate: number == 0 };
        let group = |number: u8| Group {
            bits: 2048,
            name: None,
            fingerprint: Some(format!("{number:064}").into()),
            generator: Some(2),
        };
        let mut agreement = Agreement::default();
        agreement.cookies = [self.cookie.into(), self.other_cookie.into()];
        (agreement.client, agreement.server) = (Some(value(self.client)), Some(value(self.server)));
        agreement.group = self.modulus.map(group);
        let mut session = Session::default();
        session.server = Some((*b"SSH-2.0-x").into());
        session.agreement = Some(Box::new(agreement));
        session
    }
}

fn end(number: u32) -> SocketAddr {
    (Ipv4Addr::from_bits(0x0a00_0000 + number), 22).into()
}

fn see(
    repeats: &mut Repeats,
    client: u32,
    server: u32,
    exchange: &Exchange,
) -> (Option<Repeat>, Option<Repeat>) {
    let repeated = repeats.see(end(client).ip(), end(server).ip(), 0, &exchange.session());
    (repeated.client, repeated.server)
}

#[test]
fn a_value_is_new_once() {
    use Repeat::{ByAnother, BySame, New};
    let mut repeats = Repeats::default();
    let first = Exchange { cookie: 1, client: 10, server: 20, ..Exchange::default() };
    assert_eq!(see(&mut repeats, 1, 2, &first), (Some(New), Some(New)));
    let next = Exchange { cookie: 2, client: 11, ..first };
    assert_eq!(see(&mut repeats, 1, 2, &next), (Some(New), Some(BySame)));
    let elsewhere = Exchange { cookie: 3, client: 12, ..first };
    assert_eq!(see(&mut repeats, 1, 3, &elsewhere), (Some(New), Some(ByAnother)));
    let turned = Exchange { cookie: 4, client: 20, server: 21, ..first };
    assert_eq!(see(&mut repeats, 2, 4, &turned), (Some(BySame), Some(New)), "ends change places");
}

#[test]
fn an_exchange_that_was_recorded_twice_is_one() {
    let mut repeats = Repeats::default();
    let exchange = Exchange { cookie: 1, client: 10, server: 20, ..Exchange::default() };
    for (client, server) in [(1, 2), (1, 2), (7, 2)] {
        // Behind a translation of addresses it has others.
        assert_eq!(see(&mut repeats, client, server, &exchange), (Some(Repeat::New), Some(Repeat::New)));
    }
    // Of one direction alone.
    for (cookie, other_cookie) in [(1, 0), (1, 5), (0, 5)] {
        let part = Exchange { cookie, other_cookie, ..exchange };
        let expected = if cookie == 0 { Repeat::BySame } else { Repeat::New };
        assert_eq!(see(&mut repeats, 1, 2, &part).0, Some(expected), "{cookie} {other_cookie}");
    }
}

#[test]
fn values_that_hide_nothing_are_no_repeats() {
    let mut repeats = Repeats::default();
    for cookie in 0..3 {
        let exchange = Exchange { cookie, client: 0, server: 20 + cookie, ..Exchange::default() };
        assert_eq!(see(&mut repeats, 1, 2, &exchange), (None, Some(Repeat::New)));
    }
}

#[test]
fn groups_without_a_name_are_known_again() {
    let mut repeats = Repeats::default();
    let mut cookie = 0;
    let mut shared = |server, modulus| {
        cookie += 1;
        let exchange = Exchange {
            cookie,
            client: cookie,
            server: 100 + cookie,
            modulus: Some(modulus),
            other_cookie: 0,
        };
        repeats.see(end(1).ip(), end(server).ip(), 0, &exchange.session()).group
    };
    assert_eq!(shared(2, 5), Some(false));
    assert_eq!(shared(2, 5), Some(false), "the same server chose it");
    assert_eq!(shared(3, 7), Some(false));
    assert_eq!(shared(3, 5), Some(true));
    assert_eq!(shared(2, 5), Some(true));
}

#[test]
fn an_audit_finds_them() {
    let mut audit = Audit::default();
    for (number, server) in [2, 2, 3].into_iter().enumerate() {
        let number = u8::try_from(number).unwrap();
        let exchange =
            Exchange { cookie: number, client: 1 + number, server: 100, modulus: Some(5), other_cookie: 0 };
        audit.add(end(1), end(server), 0, &exchange.session());
    }
    let report = audit.report();
    let found = |finding| {
        let mut all = report.findings.iter().filter(|found| found.finding == finding);
        let one = all.next().map(|found| (found.subject.to_string(), found.connections));
        assert!(all.next().is_none());
        one
    };
    assert_eq!(found(Finding::ReusedEphemeralKey), Some((format!("server {}", end(2)), 1)));
    assert_eq!(found(Finding::SharedEphemeralKey), Some((format!("server {}", end(3)), 1)));
    let (about, connections) = found(Finding::SharedGroup).unwrap();
    assert!(about.starts_with("group ") && about.len() == 6 + 64, "{about}");
    assert_eq!(connections, 3);
    let groups = &report.servers[0].seen.groups;
    assert_eq!((groups.len(), groups[0].connections), (1, 2));
}

#[test]
fn they_are_noticed_once_a_window() {
    let (mut audit, mut watch, mut told) = (Audit::default(), Watch::default(), Vec::new());
    for (number, server) in [2, 2, 2, 3].into_iter().enumerate() {
        let number = u8::try_from(number).unwrap();
        let exchange =
            Exchange { cookie: number + 1, client: 1 + number, server: 100, ..Exchange::default() };
        let session = exchange.session();
        let repeated = audit.add(end(1), end(server), 0, &session);
        watch.add(end(1), end(server), 0, &session, repeated, &mut |noticed| {
            told.push((noticed.notice, noticed.source, noticed.destination));
        });
    }
    let (client, server, other) = (Some(end(1).ip()), end(2).ip(), end(3).ip());
    let (reused, shared) = (Notice::EphemeralKeyReused, Notice::EphemeralKeyShared);
    assert_eq!(told, [(reused, server, client), (shared, other, client)]);
}

#[test]
fn public_values_without_end() {
    let mut limits = Limits::default();
    (limits.public_values, limits.groups) = (8, 4);
    let mut repeats = Repeats::with_limits(limits);
    let sent = |cookie| Exchange {
        cookie,
        client: cookie,
        server: cookie + 100,
        modulus: Some(cookie),
        other_cookie: 0,
    };
    for cookie in 1..100 {
        assert_eq!(see(&mut repeats, 1, 2, &sent(cookie)), (Some(Repeat::New), Some(Repeat::New)));
    }
    assert!(repeats.forgotten() >= (2 * 99 - 8) + (99 - 4), "{}", repeats.forgotten());
    let again = |cookie| Exchange { cookie: 200, ..sent(cookie) };
    assert_eq!(see(&mut repeats, 1, 2, &again(99)), (Some(Repeat::BySame), Some(Repeat::BySame)));
    assert_eq!(see(&mut repeats, 1, 2, &again(1)), (Some(Repeat::New), Some(Repeat::New)));
}
