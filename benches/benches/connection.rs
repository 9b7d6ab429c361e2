//! Following a connection: a whole handshake, and the ciphertext behind it.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kexray_analyzer::{Connection, Side, Timestamp};
use kexray_benches::quiet::Quiet;
use kexray_benches::trace::{self, Delivery, handshake};

/// Feeds deliveries to a connection.
fn follow(connection: &mut Connection, deliveries: &[Delivery]) {
    for Delivery { side, at, bytes } in deliveries {
        connection.deliver(*side, *at, bytes, &mut Quiet);
    }
}

fn whole_handshake(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("handshake");
    for name in ["publickey-success", "group-exchange-etm", "sntrup761-chacha20", "dropbear-server"] {
        let deliveries = handshake(name).expect("the trace is shipped");
        let bytes = deliveries.iter().map(|delivery| delivery.bytes.len() as u64).sum();
        group.throughput(Throughput::ElementsAndBytes { elements: deliveries.len() as u64, bytes });
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut connection = Connection::new();
                follow(&mut connection, black_box(&deliveries));
                connection
            });
        });
        let octets: Vec<Delivery> = deliveries
            .iter()
            .flat_map(|it| it.bytes.iter().map(|octet| Delivery { bytes: vec![*octet], ..it.clone() }))
            .collect();
        group.throughput(Throughput::ElementsAndBytes { elements: octets.len() as u64, bytes });
        group.bench_function(format!("{name}, an octet at a time"), |bencher| {
            bencher.iter(|| {
                let mut connection = Connection::new();
                follow(&mut connection, black_box(&octets));
                connection
            });
        });
    }
    group.finish();
}

fn ciphertext(criterion: &mut Criterion) {
    const DELIVERIES: u64 = 1000;
    let mut group = criterion.benchmark_group("ciphertext");
    let all = trace::deliveries(&trace::path("publickey-success")).expect("the trace is shipped");
    for length in [36, 1448] {
        let bytes = vec![0x55; length];
        let elements = DELIVERIES;
        group.throughput(Throughput::ElementsAndBytes { elements, bytes: DELIVERIES * length as u64 });
        group.bench_function(format!("{length} octets a delivery"), |bencher| {
            let session = || {
                let mut connection = Connection::new();
                follow(&mut connection, &all);
                connection
            };
            bencher.iter_batched_ref(
                session,
                |connection| {
                    for number in 0..DELIVERIES {
                        let side = if number % 3 == 0 { Side::Originator } else { Side::Responder };
                        let at = Timestamp::from_micros(number);
                        connection.deliver(side, at, black_box(&bytes), &mut Quiet);
                    }
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, whole_handshake, ciphertext);
criterion_main!(benches);
