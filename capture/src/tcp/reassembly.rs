//! One direction of a connection, put back in order.
//!
//! Data that comes in order passes straight through; only what lies behind a hole is copied.
//! Of several copies of a byte the first counts.

mod claims;
mod waiting;

use std::time::Duration;

use kexray_analyzer::Timestamp;

use super::TcpAnomaly;
use super::sequence::Position;
use crate::limits::Limits;
use crate::stats::{Stats, add, count, length};
use waiting::{Waiting, note_overlap};

/// Nothing valid is farther away than this: the largest window that scaling allows (RFC 7323
/// section 2.3).
const MAX_WINDOW: u64 = 1 << 30;

/// Data of one segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunk<'a> {
    /// The sequence number of its first byte.
    pub(crate) sequence: u32,
    /// The captured bytes.
    pub(crate) bytes: &'a [u8],
    /// Bytes behind them that the capture cut off.
    pub(crate) missing: u64,
}

/// What the world around a segment looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) now: Timestamp,
    /// Nothing was ever captured of the other direction, so no acknowledgement will come.
    pub(crate) one_sided: bool,
}

/// Where the stream goes, and what happened to the rest.
pub(crate) trait Output {
    fn deliver(&mut self, bytes: &[u8]);
    fn gap(&mut self, length: u64);
    fn anomaly(&mut self, anomaly: TcpAnomaly);
    fn stats(&mut self) -> &mut Stats;
}

/// Why a stream ends where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Fin,
    Reset,
}

/// The stream of one direction.
///
/// Most streams have no holes: what only these need is apart.
#[derive(Debug)]
pub(crate) struct Reassembler {
    /// Where the stream began, and the next byte to deliver; `None` until the first is known.
    cursor: Option<Cursor>,
    end: Option<(Position, End)>,
    /// `None` if nothing waits.
    waiting: Option<Box<Waiting>>,
    /// The last acknowledgement before the stream began.
    expected: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Cursor {
    start: Position,
    next: Position,
    /// Behind the last byte seen, delivered or not; a FIN shows what is before it.
    highest: Position,
    /// The furthest acknowledgement of what was seen, or of holes in it.
    acknowledged: Position,
    /// The furthest acknowledgement. What it says beyond `highest` nothing else shows: anyone may
    /// have sent it. It counts once data comes from behind it, or when nothing more comes.
    claimed: Position,
    /// Something came in order that had been acknowledged before: the capture has this side later than the other.
    late: bool,
}

impl Cursor {
    /// Where the stream stands. Of a stream of which nothing was captured only the other side tells.
    fn about(&self) -> Position {
        if self.highest > self.start { self.next } else { self.claimed }
    }

    /// Everything before `position` was sent, as far as was captured.
    fn see(&mut self, position: Position) {
        self.highest = self.highest.max(position);
        if self.claimed <= self.highest {
            self.acknowledged = self.acknowledged.max(self.claimed);
        }
    }
}

impl Reassembler {
    pub(crate) const fn new() -> Self {
        Self { cursor: None, end: None, waiting: None, expected: None }
    }

    /// The stream begins at `sequence`, unless that is known already.
    pub(crate) fn begin(&mut self, sequence: u32) {
        self.cursor.get_or_insert_with(|| {
            let start = Position::first(sequence);
            Cursor { start, next: start, highest: start, acknowledged: start, claimed: start, late: false }
        });
    }

    /// A SYN says that the stream begins at `sequence`, unless that is known already. What was acknowledged before it came
    /// counts.
    pub(crate) fn open(&mut self, sequence: u32) {
        self.begin(sequence);
        if let (Some(cursor), Some(expected)) = (&mut self.cursor, self.expected.take()) {
            let position = cursor.start.nearest(expected);
            if position >= cursor.start && cursor.highest.distance_to(position) <= claims::PLAUSIBLE {
                cursor.claimed = cursor.claimed.max(position);
                cursor.late = true;
            }
        }
    }

    /// Whether the beginning of the stream is known.
    pub(crate) const fn has_begun(&self) -> bool {
        self.cursor.is_some()
    }

    /// Whether `sequence` can be the first byte of this stream: where it began, or a little
    /// before, if the first segments came out of order.
    pub(crate) fn may_begin_at(&self, sequence: u32, slack: u64) -> bool {
        self.cursor.is_none_or(|cursor| {
            let start = cursor.start.nearest(sequence);
            start <= cursor.start && start.distance_to(cursor.start) <= slack
        })
    }

