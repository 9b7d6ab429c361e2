//! Segments that came before what they answer.
//!
//! Where two taps or two interfaces capture the two directions, one may be late: an answer comes before the question. TCP
//! tells, for a segment acknowledges what its sender had received by then (RFC 9293 section 3.4). One that acknowledges
//! what has not come yet waits until it has come, and is taken in then, as if the packets had stood in the right order.
//! What it acknowledges may be lacking in the capture: so patience is short, and ends if it is in vain too often.
//!
//! Acknowledgements themselves do not wait: they tell what to wait for.

use std::collections::VecDeque;

use kexray_analyzer::Timestamp;

use super::{End, Ends};
use crate::limits::Limits;
use crate::tcp::{Position, Reassembler, Segment};

/// So many waits in vain, with none between that was not, and a flow waits no more: its other direction is not late, but
/// not captured.
const PATIENT_TIMES: u8 = 4;

/// The early segments of a flow.
#[derive(Debug, Default)]
pub(super) struct Order {
    early: Ends<VecDeque<Early>>,
    /// Bytes of their payloads.
    payload: usize,
    /// Early segments so far.
    number: u64,
    /// Nobody waits for what this end sent before that place, come or not.
    forgone: Ends<Option<Position>>,
    in_vain: u8,
    /// Since when something waits, as the application was told.
    told_since: Option<Timestamp>,
}

/// A segment that acknowledges what has not come yet, or that follows such a one.
#[derive(Debug)]
pub(super) struct Early {
    /// The segment, without its payload.
    head: Segment<'static>,
    payload: Box<[u8]>,
    number: u64,
    pub(super) since: Timestamp,
}

/// The first early segment of an end, which is to be taken in next.
#[derive(Clone, Copy, Debug)]
enum Due {
    /// What it acknowledges has come, or is known to be lacking.
    Answer(End),
    /// It waited long enough.
    InVain(End),
}

/// An early segment that waits no more.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) end: End,
    pub(super) early: Early,
    /// What it acknowledges has come.
    pub(super) answers: bool,
    /// It waited until patience ended.
    pub(super) in_vain: bool,
}

impl Early {
    pub(super) fn segment(&self) -> Segment<'_> {
        Segment { payload: &self.payload, ..self.head }
    }
}

impl Order {
    /// Memory held, in bytes.
    pub(super) fn cost(&self) -> usize {
        let places = self.early.low.capacity().saturating_add(self.early.high.capacity());
        places.saturating_mul(size_of::<Early>()).saturating_add(self.payload)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.early.low.is_empty() && self.early.high.is_empty()
    }

    /// Whether segments of `end` wait.
    pub(super) fn has(&self, end: End) -> bool {
        !self.early.of(end).is_empty()
    }

    /// Whether a segment of `end` has to wait for the other end's stream.
    pub(super) fn is_early(&self, streams: &Ends<Reassembler>, end: End, segment: &Segment<'_>) -> bool {
        self.in_vain < PATIENT_TIMES && self.awaited(streams, end, segment).is_some()
    }

