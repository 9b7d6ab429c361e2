//! What flows cost in memory, measured by an allocator that counts.
#![allow(
    unsafe_code,
    reason = "an allocator cannot be written without it; this one only counts and passes on"
)]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use kexray_analyzer::{Event, Session, Side, Timestamp};
use kexray_capture::{
    Application, CaptureFile, Engine, Flow, Interest, Limits, LinkType, Observer, Oddity, SshFlows, Stats,
    TcpAnomaly,
};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use support::packets::{Order, ip, pcap, tcp};

/// Counts the bytes that this thread holds, and those that it ever asked for.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static ASKED: Cell<isize> = const { Cell::new(0) };
}

fn hold(difference: isize) {
    let held = HELD.get() + difference;
    HELD.set(held);
    PEAK.set(PEAK.get().max(held));
    ASKED.set(ASKED.get() + difference.max(0));
}

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        hold(layout.size() as isize);
        // SAFETY: the caller's promises are what is asked for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        hold(-(layout.size() as isize));
        // SAFETY: the caller's promises are what is asked for.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The old and the new may be there at once.
        hold(size as isize);
        hold(-(layout.size() as isize));
        // SAFETY: the caller's promises are what is asked for.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Listens to nothing, but may want sessions with all details.
struct Deaf {
    details: bool,
}

impl Observer for Deaf {
    fn wants_details(&self) -> bool {
        self.details
    }

    fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {}
    fn oddity(&mut self, _: &Flow, _: Timestamp, _: Oddity) {}
    fn session(&mut self, _: &Flow, _: &mut Session) {}
}

type Ssh = Engine<SshFlows<Deaf>>;

/// What an engine holds after `work`, and the most that it held.
struct Cost {
    held: usize,
    peak: usize,
    stats: Stats,
}

fn measure(flows: usize, work: impl FnOnce(&mut Ssh)) -> Cost {
    let mut limits = Limits::default();
    limits.flows = flows;
    measure_within(limits, work)
}

fn measure_within(limits: Limits, work: impl FnOnce(&mut Ssh)) -> Cost {
    measure_observed(Deaf { details: true }, limits, work)
}

fn measure_observed(observer: Deaf, limits: Limits, work: impl FnOnce(&mut Ssh)) -> Cost {
    let before = HELD.get();
    PEAK.set(before);
    let mut engine = Engine::with_limits(SshFlows::new(observer), limits);
    work(&mut engine);
    let held = (HELD.get() - before) as usize;
    engine.finish();
    let peak = (PEAK.get() - before) as usize;
    Cost { held, peak, stats: *engine.stats() }
}

const MILLION: usize = 1_000_000;

/// What a flow may cost that has no data, or none that is wanted.
const IDLE_FLOW: usize = 256;
/// What a flow may cost that is SSH, while nothing happens.
const SSH_FLOW: usize = 1536;
/// The same, where all details of sessions are wanted: what usual peers offer is kept as text.
const SSH_FLOW_WITH_DETAILS: usize = 4608;
const OPEN_DIALOGUE: usize = 1792;
const OPEN_DIALOGUE_WITH_DETAILS: usize = 4608;
/// What a million idle flows may cost in all, at the worst moment.
const MILLION_FLOWS: usize = 400_000_000;

fn server() -> SocketAddr {
    "192.0.2.1:22".parse().unwrap()
}

fn client(number: usize) -> SocketAddr {
    (Ipv4Addr::from_bits(0x0a00_0000 + number as u32 / 50_000), (number % 50_000) as u16 + 1000).into()
}

/// Whether it goes up, flags, sequence number, payload.
type Step<'a> = (bool, &'a str, u32, &'a [u8]);

/// The packet of a step, and where the client's address and port stand in it.
fn packet((up, flags, sequence, payload): Step<'_>) -> (Vec<u8>, usize, usize) {
    let client = client(0);
    let (from, to) = if up { (client, server()) } else { (server(), client) };
    let packet = ip(from.ip(), to.ip(), 6, &tcp(from, to, sequence, 1, flags, payload));
    if up { (packet, 12, 20) } else { (packet, 16, 22) }
}

