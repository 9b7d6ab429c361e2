//! Reading an OpenSSH KEXINIT: kexray, and other crates that can.
//!
//! What they give differs, so there are three tasks: the lists as slices (kexray, ssh-parser); every name of every list
//! (kexray, ssh-parser); and owned lists (flowscope, which also computes HASSH, an MD5, and cannot be had without).

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kexray_analyzer::Side::Originator;
use kexray_benches::by_hand;
use kexray_benches::trace;
use kexray_grammar::transport::KexInit;
use kexray_grammar::{BinaryPacket, ParseError, Parsed};
use ssh_parser::{SshPacket, parse_ssh_packet};

/// From a binary packet to its lists.
fn kexray(packet: &[u8]) -> Result<Parsed<KexInit<'_>>, ParseError> {
    match BinaryPacket::read_from(packet)?.value.payload {
        [20, body @ ..] => KexInit::read_from(body),
        _ => panic!("the packet is a KEXINIT"),
    }
}

fn by_hand(packet: &[u8]) -> Option<by_hand::KexInit<'_>> {
    let (20, body) = by_hand::packet(packet)?.0.split_first()? else { return None };
    by_hand::KexInit::read(body)
}

fn kexinit(criterion: &mut Criterion) {
    let deliveries = trace::deliveries(&trace::path("publickey-success")).expect("the trace is shipped");
    let stream = trace::stream(&deliveries, Originator);
    let packet = trace::packets_in_clear(&stream).into_iter().next().expect("there is a KEXINIT");
    let body = &trace::payload(packet)[1..];
    assert!(kexray(packet).is_ok() && by_hand(packet).is_some() && parse_ssh_packet(packet).is_ok());

    let mut group = criterion.benchmark_group("KEXINIT");
    group.throughput(Throughput::ElementsAndBytes { elements: 1, bytes: packet.len() as u64 });
    group.bench_function("lists/kexray", |bencher| {
        bencher.iter(|| black_box(kexray(black_box(packet))).is_ok())
    });
    group.bench_function("lists/by hand", |bencher| {
        bencher.iter(|| black_box(by_hand(black_box(packet))).is_some())
    });
    group.bench_function("lists/ssh-parser 0.5", |bencher| {
        bencher.iter(|| black_box(parse_ssh_packet(black_box(packet))).is_ok());
    });
    group.bench_function("names/kexray", |bencher| {
        bencher.iter(|| {
            let Ok(Parsed { value: read, .. }) = kexray(black_box(packet)) else { return };
            let lists = [
                read.kex_algorithms,
                read.server_host_key_algorithms,
                read.encryption_algorithms_client_to_server,
                read.encryption_algorithms_server_to_client,
                read.mac_algorithms_client_to_server,
                read.mac_algorithms_server_to_client,
                read.compression_algorithms_client_to_server,
                read.compression_algorithms_server_to_client,
                read.languages_client_to_server,
                read.languages_server_to_client,
            ];
            for list in lists {
                list.names().iter().for_each(|name| {
                    black_box(name);
                });
            }
        });
    });
    group.bench_function("names/by hand", |bencher| {
        bencher.iter(|| {
            let read = by_hand(black_box(packet));
            read.iter().flat_map(|read| read.lists).for_each(by_hand::names);
        });
    });
    group.bench_function("names/ssh-parser 0.5", |bencher| {
        bencher.iter(|| {
            let Ok((_, (SshPacket::KeyExchange(read), _))) = parse_ssh_packet(black_box(packet)) else {
                return;
            };
            // Empty lists are errors there; they hold no names.
            let _ = black_box(read.get_kex_algs());
            let _ = black_box(read.get_server_host_key_algs());
            let _ = black_box(read.get_encr_algs_client_to_server());
            let _ = black_box(read.get_encr_algs_server_to_client());
            let _ = black_box(read.get_mac_algs_client_to_server());
            let _ = black_box(read.get_mac_algs_server_to_client());
            let _ = black_box(read.get_comp_algs_client_to_server());
            let _ = black_box(read.get_comp_algs_server_to_client());
            let _ = black_box(read.get_langs_client_to_server());
            let _ = black_box(read.get_langs_server_to_client());
        });
    });
    group.bench_function("owned/flowscope 0.22", |bencher| {
        bencher.iter(|| black_box(flowscope::ssh::parse_kexinit_payload(black_box(body), true)).is_ok());
    });
    group.finish();
}

criterion_group!(benches, kexinit);
criterion_main!(benches);
