//! What waits behind holes.

use std::collections::BTreeMap;

use kexray_analyzer::Timestamp;

use super::{Output, Reassembler, Scene};
use crate::limits::Limits;
use crate::stats::{add, length};
use crate::tcp::TcpAnomaly;
use crate::tcp::sequence::Position;

/// What waits behind a hole.
///
/// Invariant: every key lies at or behind `next`, and the pieces do not overlap.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) pieces: BTreeMap<Position, Piece>,
    pub(super) cost: usize,
    pub(super) hole_since: Timestamp,
    /// Since when the first hole is known to be acknowledged, where it may be filled all the same.
    pub(super) acknowledged_since: Option<Timestamp>,
}

/// A segment, or what is new in it, that waits behind a hole.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) bytes: Box<[u8]>,
    pub(super) missing: u64,
}

impl Piece {
    pub(super) fn cost(&self) -> usize {
        self.bytes.len().saturating_add(Limits::SEGMENT_COST)
    }

    pub(super) fn end(&self, start: Position) -> Position {
        start.advance(length(&self.bytes))
    }
}

impl Reassembler {
    pub(super) fn first_pending(&self) -> Option<Position> {
        self.waiting.as_ref()?.pieces.first_key_value().map(|(start, _)| *start)
    }

    pub(super) fn pop_pending(&mut self) -> Option<Piece> {
        let waiting = self.waiting.as_mut()?;
        let (_, piece) = waiting.pieces.pop_first()?;
        waiting.cost = waiting.cost.saturating_sub(piece.cost());
        if waiting.pieces.is_empty() {
            self.waiting = None;
        }
        Some(piece)
    }

    pub(super) fn insert_pending(&mut self, at: Position, piece: Piece, now: Timestamp) {
        let waiting = self.waiting.get_or_insert_with(|| {
            let pieces = BTreeMap::new();
            Box::new(Waiting { pieces, cost: 0, hole_since: now, acknowledged_since: None })
        });
        waiting.cost = waiting.cost.saturating_add(piece.cost());
        if let Some(old) = waiting.pieces.insert(at, piece) {
            waiting.cost = waiting.cost.saturating_sub(old.cost());
        }
    }

    /// The first hole is one that was not there before.
    pub(super) fn hole_begins(&mut self, now: Timestamp) {
        if let Some(waiting) = &mut self.waiting {
            waiting.hole_since = now;
            waiting.acknowledged_since = None;
        }
    }

    /// Whether the first hole, which was acknowledged, may be filled by what comes late.
    pub(super) fn may_be_filled(&mut self, scene: Scene<'_>) -> bool {
        self.waiting.as_mut().is_some_and(|waiting| {
            let since = *waiting.acknowledged_since.get_or_insert(scene.now);
            waiting.pieces.len() <= scene.limits.order_segments
                && scene.limits.is_within_order_patience(since, scene.now)
        })
    }

    /// Whether time will tell that the first hole is a gap.
    pub(crate) fn waits_for_late_data(&self) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| waiting.acknowledged_since.is_some())
    }

    /// Splits bytes that start at `next` where the first waiting piece starts, if it starts
    /// within them.
    pub(super) fn split_at_pending<'b>(&self, bytes: &'b [u8]) -> Option<(&'b [u8], &'b [u8])> {
        let next = self.cursor?.next;
        let start = self.first_pending()?;
        let distance = next.distance_to(start);
        if distance >= length(bytes) {
            return None;
        }
        bytes.split_at_checked(usize::try_from(distance).ok()?)
    }

    /// Keeps data that lies behind a hole, except for what waits already.
    pub(super) fn store(
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
}

/// Two copies of the same stretch of the stream, from its first byte on.
pub(super) fn note_overlap(second: &[u8], first: &[u8], out: &mut impl Output) {
    let shared = second.len().min(first.len());
    add(&mut out.stats().retransmitted_bytes, u64::try_from(shared).unwrap_or(u64::MAX));
    let differing = second.iter().zip(first).filter(|(second, first)| second != first).count();
    if differing > 0 {
        add(&mut out.stats().inconsistent_bytes, u64::try_from(differing).unwrap_or(u64::MAX));
        out.anomaly(TcpAnomaly::InconsistentRetransmission);
    }
}
