//! TCP segments in any order, held against what a simple model makes of them.
//!
//! The first byte chooses one of two games.
//!
//! **Exact.** Both SYNs are there, no acknowledgement runs ahead, no limit is reached. Segments come in any order, with
//! overlaps of which every copy is different, and FINs anywhere. The model keeps the first copy of each byte in an array;
//! after each segment what was delivered must be what the array has without a hole, and at the end the rest with gaps.
//!
//! **Wild.** Any flags, any acknowledgements, cut segments, SYNs in the middle, time that jumps, limits that are small.
//! Every byte is a function of its sequence number, so that what is delivered, with the gaps counted, must fit the stream
//! from one of the places where it may have begun. Calls come in the order that `Application` promises.

use std::collections::HashSet;
use std::time::Duration;

use kexray_analyzer::{Side, Timestamp};
use kexray_capture::{Application, Engine, Flow, Interest, Limits, LinkType, TcpAnomaly};

use crate::draw::Draw;

/// Segments that are sent.
const SEGMENTS: usize = 128;

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const PSH: u8 = 8;
const ACK: u8 = 16;

/// Plays what the input says.
pub fn check(input: &[u8]) {
    let mut draw = Draw::new(input);
    if draw.octet() & 1 == 0 { exact(draw) } else { wild(draw) }
}

/// An IPv4 packet with a TCP segment; the originator is 10.0.0.1:1025, the responder 10.0.0.2:22.
fn ip_packet(side: Side, sequence: u32, acknowledgement: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let total = u16::try_from(40 + payload.len()).unwrap_or(u16::MAX);
    let (from, to) = if side.is_originator() { (1, 2) } else { (2, 1) };
    let port = |end: u16| if end == 1 { 1025_u16 } else { 22 };
    let mut packet = vec![0x45, 0];
    packet.extend(total.to_be_bytes());
    packet.extend([0, 7, 0, 0, 64, 6, 0, 0, 10, 0, 0, from, 10, 0, 0, to]);
    packet.extend(port(from.into()).to_be_bytes());
    packet.extend(port(to.into()).to_be_bytes());
    packet.extend(sequence.to_be_bytes());
    packet.extend(acknowledgement.to_be_bytes());
    packet.extend([5 << 4, flags, 0xff, 0xff, 0, 0, 0, 0]);
    packet.extend(payload);
    packet
}

const fn index(side: Side) -> usize {
    if side.is_originator() { 0 } else { 1 }
}

/// A byte of a stream as it was handed on; `None` is one of a gap.
type Got = Vec<Option<u8>>;

/// Writes down the one flow of the exact game.
#[derive(Debug, Default)]
struct Record {
    got: [Got; 2],
    opened: u32,
    closed: u32,
}

impl Application for Record {
    type State = ();

    fn open(&mut self, flow: &Flow) {
        assert_eq!(flow.originator.port, 1025);
        self.opened += 1;
    }

    fn deliver(&mut self, _: &Flow, (): &mut (), side: Side, _: Timestamp, bytes: &[u8]) -> Interest {
        self.got[index(side)].extend(bytes.iter().copied().map(Some));
        Interest::Continue
    }

    fn gap(&mut self, _: &Flow, (): &mut (), side: Side, _: Timestamp, length: u64) -> Interest {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        assert!(length <= 1 << 20, "a gap of {length}");
        self.got[index(side)].extend(vec![None; length]);
        Interest::Continue
    }

    fn anomaly(&mut self, _: &Flow, _: Side, _: Timestamp, _: TcpAnomaly) {}

    fn close(&mut self, _: &Flow, (): (), _: Timestamp) {
        self.closed += 1;
    }
}

/// One direction, the simple way.
#[derive(Debug, Default)]
struct Model {
    /// The first copy of each byte.
    first: Got,
    end: Option<usize>,
}

