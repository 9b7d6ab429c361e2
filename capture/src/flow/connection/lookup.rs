//! Whether a packet belongs to a connection, or opens a new one on the same ports.

use super::Connection;
use crate::flow::End;
use crate::flow::outlet::Candidate;
use crate::tcp::Segment;

/// How far before the first data seen a SYN may stand, to belong to the same connection.
const LATE_SYN_DISTANCE: u64 = 1 << 20;

/// Whether a packet belongs to the connection that the table has for its ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// It does.
    Same,
    /// It opens a new connection.
    Replaced,
    /// It opens a new connection, though the old one was not finished.
    ReplacedWhileActive,
}

impl<S> Connection<S> {
    /// Whether a segment sent by `end` belongs to this connection, or to a new one on its ports.
    pub(crate) fn lookup(&self, end: End, segment: &Segment<'_>) -> Lookup {
        if segment.rst {
            return Lookup::Same;
        }
        if segment.syn {
            if self.owns_syn(end, segment.sequence) || self.is_answered_by(end, segment) {
                return Lookup::Same;
            }
            // Nothing is lost with a flow of which nothing is wanted.
            if self.is_finished() || !self.is_open() {
                return Lookup::Replaced;
            }
            // Anyone may send a SYN. That it was answered shows that it opened a connection.
            let answers = self.candidate(end.other()).zip(segment.acknowledgement);
            if answers.is_some_and(|(candidate, number)| candidate.initial.wrapping_add(1) == number) {
                return Lookup::ReplacedWhileActive;
            }
            return Lookup::Same;
        }
        // Or that data follows it, which does not follow the data before.
        let follows = self
            .candidate(end)
            .is_some_and(|candidate| candidate.initial.wrapping_add(1) == segment.sequence);
        if follows && segment.has_data() && !self.ask(end, |stream| stream.is_near(segment.sequence)) {
            Lookup::ReplacedWhileActive
        } else {
            Lookup::Same
        }
    }

    /// Whether `segment` is a late SYN-ACK to the SYN that opened this connection.
    fn is_answered_by(&self, end: End, segment: &Segment<'_>) -> bool {
        let begun = self.initial.of(end).is_some();
        let peer = self.initial.of(end.other()).filter(|_| !begun);
        let expected = peer.map(|initial| initial.wrapping_add(1));
        expected.is_some() && segment.acknowledgement == expected
    }

    /// Whether a SYN of `end` with this number opened this connection.
    pub(super) fn owns_syn(&self, end: End, sequence: u32) -> bool {
        match *self.initial.of(end) {
            Some(initial) => initial == sequence,
            // It may come late, after the data, but not after the end.
            None => {
                let first = sequence.wrapping_add(1);
                !self.is_finished()
                    && !self.closed
                    && self.ask(end, |stream| stream.may_begin_at(first, LATE_SYN_DISTANCE))
            }
        }
    }

    pub(super) fn candidate(&self, end: End) -> Option<Candidate> {
        *self.odd.as_ref()?.candidates.of(end)
    }

    /// Who opens the connection that replaces this one. Only known if its SYN is remembered.
    pub(crate) fn candidate_originator(&self, end: End, segment: &Segment<'_>) -> Option<End> {
        let candidate = self.candidate(end).filter(|_| !segment.syn)?;
        Some(if candidate.answers { end.other() } else { end })
    }
}