    /// The first segment of `end` that waits.
    pub(super) fn first(&self, end: End) -> Option<Segment<'_>> {
        self.early.of(end).front().map(Early::segment)
    }

    /// Keeps a segment of `end`.
    pub(super) fn push(&mut self, end: End, segment: &Segment<'_>, since: Timestamp) {
        self.number = self.number.saturating_add(1);
        let head = Segment { payload: &[], ..*segment };
        let early = Early { head, payload: segment.payload.into(), number: self.number, since };
        self.payload = self.payload.saturating_add(early.payload.len());
        self.early.of_mut(end).push_back(early);
    }

    /// Takes out the segment whose turn it is, if it is any one's. Without patience, all have their turn.
    pub(super) fn pop(
        &mut self,
        streams: &Ends<Reassembler>,
        now: Timestamp,
        patience: Option<&Limits>,
    ) -> Option<Taken> {
        let (end, in_vain) = match self.due(streams, now, patience)? {
            Due::Answer(end) => (end, false),
            Due::InVain(end) => (end, true),
        };
        let queue = self.early.of_mut(end);
        let early = queue.pop_front()?;
        if queue.is_empty() {
            // Most that waited once do not wait again.
            *queue = VecDeque::new();
        }
        self.payload = self.payload.saturating_sub(early.payload.len());
        if in_vain && let Some(awaited) = self.awaited(streams, end, &early.head) {
            // Nor does any other that waits for the same.
            *self.forgone.of_mut(end.other()) = Some(awaited);
            self.in_vain = self.in_vain.saturating_add(1);
        }
        let awaited = early.head.acknowledgement.and_then(|number| streams.of(end.other()).awaited(number));
        Some(Taken { end, early, answers: awaited.is_none(), in_vain })
    }

    /// What was acknowledged before it came has come: waiting pays.
    pub(super) const fn take_heart(&mut self) {
        self.in_vain = 0;
    }

    /// Since when something waits, as the application was told.
    pub(super) const fn told_since(&self) -> Option<Timestamp> {
        self.told_since
    }

    /// Since when something waits, and what the application was told of that, if it is something else.
    pub(super) fn news(&mut self) -> Option<(Option<Timestamp>, Option<Timestamp>)> {
        let heads = [self.early.low.front(), self.early.high.front()];
        let since = heads.into_iter().flatten().map(|early| early.since).min();
        let before = std::mem::replace(&mut self.told_since, since);
        (before != since).then_some((before, since))
    }

    /// Up to where a segment of `end` has to wait for the other end's stream, if it has to.
    fn awaited(&self, streams: &Ends<Reassembler>, end: End, segment: &Segment<'_>) -> Option<Position> {
        let awaited = streams.of(end.other()).awaited(segment.acknowledgement?)?;
        self.forgone.of(end.other()).is_none_or(|forgone| awaited > forgone).then_some(awaited)
    }

    fn due(&self, streams: &Ends<Reassembler>, now: Timestamp, patience: Option<&Limits>) -> Option<Due> {
        let heads = Ends { low: self.early.low.front(), high: self.early.high.front() };
        let earlier = match heads {
            Ends { low: Some(low), high: Some(high) } if high.number < low.number => End::High,
            Ends { low: None, .. } => End::High,
            _ => End::Low,
        };
        let oldest = (*heads.of(earlier))?;
        let first = |test: &dyn Fn(End, &Early) -> bool| {
            let passes = |end: &End| heads.of(*end).is_some_and(|early| test(*end, early));
            [earlier, earlier.other()].into_iter().find(passes)
        };
        if let Some(end) = first(&|end, early| self.awaited(streams, end, &early.head).is_none()) {
            return Some(Due::Answer(end));
        }
        if heads.low.is_some() && heads.high.is_some() {
            // Each waits for the other. One may be a retransmission, which acknowledges more than what was first sent
            // did. Or there is a hole: what is waited for is lacking in the capture, unless that has this end late.
            let continues = |end: End, early: &Early| streams.of(end).continues_with(&early.segment());
            let end = first(&continues).unwrap_or(earlier);
            let behind_hole = first(&|other, early| other != end && !continues(other, early)).is_some();
            if !(behind_hole && streams.of(end.other()).is_late()) {
                return Some(Due::Answer(end));
            }
        }
        let waits_on = patience.is_some_and(|limits| {
            let segments = self.early.low.len().saturating_add(self.early.high.len());
            segments <= limits.order_segments
                && self.cost() <= limits.buffered_per_direction
                && limits.is_within_order_patience(oldest.since, now)
        });
        (!waits_on).then_some(Due::InVain(earlier))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_no_more_takes_no_room() {
        let payload = [0; 100];
        let head = Segment {
            source_port: 1,
            destination_port: 2,
            sequence: 0,
            acknowledgement: Some(10),
            syn: false,
            fin: false,
            rst: false,
            psh: false,
            payload: &payload,
            missing: 0,
        };
        let streams = Ends { low: Reassembler::new(), high: Reassembler::new() };
        let mut order = Order::default();
        for length in 1..=9_usize {
            for end in [End::Low, End::High] {
                order.push(end, &head, Timestamp::default());
            }
            let least = 2 * length * (payload.len() + size_of::<Early>());
            // A queue grows to four places at first, then to twice as many as before.
            let most = 2 * least + 8 * size_of::<Early>();
            assert!((least..=most).contains(&order.cost()), "{} for {length} of each end", order.cost());
        }
        while order.pop(&streams, Timestamp::default(), None).is_some() {}
        assert_eq!((order.cost(), order.is_empty()), (0, true));
    }
}