impl Model {
    /// Bytes up to the first hole.
    fn ready(&self) -> usize {
        self.first.iter().position(Option::is_none).unwrap_or(self.first.len())
    }

    fn is_complete(&self) -> bool {
        self.end.is_some_and(|end| self.ready() >= end)
    }

    fn segment(&mut self, offset: i32, bytes: &[u8], fin: bool) {
        let behind = i64::from(offset) + bytes.len() as i64;
        let proves_more = |end| !bytes.is_empty() && i64::try_from(end).is_ok_and(|end| behind > end);
        if self.end.is_some_and(|end| self.ready() < end && proves_more(end)) {
            // A FIN that has not been reached, and data behind it: it is not believed any more.
            self.end = None;
        }
        for (at, byte) in (i64::from(offset)..).zip(bytes) {
            let Ok(at) = usize::try_from(at) else { continue };
            if self.end.is_some_and(|end| at >= end) {
                break;
            }
            if at >= self.first.len() {
                self.first.resize(at + 1, None);
            }
            self.first[at].get_or_insert(*byte);
        }
        let behind = usize::try_from(i64::from(offset) + bytes.len() as i64);
        // A FIN before data that was seen is a lie.
        if fin && self.end.is_none() && behind.is_ok_and(|behind| behind >= self.first.len()) {
            self.end = behind.ok();
        }
    }

    /// All that was sent, as far as is known.
    fn whole(&self) -> Got {
        let mut whole = self.first.clone();
        if let Some(end) = self.end {
            whole.resize(end, None);
        }
        whole
    }
}

fn exact(mut draw: Draw<'_>) {
    let initial = [draw.word(), draw.word()];
    let at = Timestamp::from_micros(1_700_000_000_000_000);
    let mut engine = Engine::new(Record::default());
    let send = |engine: &mut Engine<Record>, side: Side, offset: u32, flags: u8, payload: &[u8]| {
        let sequence = initial[index(side)].wrapping_add(offset);
        let acknowledgement = if flags & ACK == 0 { 0 } else { initial[index(side.peer())].wrapping_add(1) };
        let packet = ip_packet(side, sequence, acknowledgement, flags, payload);
        engine.packet(LinkType::RAW, at, &packet, u32::try_from(packet.len()).unwrap_or(u32::MAX));
    };
    send(&mut engine, Side::Originator, 0, SYN, &[]);
    send(&mut engine, Side::Responder, 0, SYN | ACK, &[]);
    let mut models = [Model::default(), Model::default()];
    let mut over = false;
    for copy in 0..SEGMENTS as u8 {
        if draw.is_empty() {
            break;
        }
        let selector = draw.octet();
        let side = if selector & 1 == 0 { Side::Originator } else { Side::Responder };
        let fin = selector & 0x0e == 0x0e;
        let far = selector & 0x70 == 0x70;
        let offset = if far { i32::from(draw.pair()) } else { i32::from(draw.octet()) - 8 };
        let length = usize::from(draw.octet()) << if selector & 0x80 == 0 { 0 } else { 3 };
        let bytes: Vec<u8> =
            (0..length).map(|place| (place as u8).wrapping_mul(31) ^ copy.wrapping_mul(97)).collect();
        let flags = ACK | if fin { FIN } else { 0 };
        send(&mut engine, side, offset.wrapping_add(1).cast_unsigned(), flags, &bytes);
        if !over {
            models[index(side)].segment(offset, &bytes, fin);
        }
        over |= models.iter().all(Model::is_complete);
        for side in Side::BOTH {
            let (model, got) = (&models[index(side)], &engine.application().got[index(side)]);
            assert_eq!(got[..], model.first[..model.ready()], "what has no hole before it is handed on");
        }
    }
    engine.finish();
    let record = engine.application();
    for side in Side::BOTH {
        assert_eq!(record.got[index(side)], models[index(side)].whole(), "the first copy counts");
    }
    let any = record.got.iter().any(|got| !got.is_empty());
    assert_eq!((record.opened, record.closed), (any.into(), any.into()));
}

