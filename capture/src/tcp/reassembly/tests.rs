use proptest::prelude::*;

use super::waiting::Piece;
use super::*;

/// What came out, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Out {
    Bytes(Vec<u8>),
    Gap(u64),
}

#[derive(Default)]
struct Record {
    out: Vec<Out>,
    anomalies: Vec<TcpAnomaly>,
    stats: Stats,
}

impl Output for Record {
    fn deliver(&mut self, bytes: &[u8]) {
        assert!(!bytes.is_empty());
        self.out.push(Out::Bytes(bytes.to_vec()));
    }

    fn gap(&mut self, length: u64) {
        assert!(length > 0);
        self.out.push(Out::Gap(length));
    }

    fn anomaly(&mut self, anomaly: TcpAnomaly) {
        self.anomalies.push(anomaly);
    }

    fn stats(&mut self) -> &mut Stats {
        &mut self.stats
    }
}

struct Bench {
    stream: Reassembler,
    record: Record,
    limits: Limits,
    now: Timestamp,
    one_sided: bool,
}

impl Bench {
    /// A stream that is known to begin at `start`.
    fn new(start: u32) -> Self {
        let mut bench = Self::from_the_middle();
        bench.stream.begin(start);
        bench
    }

    fn from_the_middle() -> Self {
        Self {
            stream: Reassembler::new(),
            record: Record::default(),
            limits: Limits::default(),
            now: Timestamp::default(),
            one_sided: false,
        }
    }