    /// Whether everything up to the end has been delivered, and there is an end.
    pub(crate) fn is_complete(&self) -> bool {
        match (self.cursor, self.end) {
            (Some(cursor), Some((end, _))) => cursor.next >= end,
            _ => false,
        }
    }

    /// Memory held, in bytes.
    pub(crate) fn cost(&self) -> usize {
        self.waiting.as_ref().map_or(0, |waiting| waiting.cost)
    }

    /// Takes `length` bytes if they are just what comes next and nothing waits, as most do. They are
    /// to be delivered then. False if it is not as simple: [`segment`](Self::segment) sees to it.
    #[inline]
    pub(crate) fn pass(&mut self, sequence: u32, length: u64) -> bool {
        let Some(cursor) = self.cursor.as_mut().filter(|_| self.end.is_none() && self.waiting.is_none())
        else {
            return false;
        };
        if cursor.next.sequence() != sequence || cursor.claimed > cursor.next {
            return false;
        }
        cursor.next = cursor.next.advance(length);
        cursor.highest = cursor.highest.max(cursor.next);
        true
    }

    /// Takes the data of a segment.
    pub(crate) fn segment(&mut self, chunk: Chunk<'_>, scene: Scene<'_>, out: &mut impl Output) {
        self.begin(chunk.sequence);
        let Some(cursor) = self.cursor else { return };
        let about = cursor.about();
        let mut at = about.nearest(chunk.sequence);
        let Chunk { mut bytes, mut missing, .. } = chunk;
        let total = length(bytes).saturating_add(missing);
        if at.distance_to(about).max(about.distance_to(at)) > MAX_WINDOW {
            out.anomaly(TcpAnomaly::DataOutOfWindow);
            return add(&mut out.stats().bytes_out_of_window, total);
        }
        if at < cursor.next {
            let seen = at.distance_to(cursor.next).min(total);
            let counter = if at < cursor.start {
                &mut out.stats().bytes_before_start
            } else {
                &mut out.stats().retransmitted_bytes
            };
            add(counter, seen);
            (bytes, missing) = skip(bytes, missing, seen);
            at = cursor.next;
        }
        if let Some((end, reason)) = self.end {
            let room = at.distance_to(end);
            let beyond = length(bytes).saturating_add(missing).saturating_sub(room);
            if beyond > 0 && reason == End::Fin && cursor.next < end {
                // The FIN was not reached: it stood ahead of a hole, and was not true.
                count(&mut out.stats().ignored_ends);
                self.end = None;
            } else if beyond > 0 {
                add(&mut out.stats().bytes_after_end, beyond);
                out.anomaly(match reason {
                    End::Fin => TcpAnomaly::DataAfterFin,
                    End::Reset => TcpAnomaly::DataAfterReset,
                });
                (bytes, missing) = keep(bytes, missing, room);
            }
        }
        let behind = at.advance(length(bytes)).advance(missing);
        if behind <= at {
            return;
        }
        if missing > 0 {
            out.anomaly(TcpAnomaly::TruncatedPayload);
        }
        if let Some(cursor) = &mut self.cursor {
            cursor.late |= at == cursor.next && cursor.claimed > at;
            cursor.see(behind);
        }
        if at == cursor.next {
            self.advance(bytes, missing, out);
            self.hole_begins(scene.now);
        } else {
            self.store(at, bytes, missing, scene.now, out);
            self.give_up_holes(scene, out);
        }
        self.trust_acknowledgement(scene, out);
    }

    /// Nothing more will come: delivers what waits, with the gaps between.
    pub(crate) fn flush(&mut self, out: &mut impl Output) {
        while self.close_first_hole(out) {}
        self.close_acknowledged_tail(out);
        if let (Some(cursor), Some((end, End::Fin))) = (self.cursor, self.end) {
            self.gap(cursor.next.distance_to(end), out);
        }
    }

    /// Delivers what waits although holes lie before it, because memory is short.
    pub(crate) fn give_up_all(&mut self, out: &mut impl Output) {
        while self.close_first_hole(out) {
            count(&mut out.stats().buffer_overflows);
            out.anomaly(TcpAnomaly::BufferFull);
        }
    }

    /// The next byte to deliver, of a stream that has begun.
    fn next(&self) -> Position {
        self.cursor.map_or(Position::first(0), |cursor| cursor.next)
    }

