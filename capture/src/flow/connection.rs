//! The life of a TCP connection, from its first packet to the last.

use std::net::IpAddr;

use kexray_analyzer::{Side, Timestamp};

use super::outlet::{Outlet, Slot, Stream, report};
use super::{End, Endpoint, Flow};
use crate::application::Application;
use crate::limits::Limits;
use crate::stats::{add, count, length};
use crate::tcp::{Chunk, Reassembler, Scene, Segment, TcpAnomaly};

/// SSH's port, which tells the roles of a connection seen from the middle.
const SSH_PORT: u16 = 22;

/// How far before the first data seen a SYN may stand, to belong to the same connection.
const LATE_SYN_DISTANCE: u64 = 1 << 20;

/// What a flow waits for. Each phase has its own queue in the table, and its own patience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// No data yet.
    Opening,
    /// Data flows.
    Open,
    /// Nobody wants the data.
    Ignored,
    /// Finished; late packets may still come.
    Closing,
}

impl Phase {
    pub(crate) const ALL: [Self; 4] = [Self::Opening, Self::Open, Self::Ignored, Self::Closing];

    /// How long a flow in this phase may be quiet, in nanoseconds.
    pub(crate) fn timeout(self, limits: &Limits) -> u64 {
        let timeout = match self {
            Self::Opening => limits.opening_timeout,
            Self::Open | Self::Ignored => limits.idle_timeout,
            Self::Closing => limits.linger,
        };
        u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX)
    }
}

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

/// One end's share.
#[derive(Debug)]
struct Half {
    stream: Reassembler,
    /// The number of its SYN.
    initial: Option<u32>,
    /// The SYN of what may become a new connection on the same ports.
    candidate: Option<Candidate>,
    /// A packet from this end was captured.
    seen: bool,
    fin: bool,
    reported: u16,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    initial: u32,
    /// It was a SYN-ACK.
    answers: bool,
}

impl Half {
    const fn new() -> Self {
        Self {
            stream: Reassembler::new(),
            initial: None,
            candidate: None,
            seen: false,
            fin: false,
            reported: 0,
        }
    }
}

/// A connection in the table.
#[derive(Debug)]
pub(crate) struct Connection<S> {
    pub(crate) flow: Flow,
    pub(crate) last_packet: Timestamp,
    originator: End,
    low: Half,
    high: Half,
    slot: Slot<S>,
    reset: bool,
}

impl<S> Connection<S> {
    /// A connection of which `segment`, sent by `end`, is the first packet.
    pub(crate) fn new(
        source: IpAddr,
        destination: IpAddr,
        segment: &Segment<'_>,
        end: End,
        at: Timestamp,
        number: u64,
    ) -> Self {
        let source = Endpoint { address: source, port: segment.source_port };
        let destination = Endpoint { address: destination, port: segment.destination_port };
        let answers = segment.syn && segment.acknowledgement.is_some();
        let to_client = source.port == SSH_PORT && destination.port != SSH_PORT;
        let from_originator = if segment.syn { !answers } else { !to_client };
        let (originator, responder) =
            if from_originator { (source, destination) } else { (destination, source) };
        Self {
            flow: Flow { originator, responder, first_packet: at, number, opening_seen: segment.syn },
            last_packet: at,
            originator: if from_originator { end } else { other(end) },
            low: Half::new(),
            high: Half::new(),
            slot: Slot::Empty,
            reset: false,
        }
    }

    /// Memory held in buffers.
    pub(crate) const fn cost(&self) -> usize {
        self.low.stream.cost().saturating_add(self.high.stream.cost())
    }

    pub(crate) fn phase(&self) -> Phase {
        if self.is_finished() {
            return Phase::Closing;
        }
        match self.slot {
            Slot::Empty => Phase::Opening,
            Slot::Open(_) => Phase::Open,
            Slot::Closed => Phase::Ignored,
        }
    }

    /// Whether the connection has been quiet for longer than its phase allows.
    pub(crate) fn is_stale(&self, now: Timestamp, limits: &Limits) -> bool {
        let quiet = now.as_nanos().saturating_sub(self.last_packet.as_nanos());
        quiet > self.phase().timeout(limits)
    }

    /// Whether the ends have said goodbye: both, or the only one that was captured.
    fn is_finished(&self) -> bool {
        self.reset || (self.low.fin || !self.low.seen) && (self.high.fin || !self.high.seen)
    }

    fn half(&self, end: End) -> &Half {
        match end {
            End::Low => &self.low,
            End::High => &self.high,
        }
    }

