//! One direction of a connection, put back in order.
//!
//! Data that comes in order passes straight through; only what lies behind a hole is copied.
//! Of several copies of a byte the first counts.

use std::collections::BTreeMap;
use std::time::Duration;

use kexray_analyzer::Timestamp;

use super::TcpAnomaly;
use super::sequence::Position;
use crate::limits::Limits;
use crate::stats::{Stats, add, count, length};

/// Nothing valid is farther away than this: the largest window that scaling allows (RFC 7323
/// section 2.3).
const MAX_WINDOW: u64 = 1 << 30;

/// What stands farther from the data seen belongs to another connection, or to nobody.
const NEAR: u64 = 1 << 20;

/// How much more than was captured an acknowledgement or a FIN may tell of. A capture that lacks
/// more in one stretch is rarer than a number that is made up.
const PLAUSIBLE: u64 = 64 << 20;

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

/// A segment, or what is new in it, that waits behind a hole.
#[derive(Debug)]
struct Piece {
    bytes: Box<[u8]>,
    missing: u64,
}

impl Piece {
    fn cost(&self) -> usize {
        self.bytes.len().saturating_add(Limits::SEGMENT_COST)
    }

    fn end(&self, start: Position) -> Position {
        start.advance(length(&self.bytes))
    }
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

/// What waits behind a hole.
///
/// Invariant: every key lies at or behind `next`, and the pieces do not overlap.
#[derive(Debug)]
struct Waiting {
    pieces: BTreeMap<Position, Piece>,
    cost: usize,
    hole_since: Timestamp,
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
            Cursor { start, next: start, highest: start, acknowledged: start, claimed: start }
        });
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
            cursor.see(behind);
        }
        if at == cursor.next {
            self.advance(bytes, missing, out);
            self.hole_begins(scene.now);
        } else {
            self.store(at, bytes, missing, scene.now, out);
            self.give_up_holes(scene, out);
        }
        self.trust_acknowledgement(out);
    }

    /// Whether an acknowledgement of everything before `sequence` says more than is known.
    pub(crate) fn is_ahead(&self, sequence: u32) -> bool {
        match self.cursor {
            Some(cursor) => {
                cursor.about().nearest(sequence) > cursor.next
                    && self.end.is_none_or(|(end, _)| end > cursor.next)
            }
            None => self.expected != Some(sequence),
        }
    }

    /// The other side has received everything before `sequence`, or says so.
    pub(crate) fn acknowledge(&mut self, sequence: u32, out: &mut impl Output) {
        let Some(cursor) = &mut self.cursor else {
            self.expected = Some(sequence);
            return;
        };
        let about = cursor.about();
        let mut position = about.nearest(sequence);
        if let Some((end, reason)) = self.end {
            // A FIN is acknowledged like a byte. Behind it is nothing.
            if reason == End::Fin && position > end.advance(1) {
                return count(&mut out.stats().ignored_acks);
            }
            position = position.min(end);
        }
        if about.max(cursor.highest).distance_to(position) > PLAUSIBLE {
            return count(&mut out.stats().ignored_acks);
        }
        cursor.claimed = cursor.claimed.max(position);
        if position <= cursor.highest {
            cursor.acknowledged = cursor.acknowledged.max(position);
            self.trust_acknowledgement(out);
        }
    }

    /// A FIN stands at `sequence`. Returns false if it cannot be true.
    ///
    /// [`trust_acknowledgement`](Self::trust_acknowledgement) is to follow: the FIN may explain one.
    pub(crate) fn finish(&mut self, sequence: u32) -> bool {
        self.begin(sequence);
        let Some(cursor) = &mut self.cursor else {
            return false;
        };
        let about = cursor.about();
        let end = about.nearest(sequence);
        if self.end.is_some() {
            return true;
        }
        if end < cursor.highest || about.max(cursor.highest).distance_to(end) > PLAUSIBLE {
            return false;
        }
        // Who acknowledged more than the FIN spoke of nothing.
        let spoken = if cursor.claimed > end.advance(1) { cursor.acknowledged } else { cursor.claimed };
        cursor.claimed = spoken.min(end);
        cursor.see(end);
        self.end = Some((end, End::Fin));
        true
    }

    /// Whether everything up to a FIN has been delivered.
    pub(crate) fn is_finished(&self) -> bool {
        matches!((self.cursor, self.end), (Some(cursor), Some((end, End::Fin))) if cursor.next >= end)
    }

    /// Whether a RST with this number can be true: it stands where the receiver expects the next
    /// byte (RFC 5961 section 3.2), as far as the capture shows what that has received.
    pub(crate) fn is_expected(&self, sequence: u32) -> bool {
        let Some(cursor) = self.cursor else {
            return self.expected.is_none_or(|expected| expected == sequence);
        };
        let at = cursor.about().nearest(sequence);
        let behind_fin = self.end.filter(|(_, reason)| *reason == End::Fin).map(|(end, _)| end.advance(1));
        at == cursor.next || at == cursor.highest.max(cursor.claimed) || Some(at) == behind_fin
    }

    /// Whether `sequence` lies about where the stream is.
    pub(crate) fn is_near(&self, sequence: u32) -> bool {
        self.cursor.is_none_or(|cursor| {
            let position = cursor.highest.nearest(sequence);
            let ahead = cursor.highest.distance_to(position);
            let behind = position.distance_to(cursor.highest);
            ahead.max(behind) <= NEAR
        })
    }

    /// The connection was reset: what is known to have been sent may still fill holes, nothing more.
    pub(crate) fn reset(&mut self) {
        if let Some(cursor) = self.cursor {
            self.end.get_or_insert((cursor.highest, End::Reset));
        }
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

    fn first_pending(&self) -> Option<Position> {
        self.waiting.as_ref()?.pieces.first_key_value().map(|(start, _)| *start)
    }

    fn pop_pending(&mut self) -> Option<Piece> {
        let waiting = self.waiting.as_mut()?;
        let (_, piece) = waiting.pieces.pop_first()?;
        waiting.cost = waiting.cost.saturating_sub(piece.cost());
        if waiting.pieces.is_empty() {
            self.waiting = None;
        }
        Some(piece)
    }

    fn insert_pending(&mut self, at: Position, piece: Piece, now: Timestamp) {
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::new(Waiting { pieces: BTreeMap::new(), cost: 0, hole_since: now }));
        waiting.cost = waiting.cost.saturating_add(piece.cost());
        if let Some(old) = waiting.pieces.insert(at, piece) {
            waiting.cost = waiting.cost.saturating_sub(old.cost());
        }
    }

    /// The first hole is one that was not there before.
    fn hole_begins(&mut self, now: Timestamp) {
        if let Some(waiting) = &mut self.waiting {
            waiting.hole_since = now;
        }
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

    /// Splits bytes that start at `next` where the first waiting piece starts, if it starts
    /// within them.
    fn split_at_pending<'b>(&self, bytes: &'b [u8]) -> Option<(&'b [u8], &'b [u8])> {
        let next = self.cursor?.next;
        let start = self.first_pending()?;
        let distance = next.distance_to(start);
        if distance >= length(bytes) {
            return None;
        }
        bytes.split_at_checked(usize::try_from(distance).ok()?)
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

    /// Holes that the other side acknowledged are gaps of the capture: it has received the bytes.
    pub(crate) fn trust_acknowledgement(&mut self, out: &mut impl Output) {
        while let (Some(cursor), Some(start)) = (self.cursor, self.first_pending()) {
            if cursor.acknowledged < start {
                return;
            }
            self.close_first_hole(out);
        }
        if let (Some(cursor), Some((end, End::Fin))) = (self.cursor, self.end)
            && cursor.acknowledged >= end
        {
            self.gap(cursor.next.distance_to(end), out);
        }
    }

    /// Acknowledged bytes of which no copy, nor anything behind them, was captured.
    fn close_acknowledged_tail(&mut self, out: &mut impl Output) {
        let Some(cursor) = self.cursor else { return };
        let claimed = cursor.claimed.max(cursor.acknowledged);
        let acknowledged = self.end.map_or(claimed, |(end, _)| claimed.min(end));
        let length = cursor.next.distance_to(acknowledged);
        // An acknowledged FIN counts as a byte. If only one is lacking, it is the likelier thing.
        if length > 1 || self.end.is_some() {
            self.gap(length, out);
        }
    }

    /// Keeps data that lies behind a hole, except for what waits already.
    fn store(
        &mut self,
        mut at: Position,
        mut bytes: &[u8],
        missing: u64,
        now: Timestamp,
        out: &mut impl Output,
    ) {
        loop {
            let pieces = self.waiting.as_ref().map(|waiting| &waiting.pieces);
            let before = pieces.and_then(|pieces| pieces.range(..=at).next_back());
            if let Some((&start, piece)) = before
                && piece.end(start) > at
            {
                // The first copy stays.
                let skipped = usize::try_from(start.distance_to(at)).unwrap_or(usize::MAX);
                let waiting = piece.bytes.get(skipped..).unwrap_or_default();
                note_overlap(bytes, waiting, out);
                at = at.advance(length(waiting));
                bytes = match bytes.get(waiting.len()..) {
                    Some(rest) if !rest.is_empty() => rest,
                    _ => return,
                };
                continue;
            }
            let room = pieces
                .and_then(|pieces| pieces.range(at..).find(|(start, _)| **start > at))
                .map(|(start, _)| at.distance_to(*start));
            let (fresh, rest) = match room.and_then(|room| usize::try_from(room).ok()) {
                Some(room) => bytes.split_at_checked(room).unwrap_or((bytes, &[])),
                None => (bytes, Default::default()),
            };
            add(&mut out.stats().buffered_bytes, length(fresh));
            let mut piece = Piece { bytes: fresh.into(), missing: if rest.is_empty() { missing } else { 0 } };
            if let Some(cut) = pieces.and_then(|pieces| pieces.get(&at)) {
                // All of an earlier copy was cut off; it may have reached further.
                piece.missing = piece.missing.max(cut.missing.saturating_sub(length(fresh)));
            }
            self.insert_pending(at, piece, now);
            if rest.is_empty() {
                return;
            }
            at = at.advance(length(fresh));
            bytes = rest;
        }
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

/// Two copies of the same stretch of the stream, from its first byte on.
fn note_overlap(second: &[u8], first: &[u8], out: &mut impl Output) {
    let shared = second.len().min(first.len());
    add(&mut out.stats().retransmitted_bytes, u64::try_from(shared).unwrap_or(u64::MAX));
    let differing = second.iter().zip(first).filter(|(second, first)| second != first).count();
    if differing > 0 {
        add(&mut out.stats().inconsistent_bytes, u64::try_from(differing).unwrap_or(u64::MAX));
        out.anomaly(TcpAnomaly::InconsistentRetransmission);
    }
}

#[cfg(test)]
mod tests;
