//! From packets to streams.

mod ending;

use std::collections::BTreeMap;

use kexray_analyzer::Timestamp;

use self::ending::Reason;
use crate::application::Application;
use crate::clock::Clock;
use crate::descent::{Descent, LinkError};
use crate::flow::{Connection, End, Endpoint, Index, Key, Lookup, Outlet, Phase, Quick, Table, Tick};
use crate::fragment::Fragments;
use crate::ip::{self, Datagram, IpError};
use crate::limits::Limits;
use crate::link::{self, LinkType};
use crate::stats::{Stats, count, length};
use crate::tcp::{Segment, SegmentError, TcpAnomaly};
use crate::tunnel;

/// Takes packets, puts the TCP streams in order, and hands them to an [`Application`].
///
/// It holds no more than its [`Limits`] allow, and never fails: what it cannot read is counted in
/// [`Stats`]. Call [`finish`](Self::finish) after the last packet.
#[derive(Debug)]
pub struct Engine<A: Application> {
    application: A,
    limits: Limits,
    stats: Stats,
    fragments: Fragments,
    flows: Table<Connection<A::State>>,
    /// The shortest of the timeouts, in nanoseconds.
    patience: u64,
    /// Bytes in the buffers of all flows, the application's included.
    buffered: usize,
    /// The flows of which segments wait for the other direction, by their numbers.
    waiting: BTreeMap<u64, Index>,
    /// When the queues were last searched for flows that are too old, to about a second; `None`
    /// if not all of them were closed.
    clock: Clock,
    /// The number of the packet that is taken in.
    number: u64,
    /// Its time.
    now: Timestamp,
    /// The share of all flows that is its own, where several engines take in one capture.
    share: Option<Share>,
}

impl<A: Application> Engine<A> {
    /// With the default limits.
    pub fn new(application: A) -> Self {
        Self::with_limits(application, Limits::default())
    }

    /// With other limits.
    pub fn with_limits(application: A, limits: Limits) -> Self {
        Self {
            application,
            limits,
            stats: Stats::default(),
            fragments: Fragments::new(),
            flows: Table::new(),
            patience: Phase::ALL.map(|phase| phase.timeout(&limits)).into_iter().min().unwrap_or(0),
            buffered: 0,
            waiting: BTreeMap::new(),
            clock: Clock::default(),
            number: 0,
            now: Timestamp::default(),
            share: None,
        }
    }

    /// The counters so far.
    pub const fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The application.
    pub const fn application(&self) -> &A {
        &self.application
    }

    /// The application, to change it.
    pub const fn application_mut(&mut self) -> &mut A {
        &mut self.application
    }

    /// Ends the capture and gives the application back.
    pub fn into_application(mut self) -> A {
        self.finish();
        self.application
    }

    /// Takes a packet of which `data` was captured and `original_length` bytes were on the wire.
    pub fn packet(&mut self, link_type: LinkType, at: Timestamp, data: &[u8], original_length: u32) {
        self.begin(self.number.saturating_add(1), at);
        if let Some(now) = self.clock.packet(at) {
            self.expire(now);
        }
        self.take(link_type, at, data, original_length);
    }

    /// No packet came up to this time, by a clock that is to be trusted: closes the flows that have been quiet for too
    /// long. For packets as they pass; in a file, time is what packets say.
    pub fn pass(&mut self, at: Timestamp) {
        if let Some(now) = self.clock.trusted(at) {
            self.now = self.now.max(at);
            self.expire(now);
        }
    }

    /// The number of flows that are followed.
    pub fn open_flows(&self) -> usize {
        self.flows.len()
    }

    /// Bytes that wait in the buffers of all flows, those of the application included.
    pub const fn buffered(&self) -> usize {
        self.buffered
    }

    /// What comes next is of the packet of that number and time.
    pub(crate) fn begin(&mut self, number: u64, at: Timestamp) {
        self.number = number;
        self.now = at;
        self.application.packet(number);
    }

    pub(crate) fn take(&mut self, link_type: LinkType, at: Timestamp, data: &[u8], original_length: u32) {
        count(&mut self.stats.packets);
        crate::stats::add(&mut self.stats.packet_bytes, length(data));
        let cut = usize::try_from(original_length).unwrap_or(usize::MAX).saturating_sub(data.len());
        if cut > 0 {
            count(&mut self.stats.cut_packets);
        }
        if link_type == LinkType::ETHERNET
            && let Some((source, destination, payload)) = ip::common_tcp(data)
            && let Some(segment) = Segment::whole(payload)
        {
            let (key, end) =
                Key::ipv4((source, segment.source_port), (destination, segment.destination_port));
            count(&mut self.stats.segments);
            return self.segment(at, &key, end, &segment);
        }
        self.uncommon_packet(link_type, at, data, cut);
    }

