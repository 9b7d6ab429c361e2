//! Capture files of every kind: what is in them comes out, and what is wrong with them is said.

mod support;

use std::io::{Read, Write};
use std::net::SocketAddr;

use flate2::Compression;
use flate2::write::GzEncoder;
use kexray_capture::{CaptureFile, Engine, FileError, LinkType};
use proptest::prelude::*;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use support::packets::{
    Captured, Order, block, enhanced, interface, ip, link, old, pcap, section, simple, tcp,
};
use support::{Collector, replay};

const LINK_TYPES: [u32; 10] = [0, 1, 12, 14, 101, 108, 113, 228, 229, 276];

fn open(file: Vec<u8>) -> Result<CaptureFile, FileError> {
    CaptureFile::from_reader(std::io::Cursor::new(file))
}

/// Two segments of a connection, as frames of a link type.
fn frames(link_type: u32) -> Vec<Captured> {
    let address =
        |v4: &str, v6: &str| -> SocketAddr { if link_type == 229 { v6 } else { v4 }.parse().unwrap() };
    let client = address("10.0.0.1:40000", "[fd00::1]:40000");
    let server = address("10.0.0.2:22", "[fd00::2]:22");
    let segments = [(1_u32, "hello"), (6, ", world")];
    let frames = segments.into_iter().enumerate().map(|(index, (sequence, text))| {
        let segment = tcp(client, server, sequence, 0, "PA", text.as_bytes());
        let data = link(link_type, &ip(client.ip(), server.ip(), 6, &segment));
        let original_length = data.len() as u32;
        Captured { nanos: 1_700_000_000_123_456_000 + index as u64 * 1_789, data, original_length }
    });
    frames.collect()
}

/// A capture of [`frames`] in Ethernet.
fn plain() -> Vec<u8> {
    pcap(Order::Little, false, 1, &frames(1))
}

