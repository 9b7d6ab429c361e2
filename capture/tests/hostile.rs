//! Captures made to do harm, and the bound that holds for each.

mod support;

use std::io::Read;
use std::net::SocketAddr;

use flate2::Compression;
use flate2::write::GzEncoder;
use kexray_analyzer::Timestamp;
use kexray_capture::{CaptureFile, Engine, FileError, Limits, LinkType, Stats, TcpAnomaly};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use support::packets::{Captured, Order, block, enhanced, interface, ip, link, pcap, section, simple, tcp};
use support::{Collector, replay};

/// A connection whose client is at one's will. Sequence numbers count from its SYN.
struct Attack {
    engine: Engine<Collector>,
    now: u64,
    client: SocketAddr,
    start: u32,
    /// Bytes of payload sent.
    sent: u64,
}

const SERVER: &str = "10.0.0.2:22";
/// Of a connection's server.
const SERVER_START: u32 = 7000;

impl Attack {
    fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    fn with_limits(limits: Limits) -> Self {
        let engine = Engine::with_limits(Collector::default(), limits);
        Self { engine, now: 1_000_000_000, client: "10.0.0.1:40000".parse().unwrap(), start: 1000, sent: 0 }
    }

    fn segment(&mut self, up: bool, flags: &str, sequence: u32, acknowledgement: u32, payload: &[u8]) {
        let server: SocketAddr = SERVER.parse().unwrap();
        let (from, to) = if up { (self.client, server) } else { (server, self.client) };
        let (mine, other) = if up { (self.start, SERVER_START) } else { (SERVER_START, self.start) };
        let (sequence, acknowledgement) = (mine.wrapping_add(sequence), other.wrapping_add(acknowledgement));
        let packet = ip(from.ip(), to.ip(), 6, &tcp(from, to, sequence, acknowledgement, flags, payload));
        self.now += 1000;
        self.sent += payload.len() as u64;
        let at = Timestamp::from_nanos(self.now);
        self.engine.packet(LinkType::RAW, at, &packet, packet.len() as u32);
    }

    fn handshake(&mut self) {
        self.segment(true, "S", 0, 0, b"");
        self.segment(false, "SA", 0, 1, b"");
        self.segment(true, "A", 1, 1, b"");
    }

    fn client(&mut self, sequence: u32, payload: &[u8]) {
        self.segment(true, "PA", sequence, 1, payload);
    }

    /// The stream of the only flow's client, what was odd, and the counters. No byte may have been
    /// copied more often than it was sent, nor got lost without being counted.
    fn end(mut self) -> (Vec<u8>, Vec<TcpAnomaly>, Stats) {
        self.engine.finish();
        let stats = *self.engine.stats();
        assert!(stats.buffered_bytes <= self.sent, "{stats:?}");
        let accounted = stats.delivered_bytes
            + stats.retransmitted_bytes
            + stats.bytes_after_end
            + stats.bytes_out_of_window
            + stats.bytes_before_start;
        assert_eq!(accounted, self.sent, "{stats:?}");
        let Collector { flows, anomalies, .. } = self.engine.into_application();
        assert_eq!(flows.len(), 1);
        let stream = &flows[0].up;
        (stream.bytes.clone(), anomalies.into_iter().map(|(_, _, anomaly)| anomaly).collect(), stats)
    }
}

