//! How connections end: by FIN and RST, or by the engine, which needs their room or sees no more of them.

use kexray_analyzer::Timestamp;

use super::Connection;
use crate::application::Application;
use crate::flow::outlet::{Opened, Outlet};
use crate::flow::{End, Flow};
use crate::stats::count;
use crate::tcp::{Reassembler, Segment, TcpAnomaly};

impl<S> Connection<S> {
    /// Takes a FIN, which stands at `sequence`.
    pub(super) fn take_fin<A>(&mut self, end: End, sequence: u32, now: Timestamp, outlet: &mut Outlet<'_, A>)
    where
        A: Application<State = S>,
    {
        if self.closed {
            // Over that segment's data interest was lost; its FIN counts for the end of the flow.
            *self.fin.of_mut(end) = true;
            return;
        }
        let at_start = self.initial.of(end).is_some_and(|initial| initial.wrapping_add(1) == sequence);
        if self.live.is_none() && at_start {
            *self.fin.of_mut(end) = true;
            return;
        }
        // Ahead of a hole it does not count before it is reached: see `with_stream`.
        self.with_stream(end, now, outlet, |stream, out, scene| {
            if stream.finish(sequence) {
                stream.trust_acknowledgement(scene, out);
            } else {
                count(&mut out.stats.ignored_ends);
            }
        });
    }

    /// Takes a RST. Anyone may send one: it ends nothing unless it comes where the receiver would
    /// believe it. RFC 5961 section 3.
    pub(super) fn take_reset<A>(
        &mut self,
        end: End,
        segment: &Segment<'_>,
        now: Timestamp,
        outlet: &mut Outlet<'_, A>,
    ) where
        A: Application<State = S>,
    {
        if self.expects_reset(end, segment) {
            self.wait_no_more(now, outlet);
            self.reset = true;
            if let Some(live) = &mut self.live {
                live.streams.low.reset();
                live.streams.high.reset();
            }
        } else {
            count(&mut outlet.stats.ignored_ends);
            self.report(end, TcpAnomaly::ResetOutOfSequence, now, outlet);
        }
    }

    fn expects_reset(&self, end: End, segment: &Segment<'_>) -> bool {
        let (mine, peer) = (self.initial.of(end), self.initial.of(end.other()));
        if let (None, Some(initial), None) = (&self.live, peer, mine) {
            // A SYN is refused by its number, with the data that came with it (RFC 9293 section 3.10.7.3).
            return segment.acknowledgement.is_some_and(|number| {
                let first = initial.wrapping_add(1);
                number.wrapping_sub(first) <= u32::from(u16::MAX)
            });
        }
        self.ask(end, |stream| stream.is_expected(segment.sequence))
    }

    pub(super) fn close_if_over<A>(&mut self, outlet: &mut Outlet<'_, A>)
    where
        A: Application<State = S>,
    {
        if self.is_finished() && self.is_delivered() {
            // Nothing can come any more that would change the streams. The entry stays for
            // late packets, so that they do not look like a new connection.
            self.close(outlet);
        }
    }

    /// Delivers what waits, since the packet of that time shows that nothing more will come, and closes the flow, whose
    /// packets are skipped from then on.
    pub(crate) fn finish<A>(&mut self, now: Timestamp, outlet: &mut Outlet<'_, A>)
    where
        A: Application<State = S>,
    {
        let now = now.max(self.last_packet);
        self.wait_no_more(now, outlet);
        for end in [self.originator, self.originator.other()] {
            if self.live.is_none() {
                break;
            }
            self.with_stream(end, now, outlet, |stream, out, _| stream.flush(out));
        }
        if let Some(Opened { flow, state, .. }) = self.live.as_mut().and_then(|live| live.opened.as_mut()) {
            outlet.application.give_up(flow, state, now);
        }
        self.close(outlet);
    }

    /// Frees the buffers by giving up all holes.
    pub(crate) fn give_up_holes<A>(&mut self, now: Timestamp, outlet: &mut Outlet<'_, A>)
    where
        A: Application<State = S>,
    {
        self.wait_no_more(now, outlet);
        for end in [self.originator, self.originator.other()] {
            if self.live.is_some() {
                self.with_stream(end, now, outlet, |stream, out, _| stream.give_up_all(out));
            }
        }
        self.close_if_over(outlet);
    }

    /// Whether both streams are delivered up to their ends.
    fn is_delivered(&self) -> bool {
        let delivered = |stream: &Reassembler| stream.is_complete() || !stream.has_begun();
        !self.has_early() && self.ask(End::Low, delivered) && self.ask(End::High, delivered)
    }

    /// Closes the application's view of the flow, and frees the buffers.
    pub(super) fn close<A>(&mut self, outlet: &mut Outlet<'_, A>)
    where
        A: Application<State = S>,
    {
        self.closed = true;
        let order = self.odd.as_mut().and_then(|odd| odd.order.take());
        if let Some(since) = order.and_then(|order| order.told_since()) {
            outlet.application.waits(self.number, Some(since), None);
        }
        if let Some(live) = self.live.take()
            && let Some(Opened { flow, state, .. }) = live.opened
        {
            let flow = Flow { ended: self.reset || self.fin.low || self.fin.high, ..flow };
            outlet.application.close(&flow, state, self.last_packet);
        }
    }
}