/// Checks that a file holds [`frames`], with nanoseconds or without.
fn check(file: Vec<u8>, nanoseconds: bool) {
    let mut file = open(file).unwrap();
    let (collector, stats, error) = replay(&mut file);
    assert!(error.is_none(), "{error:?}");
    let [flow] = &collector.flows[..] else { panic!("{} flows, {stats:?}", collector.flows.len()) };
    assert_eq!(flow.up.text(), "hello, world");
    assert_eq!(flow.up.chunks, [5, 7]);
    assert_eq!(flow.flow.originator.port, 40000);
    assert_eq!(flow.flow.first_packet.as_nanos(), 1_700_000_000_123_456_000);
    let rest = if nanoseconds { 789 } else { 0 };
    assert_eq!(flow.closed_at.as_nanos(), 1_700_000_000_123_457_000 + rest);
    assert_eq!(file.packets(), 2);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

#[test]
fn classic_files_of_each_link_type() {
    for link_type in LINK_TYPES {
        for order in [Order::Little, Order::Big] {
            for nanoseconds in [false, true] {
                check(pcap(order, nanoseconds, link_type, &frames(link_type)), nanoseconds);
            }
        }
    }
}

#[test]
fn next_generation_files_of_each_link_type() {
    for link_type in LINK_TYPES {
        for order in [Order::Little, Order::Big] {
            let mut file = section(order);
            file.extend(block(order, 0x0bad, b"unknown"));
            file.extend(interface(order, link_type as u16, &[(2, b"eth0"), (9, &[9])]));
            file.extend(block(order, 5, &[0; 12]));
            for frame in frames(link_type) {
                file.extend(enhanced(order, 0, frame.nanos, &frame.data));
            }
            check(file, true);
        }
    }
}

#[test]
fn each_section_has_its_own_byte_order_and_interfaces() {
    let [first, second] = &frames(1)[..] else { panic!() };
    let cooked = &frames(113)[1];
    let mut file = section(Order::Little);
    file.extend(interface(Order::Little, 1, &[]));
    file.extend(enhanced(Order::Little, 0, first.nanos / 1000, &first.data));
    file.extend(section(Order::Big));
    file.extend(interface(Order::Big, 147, &[]));
    // Seconds to add, and units of 2^-20 seconds.
    let offset = 1_700_000_000_i64.to_be_bytes();
    file.extend(interface(Order::Big, 113, &[(14, &offset), (9, &[0x80 | 20])]));
    file.extend(enhanced(Order::Big, 0, 0, &second.data));
    file.extend(enhanced(Order::Big, 1, 129_454, &cooked.data));
    let mut file = open(file).unwrap();
    let (collector, stats, error) = replay(&mut file);
    assert!(error.is_none());
    assert_eq!(stats.unsupported_link_type, 1);
    assert_eq!(collector.flows[0].up.text(), "hello, world");
    assert_eq!(collector.flows[0].closed_at.as_nanos(), 1_700_000_000_123_456_954);
}

#[test]
fn old_and_simple_packets() {
    let [first, second] = &frames(1)[..] else { panic!() };
    let mut file = section(Order::Little);
    file.extend(interface(Order::Little, 1, &[]));
    file.extend(old(Order::Little, 0, first.nanos / 1000, &first.data));
    file.extend(simple(Order::Little, &second.data));
    let (collector, _, error) = replay(&mut open(file).unwrap());
    assert!(error.is_none());
    assert_eq!(collector.flows[0].up.text(), "hello, world");
    // A simple packet has no time of its own.
    assert_eq!(collector.flows[0].closed_at, collector.flows[0].flow.first_packet);
}

#[test]
fn compressed_files() {
    let plain = plain();
    check(gzip(&plain), false);
    check(zstd(&plain), false);
    // Members and frames one after the other, and frames without data.
    let (head, tail) = plain.split_at(50);
    check([gzip(head), gzip(tail)].concat(), false);
    // What is no member ends it.
    for behind in [&[0; 512][..], b"a signature"] {
        check([&gzip(&plain), behind].concat(), false);
    }
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    check([&skippable[..], &zstd(head), &skippable, &zstd(tail)].concat(), false);
}

/// What `compress` makes of a file, cut: every packet before the cut comes, then the complaint.
fn check_cut(compress: impl Fn(&[u8]) -> Vec<u8>) {
    let whole = compress(&plain());
    for length in 1..whole.len() {
        let (packets, error) = match open(whole[..length].to_vec()) {
            Ok(mut file) => {
                let (_, _, error) = replay(&mut file);
                assert!(matches!(file.next_packet(), Ok(None)), "the file is at its end");
                (file.packets(), error)
            }
            Err(error) => (0, Some(error)),
        };
        match error {
            Some(FileError::Truncated { packets: told }) => assert_eq!(told, packets),
            Some(FileError::NotACapture(_)) => assert!(length < 4),
            // Between packets, or in what follows the last one in a compressed file.
            None => assert!(length >= 24),
            other => panic!("{length}: {other:?}"),
        }
    }
}

#[test]
fn files_may_be_cut_anywhere() {
    check_cut(<[u8]>::to_vec);
    check_cut(gzip);
    check_cut(zstd);
}

#[test]
fn a_cut_file_tells_how_much_was_whole() {
    let mut file = plain();
    file.pop();
    let (collector, _, error) = replay(&mut open(file).unwrap());
    assert_eq!(error.unwrap().to_string(), "the file is cut short after 1 whole packets");
    assert_eq!(collector.flows[0].up.text(), "hello");
}

#[test]
fn a_file_without_packets_is_fine() {
    for file in [pcap(Order::Big, true, 1, &[]), section(Order::Big)] {
        let (_, stats, error) = replay(&mut open(file).unwrap());
        assert!(error.is_none());
        assert_eq!(stats.packets, 0);
    }
}

#[test]
fn other_files_are_named() {
    let error = |file: &[u8]| open(file.to_vec()).unwrap_err().to_string();
    assert_eq!(error(b""), "the file is empty");
    assert_eq!(error(b"#!/b"), "not a capture file: it begins with 23 21 2f 62 (\"#!/b\")");
    assert_eq!(error(b"\x7fELF"), "not a capture file: it begins with 7f 45 4c 46");
    assert_eq!(error(&gzip(b"hi")), "not a capture file: it begins with 68 69 (\"hi\")");
    assert_eq!(error(&pcap(Order::Little, false, 147, &[])), "link type 147 is not supported");
}

#[test]
fn a_next_generation_file_of_an_unsupported_link_type_says_so_at_its_end() {
    let mut file = section(Order::Little);
    file.extend(interface(Order::Little, 147, &[]));
    file.extend(enhanced(Order::Little, 0, 0, b"payload"));
    let (_, stats, error) = replay(&mut open(file).unwrap());
    assert_eq!(stats.unsupported_link_type, 1);
    assert!(matches!(error, Some(FileError::UnsupportedLinkType(LinkType(147)))));
}

#[test]
fn lengths_that_cannot_be_are_refused() {
    let mut file = plain();
    let second = 24 + 16 + frames(1)[0].data.len();
    file[second + 8..second + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    let (collector, _, error) = replay(&mut open(file).unwrap());
    assert_eq!(collector.flows[0].up.text(), "hello");
    assert!(matches!(error, Some(FileError::Length { packets: 1, length: 0xffff_ffff })), "{error:?}");

    let mut file = section(Order::Little);
    file.extend(interface(Order::Little, 1, &[]));
    let first = file.len();
    file.extend(enhanced(Order::Little, 0, 0, b"1234"));
    // The captured length, the length in front, the length behind.
    for (at, value) in [(20, 5), (4, 4), (4, 37), (file.len() - first - 4, 8)] {
        let mut file = file.clone();
        file[first + at..first + at + 4].copy_from_slice(&u32::to_le_bytes(value));
        let (_, _, error) = replay(&mut open(file).unwrap());
        assert!(matches!(error, Some(FileError::Length { packets: 0, .. })), "{at}: {error:?}");
    }
    let mut file = file.clone();
    file.extend(enhanced(Order::Little, 1, 0, b"1234"));
    let (_, _, error) = replay(&mut open(file).unwrap());
    assert!(matches!(error, Some(FileError::Interface { packets: 1, interface: 1 })), "{error:?}");
}

#[test]
fn progress_counts_the_bytes_of_the_file() {
    let compressed = gzip(&plain());
    let length = compressed.len() as u64;
    let mut file = open(compressed).unwrap();
    let progress = file.progress();
    replay(&mut file);
    assert_eq!((progress.consumed(), progress.size()), (length, None));

    let path = std::env::temp_dir().join(format!("kexray-progress-{}.pcap", std::process::id()));
    std::fs::write(&path, plain()).unwrap();
    let file = CaptureFile::open(&path);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(file.unwrap().progress().size(), Some(plain().len() as u64));
}

/// Gives a byte at a time.
struct Trickle(std::io::Cursor<Vec<u8>>);

impl Read for Trickle {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

#[test]
fn sources_may_be_slow() {
    for file in [plain(), gzip(&plain()), zstd(&plain())] {
        let mut file = CaptureFile::from_reader(Trickle(std::io::Cursor::new(file))).unwrap();
        let (collector, _, error) = replay(&mut file);
        assert!(error.is_none());
        assert_eq!(collector.flows[0].up.text(), "hello, world");
    }
}

#[test]
fn packets_longer_than_the_buffer() {
    let long = Captured { nanos: 0, data: vec![0; 3 << 20], original_length: 3 << 20 };
    let packets = [frames(1), vec![long], frames(1)].concat();
    let mut file = open(pcap(Order::Little, false, 1, &packets)).unwrap();
    let mut lengths = Vec::new();
    while let Some(packet) = file.next_packet().unwrap() {
        lengths.push(packet.data.len());
    }
    assert_eq!(lengths, [59, 61, 3 << 20, 59, 61]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A damaged file may end early, but it does no harm.
    #[test]
    fn damage_does_no_harm(
        kind in 0..4,
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut file = match kind {
            0 => plain(),
            1 => gzip(&plain()),
            2 => zstd(&plain()),
            _ => {
                let mut file = section(Order::Big);
                file.extend(interface(Order::Big, 1, &[(9, &[6])]));
                for frame in frames(1) {
                    file.extend(enhanced(Order::Big, 0, frame.nanos, &frame.data));
                }
                file
            }
        };
        for (at, value) in damage {
            let at = at.index(file.len());
            file[at] = value;
        }
        if let Ok(mut file) = open(file) {
            replay(&mut file);
        }
    }

    /// Packets of any bytes do no harm.
    #[test]
    fn any_packet_will_do(
        packets in proptest::collection::vec(
            (proptest::sample::select(&LINK_TYPES[..]), proptest::collection::vec(any::<u8>(), 0..120), any::<u32>()),
            0..20,
        ),
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut engine = Engine::new(Collector::default());
        for (link_type, data, length) in packets {
            engine.packet(LinkType(link_type), kexray_analyzer::Timestamp::default(), &data, length);
            // Bytes at random rarely get far: also try a good packet with some damage.
            let mut frame = frames(link_type).swap_remove(0).data;
            for (at, value) in &damage {
                let at = at.index(frame.len());
                frame[at] = *value;
            }
            engine.packet(LinkType(link_type), kexray_analyzer::Timestamp::default(), &frame, length);
        }
        engine.finish();
    }
}