    fn scene<'a>(&self, limits: &'a Limits) -> Scene<'a> {
        Scene { limits, now: self.now, one_sided: self.one_sided }
    }

    fn data(&mut self, sequence: u32, bytes: &[u8]) {
        self.cut_data(sequence, bytes, 0);
    }

    fn cut_data(&mut self, sequence: u32, bytes: &[u8], missing: u64) {
        let limits = self.limits;
        let scene = self.scene(&limits);
        let chunk = Chunk { sequence, bytes, missing };
        self.stream.segment(chunk, scene, &mut self.record);
        self.check_invariants();
    }

    fn ack(&mut self, sequence: u32) {
        let limits = self.limits;
        self.stream.acknowledge(sequence, self.scene(&limits), &mut self.record);
        self.check_invariants();
    }

    /// A little longer than that passes.
    fn wait(&mut self, time: Duration) {
        self.now = Timestamp::from_nanos(self.now.as_nanos() + time.as_nanos() as u64 + 1);
    }

    fn fin(&mut self, sequence: u32) -> bool {
        let fits = self.stream.finish(sequence);
        let limits = self.limits;
        self.stream.trust_acknowledgement(self.scene(&limits), &mut self.record);
        self.check_invariants();
        fits
    }

    fn flush(&mut self) {
        self.stream.flush(&mut self.record);
        assert!(self.stream.cost() == 0 && self.stream.waiting.is_none());
    }

    fn check_invariants(&self) {
        let Some(waiting) = &self.stream.waiting else { return };
        assert!(!waiting.pieces.is_empty());
        let cost: usize = waiting.pieces.values().map(Piece::cost).sum();
        assert_eq!(cost, self.stream.cost());
        assert!(cost <= self.limits.buffered_per_direction);
        let mut free = self.stream.cursor.map(|cursor| cursor.next);
        for (start, piece) in &waiting.pieces {
            assert!(free.is_some_and(|free| free <= *start), "pieces overlap or lie behind");
            assert!(!piece.bytes.is_empty() || piece.missing > 0, "a piece of nothing");
            free = Some(piece.end(*start));
        }
    }

    /// Takes what came out, one character a byte and `_` for each byte of a gap, chunks apart.
    fn out(&mut self) -> String {
        let out = std::mem::take(&mut self.record.out).into_iter().map(|out| match out {
            Out::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
            Out::Gap(length) => "_".repeat(length as usize),
        });
        out.collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn data_in_order_passes_through() {
    let mut bench = Bench::new(10);
    bench.data(10, b"abc");
    assert_eq!(bench.out(), "abc");
    bench.data(13, b"def");
    assert_eq!(bench.out(), "def");
    assert_eq!(bench.stream.cost(), 0);
}

#[test]
fn a_filled_hole_lets_each_segment_out_by_itself() {
    let mut bench = Bench::new(0);
    bench.data(6, b"ghi");
    bench.data(3, b"def");
    bench.data(12, b"mno");
    assert_eq!(bench.out(), "");
    bench.data(0, b"abc");
    assert_eq!(bench.out(), "abc def ghi");
    bench.data(9, b"jkl");
    assert_eq!(bench.out(), "jkl mno");
}

#[test]
fn sequence_numbers_wrap_around() {
    let mut bench = Bench::new(0xffff_fffe);
    bench.data(1, b"def");
    bench.data(0xffff_fffe, b"abc");
    assert_eq!(bench.out(), "abc def");
    bench.data(0xffff_ffff, b"bcdefg");
    assert_eq!(bench.out(), "g");
}

#[test]
fn retransmissions_are_not_delivered_again() {
    let mut bench = Bench::new(0);
    bench.data(0, b"abc");
    bench.data(0, b"abc");
    bench.data(0, b"abcdef");
    bench.data(2, b"c");
    assert_eq!(bench.out(), "abc def");
    assert_eq!(bench.record.stats.retransmitted_bytes, 7);
}

#[test]
fn the_first_copy_of_a_byte_counts() {
    let mut bench = Bench::new(0);
    bench.data(2, b"cd");
    bench.data(6, b"gh");
    bench.data(1, b"BCDEFGHI");
    assert_eq!(bench.record.anomalies, [TcpAnomaly::InconsistentRetransmission; 2]);
    assert_eq!(bench.record.stats.inconsistent_bytes, 4);
    bench.data(0, b"a");
    assert_eq!(bench.out(), "a B cd EF gh I");

    let mut bench = Bench::new(0);
    bench.data(2, b"cd");
    bench.data(0, b"ABCDEF");
    assert_eq!(bench.out(), "AB cd EF");
    assert_eq!(bench.record.anomalies, [TcpAnomaly::InconsistentRetransmission]);
}

#[test]
fn an_acknowledged_hole_is_a_gap() {
    let mut bench = Bench::new(0);
    bench.data(0, b"abc");
    bench.data(6, b"ghi");
    bench.data(12, b"mno");
    bench.ack(3);
    bench.ack(5);
    assert_eq!(bench.out(), "abc");
    bench.ack(6);
    assert_eq!(bench.out(), "___ ghi");
    bench.ack(15);
    assert_eq!(bench.out(), "___ mno");
}

#[test]
fn data_behind_a_hole_acknowledged_before_comes_at_once() {
    let mut bench = Bench::new(0);
    bench.ack(9);
    bench.data(6, b"ghi");
    assert_eq!(bench.out(), "______ ghi");
}

#[test]
fn an_acknowledgement_ahead_of_all_data_waits_for_what_shows_it() {
    let mut bench = Bench::new(0);
    bench.ack(3);
    bench.data(0, b"abc");
    assert_eq!(bench.out(), "abc", "it was only stored late");
    for _ in 0..100 {
        bench.ack(9);
    }
    assert_eq!(bench.out(), "");
    bench.data(3, b"def");
    assert_eq!(bench.out(), "def");
    bench.data(9, b"jkl");
    assert_eq!(bench.out(), "", "so this may be");
    bench.wait(bench.limits.order_patience);
    bench.ack(20);
    assert_eq!(bench.out(), "___ jkl");
    bench.ack(20);
    assert_eq!(bench.out(), "");
    bench.flush();
    assert_eq!(bench.out(), "________");
}

#[test]
fn data_out_of_order_is_not_taken_for_lost_because_of_one_wrong_acknowledgement() {
    let mut bench = Bench::new(0);
    bench.ack(10_000);
    bench.data(3, b"def");
    bench.ack(0);
    bench.data(0, b"abc");
    assert_eq!(bench.out(), "abc def");
    // What was lost is told once a number fits.
    bench.data(9, b"jkl");
    assert_eq!(bench.out(), "");
    bench.ack(12);
    assert_eq!(bench.out(), "", "as far as is known the acknowledgement was not wrong, but the data late");
    bench.wait(bench.limits.order_patience);
    bench.ack(12);
    assert_eq!(bench.out(), "___ jkl");
}

#[test]
fn acknowledgements_alone_follow_a_stream_of_any_length() {
    let mut bench = Bench::new(0);
    for step in 1..200_u32 {
        bench.ack(step.wrapping_mul(50 << 20));
    }
    assert_eq!((bench.out(), bench.record.stats.ignored_acks), (String::new(), 0));
    let end = 199_u32.wrapping_mul(50 << 20);
    bench.data(end, b"abc");
    assert_eq!(bench.record.out, [Out::Gap(199 * (50 << 20)), Out::Bytes(b"abc".to_vec())]);
}

#[test]
fn an_acknowledged_fin_is_no_gap() {
    let mut bench = Bench::new(0);
    bench.data(0, b"abc");
    assert!(bench.fin(3));
    assert!(bench.stream.is_complete());
    for _ in 0..9 {
        bench.ack(4);
    }
    bench.flush();
    assert_eq!(bench.out(), "abc");

    // Neither is one that was not captured.
    let mut bench = Bench::new(0);
    bench.data(0, b"abc");
    for _ in 0..9 {
        bench.ack(4);
    }
    bench.flush();
    assert_eq!(bench.out(), "abc");
}

#[test]
fn a_fin_tells_where_the_stream_ends() {
    let mut bench = Bench::new(0);
    bench.data(0, b"abc");
    assert!(bench.fin(9));
    assert!(!bench.stream.is_complete());
    bench.data(6, b"ghi");
    bench.data(3, b"def");
    assert!(bench.stream.is_finished());
    bench.data(9, b"JKL");
    assert_eq!(bench.record.anomalies, [TcpAnomaly::DataAfterFin]);
    assert_eq!(bench.record.stats.bytes_after_end, 3);
    bench.flush();
    assert_eq!(bench.out(), "abc def ghi");

    let mut bench = Bench::new(0);
    bench.data(0, b"abc");
    assert!(!bench.fin(2), "a FIN inside the stream");
    assert!(bench.fin(9));
    bench.flush();
    assert_eq!(bench.out(), "abc ______");
}

#[test]
fn an_acknowledged_fin_closes_the_hole_before_it() {
    for early in [true, false] {
        let mut bench = Bench::new(0);
        bench.data(0, b"abc");
        if early {
            bench.ack(10);
        }
        assert!(bench.fin(9));
        if !early {
            assert!(!bench.stream.is_finished());
            bench.ack(10);
        }
        assert_eq!(bench.out(), "abc ______");
        assert!(bench.stream.is_finished());
    }
    // Nothing is behind a FIN that could be acknowledged.
    let mut bench = Bench::new(0);
    assert!(bench.fin(9));
    bench.ack(11);
    assert_eq!((bench.out(), bench.record.stats.ignored_acks), (String::new(), 1));
}

#[test]
fn data_behind_a_fin_that_was_not_reached_proves_it_wrong() {
    let mut bench = Bench::new(0);
    bench.data(0, b"abc");
    assert!(bench.fin(9));
    bench.data(6, b"ghijkl");
    assert_eq!(bench.record.stats.ignored_ends, 1);
    bench.data(3, b"def");
    assert!(bench.fin(12));
    assert!(bench.stream.is_finished());
    assert_eq!(bench.out(), "abc def ghijkl");
}

#[test]
fn a_fin_far_away_is_none() {
    let mut bench = Bench::new(0);
    bench.data(0, b"abc");
    assert!(!bench.fin(100 << 20));
    bench.data(3, b"def");
    bench.flush();
    assert_eq!(bench.out(), "abc def");
}

#[test]
fn after_a_reset_only_holes_are_filled() {
    let mut bench = Bench::new(0);
    bench.data(0, b"abc");
    bench.data(6, b"ghi");
    bench.stream.reset();
    bench.data(9, b"jkl");
    assert_eq!(bench.record.anomalies, [TcpAnomaly::DataAfterReset]);
    bench.data(3, b"def");
    assert_eq!(bench.out(), "abc def ghi");
    assert!(bench.stream.is_complete());
}

#[test]
fn what_the_capture_cut_off_is_a_gap() {
    let mut bench = Bench::new(0);
    bench.cut_data(0, b"ab", 4);
    assert_eq!(bench.out(), "ab ____");
    bench.cut_data(6, b"", 3);
    assert_eq!(bench.out(), "___");
    bench.cut_data(12, b"mn", 1);
    bench.cut_data(9, b"jk", 1);
    assert_eq!(bench.out(), "jk _ mn _");
    assert!(bench.record.anomalies.iter().all(|anomaly| *anomaly == TcpAnomaly::TruncatedPayload));
}

#[test]
fn another_copy_replaces_what_was_cut_off() {
    let mut bench = Bench::new(0);
    bench.cut_data(3, b"d", 5);
    bench.data(6, b"gh");
    bench.data(0, b"abc");
    assert_eq!(bench.out(), "abc d __ gh _");

    let mut bench = Bench::new(0);
    bench.cut_data(3, b"", 6);
    bench.data(3, b"def");
    bench.data(0, b"abc");
    assert_eq!(bench.out(), "abc def ___");
}

#[test]
fn wild_numbers_do_not_move_the_stream() {
    let mut bench = Bench::new(0);
    bench.data(0, b"abc");
    bench.data(0x6000_0000, b"far");
    bench.data(0xa000_0000, b"far");
    bench.ack(0x6000_0000);
    bench.ack(0x0500_0000);
    bench.data(3, b"def");
    bench.flush();
    assert_eq!(bench.out(), "abc def");
    assert_eq!((bench.record.stats.bytes_out_of_window, bench.record.stats.ignored_acks), (6, 2));
}

#[test]
fn keep_alive_probes_change_nothing() {
    let mut bench = Bench::new(0);
    bench.data(0, b"abc");
    bench.data(2, b"\0");
    bench.data(2, b"");
    bench.data(3, b"d");
    bench.data(3, b"def");
    assert_eq!(bench.out(), "abc d ef");
    assert_eq!(bench.record.anomalies, []);
}

#[test]
fn from_the_middle_the_first_segment_is_the_start() {
    let mut bench = Bench::from_the_middle();
    bench.ack(50);
    bench.data(100, b"abc");
    bench.data(97, b"xyz");
    bench.data(98, b"yzabcdef");
    assert_eq!(bench.out(), "abc def");
    assert_eq!(bench.record.stats.bytes_before_start, 8);
}

#[test]
fn a_full_buffer_gives_up_the_hole() {
    let mut bench = Bench::new(0);
    bench.limits.buffered_per_direction = 3 * (1 + Limits::SEGMENT_COST);
    for sequence in [1, 3, 5] {
        bench.data(sequence, b"x");
    }
    assert_eq!(bench.out(), "");
    bench.data(7, b"x");
    assert_eq!(bench.out(), "_ x");
    assert_eq!(bench.record.anomalies, [TcpAnomaly::BufferFull]);
    assert_eq!(bench.record.stats.buffer_overflows, 1);
    bench.stream.give_up_all(&mut bench.record);
    assert_eq!(bench.out(), "_ x _ x _ x");
}

#[test]
fn without_the_other_side_a_hole_is_given_up_after_a_while() {
    let mut bench = Bench::new(0);
    bench.one_sided = true;
    bench.data(1, b"b");
    bench.data(2, b"c");
    assert_eq!(bench.out(), "");
    bench.now = Timestamp::from_micros(11_000_000);
    bench.data(3, b"d");
    assert_eq!(bench.out(), "_ b c d");
    assert_eq!(bench.record.anomalies, [TcpAnomaly::UnacknowledgedHole]);

    bench.data(5, b"f");
    for sequence in 0..256 {
        assert_eq!(bench.out(), "");
        bench.data(6 + sequence, b"g");
    }
    assert!(bench.out().starts_with("_ f g"));

    let (block, start) = (vec![b'h'; 64 << 10], 263);
    for number in 0..4 {
        assert_eq!(bench.out(), "");
        bench.data(start + number * (64 << 10), &block);
    }
    assert!(bench.out().starts_with("_ hh"));
}

#[test]
fn a_stream_longer_than_the_number_space() {
    let mut bench = Bench::new(7);
    let block = vec![b'x'; 1 << 20];
    let mut sequence = 7_u32;
    for _ in 0..(5 << 10) {
        bench.data(sequence, &block);
        sequence = sequence.wrapping_add(1 << 20);
        bench.record.out.clear();
    }
    bench.data(sequence.wrapping_add(3), b"def");
    bench.data(sequence, b"abc");
    assert_eq!(bench.out(), "abc def");
    assert_eq!(bench.record.anomalies, []);
}

/// Segments of a stream of `length` bytes, as (start, length), each possibly more than once, in
/// an order in which none is more than `reach` places from where it was sent.
fn deliveries(length: usize, reach: usize) -> impl Strategy<Value = Vec<(usize, usize)>> {
    let cuts = proptest::collection::vec(0..length, 0..24);
    let extra = proptest::collection::vec((0..length, 1..40_usize), 0..12);
    (cuts, extra).prop_flat_map(move |(mut cuts, extra)| {
        cuts.extend([0, length]);
        cuts.sort_unstable();
        cuts.dedup();
        let whole = cuts.windows(2).map(|cut| (cut[0], cut[1] - cut[0]));
        let extra = extra.into_iter().map(|(at, more)| (at, more.min(length - at)));
        let mut segments: Vec<_> = whole.chain(extra).collect();
        segments.sort_unstable();
        let count = segments.len();
        proptest::collection::vec(0..=reach, count).prop_map(move |delays| {
            let mut order: Vec<_> = segments.iter().zip(&delays).enumerate().collect();
            order.sort_by_key(|(sent, (_, delay))| sent + **delay);
            order.into_iter().map(|(_, (segment, _))| *segment).collect()
        })
    })
}

fn content(at: usize) -> u8 {
    (at * 31 + at / 7) as u8
}

fn joined(out: &[Out]) -> Vec<Option<u8>> {
    let mut joined = Vec::new();
    for out in out {
        match out {
            Out::Bytes(bytes) => joined.extend(bytes.iter().copied().map(Some)),
            Out::Gap(length) => joined.extend((0..*length).map(|_| None)),
        }
    }
    joined
}

proptest! {
    /// However a stream is cut, repeated and shuffled, it comes out the same.
    #[test]
    fn any_segmentation_gives_the_same_stream(start: u32, segments in deliveries(600, 12)) {
        let mut bench = Bench::new(start);
        for (at, length) in &segments {
            let bytes: Vec<u8> = (*at..at + length).map(content).collect();
            bench.data(start.wrapping_add(*at as u32), &bytes);
        }
        prop_assert_eq!(bench.stream.cost(), 0);
        prop_assert!(bench.record.anomalies.is_empty());
        let expected: Vec<_> = (0..600).map(content).map(Some).collect();
        prop_assert_eq!(joined(&bench.record.out), expected);
        prop_assert!(bench.record.stats.inconsistent_bytes == 0);
    }

    /// Against a model that notes for each byte the first copy that arrived: some segments are
    /// lost, some contradict others, and acknowledgements never run ahead of what arrived.
    #[test]
    fn the_first_copy_of_each_byte_comes_out(
        start: u32,
        arrivals in proptest::collection::vec((0..300_usize, 1..50_usize, any::<u8>(), any::<bool>()), 0..40),
    ) {
        let mut bench = Bench::new(start);
        let mut model: Vec<Option<u8>> = Vec::new();
        for (at, length, fill, acknowledge) in arrivals {
            bench.data(start.wrapping_add(at as u32), &vec![fill; length]);
            if model.len() < at + length {
                model.resize(at + length, None);
            }
            for byte in &mut model[at..at + length] {
                byte.get_or_insert(fill);
            }
            let first_hole = model.iter().position(Option::is_none).unwrap_or(model.len());
            if acknowledge {
                bench.ack(start.wrapping_add(first_hole as u32));
            }
            let out = joined(&bench.record.out);
            prop_assert_eq!(out.len(), first_hole, "nothing waits without a hole before it");
        }
        bench.flush();
        prop_assert_eq!(joined(&bench.record.out), model);
    }

    /// Whatever happens: no panic, bounded memory, and every byte is accounted for.
    #[test]
    fn chaos_is_bounded(
        operations in proptest::collection::vec((0..8_u8, any::<u32>(), 0..200_usize, 0..3_u64), 0..120),
        near: bool,
        one_sided: bool,
    ) {
        let mut bench = Bench::from_the_middle();
        bench.limits.buffered_per_direction = 1_000;
        bench.one_sided = one_sided;
        for (operation, sequence, length, missing) in operations {
            let sequence = if near { sequence % 2_000 } else { sequence };
            match operation {
                0..=3 => bench.cut_data(sequence, &vec![operation; length], missing),
                4 => bench.ack(sequence),
                5 => drop(bench.fin(sequence)),
                6 => if sequence % 8 == 0 { bench.stream.reset() },
                _ => bench.stream.give_up_all(&mut bench.record),
            }
            bench.check_invariants();
        }
        bench.flush();
        let total: u64 = bench.stream.cursor.map_or(0, |cursor| cursor.start.distance_to(cursor.next));
        prop_assert_eq!(joined_length(&bench.record.out), total);
    }
}

fn joined_length(out: &[Out]) -> u64 {
    out.iter()
        .map(|out| match out {
            Out::Bytes(bytes) => bytes.len() as u64,
            Out::Gap(length) => *length,
        })
        .sum()
}