    /// Delivers data that starts at `next`, and whatever it connects to.
    fn advance(&mut self, mut bytes: &[u8], missing: u64, out: &mut impl Output) {
        if missing == 0 && self.waiting.is_none() {
            return self.deliver(bytes, out);
        }
        let mut cut_until = self.next().advance(length(bytes)).advance(missing);
        while let Some((head, tail)) = self.split_at_pending(bytes) {
            self.deliver(head, out);
            let Some(piece) = self.pop_pending() else {
                break;
            };
            note_overlap(tail, &piece.bytes, out);
            self.deliver(&piece.bytes, out);
            cut_until = cut_until.max(self.next().advance(piece.missing));
            bytes = tail.get(piece.bytes.len()..).unwrap_or_default();
        }
        self.deliver(bytes, out);
        self.cut_tail(self.next().distance_to(cut_until), out);
        self.drain(out);
    }

    /// Delivers the waiting pieces that no hole precedes any more.
    fn drain(&mut self, out: &mut impl Output) {
        while let (Some(cursor), Some(start)) = (self.cursor, self.first_pending()) {
            if start > cursor.next {
                return;
            }
            let Some(piece) = self.pop_pending() else {
                return;
            };
            self.deliver(&piece.bytes, out);
            self.cut_tail(piece.missing, out);
        }
    }

    fn deliver(&mut self, bytes: &[u8], out: &mut impl Output) {
        if let (Some(cursor), false) = (&mut self.cursor, bytes.is_empty()) {
            cursor.next = cursor.next.advance(length(bytes));
            out.deliver(bytes);
        }
    }

    /// The bytes that a capture cut off a segment, as far as no other copy of them waits.
    fn cut_tail(&mut self, missing: u64, out: &mut impl Output) {
        let next = self.next();
        let mut length = missing;
        if let Some(mut first) = self.waiting.as_mut().and_then(|waiting| waiting.pieces.first_entry()) {
            length = missing.min(next.distance_to(*first.key()));
            // What was cut off may go on behind the copy.
            let behind = first.get().end(*first.key()).distance_to(next.advance(missing));
            let piece = first.get_mut();
            piece.missing = piece.missing.max(behind);
        }
        self.gap(length, out);
    }

    fn gap(&mut self, length: u64, out: &mut impl Output) {
        if let (Some(cursor), 1..) = (&mut self.cursor, length) {
            cursor.next = cursor.next.advance(length);
            out.gap(length);
        }
    }

    /// Reports the hole before the first waiting piece as a gap. False if nothing waits.
    fn close_first_hole(&mut self, out: &mut impl Output) -> bool {
        let (Some(cursor), Some(start)) = (self.cursor, self.first_pending()) else {
            return false;
        };
        self.gap(cursor.next.distance_to(start), out);
        self.drain(out);
        true
    }

    /// Gives up holes that cost too much, or that no acknowledgement can ever explain.
    fn give_up_holes(&mut self, scene: Scene<'_>, out: &mut impl Output) {
        let limits = scene.limits;
        while self.cost() > limits.buffered_per_direction && self.close_first_hole(out) {
            count(&mut out.stats().buffer_overflows);
            out.anomaly(TcpAnomaly::BufferFull);
        }
        let Some(waiting) = self.waiting.as_ref().filter(|_| scene.one_sided) else {
            return;
        };
        let age = scene.now.as_nanos().saturating_sub(waiting.hole_since.as_nanos());
        let overdue = waiting.cost > limits.one_sided_bytes
            || waiting.pieces.len() > limits.one_sided_segments
            || Duration::from_nanos(age) > limits.one_sided_patience;
        if overdue {
            out.anomaly(TcpAnomaly::UnacknowledgedHole);
            self.close_first_hole(out);
            self.hole_begins(scene.now);
        }
    }
}

/// Drops `length` bytes of a segment's front.
fn skip(bytes: &[u8], missing: u64, length: u64) -> (&[u8], u64) {
    let captured = crate::stats::length(bytes);
    let rest = usize::try_from(length).ok().and_then(|length| bytes.get(length..));
    (rest.unwrap_or_default(), missing.saturating_sub(length.saturating_sub(captured)))
}

/// Drops all but `length` bytes of a segment's front.
fn keep(bytes: &[u8], missing: u64, length: u64) -> (&[u8], u64) {
    let captured = crate::stats::length(bytes);
    let front = usize::try_from(length).ok().and_then(|length| bytes.get(..length));
    (front.unwrap_or(bytes), missing.min(length.saturating_sub(captured)))
}

#[cfg(test)]
mod tests;