    fn half_mut(&mut self, end: End) -> &mut Half {
        match end {
            End::Low => &mut self.low,
            End::High => &mut self.high,
        }
    }

    /// Whether a segment sent by `end` belongs to this connection, or to a new one on its ports.
    pub(crate) fn lookup(&self, end: End, segment: &Segment<'_>) -> Lookup {
        let (mine, peer) = (self.half(end), self.half(other(end)));
        if segment.rst {
            return Lookup::Same;
        }
        if segment.syn {
            if self.owns_syn(mine, segment.sequence) {
                return Lookup::Same;
            }
            if self.is_finished() || matches!(self.slot, Slot::Empty) {
                return Lookup::Replaced;
            }
            // Anyone may send a SYN. That it was answered shows that it opened a connection.
            let answers = peer.candidate.zip(segment.acknowledgement);
            if answers.is_some_and(|(candidate, number)| candidate.initial.wrapping_add(1) == number) {
                return Lookup::ReplacedWhileActive;
            }
            return Lookup::Same;
        }
        // Or that data follows it, which does not follow the data before.
        let follows =
            mine.candidate.is_some_and(|candidate| candidate.initial.wrapping_add(1) == segment.sequence);
        if follows && segment.has_data() && !mine.stream.is_near(segment.sequence) {
            Lookup::ReplacedWhileActive
        } else {
            Lookup::Same
        }
    }

    /// Whether a SYN with this number, from the end with this half, opened this connection.
    fn owns_syn(&self, half: &Half, sequence: u32) -> bool {
        match half.initial {
            Some(initial) => initial == sequence,
            // It may come late, after the data, but not after the end.
            None => {
                !self.is_finished()
                    && !matches!(self.slot, Slot::Closed)
                    && half.stream.may_begin_at(sequence.wrapping_add(1), LATE_SYN_DISTANCE)
            }
        }
    }

    /// Who opens the connection that replaces this one. Only known if its SYN is remembered.
    pub(crate) fn candidate_originator(&self, end: End, segment: &Segment<'_>) -> Option<End> {
        let candidate = self.half(end).candidate.filter(|_| !segment.syn)?;
        Some(if candidate.answers { other(end) } else { end })
    }

    /// Corrects the roles: `end` opened the connection.
    pub(crate) fn set_originator(&mut self, end: End) {
        if self.originator != end {
            self.originator = end;
            std::mem::swap(&mut self.flow.originator, &mut self.flow.responder);
        }
        self.flow.opening_seen = true;
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
        self.half_mut(end).seen = true;
        if segment.syn && !self.synchronize(end, segment, now, outlet) {
            return;
        }
        let data_at = segment.sequence.wrapping_add(u32::from(segment.syn));
        let missing = u64::try_from(segment.missing).unwrap_or(u64::MAX);
        let data_length = length(segment.payload).saturating_add(missing);

        if matches!(self.slot, Slot::Closed) {
            self.skip_segment(end, segment, data_length, outlet);
            return;
        }
        if segment.rst {
            self.take_reset(end, segment, outlet);
        } else if let Some(acknowledged) = segment.acknowledgement {
            self.with_stream(other(end), now, outlet, |stream, out, _| stream.acknowledge(acknowledged, out));
        }
        if segment.has_data() && !segment.rst {
            let begun = self.half(end).stream.has_begun();
            if !begun && data_length == 1 && !segment.psh {
                // A keep-alive probe repeats a byte, or makes one up (RFC 9293 section 3.8.4).
                count(&mut outlet.stats.keep_alive_bytes);
            } else {
                if segment.syn {
                    self.report(end, TcpAnomaly::SynWithData, now, outlet);
                }
                let chunk = Chunk { sequence: data_at, bytes: segment.payload, missing };
                self.with_stream(end, now, outlet, |stream, out, scene| stream.segment(chunk, scene, out));
            }
        }
        if segment.fin && !segment.rst {
            let half = self.half_mut(end);
            // A cut or padded length does not fit in 32 bits only if it is nonsense.
            let behind = data_at.wrapping_add(u32::try_from(data_length).unwrap_or(u32::MAX));
            if half.stream.finish(behind) {
                half.fin = true;
            } else {
                count(&mut outlet.stats.ignored_ends);
            }
        }
        for end in [End::Low, End::High] {
            self.with_stream(end, now, outlet, |stream, out, scene| stream.packet_passed(scene.limits, out));
        }
        if self.is_finished() && self.is_delivered() {
            // Nothing can come any more that would change the streams. The entry stays for
            // late packets, so that they do not look like a new connection.
            self.close(outlet);
        }
    }