/// The byte of a sequence number.
const fn byte_of(sequence: u32) -> u8 {
    (sequence.wrapping_mul(0x9e37_79b9) >> 24) as u8
}

/// Watches the wild game.
#[derive(Debug)]
struct Watch {
    /// Where each side's stream may begin.
    starts: [Vec<u32>; 2],
    /// The number of the flow that is open, and the flows that were.
    seen: HashSet<u64>,
    odd: HashSet<(u64, Side, TcpAnomaly)>,
    delivered: u64,
    lost: u64,
    open: u32,
    ignore_after: u64,
}

/// Where each side may stand, and how much came of it.
#[derive(Debug)]
struct Stand {
    next: [Vec<u32>; 2],
    ignored: bool,
}

impl Application for Watch {
    type State = Stand;

    fn open(&mut self, flow: &Flow) -> Stand {
        assert!(self.seen.insert(flow.number), "a flow is opened once");
        assert_eq!(self.open, 0, "there is one flow at a time");
        self.open = 1;
        let mut next = self.starts.clone();
        if flow.originator.port != 1025 {
            next.swap(0, 1);
        }
        Stand { next, ignored: false }
    }

    fn deliver(
        &mut self,
        flow: &Flow,
        stand: &mut Stand,
        side: Side,
        _: Timestamp,
        bytes: &[u8],
    ) -> Interest {
        assert!(!bytes.is_empty() && !stand.ignored);
        self.delivered += bytes.len() as u64;
        let next = &mut stand.next[index(side)];
        next.retain(|next| fits(*next, bytes));
        assert!(!next.is_empty(), "flow {}: these are not the next bytes", flow.number);
        for next in next {
            *next = next.wrapping_add(bytes.len() as u32);
        }
        self.interest(stand)
    }

    fn gap(&mut self, _: &Flow, stand: &mut Stand, side: Side, _: Timestamp, length: u64) -> Interest {
        assert!(length > 0 && !stand.ignored);
        self.lost += length;
        for next in &mut stand.next[index(side)] {
            *next = next.wrapping_add(length as u32);
        }
        self.interest(stand)
    }

    fn anomaly(&mut self, flow: &Flow, side: Side, _: Timestamp, anomaly: TcpAnomaly) {
        assert!(self.odd.insert((flow.number, side, anomaly)), "{anomaly:?} is told twice");
    }

    fn close(&mut self, _: &Flow, _: Stand, _: Timestamp) {
        assert_eq!(self.open, 1);
        self.open = 0;
    }
}

impl Watch {
    fn interest(&self, stand: &mut Stand) -> Interest {
        stand.ignored = self.delivered + self.lost > self.ignore_after;
        if stand.ignored { Interest::Ignore } else { Interest::Continue }
    }
}

/// Whether the bytes are those of the stream from there on.
fn fits(start: u32, bytes: &[u8]) -> bool {
    bytes.iter().zip(0..).all(|(byte, place)| *byte == byte_of(start.wrapping_add(place)))
}

/// A segment of the wild game.
#[derive(Debug)]
struct Wild {
    side: Side,
    sequence: u32,
    acknowledgement: u32,
    flags: u8,
    length: u16,
    cut: u16,
    later: u64,
}

