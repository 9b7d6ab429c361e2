//! From packets to streams: segments in order, out of order, and with holes.

use std::hint::black_box;
use std::net::SocketAddr;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kexray_analyzer::Timestamp;
use kexray_benches::frame::{ACK, PSH, SYN, Segment};
use kexray_benches::noise::Noise;
use kexray_benches::quiet::Quiet;
use kexray_benches::trace::Packet;
use kexray_capture::{Engine, LinkType};

const SEGMENTS: u32 = 1000;

/// A flow's opening, and segments of `length` octets in order, each second one acknowledged.
fn flow(port: u16, length: usize) -> (Vec<Packet>, Vec<Packet>) {
    let client = SocketAddr::from(([10, 0, 0, 1], port));
    let server = SocketAddr::from(([10, 0, 0, 2], 8080));
    let mut packets = Vec::new();
    let mut add = |from, to, sequence, acknowledgement, flags, payload: &[u8]| {
        let mut frame = Vec::new();
        Segment { from, to, sequence, acknowledgement, flags }.write(payload, &mut frame);
        let original_length = frame.len() as u32;
        let at = Timestamp::from_micros(1_000_000 + 10 * packets.len() as u64);
        packets.push(Packet { link_type: LinkType::ETHERNET, at, frame, original_length });
    };
    add(client, server, 0, 0, SYN, &[]);
    add(server, client, 0, 1, SYN | ACK, &[]);
    add(client, server, 1, 1, ACK | PSH, b"begin");
    let payload = vec![0x55; length];
    for number in 0..SEGMENTS {
        add(server, client, 1 + number * length as u32, 6, ACK | PSH, &payload);
        if number % 2 == 1 {
            add(client, server, 6, 1 + (number + 1) * length as u32, ACK, &[]);
        }
    }
    let opening = packets.drain(..3).collect();
    (opening, packets)
}

/// Times the segments through an engine that has seen the opening.
fn run(criterion: &mut Criterion, name: &str, opening: &[Packet], packets: &[Packet]) {
    let mut group = criterion.benchmark_group("reassembly");
    let bytes = packets.iter().map(|packet| packet.frame.len() as u64).sum();
    group.throughput(Throughput::ElementsAndBytes { elements: packets.len() as u64, bytes });
    let opened = || {
        let mut engine = Engine::new(Quiet);
        opening.iter().for_each(|packet| packet.feed(&mut engine));
        engine
    };
    group.bench_function(name, |bencher| {
        bencher.iter_batched_ref(
            opened,
            |engine| black_box(packets).iter().for_each(|packet| packet.feed(engine)),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn in_order(criterion: &mut Criterion) {
    for length in [36, 1448] {
        let (opening, packets) = flow(40_000, length);
        run(criterion, &format!("in order, {length} octets"), &opening, &packets);
    }
    let flows: Vec<_> = (0..1000).map(|port| flow(40_000 + port, 36)).collect();
    let opening: Vec<_> = flows.iter().flat_map(|(opening, _)| opening.clone()).collect();
    let turns = (0..20).flat_map(|turn| flows.iter().map(move |(_, packets)| packets[turn].clone()));
    run(criterion, "in order, a thousand flows in turn", &opening, &turns.collect::<Vec<_>>());
}

fn out_of_order(criterion: &mut Criterion) {
    let (opening, packets) = flow(40_000, 1448);
    run(criterion, "every two swapped", &opening, &disordered(&packets, 2));
    run(criterion, "shuffled, 32 at a time", &opening, &disordered(&packets, 32));
    let lost = (0..).zip(&packets).filter(|(number, _)| number % 30 != 3).map(|it| it.1.clone());
    run(criterion, "one in thirty lost", &opening, &lost.collect::<Vec<_>>());
}

/// So many segments at a time in another order, and then their acknowledgements: one that comes before its data would
/// make a hole of it.
fn disordered(packets: &[Packet], window: usize) -> Vec<Packet> {
    let (mut segments, acknowledgements): (Vec<_>, Vec<_>) =
        packets.iter().cloned().partition(|packet| packet.frame.len() > 100);
    let mut noise = Noise::new(1);
    let windows = segments.chunks_mut(window).zip(acknowledgements.chunks(window / 2));
    windows
        .flat_map(|(segments, acknowledgements)| {
            segments.reverse();
            for place in (2..segments.len()).rev() {
                segments.swap(place, noise.below(place + 1));
            }
            [&*segments, acknowledgements].concat()
        })
        .collect()
}

criterion_group!(benches, in_order, out_of_order);
criterion_main!(benches);