    /// Delivers what waits, and closes the flow.
    pub(crate) fn finish<A>(&mut self, outlet: &mut Outlet<'_, A>)
    where
        A: Application<State = S>,
    {
        if matches!(self.slot, Slot::Closed) {
            return;
        }
        let now = self.last_packet;
        for end in [self.originator, other(self.originator)] {
            self.with_stream(end, now, outlet, |stream, out, _| stream.flush(out));
        }
        self.close(outlet);
    }

    /// Frees the buffers by giving up all holes.
    pub(crate) fn give_up_holes<A>(&mut self, now: Timestamp, outlet: &mut Outlet<'_, A>)
    where
        A: Application<State = S>,
    {
        for end in [self.originator, other(self.originator)] {
            self.with_stream(end, now, outlet, |stream, out, _| stream.give_up_all(out));
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
        if !self.owns_syn(self.half(end), segment.sequence) {
            let candidate =
                Candidate { initial: segment.sequence, answers: segment.acknowledgement.is_some() };
            self.half_mut(end).candidate = Some(candidate);
            count(&mut outlet.stats.ignored_syns);
            self.report(end, TcpAnomaly::SynInsideConnection, now, outlet);
            return false;
        }
        let half = self.half_mut(end);
        half.initial = Some(segment.sequence);
        half.stream.begin(segment.sequence.wrapping_add(1));
        let originator = match segment.acknowledgement {
            None => end,
            Some(acknowledged) => {
                // The SYN that it answers may not have been captured.
                let peer = self.half_mut(other(end));
                peer.initial.get_or_insert(acknowledged.wrapping_sub(1));
                peer.stream.begin(acknowledged);
                other(end)
            }
        };
        if matches!(self.slot, Slot::Empty) && !self.flow.opening_seen {
            self.set_originator(originator);
        }
        true
    }

    fn take_reset<A>(&mut self, end: End, segment: &Segment<'_>, outlet: &mut Outlet<'_, A>) {
        if self.half(end).stream.is_near(segment.sequence) {
            self.reset = true;
            self.low.stream.reset();
            self.high.stream.reset();
        } else {
            count(&mut outlet.stats.ignored_ends);
        }
    }

    /// A segment of a flow whose data goes nowhere: only the end of the connection matters.
    fn skip_segment<A>(
        &mut self,
        end: End,
        segment: &Segment<'_>,
        data_length: u64,
        outlet: &mut Outlet<'_, A>,
    ) {
        let counter = if self.is_finished() {
            &mut outlet.stats.bytes_after_end
        } else {
            &mut outlet.stats.ignored_bytes
        };
        add(counter, data_length);
        self.reset |= segment.rst;
        self.half_mut(end).fin |= segment.fin;
    }

    /// Whether both streams are delivered up to their ends.
    fn is_delivered(&self) -> bool {
        [&self.low, &self.high].into_iter().all(|half| half.stream.is_complete() || !half.stream.has_begun())
    }

    fn side(&self, end: End) -> Side {
        if end == self.originator { Side::Originator } else { Side::Responder }
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
        let side = self.side(end);
        let flow = self.flow;
        report(&mut self.half_mut(end).reported, anomaly, || {
            outlet.application.anomaly(&flow, side, now, anomaly)
        });
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
        if matches!(self.slot, Slot::Closed) {
            return;
        }
        let side = self.side(end);
        let (half, one_sided) = match end {
            End::Low => (&mut self.low, !self.high.seen),
            End::High => (&mut self.high, !self.low.seen),
        };
        let scene = Scene { limits: outlet.limits, now, one_sided };
        let mut stream = Stream {
            application: outlet.application,
            stats: outlet.stats,
            flow: &self.flow,
            slot: &mut self.slot,
            reported: &mut half.reported,
            side,
            now,
            ignored: false,
        };
        work(&mut half.stream, &mut stream, scene);
        if stream.ignored {
            count(&mut outlet.stats.flows_ignored);
            self.close(outlet);
        }
    }

    /// Closes the application's view of the flow, and frees the buffers.
    fn close<A>(&mut self, outlet: &mut Outlet<'_, A>)
    where
        A: Application<State = S>,
    {
        if let Slot::Open(state) = std::mem::replace(&mut self.slot, Slot::Closed) {
            outlet.application.close(&self.flow, state, self.last_packet);
        }
        self.low.stream = Reassembler::new();
        self.high.stream = Reassembler::new();
    }
}

const fn other(end: End) -> End {
    match end {
        End::Low => End::High,
        End::High => End::Low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_table_takes_a_known_amount_of_memory() {
        assert!(size_of::<Connection<()>>() <= 480, "{}", size_of::<Connection<()>>());
    }
}