    /// A packet of any kind.
    fn uncommon_packet(&mut self, link_type: LinkType, at: Timestamp, data: &[u8], cut: usize) {
        let mut descent = Descent::new(self.limits.encapsulations, cut);
        match link::ip_packet(link_type, data, &mut descent) {
            Ok(packet) => self.ip_packet(at, packet, descent),
            Err(error) => self.count_link_error(error),
        }
    }

    /// An engine for one share of the flows of a capture, of which other engines have the others.
    pub(crate) fn sharing(application: A, limits: Limits, share: Share) -> Self {
        Self { share: Some(share), ..Self::with_limits(application, limits) }
    }

    /// Takes a packet that every engine gets, since it is not known to whose flow it belongs. It is counted by the engine
    /// that has the flow; where it is of no flow, by the first.
    pub(crate) fn take_in_common(
        &mut self,
        link_type: LinkType,
        at: Timestamp,
        data: &[u8],
        original_length: u32,
    ) {
        let before = self.stats;
        let Some(share) = &mut self.share else { return };
        (share.in_common, share.outcome) = (true, None);
        self.take(link_type, at, data, original_length);
        let Some(share) = &mut self.share else { return };
        share.in_common = false;
        if !share.outcome.unwrap_or(share.index == 0) {
            self.stats = before;
        }
    }

    /// Closes all flows, in the order of their first packets. The engine can be used again.
    pub fn finish(&mut self) {
        let mut order: Vec<_> =
            self.flows.entries().map(|(index, connection)| (connection.number(), index)).collect();
        order.sort_unstable_by_key(|(number, _)| *number);
        for (_, index) in order {
            self.close(index, Reason::EndOfCapture);
        }
        self.flows.clear();
        self.waiting.clear();
        self.buffered = 0;
        // Every engine that shares a capture has all fragments: the first counts what is left of them.
        let mut of_others = Stats::default();
        let first = self.share.is_none_or(|share| share.index == 0);
        self.fragments.finish(if first { &mut self.stats } else { &mut of_others });
    }

