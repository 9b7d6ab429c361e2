//! The life of a TCP connection, from its first packet to the last.

mod early;
mod ending;
mod lookup;
mod quick;

use kexray_analyzer::{Side, Timestamp};

use super::order::Order;
use super::outlet::{Candidate, Odd, Opened, Outlet, Stream, is_news};
use super::{End, Ends, Identity, Key, Keyed, Phase};
use crate::application::Application;
use crate::limits::Limits;
use crate::stats::{add, count};
use crate::tcp::{Chunk, Reassembler, Scene, Segment, TcpAnomaly};

pub(crate) use lookup::Lookup;
pub(crate) use quick::Quick;

/// SSH's port, which tells the roles of a connection seen from the middle.
const SSH_PORT: u16 = 22;

/// What a flow needs once there is data in it, and until nobody wants that.
#[derive(Debug)]
struct Live<S> {
    streams: Ends<Reassembler>,
    /// `None` before the application knows of the flow.
    opened: Option<Opened<S>>,
}

impl Ends<Reassembler> {
    /// Memory that both hold.
    fn cost(&self) -> usize {
        self.low.cost().saturating_add(self.high.cost())
    }
}

/// A connection in the table.
///
/// Most flows of a capture are scans or not SSH. They stay small: what only data needs is apart. With what the table needs
/// an entry fills two lines of a processor's cache, and the fields are not grouped so that nothing lies between them.
#[derive(Debug)]
pub(crate) struct Connection<S> {
    key: Key,
    last_packet: Timestamp,
    /// Never there once `closed`.
    live: Option<Box<Live<S>>>,
    odd: Option<Box<Odd>>,
    first_packet: Timestamp,
    number: u64,
    /// The numbers of the SYNs.
    initial: Ends<Option<u32>>,
    /// A packet from this end was captured.
    seen: Ends<bool>,
    fin: Ends<bool>,
    reset: bool,
    /// The application was told that the flow is over, or never will be told of it.
    closed: bool,
    originator: End,
    opening_seen: bool,
}

impl<S> Keyed for Connection<S> {
    fn key(&self) -> &Key {
        &self.key
    }
}

impl<S> Connection<S> {
    /// A connection of which `segment`, sent by `end`, is the first packet.
    pub(crate) fn new(key: Key, segment: &Segment<'_>, end: End, at: Timestamp, number: u64) -> Self {
        let answers = segment.syn && segment.acknowledgement.is_some();
        let to_client = segment.source_port == SSH_PORT && segment.destination_port != SSH_PORT;
        let from_originator = if segment.syn { !answers } else { !to_client };
        Self {
            key,
            last_packet: at,
            live: None,
            odd: None,
            first_packet: at,
            number,
            initial: Ends::default(),
            seen: Ends::default(),
            fin: Ends::default(),
            reset: false,
            closed: false,
            originator: if from_originator { end } else { end.other() },
            opening_seen: segment.syn,
        }
    }

