//! Reading messages of the handshake: what is generated from the grammar, and the same by hand.
//!
//! Peers are in `benches/apart`, which is no part of the workspace.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kexray_analyzer::Side::{Originator, Responder};
use kexray_benches::by_hand;
use kexray_benches::trace::{self, message};
use kexray_grammar::transport::{self, KexInit};
use kexray_grammar::{BinaryPacket, Exchange, ParseError, Parsed, Role};

/// Times reading `octets` in three ways, by the message and by the octet: what is generated over plain slices and over
/// binrw, and the same by hand.
macro_rules! compare {
    ($criterion:expr, $name:literal, $octets:expr, $slices:expr, $binrw:expr, $by_hand:expr $(,)?) => {
        let octets: Vec<u8> = $octets;
        let mut group = $criterion.benchmark_group($name);
        let length = octets.len() as u64;
        group.throughput(Throughput::ElementsAndBytes { elements: 1, bytes: length });
        group.bench_function("slices", |bencher| bencher.iter(|| $slices(black_box(&octets))));
        group.bench_function("binrw", |bencher| bencher.iter(|| $binrw(black_box(&octets))));
        group.bench_function("by hand", |bencher| bencher.iter(|| $by_hand(black_box(&octets))));
        group.finish();
    };
}

/// The frame, and the messages of the transport layer.
fn transport_layer(criterion: &mut Criterion) {
    let deliveries = trace::deliveries(&trace::path("publickey-success")).expect("the trace is shipped");
    let stream = trace::stream(&deliveries, Originator);
    let packets = trace::packets_in_clear(&stream);
    let packet = packets.first().expect("there is a KEXINIT").to_vec();
    compare!(
        criterion,
        "packet",
        packet,
        |octets| BinaryPacket::read_from(octets).is_ok(),
        |octets| BinaryPacket::read_with_binrw(octets).is_ok(),
        |octets| { by_hand::packet(octets).is_some() }
    );
    let kexinit = || message("publickey-success", Originator, 20).expect("there is a KEXINIT");
    compare!(
        criterion,
        "KEXINIT",
        kexinit(),
        |octets: &[u8]| KexInit::read_from(&octets[1..]).map(black_box).is_ok(),
        |octets: &[u8]| KexInit::read_with_binrw(&octets[1..]).map(black_box).is_ok(),
        |octets: &[u8]| by_hand::KexInit::read(&octets[1..]).map(black_box).is_some(),
    );
    compare!(
        criterion,
        "KEXINIT and its names",
        kexinit(),
        |octets: &[u8]| names(KexInit::read_from(&octets[1..])),
        |octets: &[u8]| names(KexInit::read_with_binrw(&octets[1..])),
        |octets: &[u8]| {
            let Some(read) = by_hand::KexInit::read(&octets[1..]) else { return };
            read.lists.iter().for_each(|list| by_hand::names(list));
        },
    );
    compare!(
        criterion,
        "KEXINIT by its number",
        kexinit(),
        |octets| transport::Message::parse(Role::Client, octets).map(black_box).is_ok(),
        |octets| transport::Message::parse_with_binrw(Role::Client, octets).map(black_box).is_ok(),
        |octets: &[u8]| match octets {
            [20, body @ ..] => by_hand::KexInit::read(body).map(black_box).is_some(),
            _ => false,
        },
    );
    compare!(
        criterion,
        "NEWKEYS",
        message("publickey-success", Originator, 21).expect("there is a NEWKEYS"),
        |octets| transport::Message::parse(Role::Client, octets).map(black_box).is_ok(),
        |octets| transport::Message::parse_with_binrw(Role::Client, octets).map(black_box).is_ok(),
        |octets: &[u8]| matches!(octets, [21, ..]),
    );
}

/// The messages that the exchange gives their meaning.
fn key_exchange(criterion: &mut Criterion) {
    compare!(
        criterion,
        "ECDH_INIT",
        message("publickey-success", Originator, 30).expect("there is an INIT"),
        |octets| Exchange::Ecdh.parse(Role::Client, octets).map(black_box).is_ok(),
        |octets| Exchange::Ecdh.parse_with_binrw(Role::Client, octets).map(black_box).is_ok(),
        |octets: &[u8]| by_hand::strings::<1>(&octets[1..]).map(black_box).is_some(),
    );
    compare!(
        criterion,
        "ECDH_REPLY",
        message("publickey-success", Responder, 31).expect("there is a REPLY"),
        |octets| Exchange::Ecdh.parse(Role::Server, octets).map(black_box).is_ok(),
        |octets| Exchange::Ecdh.parse_with_binrw(Role::Server, octets).map(black_box).is_ok(),
        |octets: &[u8]| by_hand::strings::<3>(&octets[1..]).map(black_box).is_some(),
    );
    let group_exchange =
        |side, number| message("group-exchange-etm", side, number).expect("there is a group exchange");
    compare!(
        criterion,
        "GEX_REQUEST",
        group_exchange(Originator, 34),
        |octets| Exchange::DhGex.parse(Role::Client, octets).map(black_box).is_ok(),
        |octets| Exchange::DhGex.parse_with_binrw(Role::Client, octets).map(black_box).is_ok(),
        |octets: &[u8]| by_hand::numbers::<3>(&octets[1..]).map(black_box).is_some(),
    );
    compare!(
        criterion,
        "GEX_GROUP",
        group_exchange(Responder, 31),
        |octets| Exchange::DhGex.parse(Role::Server, octets).map(black_box).is_ok(),
        |octets| Exchange::DhGex.parse_with_binrw(Role::Server, octets).map(black_box).is_ok(),
        |octets: &[u8]| by_hand::strings::<2>(&octets[1..]).map(black_box).is_some(),
    );
    compare!(
        criterion,
        "GEX_REPLY",
        group_exchange(Responder, 33),
        |octets| Exchange::DhGex.parse(Role::Server, octets).map(black_box).is_ok(),
        |octets| Exchange::DhGex.parse_with_binrw(Role::Server, octets).map(black_box).is_ok(),
        |octets: &[u8]| by_hand::strings::<3>(&octets[1..]).map(black_box).is_some(),
    );
}

/// Looks at every name of every list.
fn names(read: Result<Parsed<KexInit<'_>>, ParseError>) {
    let Ok(read) = read else { return };
    for list in lists(&read.value) {
        for name in list.names().iter() {
            black_box(name);
        }
    }
}

/// The ten lists.
fn lists<'p>(kexinit: &KexInit<'p>) -> [kexray_grammar::NameList<'p>; 10] {
    [
        kexinit.kex_algorithms,
        kexinit.server_host_key_algorithms,
        kexinit.encryption_algorithms_client_to_server,
        kexinit.encryption_algorithms_server_to_client,
        kexinit.mac_algorithms_client_to_server,
        kexinit.mac_algorithms_server_to_client,
        kexinit.compression_algorithms_client_to_server,
        kexinit.compression_algorithms_server_to_client,
        kexinit.languages_client_to_server,
        kexinit.languages_server_to_client,
    ]
}

criterion_group!(benches, transport_layer, key_exchange);
criterion_main!(benches);