/// Bytes that tell where they belong.
fn text(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

#[test]
fn segments_of_one_byte() {
    for length in [5_000, 10_000] {
        let mut attack = Attack::new();
        attack.handshake();
        let text = text(length);
        for (at, byte) in text.iter().enumerate() {
            attack.client(1 + at as u32, &[*byte]);
        }
        let (stream, anomalies, stats) = attack.end();
        assert_eq!((stream, anomalies), (text, vec![]));
        assert_eq!(stats.buffered_bytes, 0, "nothing is copied, however long it goes on");
    }
}

#[test]
fn segments_of_one_byte_behind_a_hole() {
    for length in [20_000, 40_000] {
        let mut attack = Attack::new();
        attack.handshake();
        let text = text(length);
        for (at, byte) in text.iter().enumerate().skip(1) {
            attack.client(1 + at as u32, &[*byte]);
        }
        let (stream, anomalies, stats) = attack.end();
        assert_eq!((stream, anomalies), (text[1..].to_vec(), vec![TcpAnomaly::BufferFull]));
        // Each costs its share of the map: the cap is reached long before its number of bytes.
        let limits = Limits::default();
        let fit = limits.buffered_per_direction / (Limits::SEGMENT_COST + 1);
        assert_eq!(stats.buffered_bytes, fit as u64 + 1);
    }
}

#[test]
fn every_segment_twice() {
    for pieces in [500, 1000] {
        let mut attack = Attack::new();
        attack.handshake();
        let text = text(pieces * 10);
        for (index, piece) in text.chunks(10).enumerate() {
            for _ in 0..2 {
                attack.client(1 + index as u32 * 10, piece);
            }
        }
        let (stream, anomalies, stats) = attack.end();
        assert_eq!((&stream, anomalies), (&text, vec![]));
        assert_eq!((stats.retransmitted_bytes, stats.buffered_bytes), (text.len() as u64, 0));
    }
}

#[test]
fn every_segment_twice_behind_a_hole() {
    let mut attack = Attack::new();
    attack.handshake();
    let text = text(5000);
    for (index, piece) in text.chunks(10).enumerate().skip(1) {
        for _ in 0..2 {
            attack.client(1 + index as u32 * 10, piece);
        }
    }
    attack.client(1, &text[..10]);
    let (stream, anomalies, stats) = attack.end();
    assert_eq!((stream, anomalies), (text, vec![]));
    assert_eq!((stats.retransmitted_bytes, stats.buffered_bytes), (4990, 4990));
}

#[test]
fn a_window_in_reversed_order() {
    for pieces in [1000, 2000] {
        let mut attack = Attack::new();
        attack.handshake();
        let text = text(pieces * 10);
        for (index, piece) in text.chunks(10).enumerate().rev() {
            attack.client(1 + index as u32 * 10, piece);
        }
        let (stream, anomalies, stats) = attack.end();
        assert_eq!((&stream, anomalies), (&text, vec![]));
        assert_eq!(stats.buffered_bytes, text.len() as u64 - 10, "each byte once, but the first piece's");
    }
}

#[test]
fn overlaps_that_disagree() {
    for pieces in [500_u32, 1000] {
        let mut attack = Attack::new();
        attack.handshake();
        // Behind a hole, each segment covers most of the one before with other bytes.
        for index in 0..pieces {
            attack.client(11 + index * 10, &[index as u8; 100]);
        }
        attack.client(1, &[b'x'; 10]);
        let (stream, anomalies, stats) = attack.end();
        let mut expected = [&[b'x'; 10][..], &[0; 100]].concat();
        expected.extend((1..pieces).flat_map(|index| [index as u8; 10]));
        assert_eq!(stream, expected, "the first copy counts");
        assert_eq!(anomalies, [TcpAnomaly::InconsistentRetransmission], "told once");
        assert_eq!(stats.buffered_bytes, u64::from(pieces) * 10 + 90);
        assert!(stats.inconsistent_bytes >= u64::from(pieces - 1) * 80);
    }
}

#[test]
fn sequence_numbers_that_wrap() {
    for start in [u32::MAX, u32::MAX - 1, u32::MAX - 50, 0x7fff_ffff - 50] {
        let mut attack = Attack::new();
        attack.start = start;
        attack.handshake();
        let text = text(100);
        for index in [1, 0, 3, 2, 5, 4, 9, 8, 7, 6] {
            attack.client(1 + index as u32 * 10, &text[index * 10..][..10]);
        }
        let (stream, anomalies, _) = attack.end();
        assert_eq!((stream, anomalies), (text, vec![]), "{start}");
    }
}

#[test]
fn data_after_the_end() {
    for (flags, anomaly) in [("FA", TcpAnomaly::DataAfterFin), ("R", TcpAnomaly::DataAfterReset)] {
        let mut attack = Attack::new();
        attack.handshake();
        attack.segment(false, "PA", 1, 1, b"welcome");
        attack.client(1, b"hello");
        attack.segment(true, flags, 6, 8, b"");
        // The server has not answered: the flow is not over, but this direction is, unless reset.
        for index in 0..100 {
            attack.client(6 + index * 10, &[b'x'; 10]);
        }
        let (stream, anomalies, stats) = attack.end();
        assert_eq!(stream, b"hello");
        assert_eq!((stats.bytes_after_end, stats.buffered_bytes), (1000, 0));
        if flags == "FA" {
            assert_eq!(anomalies, [anomaly]);
        } else {
            assert_eq!(anomalies, [], "all was delivered: nobody is told of what comes later");
        }
    }
}

#[test]
fn a_gap_of_four_gibibytes() {
    let mut attack = Attack::new();
    attack.handshake();
    attack.client(1, b"hello");
    // As far as a window can reach, again and again.
    let step = |index: u32| index.wrapping_mul(1 << 30);
    for index in 1..=5_u32 {
        attack.client(6_u32.wrapping_add(step(index)).wrapping_sub(5), b"again");
        attack.segment(false, "A", 1, 6_u32.wrapping_add(step(index)), b"");
    }
    // And once farther than that.
    attack.client(6_u32.wrapping_add(step(6)).wrapping_add(10), b"nobody");
    let (stream, anomalies, stats) = attack.end();
    assert_eq!(stream, b"helloagainagainagainagainagain");
    assert_eq!(stats.gap_bytes, 5 * ((1 << 30) - 5));
    assert_eq!(anomalies, [TcpAnomaly::DataOutOfWindow]);
    assert_eq!((stats.bytes_out_of_window, stats.buffered_bytes), (6, 25));
}

#[test]
fn a_flood_of_syns() {
    let mut limits = Limits::default();
    limits.flows = 1000;
    let mut attack = Attack::with_limits(limits);
    attack.handshake();
    attack.client(1, b"hello");
    let honest = attack.client;
    for number in 0..50_000_u32 {
        attack.client = ([10, 1, (number >> 8) as u8, number as u8], 1000).into();
        attack.segment(true, "S", 0, 0, b"");
    }
    attack.client = honest;
    attack.client(6, b", world");
    let (stream, _, stats) = attack.end();
    assert_eq!(stream, b"hello, world", "who was there before is still there");
    assert_eq!((stats.flows, stats.flows_evicted), (50_001, 49_001));
}

#[test]
fn many_flows_of_one_packet() {
    let mut limits = Limits::default();
    limits.flows = 1000;
    let mut engine = Engine::with_limits(Collector::default(), limits);
    let server: SocketAddr = SERVER.parse().unwrap();
    for number in 0..50_000_u32 {
        let client: SocketAddr = ([10, 1, (number >> 8) as u8, number as u8], 1000).into();
        let packet = ip(client.ip(), server.ip(), 6, &tcp(client, server, 5, 1, "PA", b"x."));
        engine.packet(LinkType::RAW, Timestamp::from_nanos(u64::from(number)), &packet, packet.len() as u32);
        assert!(engine.application().flows.len() as u64 == engine.stats().flows_evicted);
    }
    engine.finish();
    assert_eq!(engine.application().flows.len(), 50_000, "each was told of");
    assert_eq!((engine.stats().flows_evicted, engine.stats().flows_unfinished), (49_000, 1000));
}

#[test]
fn times_that_jump() {
    let mut attack = Attack::new();
    attack.handshake();
    attack.client(1, b"hello");
    for port in 1..=100 {
        let honest = attack.client;
        attack.client.set_port(port);
        attack.handshake();
        attack.client(1, b"hello");
        attack.sent -= 5;
        attack.client = honest;
    }
    let now = attack.now;
    // A century ahead, back to 1970, and on.
    for wrong in [4_000_000_000_000_000_000, 0] {
        attack.now = wrong;
        let honest = attack.client;
        attack.client.set_port(50_000);
        attack.segment(true, "S", 0, 0, b"");
        attack.client = honest;
        attack.now = now;
        attack.client(6, b"");
    }
    let closed = attack.engine.stats().flows_expired;
    assert!(closed <= 8, "one packet with a wrong time closed {closed} flows");
}

fn frame(payload: &[u8]) -> Vec<u8> {
    let (client, server): (SocketAddr, SocketAddr) =
        ("10.0.0.1:40000".parse().unwrap(), SERVER.parse().unwrap());
    link(1, &ip(client.ip(), server.ip(), 6, &tcp(client, server, 1, 1, "PA", payload)))
}

fn open(file: &[u8]) -> Result<CaptureFile, FileError> {
    CaptureFile::from_reader(std::io::Cursor::new(file.to_vec()))
}

fn captured(data: Vec<u8>) -> Captured {
    Captured { nanos: 1, original_length: data.len() as u32, data }
}

#[test]
fn classic_records_that_lie() {
    let whole = pcap(Order::Little, false, 1, &[captured(frame(b"hello")), captured(frame(b"again"))]);
    let second = 24 + 16 + frame(b"hello").len();
    // The second record claims this many bytes.
    for claim in [u32::MAX, 1 << 31, (16 << 20) + 1, 1 << 20, 60] {
        let mut file = whole.clone();
        file[second + 8..second + 12].copy_from_slice(&claim.to_le_bytes());
        let (collector, stats, error) = replay(&mut open(&file).unwrap());
        assert_eq!((collector.flows.len(), stats.packets), (1, 1), "{claim}");
        match error.unwrap() {
            FileError::Length { packets: 1, length } => {
                assert!(claim > 16 << 20 && length == u64::from(claim));
            }
            FileError::Truncated { packets: 1 } => assert!(claim <= 16 << 20),
            other => panic!("{claim}: {other}"),
        }
    }
    // It claims fewer than were on the wire, or more than that.
    for original in [0, 1, u32::MAX] {
        let mut file = whole.clone();
        file[second + 12..second + 16].copy_from_slice(&original.to_le_bytes());
        let (_, stats, error) = replay(&mut open(&file).unwrap());
        assert!(error.is_none() && stats.packets == 2);
        assert_eq!(stats.delivered_bytes, 5);
    }
}

#[test]
fn blocks_that_lie() {
    let head = [section(Order::Little), interface(Order::Little, 1, &[])].concat();
    let first = enhanced(Order::Little, 0, 1, &frame(b"hello"));
    let (at_length, at_captured) = (4, 20);
    for (at, claim) in [
        (at_length, 0),
        (at_length, 11),
        (at_length, 12),
        (at_length, 13),
        (at_length, u32::MAX),
        (at_length, u32::MAX - 3),
        (at_length, 1 << 24),
        (at_captured, u32::MAX),
        (at_captured, 1000),
        (8, 1),
        (8, u32::MAX),
    ] {
        let mut second = first.clone();
        second[at..at + 4].copy_from_slice(&claim.to_le_bytes());
        let file = [&head[..], &first, &second, &first].concat();
        let mut file = open(&file).unwrap();
        let (collector, stats, error) = replay(&mut file);
        assert!(error.is_some(), "{at} {claim}");
        assert_eq!((collector.flows.len(), stats.packets), (1, 1), "{at} {claim}");
        assert!(file.next_packet().unwrap().is_none(), "it is at its end");
    }
    // One that is too long is not read, though all of it is there.
    for (beyond, fits) in [(0, true), (4, false)] {
        let mut packet = frame(b"hello");
        packet.resize((16 << 20) - 32 + beyond, 0);
        let file = [&head[..], &enhanced(Order::Little, 0, 1, &packet)].concat();
        let (_, stats, error) = replay(&mut open(&file).unwrap());
        assert_eq!((error.is_none(), stats.packets), (fits, u64::from(fits)));
    }
    // Blocks of no meaning are passed over, whatever they hold.
    let unknown = block(Order::Little, 0x7777, &[0xff; 300_000]);
    let file = [&head[..], &unknown, &first, &unknown].concat();
    let (collector, _, error) = replay(&mut open(&file).unwrap());
    assert!(error.is_none() && collector.flows.len() == 1);
}

#[test]
fn a_snap_length_of_nothing() {
    let empty = Captured { nanos: 1, data: Vec::new(), original_length: 60 };
    let file = pcap(Order::Little, false, 1, &vec![empty; 100]);
    let (collector, stats, error) = replay(&mut open(&file).unwrap());
    assert!(error.is_none() && collector.flows.is_empty());
    assert_eq!((stats.packets, stats.cut_packets, stats.truncated_link), (100, 100, 100));
    // In the next generation it means that there is none.
    let file =
        [section(Order::Little), interface(Order::Little, 1, &[]), simple(Order::Little, &frame(b"hi"))];
    let (collector, _, error) = replay(&mut open(&file.concat()).unwrap());
    assert!(error.is_none());
    assert_eq!(collector.flows[0].up.text(), "hi");
}

#[test]
fn interfaces_that_change_their_link_type() {
    let packet = &frame(b"hello")[14..];
    let mut file = Vec::new();
    let mut expected = 0;
    for link_type in [1_u16, 101, 113, 0, 276, 147, 1] {
        // The same number, in a section of its own.
        file.extend(section(Order::Big));
        file.extend(interface(Order::Big, link_type, &[]));
        file.extend(enhanced(Order::Big, 0, 1, &link(u32::from(link_type), packet)));
        expected += u64::from(link_type != 147);
    }
    let (collector, stats, error) = replay(&mut open(&file).unwrap());
    assert!(error.is_none());
    assert_eq!((stats.segments, stats.unsupported_link_type), (expected, 1));
    assert_eq!(collector.flows[0].up.text(), "hello");
    assert_eq!(stats.retransmitted_bytes, 5 * (expected - 1));
}

#[test]
fn interfaces_without_end() {
    const MOST: usize = 1 << 16;
    let mut file = section(Order::Little);
    for _ in 0..MOST {
        file.extend(interface(Order::Little, 1, &[]));
    }
    file.extend(enhanced(Order::Little, MOST as u32 - 1, 1, &frame(b"hello")));
    let (collector, _, error) = replay(&mut open(&file).unwrap());
    assert!(error.is_none(), "{error:?}");
    assert_eq!(collector.flows[0].up.text(), "hello");
    file.extend(interface(Order::Little, 1, &[]));
    file.extend(enhanced(Order::Little, MOST as u32, 2, &frame(b"again")));
    let (_, stats, error) = replay(&mut open(&file).unwrap());
    assert_eq!(stats.packets, 1);
    assert!(matches!(error, Some(FileError::Length { packets: 1, .. })), "{error:?}");
}

#[test]
fn files_that_end_within_a_packet() {
    let classic = pcap(Order::Little, false, 1, &[captured(frame(b"hello")), captured(frame(b"again"))]);
    let next = [
        section(Order::Little),
        interface(Order::Little, 1, &[]),
        enhanced(Order::Little, 0, 1, &frame(b"hello")),
        enhanced(Order::Little, 0, 2, &frame(b"again")),
    ]
    .concat();
    for whole in [classic, next] {
        for cut in 1..16 + frame(b"again").len() {
            let (collector, _, error) = replay(&mut open(&whole[..whole.len() - cut]).unwrap());
            assert!(matches!(error, Some(FileError::Truncated { packets: 1 })), "{cut}: {error:?}");
            assert_eq!(collector.flows[0].up.text(), "hello");
        }
    }
}

/// A capture of which most is nothing.
struct Bomb {
    left: usize,
}

impl Read for Bomb {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(self.left);
        buffer[..length].fill(0);
        self.left -= length;
        Ok(length)
    }
}