    /// Counts the flows of an engine.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    fn identity(&self) -> Identity {
        let Self { key, first_packet, number, originator, opening_seen, .. } = *self;
        Identity { key, first_packet, number, originator, opening_seen }
    }

    /// Memory held in buffers: behind holes, by what came early, and by the application.
    pub(crate) fn cost(&self) -> usize {
        let early = self.order().map_or(0, Order::cost);
        self.live.as_ref().map_or(0, |live| {
            let held = live.opened.as_ref().map_or(0, |opened| opened.held);
            live.streams.cost().saturating_add(held).saturating_add(early)
        })
    }

    pub(crate) fn phase(&self) -> Phase {
        if self.is_finished() {
            return Phase::Closing;
        }
        if self.closed {
            return Phase::Ignored;
        }
        if self.is_open() { Phase::Open } else { Phase::Opening }
    }

    /// Whether the application knows the flow.
    fn is_open(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.opened.is_some())
    }

    /// Whether the connection has been quiet for longer than its phase allows.
    pub(crate) fn is_stale(&self, now: Timestamp, limits: &Limits) -> bool {
        self.quiet(now) > self.phase().timeout(limits)
    }

    /// Whether the ends have said goodbye: both, or the only one that was captured.
    fn is_finished(&self) -> bool {
        let Self { seen, fin, .. } = self;
        self.reset || (fin.low || !seen.low) && (fin.high || !seen.high)
    }

    /// The stream of a flow that never needed one, or does not need it any more.
    fn fresh_stream(&self, end: End) -> Reassembler {
        let mut stream = Reassembler::new();
        if let Some(initial) = self.initial.of(end).filter(|_| !self.closed) {
            let start = initial.wrapping_add(1);
            stream.begin(start);
            if *self.fin.of(end) {
                stream.finish(start);
            }
            if self.reset {
                stream.reset();
            }
        }
        stream
    }

    /// Asks a stream, which need not be kept for that.
    fn ask<T>(&self, end: End, question: impl FnOnce(&Reassembler) -> T) -> T {
        match &self.live {
            Some(live) => question(live.streams.of(end)),
            None => question(&self.fresh_stream(end)),
        }
    }

    /// Corrects the roles: `end` opened the connection.
    pub(crate) fn set_originator(&mut self, end: End) {
        if let Some(odd) = self.odd.as_mut().filter(|_| end != self.originator) {
            odd.exchange_sides();
        }
        self.originator = end;
        self.opening_seen = true;
    }

    /// How long the connection has been quiet, in nanoseconds.
    #[inline]
    pub(crate) const fn quiet(&self, now: Timestamp) -> u64 {
        now.as_nanos().saturating_sub(self.last_packet.as_nanos())
    }

    /// Takes a segment sent by `end`.
    pub(crate) fn segment<A>(
        &mut self,
        end: End,
        segment: &Segment<'_>,
        now: Timestamp,
        outlet: &mut Outlet<'_, A>,
    ) where
        A: Application<State = S>,
    {
        self.last_packet = now;
        *self.seen.of_mut(end) = true;
        if segment.syn && !self.synchronize(end, segment, now, outlet) {
            return;
        }
        if self.closed {
            self.skip_segment(end, segment, outlet);
            return;
        }
        if !segment.rst
            && let Some(acknowledged) = segment.acknowledgement
            && self.ask(end.other(), |stream| stream.is_ahead(acknowledged))
        {
            self.with_stream(end.other(), now, outlet, |stream, out, scene| {
                stream.acknowledge(acknowledged, scene, out);
            });
        }
        if (segment.fin || segment.rst) && !self.seen.of(end.other()) {
            self.wait_no_more(now, outlet);
        }
        if self.is_early(end, segment, now, outlet.limits) {
            self.keep_early(end, segment, now, outlet);
        } else {
            self.note_late(end, segment);
            self.take(end, segment, now, outlet);
        }
        self.take_answers(now, outlet);
        self.close_if_over(outlet);
    }

    /// Takes what a segment brings, whose acknowledgement has been taken.
    fn take<A>(&mut self, end: End, segment: &Segment<'_>, now: Timestamp, outlet: &mut Outlet<'_, A>)
    where
        A: Application<State = S>,
    {
        if segment.rst {
            return self.take_reset(end, segment, now, outlet);
        }
        if self.is_misplaced(end, segment) {
            self.tell_misplaced(end, now, outlet);
        }
        if segment.has_data() {
            let begun = self.ask(end, Reassembler::has_begun);
            if !begun && segment.length() == 1 && !segment.psh {
                // A keep-alive probe repeats a byte, or makes one up (RFC 9293 section 3.8.4).
                count(&mut outlet.stats.keep_alive_bytes);
            } else {
                if segment.syn {
                    self.report(end, TcpAnomaly::SynWithData, now, outlet);
                }
                let chunk = Chunk {
                    sequence: segment.data_at(),
                    bytes: segment.payload,
                    missing: u64::try_from(segment.missing).unwrap_or(u64::MAX),
                };
                self.with_stream(end, now, outlet, |stream, out, scene| stream.segment(chunk, scene, out));
            }
        }
        if segment.fin {
            // A cut or padded length does not fit in 32 bits only if it is nonsense.
            let length = u32::try_from(segment.length()).unwrap_or(u32::MAX);
            self.take_fin(end, segment.data_at().wrapping_add(length), now, outlet);
        }
    }

    /// Takes a SYN. False if it does not belong to the connection.
    fn synchronize<A>(
        &mut self,
        end: End,
        segment: &Segment<'_>,
        now: Timestamp,
        outlet: &mut Outlet<'_, A>,
    ) -> bool
    where
        A: Application<State = S>,
    {
        if !self.owns_syn(end, segment.sequence) {
            let candidate =
                Candidate { initial: segment.sequence, answers: segment.acknowledgement.is_some() };
            *self.odd.get_or_insert_default().candidates.of_mut(end) = Some(candidate);
            count(&mut outlet.stats.ignored_syns);
            self.report(end, TcpAnomaly::SynInsideConnection, now, outlet);
            return false;
        }
        *self.initial.of_mut(end) = Some(segment.sequence);
        self.begin(end, segment.sequence.wrapping_add(1));
        let originator = match segment.acknowledgement {
            None => end,
            Some(acknowledged) => {
                // The SYN that it answers may not have been captured.
                let peer = end.other();
                self.initial.of_mut(peer).get_or_insert(acknowledged.wrapping_sub(1));
                self.begin(peer, acknowledged);
                peer
            }
        };
        if !self.closed && !self.is_open() && !self.opening_seen {
            self.set_originator(originator);
        }
        true
    }

    /// The stream of `end` begins at `sequence`, unless it has begun.
    fn begin(&mut self, end: End, sequence: u32) {
        if let Some(live) = &mut self.live {
            live.streams.of_mut(end).open(sequence);
        }
    }

    /// A segment of a flow whose data goes nowhere: only the end of the connection matters.
    fn skip_segment<A>(&mut self, end: End, segment: &Segment<'_>, outlet: &mut Outlet<'_, A>) {
        let counter = if self.is_finished() {
            &mut outlet.stats.bytes_after_end
        } else {
            &mut outlet.stats.ignored_bytes
        };
        add(counter, segment.length());
        self.reset |= segment.rst;
        *self.fin.of_mut(end) |= segment.fin;
    }

    /// Tells the application of something odd, unless it was told before.
    pub(crate) fn report<A>(
        &mut self,
        end: End,
        anomaly: TcpAnomaly,
        now: Timestamp,
        outlet: &mut Outlet<'_, A>,
    ) where
        A: Application<State = S>,
    {
        if is_news(&mut self.odd, end, anomaly) {
            let identity = self.identity();
            outlet.application.anomaly(&identity.flow(), side(identity.originator, end), now, anomaly);
        }
    }

    /// Lets `work` put the stream of `end` in order. If the application loses interest over it,
    /// the flow is closed.
    fn with_stream<A>(
        &mut self,
        end: End,
        now: Timestamp,
        outlet: &mut Outlet<'_, A>,
        work: impl FnOnce(&mut Reassembler, &mut Stream<'_, A>, Scene<'_>),
    ) where
        A: Application<State = S>,
    {
        if self.closed {
            return;
        }
        self.live_mut();
        let identity = self.identity();
        let one_sided = !self.seen.of(end.other());
        let Some(live) = &mut self.live else { return };
        let reassembler = live.streams.of_mut(end);
        let scene = Scene { limits: outlet.limits, now, one_sided };
        let mut stream = Stream {
            application: outlet.application,
            stats: outlet.stats,
            identity: &identity,
            opened: &mut live.opened,
            odd: &mut self.odd,
            end,
            side: side(identity.originator, end),
            now,
            ignored: false,
        };
        work(reassembler, &mut stream, scene);
        *self.fin.of_mut(end) |= reassembler.is_finished();
        if stream.ignored {
            count(&mut outlet.stats.flows_ignored);
            self.close(outlet);
        }
    }

    /// What data needs, made if need be.
    fn live_mut(&mut self) -> &mut Live<S> {
        let fresh = self
            .live
            .is_none()
            .then(|| Ends { low: self.fresh_stream(End::Low), high: self.fresh_stream(End::High) });
        self.live.get_or_insert_with(|| {
            let streams = fresh.unwrap_or(Ends { low: Reassembler::new(), high: Reassembler::new() });
            Box::new(Live { streams, opened: None })
        })
    }
}

/// The side that an end is on.
#[inline]
fn side(originator: End, end: End) -> Side {
    if end == originator { Side::Originator } else { Side::Responder }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_without_data_is_small() {
        assert!(size_of::<Connection<()>>() <= 112, "{}", size_of::<Connection<()>>());
    }
}
