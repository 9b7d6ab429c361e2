//! What acknowledgements, FINs and RSTs claim of a stream, and how much of it is believed: anyone may have sent them.

use super::{End, Output, Reassembler, Scene};
use crate::stats::count;
use crate::tcp::Segment;
use crate::tcp::sequence::Position;

/// What stands farther from the data seen belongs to another connection, or to nobody.
const NEAR: u64 = 1 << 20;

/// How much more than was captured an acknowledgement or a FIN may tell of. A capture that lacks
/// more in one stretch is rarer than a number that is made up.
pub(super) const PLAUSIBLE: u64 = 64 << 20;

impl Reassembler {
    /// Whether an acknowledgement of everything before `sequence` says more than is known.
    #[inline]
    pub(crate) fn is_ahead(&self, sequence: u32) -> bool {
        match self.cursor {
            Some(cursor) => {
                cursor.about().nearest(sequence) > cursor.next
                    && self.end.is_none_or(|(end, _)| end > cursor.next)
            }
            None => self.expected != Some(sequence),
        }
    }

    /// Up to where bytes before `sequence` are still to come, though the other side has received them: that was
    /// [said](Self::acknowledge), and may be true. Of a stream that has not begun, that is its beginning at least.
    pub(crate) fn awaited(&self, sequence: u32) -> Option<Position> {
        let Some(cursor) = self.cursor else { return Some(Position::first(sequence)) };
        let position = cursor.about().nearest(sequence).min(cursor.claimed);
        let position = self.end.map_or(position, |(end, _)| position.min(end));
        (position > cursor.next).then_some(position)
    }

    /// Whether some of the stream was captured later than its acknowledgement.
    pub(crate) fn is_late(&self) -> bool {
        self.cursor.is_some_and(|cursor| cursor.late)
    }

    /// Whether the other side said to have received what a segment brings next.
    pub(crate) fn is_claimed(&self, segment: &Segment<'_>) -> bool {
        self.cursor.is_some_and(|cursor| cursor.claimed > cursor.next) && self.continues_with(segment)
    }

    /// Whether a segment brings something of the stream that has not come.
    pub(crate) fn is_news(&self, segment: &Segment<'_>) -> bool {
        self.cursor.is_none_or(|cursor| {
            let behind = cursor.about().nearest(segment.data_at()).advance(segment.length());
            segment.has_data() && behind > cursor.next || segment.fin && self.end.is_none()
        })
    }

    /// Whether a segment brings what comes next in the stream.
    pub(crate) fn continues_with(&self, segment: &Segment<'_>) -> bool {
        self.is_news(segment)
            && self.cursor.is_some_and(|cursor| cursor.about().nearest(segment.data_at()) <= cursor.next)
    }

    /// The other side has received everything before `sequence`, or says so.
    pub(crate) fn acknowledge(&mut self, sequence: u32, scene: Scene<'_>, out: &mut impl Output) {
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
        }
        self.trust_acknowledgement(scene, out);
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

    /// Holes that the other side acknowledged are gaps of the capture: it has received the bytes. Where acknowledgements
    /// are captured sooner than what they acknowledge, that takes some time to show.
    pub(crate) fn trust_acknowledgement(&mut self, scene: Scene<'_>, out: &mut impl Output) {
        while let (Some(cursor), Some(start)) = (self.cursor, self.first_pending()) {
            if cursor.acknowledged < start || cursor.late && self.may_be_filled(scene) {
                return;
            }
            self.close_first_hole(out);
            self.hole_begins(scene.now);
        }
        if let (Some(cursor), Some((end, End::Fin))) = (self.cursor, self.end)
            && cursor.acknowledged >= end
        {
            self.gap(cursor.next.distance_to(end), out);
        }
    }

    /// Acknowledged bytes of which no copy, nor anything behind them, was captured.
    pub(super) fn close_acknowledged_tail(&mut self, out: &mut impl Output) {
        let Some(cursor) = self.cursor else { return };
        let claimed = cursor.claimed.max(cursor.acknowledged);
        let acknowledged = self.end.map_or(claimed, |(end, _)| claimed.min(end));
        let length = cursor.next.distance_to(acknowledged);
        // An acknowledged FIN counts as a byte. If only one is lacking, it is the likelier thing.
        if length > 1 || self.end.is_some() {
            self.gap(length, out);
        }
    }
}