fn check_idle(flows: usize, steps: &[Step<'_>]) -> Cost {
    let mut packets: Vec<_> = steps.iter().map(|step| packet(*step)).collect();
    let cost = measure(flows, |engine| {
        for number in 0..flows {
            let SocketAddr::V4(client) = client(number) else { unreachable!() };
            let at = Timestamp::from_micros(1_000_000 + number as u64);
            for (packet, address, port) in &mut packets {
                packet[*address..*address + 4].copy_from_slice(&client.ip().octets());
                packet[*port..*port + 2].copy_from_slice(&client.port().to_be_bytes());
                engine.packet(LinkType::RAW, at, packet, packet.len() as u32);
            }
        }
    });
    let each = cost.held / flows;
    assert!(each <= IDLE_FLOW, "{each} bytes a flow");
    assert!(cost.peak <= MILLION_FLOWS, "{} bytes in all", cost.peak);
    assert_eq!((cost.stats.flows, cost.stats.flows_evicted), (flows as u64, 0));
    cost
}

#[test]
fn a_million_scans() {
    check_idle(MILLION, &[(true, "S", 0, b"")]);
}

#[test]
fn a_million_flows_that_are_not_ssh() {
    let hello = b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03";
    let cost = check_idle(MILLION, &[(true, "PA", 1, hello)]);
    assert_eq!(cost.stats.flows_ignored, MILLION as u64);
}

#[test]
fn flows_that_say_nothing() {
    let handshake: [Step<'_>; 3] = [(true, "S", 0, b""), (false, "SA", 0, b""), (true, "A", 1, b"")];
    for flows in [1_000, 20_000] {
        check_idle(flows, &handshake);
    }
    check_idle(20_000, &[&handshake[..], &[(true, "FA", 1, b""), (false, "A", 1, b"")]].concat());
}

#[test]
fn ssh_flows_at_rest() {
    // A user who is in, and one who may try again: there, what may have been said is still open.
    for (name, without, with) in [
        ("publickey-success", SSH_FLOW, SSH_FLOW_WITH_DETAILS),
        ("password-one-try-each", OPEN_DIALOGUE, OPEN_DIALOGUE_WITH_DETAILS),
    ] {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../conformance/traces/{name}/trace.pcap"));
        let mut file = CaptureFile::open(&path).unwrap();
        let mut packets = Vec::new();
        while let Some(packet) = file.next_packet().unwrap() {
            assert_eq!(packet.link_type, LinkType::ETHERNET);
            // No FIN and no RST: the sessions stay.
            if packet.data[14 + 20 + 13] & 5 == 0 {
                packets.push((packet.timestamp, packet.data.to_vec()));
            }
        }
        let mut sessions = 0;
        let copies = 1000;
        for (details, most) in [(false, without), (true, with)] {
            let mut limits = Limits::default();
            limits.flows = MILLION;
            let mut cost = |copies: usize| {
                measure_observed(Deaf { details }, limits, |engine| {
                    for copy in 0..copies {
                        for (at, packet) in &mut packets {
                            // Other ends for each copy.
                            packet[14 + 12..14 + 14].copy_from_slice(&(copy as u16).to_be_bytes());
                            packet[14 + 16..14 + 18].copy_from_slice(&(copy as u16).to_be_bytes());
                            engine.packet(LinkType::ETHERNET, *at, packet, packet.len() as u32);
                        }
                    }
                    sessions = engine.stats().flows_with_data as usize;
                })
            };
            // What dialogues may be is worked out once a thread, and is not a flow's.
            cost(1);
            let cost = cost(copies);
            assert!(sessions >= copies && sessions % copies == 0);
            let each = cost.held / sessions;

            assert!(each <= most, "{name}, details {details}: {each} bytes a flow");
        }
    }
}

#[test]
fn half_packets_of_many_flows() {
    let (flows, each, total) = (2000, 40_000, 1 << 20);
    let mut limits = Limits::default();
    limits.buffered_in_total = total;
    // The length of a packet that never becomes whole.
    let mut stream = b"SSH-2.0-x\r\n\0\x03\x80\0\0\x14".to_vec();
    stream.resize(each, 0);
    let cost = measure_within(limits, |engine| {
        let at = Timestamp::from_micros(1_000_000);
        for (index, bytes) in stream.chunks(1000).enumerate() {
            for number in 0..flows {
                let segment = tcp(client(number), server(), 1 + index as u32 * 1000, 1, "PA", bytes);
                let packet = ip(client(number).ip(), server().ip(), 6, &segment);
                engine.packet(LinkType::RAW, at, &packet, packet.len() as u32);
            }
        }
    });
    // A buffer that grows may have twice the room that it needs.
    assert!(cost.peak <= 2 * total + flows * SSH_FLOW, "{} bytes", cost.peak);
    assert!(cost.stats.flows_given_up > 0);
    assert_eq!((cost.stats.flows, cost.stats.flows_with_data), (flows as u64, flows as u64));
}

/// What a file's reader may hold: the buffers, and the decompressor's window.
const READER: usize = 2 << 20;

/// A file whose packets are empty, of this many bytes, as a compressor reads it.
fn bomb(length: u64) -> impl Read {
    let head = pcap(Order::Little, false, 1, &[]);
    std::io::Cursor::new(head).chain(std::io::repeat(0).take(length))
}

#[test]
fn bombs_take_no_memory() {
    let length = 4 << 20;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::copy(&mut bomb(length), &mut gzip).unwrap();
    let zstd = compress_to_vec(bomb(length), CompressionLevel::Fastest);
    for file in [gzip.finish().unwrap(), zstd] {
        let before = HELD.get();
        PEAK.set(before);
        let mut file = CaptureFile::from_reader(std::io::Cursor::new(file)).unwrap();
        let mut records = 0;
        while file.next_packet().unwrap().is_some() {
            records += 1;
        }
        assert_eq!(records, length / 16);
        let peak = (PEAK.get() - before) as usize;
        assert!(peak <= READER, "{peak} bytes");
    }
}

#[test]
fn windows_take_what_is_in_them() {
    // A frame whose window is 2^(10 + n) bytes, and whose only block is a small capture.
    let frame = |exponent: u8| {
        let capture = pcap(Order::Little, false, 1, &[]);
        let block = (capture.len() as u32) << 3 | 1;
        [&[0x28, 0xb5, 0x2f, 0xfd, 0, exponent << 3][..], &block.to_le_bytes()[..3], &capture].concat()
    };
    for (exponent, fits) in [(10, true), (17, true), (18, false), (31, false)] {
        let before = HELD.get();
        PEAK.set(before);
        let file = CaptureFile::from_reader(std::io::Cursor::new(frame(exponent)));
        assert_eq!(file.is_ok(), fits, "{exponent}");
        let peak = (PEAK.get() - before) as usize;
        assert!(peak <= READER, "{exponent}: {peak} bytes");
    }
}

/// Takes everything.
struct Eager;

impl Application for Eager {
    type State = ();

    fn open(&mut self, _: &Flow) {}

    fn deliver(&mut self, _: &Flow, (): &mut (), _: Side, _: Timestamp, _: &[u8]) -> Interest {
        Interest::Continue
    }

    fn gap(&mut self, _: &Flow, (): &mut (), _: Side, _: Timestamp, _: u64) -> Interest {
        Interest::Continue
    }

    fn anomaly(&mut self, _: &Flow, _: Side, _: Timestamp, _: TcpAnomaly) {}

    fn close(&mut self, _: &Flow, (): (), _: Timestamp) {}
}

/// Hostile streams of twice the length ask for twice the memory in all, not more: nothing is copied
/// again and again.
#[test]
fn work_grows_with_the_input() {
    /// The order in which `count` segments come.
    type Arrival = fn(count: u32) -> Vec<u32>;
    let orders: [(&str, Arrival); 4] = [
        ("in order", |count| (0..count).collect()),
        ("reversed", |count| (0..count).rev().collect()),
        ("every other first", |count| (0..count).step_by(2).chain((1..count).step_by(2)).collect()),
        ("behind a hole, twice", |count| (1..count).flat_map(|index| [index, index]).chain([0]).collect()),
    ];
    for (name, order) in orders {
        for length in [1, 3] {
            let asked = [2000, 4000].map(|count| {
                let before = ASKED.get();
                let mut engine = Engine::new(Eager);
                let at = Timestamp::from_micros(1);
                let (answer, ..) = packet((false, "SA", 0, b""));
                engine.packet(LinkType::RAW, at, &answer, answer.len() as u32);
                let payload = vec![b'x'; length];
                let (mut segment, ..) = packet((true, "PA", 0, &payload));
                for index in order(count) {
                    // One apart: segments of three bytes overlap.
                    segment[24..28].copy_from_slice(&(index + 1).to_be_bytes());
                    engine.packet(LinkType::RAW, at, &segment, segment.len() as u32);
                }
                engine.finish();
                assert_eq!(engine.stats().delivered_bytes, u64::from(count) + length as u64 - 1);
                ASKED.get() - before
            });
            let [once, twice] = asked;
            assert!(twice <= once * 5 / 2, "{name}, {length} bytes each: {once}, then {twice}");
        }
    }
}
