//! The short way, for the segments that most are.

use kexray_analyzer::Timestamp;

use super::{Connection, Live, side};
use crate::application::{Application, Interest};
use crate::flow::End;
use crate::flow::outlet::{Opened, Outlet};
use crate::stats::{add, count, length};
use crate::tcp::Segment;

/// What came of an attempt to deal with a segment in the shortest way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quick {
    /// It takes more than that; nothing was done.
    No,
    /// It was dealt with; the flow is in the phase that it was in, and holds what it held.
    Done,
    /// It was dealt with, and there is more to see to: the flow is closed now, or the application holds more or less
    /// of it. This is what the flow [cost](Connection::cost) before.
    Changed(usize),
}

impl<S> Connection<S> {
    /// Takes a segment sent by `end`, if it is one of those that most are: data in order of a flow that
    /// the application knows, an acknowledgement of what was captured, or something of a flow of which
    /// nothing is wanted. All of it does the same as [`lookup`](Self::lookup) and [`segment`](Self::segment).
    #[inline]
    pub(crate) fn quick<A>(
        &mut self,
        end: End,
        segment: &Segment<'_>,
        now: Timestamp,
        outlet: &mut Outlet<'_, A>,
    ) -> Quick
    where
        A: Application<State = S>,
    {
        if segment.syn || segment.fin || segment.rst || segment.missing > 0 {
            return Quick::No;
        }
        if !self.seen.of(end) || self.odd.is_some() && (self.candidate(end).is_some() || self.has_early()) {
            return Quick::No;
        }
        if !self.seen.of(end.other()) && self.may_be_late(segment, now, outlet.limits) {
            return Quick::No;
        }
        let Some(live) = &mut self.live else {
            if self.closed {
                self.last_packet = now;
                self.skip_segment(end, segment, outlet);
                return Quick::Done;
            }
            let expected = self.initial.of(end.other()).map(|initial| initial.wrapping_add(1));
            if segment.has_data() || segment.acknowledgement != expected {
                return Quick::No;
            }
            self.last_packet = now;
            return Quick::Done;
        };
        let Live { streams, opened: Some(opened) } = &mut **live else {
            return Quick::No;
        };
        if segment.acknowledgement.is_some_and(|number| streams.of(end.other()).is_ahead(number)) {
            return Quick::No;
        }
        if segment.payload.is_empty() {
            self.last_packet = now;
            return Quick::Done;
        }
        let length = length(segment.payload);
        if !streams.of_mut(end).pass(segment.sequence, length) {
            return Quick::No;
        }
        self.last_packet = now;
        let Opened { flow, state, held } = opened;
        let side = side(self.originator, end);
        let interest = outlet.application.deliver(flow, state, side, now, segment.payload);
        let before = std::mem::replace(held, outlet.application.held(state));
        add(&mut outlet.stats.delivered_bytes, length);
        if interest == Interest::Continue && *held == before {
            return Quick::Done;
        }
        let cost = streams.cost().saturating_add(before);
        if interest != Interest::Continue {
            count(&mut outlet.stats.flows_ignored);
            self.close(outlet);
        }
        Quick::Changed(cost)
    }
}