    fn outlet(&mut self) -> Outlet<'_, A> {
        Outlet { application: &mut self.application, stats: &mut self.stats, limits: &self.limits }
    }

    fn count_link_error(&mut self, error: LinkError) {
        count(match error {
            LinkError::Unsupported => &mut self.stats.unsupported_link_type,
            LinkError::Truncated => &mut self.stats.truncated_link,
            LinkError::NotIp => &mut self.stats.not_ip,
            LinkError::TooNested => &mut self.stats.too_nested,
        });
    }

    fn count_ip_error(&mut self, error: IpError) {
        count(match error {
            IpError::NotIp => &mut self.stats.not_ip,
            IpError::Truncated => &mut self.stats.truncated_ip,
            IpError::Malformed => &mut self.stats.malformed_ip,
        });
    }

    fn ip_packet(&mut self, at: Timestamp, packet: &[u8], descent: Descent) {
        let datagram = match ip::datagram(packet, descent.cut) {
            Ok(datagram) => datagram,
            Err(error) => return self.count_ip_error(error),
        };
        if datagram.overlong {
            count(&mut self.stats.short_of_ip_length);
        }
        let Some(fragment) = datagram.fragment else {
            return self.transport(at, &datagram, descent);
        };
        let whole =
            self.fragments.insert(at, descent.overlay, &datagram, fragment, &self.limits, &mut self.stats);
        let Some((protocol, payload)) = whole else {
            return;
        };
        let whole = Datagram { protocol, payload: &payload, fragment: None, overlong: false, ..datagram };
        match ip::upper_layer(whole) {
            // A fragment within fragments: nobody sends that in good faith.
            Ok(inner) if inner.fragment.is_some() => count(&mut self.stats.malformed_ip),
            Ok(inner) => self.transport(at, &inner, descent),
            Err(error) => self.count_ip_error(error),
        }
    }

    fn transport(&mut self, at: Timestamp, datagram: &Datagram<'_>, mut descent: Descent) {
        if datagram.protocol != ip::TCP {
            descent.cut = datagram.missing;
            return match tunnel::inner(datagram, &mut descent) {
                Some(Ok(packet)) => {
                    count(&mut self.stats.tunnelled);
                    self.ip_packet(at, packet, descent);
                }
                Some(Err(error)) => self.count_link_error(error),
                None => count(&mut self.stats.not_tcp),
            };
        }
        match Segment::parse(datagram.payload, datagram.missing) {
            Ok(segment) => {
                count(&mut self.stats.segments);
                let source = Endpoint { address: datagram.source, port: segment.source_port };
                let destination = Endpoint { address: datagram.destination, port: segment.destination_port };
                let (key, end) = Key::new(descent.overlay, source, destination);
                self.segment(at, &key, end, &segment);
            }
            Err(SegmentError::Truncated) => count(&mut self.stats.truncated_tcp),
            Err(SegmentError::Malformed) => count(&mut self.stats.malformed_tcp),
        }
    }

    fn segment(&mut self, at: Timestamp, key: &Key, end: End, segment: &Segment<'_>) {
        if let Some(share) = self.share.as_mut().filter(|share| share.in_common) {
            let own = key.share(share.count) == share.index;
            share.outcome = Some(own);
            if !own {
                return;
            }
        }
        let found = self.flows.find(key);
        if let Some(index) = found
            && let Some((connection, moved)) = self.flows.value_and_tick(index)
            && connection.quiet(at) <= self.patience
        {
            let mut outlet =
                Outlet { application: &mut self.application, stats: &mut self.stats, limits: &self.limits };
            match connection.quick(end, segment, at, &mut outlet) {
                // Once in a tick it moves to the end of its queue.
                Quick::Done if moved == Tick::of(at) => return,
                Quick::Done => return self.flows.refresh(index, at),
                Quick::Changed(held) => return self.settle(index, at, held),
                Quick::No => {}
            }
        }
        self.uncommon_segment(at, found, key, end, segment);
    }

    /// A segment that may change anything.
    fn uncommon_segment(
        &mut self,
        at: Timestamp,
        found: Option<Index>,
        key: &Key,
        end: End,
        segment: &Segment<'_>,
    ) {
        let Some((index, reused)) = self.connection(at, segment, found, key, end) else {
            return;
        };
        let Some(connection) = self.flows.value_mut(index) else {
            return;
        };
        let held = connection.cost();
        let mut outlet =
            Outlet { application: &mut self.application, stats: &mut self.stats, limits: &self.limits };
        if reused {
            connection.report(end, TcpAnomaly::ActiveConnectionReuse, at, &mut outlet);
        }
        connection.segment(end, segment, at, &mut outlet);
        self.settle(index, at, held);
    }

    /// Sees to the table and the bounds after a segment of a connection that held `held` bytes before.
    fn settle(&mut self, index: Index, at: Timestamp, held: usize) {
        let Some(connection) = self.flows.value_mut(index) else {
            return;
        };
        let mut outlet =
            Outlet { application: &mut self.application, stats: &mut self.stats, limits: &self.limits };
        let others = self.buffered.saturating_sub(held);
        if others.saturating_add(connection.cost()) > self.limits.buffered_in_total {
            // The flow that needs the memory pays, for it costs nothing to find.
            connection.give_up_holes(at, &mut outlet);
            let cost = connection.cost();
            if cost > held && others.saturating_add(cost) > self.limits.buffered_in_total {
                count(&mut outlet.stats.flows_given_up);
                connection.finish(at, &mut outlet);
            }
        }
        self.buffered = others.saturating_add(connection.cost());
        if connection.waits() {
            self.waiting.insert(connection.number(), index);
        } else if !self.waiting.is_empty() {
            self.waiting.remove(&connection.number());
        }
        let phase = connection.phase();
        self.flows.touch(index, at, phase);
    }

    /// The connection that a segment sent by `end` belongs to: the one `found` by its key, or a new one. Also tells
    /// whether that replaces one that was not finished. `None` if the segment belongs to none.
    fn connection(
        &mut self,
        at: Timestamp,
        segment: &Segment<'_>,
        found: Option<Index>,
        key: &Key,
        end: End,
    ) -> Option<(Index, bool)> {
        let mut lookup = Lookup::Same;
        let mut originator = None;
        if let Some(index) = found
            && let Some(connection) = self.flows.value_mut(index)
        {
            let stale = connection.is_stale(at, &self.limits);
            lookup = connection.lookup(end, segment);
            if lookup == Lookup::Same && !stale {
                return Some((index, false));
            }
            if lookup != Lookup::Same {
                originator = connection.candidate_originator(end, segment);
            }
            self.close(index, if stale { Reason::Age } else { Reason::Replaced });
        }
        if !segment.syn && (segment.rst || !segment.has_data()) {
            // The tail of an old flow, or a probe.
            count(&mut self.stats.stray_segments);
            return None;
        }
        while self.flows.len() >= self.limits.flows.max(1)
            && let Some(victim) = self.flows.victim()
        {
            self.close(victim, Reason::Room);
        }
        let mut connection = Connection::new(*key, segment, end, at, self.number);
        if let Some(originator) = originator {
            connection.set_originator(originator);
        }
        count(&mut self.stats.flows);
        let index = self.flows.insert(at, Phase::Opening, connection);
        if index.is_none() {
            count(&mut self.stats.flows_evicted);
        }
        Some((index?, lookup == Lookup::ReplacedWhileActive))
    }
}

/// The share of all flows that an engine has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    index: usize,
    count: usize,
    /// Other engines have the packet too.
    in_common: bool,
    /// Whether the flow of that packet is its own; `None` where it is of no flow.
    outcome: Option<bool>,
}

impl Share {
    /// One of `count` shares.
    pub(crate) const fn new(index: usize, count: usize) -> Self {
        Self { index, count, in_common: false, outcome: None }
    }
}

#[cfg(test)]
mod tests;
