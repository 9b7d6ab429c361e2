//! Which segments come before what they answer, and when they are taken in. See [`Order`].

use kexray_analyzer::Timestamp;

use super::{Connection, side};
use crate::application::Application;
use crate::flow::End;
use crate::flow::order::{Order, Taken};
use crate::flow::outlet::{Opened, Outlet};
use crate::limits::Limits;
use crate::stats::{add, count, length};
use crate::tcp::Segment;

impl<S> Connection<S> {
    /// Whether something waits for what comes late, and time will tell if it waits in vain.
    pub(crate) fn waits(&self) -> bool {
        let for_late_data =
            |end| self.live.as_ref().is_some_and(|live| live.streams.of(end).waits_for_late_data());
        self.has_early() || for_late_data(End::Low) || for_late_data(End::High)
    }

    /// Whether segments wait for what they acknowledge.
    pub(super) fn has_early(&self) -> bool {
        self.order().is_some_and(|order| !order.is_empty())
    }

    pub(super) fn order(&self) -> Option<&Order> {
        self.odd.as_ref()?.order.as_deref()
    }

    /// Whether a segment sent by `end`, whose acknowledgement has been taken, comes before what it answers.
    pub(super) fn is_early(&self, end: End, segment: &Segment<'_>, now: Timestamp, limits: &Limits) -> bool {
        let Some(streams) = self.live.as_ref().filter(|_| !segment.syn).map(|live| &live.streams) else {
            return false;
        };
        let order = self.order();
        let has = |end| order.is_some_and(|order| order.has(end));
        if segment.rst {
            return has(end);
        }
        if !streams.of(end).is_news(segment) {
            return false;
        }
        let is_next = streams.of(end).continues_with(segment);
        if is_next && has(end.other()) {
            // Segments of the other end wait for this one: it cannot answer them.
            return false;
        }
        if !is_next && has(end) {
            return true;
        }
        let may_come = if *self.seen.of(end.other()) {
            streams.of(end.other()).has_begun()
        } else {
            self.may_be_late(segment, now, limits)
        };
        may_come
            && match order {
                Some(order) => order.is_early(streams, end, segment),
                None => Order::default().is_early(streams, end, segment),
            }
    }

    /// Whether the other end of a segment, of which nothing was captured, may still be late.
    pub(super) fn may_be_late(&self, segment: &Segment<'_>, now: Timestamp, limits: &Limits) -> bool {
        // Where the capture begins inside a connection, what is acknowledged was sent before.
        self.opening_seen && !segment.fin && limits.is_within_order_patience(self.first_packet, now)
    }

    /// Whether a segment sent by `end`, which is taken in, answers what has neither come nor waits for its turn.
    pub(super) fn is_misplaced(&self, end: End, segment: &Segment<'_>) -> bool {
        let Some(streams) = self.live.as_ref().map(|live| &live.streams) else { return false };
        let other = streams.of(end.other());
        let is_at_hand = || {
            let first = self.order().and_then(|order| order.first(end.other()));
            first.is_some_and(|first| other.continues_with(&first))
        };
        other.has_begun()
            && segment.acknowledgement.is_some_and(|number| other.awaited(number).is_some())
            && streams.of(end).is_news(segment)
            && !is_at_hand()
    }

    /// Tells the application that what `end` says next is out of its place.
    pub(super) fn tell_misplaced<A>(&mut self, end: End, now: Timestamp, outlet: &mut Outlet<'_, A>)
    where
        A: Application<State = S>,
    {
        let side = side(self.originator, end);
        if let Some(Opened { flow, state, .. }) = self.live.as_mut().and_then(|live| live.opened.as_mut()) {
            count(&mut outlet.stats.misplaced_segments);
            outlet.application.misplaced(flow, state, side, now);
        }
    }

    /// Keeps an early segment.
    pub(super) fn keep_early<A>(
        &mut self,
        end: End,
        segment: &Segment<'_>,
        now: Timestamp,
        outlet: &mut Outlet<'_, A>,
    ) {
        count(&mut outlet.stats.early_segments);
        add(&mut outlet.stats.buffered_bytes, length(segment.payload));
        self.odd.get_or_insert_default().order.get_or_insert_default().push(end, segment, now);
    }

    /// Sees whether a segment of `end` was acknowledged before it came.
    pub(super) fn note_late(&mut self, end: End, segment: &Segment<'_>) {
        if let Some(live) = &self.live
            && let Some(order) = self.odd.as_mut().and_then(|odd| odd.order.as_mut())
            && live.streams.of(end).is_claimed(segment)
        {
            order.take_heart();
        }
    }

    /// Time has passed: what waited for too long waits no more.
    pub(crate) fn end_overdue_waits<A>(&mut self, now: Timestamp, outlet: &mut Outlet<'_, A>)
    where
        A: Application<State = S>,
    {
        for end in [self.originator, self.originator.other()] {
            if self.live.as_ref().is_some_and(|live| live.streams.of(end).waits_for_late_data()) {
                self.with_stream(end, now, outlet, |stream, out, scene| {
                    stream.trust_acknowledgement(scene, out)
                });
            }
        }
        self.take_answers(now, outlet);
        self.close_if_over(outlet);
    }

    /// Takes in the early segments that need not wait any more.
    pub(super) fn take_answers<A>(&mut self, now: Timestamp, outlet: &mut Outlet<'_, A>)
    where
        A: Application<State = S>,
    {
        self.take_early(now, Some(outlet.limits), outlet);
    }

    /// Takes in all early segments: what they wait for will not come.
    pub(super) fn wait_no_more<A>(&mut self, now: Timestamp, outlet: &mut Outlet<'_, A>)
    where
        A: Application<State = S>,
    {
        self.take_early(now, None, outlet);
    }

    fn take_early<A>(&mut self, now: Timestamp, patience: Option<&Limits>, outlet: &mut Outlet<'_, A>)
    where
        A: Application<State = S>,
    {
        while let Some(live) = &self.live
            && let Some(order) = self.odd.as_mut().and_then(|odd| odd.order.as_mut())
            && let Some(Taken { end, early, answers, in_vain }) = order.pop(&live.streams, now, patience)
        {
            if in_vain {
                count(&mut outlet.stats.waits_in_vain);
            }
            // What waited in vain has the time that it would have had.
            let at = if answers { now.max(early.since) } else { early.since };
            self.take(end, &early.segment(), at, outlet);
        }
        if let Some(order) = self.odd.as_mut().and_then(|odd| odd.order.as_mut())
            && let Some((before, since)) = order.news()
        {
            outlet.application.waits(self.number, before, since);
        }
    }
}