/// `bombs_take_no_memory` in `memory.rs` has the bound.
#[test]
fn compression_bombs() {
    let head = pcap(Order::Little, false, 1, &[captured(frame(b"hello"))]);
    // Empty records, of 16 zeros each.
    let length = 8 << 20;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::copy(&mut head.chain(Bomb { left: length }), &mut encoder).unwrap();
    let gzip = encoder.finish().unwrap();
    let zstd = compress_to_vec(head.chain(Bomb { left: length }), CompressionLevel::Fastest);
    for file in [gzip, zstd] {
        assert!(file.len() < length / 100, "it is a bomb");
        let mut file = open(&file).unwrap();
        assert_eq!(file.next_packet().unwrap().unwrap().data.len(), frame(b"hello").len());
        let mut records = 0;
        while let Some(packet) = file.next_packet().unwrap() {
            assert!(packet.data.is_empty());
            records += 1;
        }
        assert_eq!(records, length / 16);
    }
}

#[test]
fn fragments_without_end() {
    let mut engine = Engine::new(Collector::default());
    let limits = Limits::default();
    for number in 0..5000_u32 {
        let mut packet = ip([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), 6, &[0; 64]);
        packet[4..6].copy_from_slice(&(number as u16).to_be_bytes());
        packet[6..8].copy_from_slice(&(0x2000_u16 | 100).to_be_bytes());
        engine.packet(LinkType::RAW, Timestamp::from_nanos(1), &packet, packet.len() as u32);
    }
    engine.finish();
    let stats = engine.stats();
    assert_eq!(stats.datagrams_evicted, 5000 - limits.datagrams as u64);
    assert_eq!(stats.datagrams_unfinished, limits.datagrams as u64);
}