fn segments(mut draw: Draw<'_>) -> Vec<Wild> {
    let initial = [draw.word(), draw.word()];
    let mut segments = Vec::new();
    while !draw.is_empty() && segments.len() < SEGMENTS {
        let selector = draw.octet();
        let side = if selector & 1 == 0 { Side::Originator } else { Side::Responder };
        // Most are data with an acknowledgement.
        let flags = match selector >> 1 & 15 {
            0 => SYN,
            1 => SYN | ACK,
            2 => FIN | ACK,
            3 => RST,
            4 => draw.octet() & (FIN | SYN | RST | PSH | ACK),
            5 => 0,
            _ => PSH | ACK,
        };
        let near = |draw: &mut Draw<'_>, side: Side| {
            let offset = match selector >> 5 {
                0 => u32::from(draw.pair()),
                1 => draw.word(),
                2 => u32::from(draw.octet()).wrapping_sub(128),
                3 => u32::from(draw.octet()) << 22,
                _ => u32::from(draw.octet()) << 2,
            };
            initial[index(side)].wrapping_add(offset)
        };
        let sequence = near(&mut draw, side);
        let acknowledgement = near(&mut draw, side.peer());
        let length = draw.octet();
        let length = if length & 0x80 == 0 { u16::from(length) } else { u16::from(length & 0x7f) << 4 };
        let rest = draw.octet();
        let cut = if rest & 3 == 3 { u16::from(rest >> 2) << 2 } else { 0 };
        let later = if rest & 7 == 5 { 1 << (rest >> 3) } else { 0 };
        segments.push(Wild { side, sequence, acknowledgement, flags, length, cut, later });
    }
    segments
}

fn wild(mut draw: Draw<'_>) {
    let mut limits = Limits::default();
    let choices = draw.octet();
    if choices & 1 != 0 {
        limits.buffered_per_direction = 512;
    }
    if choices & 2 != 0 {
        limits.buffered_in_total = 256;
    }
    if choices & 4 != 0 {
        limits.one_sided_segments = 2;
        limits.one_sided_bytes = 300;
    }
    if choices & 8 != 0 {
        limits.one_sided_patience = Duration::from_secs(1);
    }
    if choices & 16 != 0 {
        limits.idle_timeout = Duration::from_secs(1);
        limits.linger = Duration::ZERO;
    }
    if choices & 32 != 0 {
        limits.flows = 1;
    }
    let ignore_after = if choices & 64 == 0 { u64::MAX } else { 200 };
    let segments = segments(draw);
    let mut starts = [Vec::new(), Vec::new()];
    for Wild { side, sequence, acknowledgement, length, cut, .. } in &segments {
        let data = u32::from(*length) + u32::from(*cut);
        starts[index(*side)].extend([0, 1, data, data + 1].map(|ahead| sequence.wrapping_add(ahead)));
        starts[index(side.peer())].push(*acknowledgement);
    }
    let watch = Watch {
        starts,
        seen: HashSet::new(),
        odd: HashSet::new(),
        delivered: 0,
        lost: 0,
        open: 0,
        ignore_after,
    };
    let mut engine = Engine::with_limits(watch, limits);
    let mut micros = 1_700_000_000_000_000;
    for Wild { side, sequence, acknowledgement, flags, length, cut, later } in segments {
        micros += later;
        // Behind a SYN the data begin one further on.
        let data_at = sequence.wrapping_add(u32::from(flags & SYN != 0));
        let payload: Vec<u8> =
            (0..u32::from(length)).map(|place| byte_of(data_at.wrapping_add(place))).collect();
        let mut packet = ip_packet(side, sequence, acknowledgement, flags, &payload);
        let total = u16::try_from(packet.len()).unwrap_or(u16::MAX).saturating_add(cut);
        packet[2..4].copy_from_slice(&total.to_be_bytes());
        engine.packet(LinkType::RAW, Timestamp::from_micros(micros), &packet, total.into());
    }
    engine.finish();
    let (stats, watch) = (*engine.stats(), engine.application());
    assert_eq!(watch.open, 0, "every flow is closed");
    assert_eq!(watch.delivered, stats.delivered_bytes);
    assert_eq!(watch.lost, stats.gap_bytes);
    assert_eq!(watch.seen.len() as u64, stats.flows_with_data);
    let ends = stats.flows_closed
        + stats.flows_expired
        + stats.flows_evicted
        + stats.flows_replaced
        + stats.flows_unfinished;
    assert_eq!(ends, stats.flows, "every flow ends in one way");
}
