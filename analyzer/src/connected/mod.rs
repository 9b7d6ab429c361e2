//! What a user does who was let in, as far as sizes tell: the connection protocol of RFC 4254.
//!
//! The dialogue of authentication ends where the client goes on; here is what comes then. What was said first tells what
//! the connection is for (`purpose`), key exchanges are known by the sizes that they had in clear (`rekeys`), and the
//! rest is only counted. Where more than one answer fits, there is none.

mod bulk;
mod flight;
mod octets;
mod opening;
mod purpose;
mod reading;
mod rekeys;
mod resumption;
mod scene;
mod session;
mod sessionless;
mod sizes;
mod taken;
mod trail;
mod usage;

use kexray_grammar::{Role, Sealing, Software};

pub use self::bulk::Bulk;
use self::flight::Flights;
use self::octets::Carried;
use self::opening::{Flight, Opening};
use self::reading::Reading;
pub(crate) use self::rekeys::Exchanged;
use self::rekeys::Rekeys;
use self::resumption::Resumption;
use self::scene::Scene;
use self::taken::Taken;
use self::trail::Trail;
pub use self::usage::SessionKind;
pub(crate) use self::usage::{Purpose, Usage};
use crate::Timestamp;
use crate::auth::Explained;
use crate::auth::dialogue::{Each, Habits, Handover, Said, Told};
use crate::wire::Wire;

const ENDS: [Role; 2] = [Role::Client, Role::Server];

/// What was said since the user was let in. Nothing of it grows: what [`Opening`] keeps is counted.
#[derive(Debug)]
pub(crate) struct Connected {
    wires: Each<Wire>,
    flights: Flights,
    opening: Opening,
    /// The first flights, where someone wants them explained.
    trail: Option<Box<Trail>>,
    rekeys: Rekeys,
    exchanged: Each<Exchanged>,
    carried: Each<Carried>,
    /// Whether SUCCESS was said.
    begun: bool,
    /// Where packets are to be found again: seldom.
    resumptions: Each<Option<Box<Resumption>>>,
    /// Whether nothing is missing, so that what one end said before the other is known.
    ordered: bool,
    /// Whether it can be told what is a packet and what is not.
    whole: bool,
    /// Octets that came in one go with SUCCESS, and are not told yet.
    beside: u32,
    /// When each end was last heard.
    heard: Each<Timestamp>,
    /// Whether the server grants the window of a session only when its program starts.
    grants_late: bool,
    /// Whether an end says IGNORE now and then, which may be as long as what matters.
    ignores: bool,
}

impl Connected {
    /// Between two ends that seal packets so, and exchanged keys by messages of these sizes; `explain` says that someone
    /// wants to know what packets were taken for.
    pub(crate) fn new(
        sealings: Each<Sealing>,
        habits: Each<Habits>,
        exchanged: Each<Exchanged>,
        explain: bool,
    ) -> Self {
        let wires = Each {
            client: Wire::new(sealings.client, habits.client),
            server: Wire::new(sealings.server, habits.server),
        };
        Self {
            flights: Flights::default(),
            opening: Opening::new(),
            trail: explain.then(Box::default),
            rekeys: Rekeys::none(),
            exchanged,
            carried: Each::default(),
            resumptions: Each::default(),
            begun: false,
            ordered: true,
            whole: true,
            beside: 0,
            heard: Each::default(),
            grants_late: habits.server.has(Software::grants_late),
            ignores: ENDS.iter().any(|end| habits.of(*end).has(Software::ignores)),
            wires,
        }
    }

    /// How both ends seal packets, as far as it was learned.
    pub(crate) const fn wires(&self) -> Each<Wire> {
        self.wires
    }

    /// The dialogue of authentication took a packet for that. Tells whether it belongs to that dialogue.
    pub(crate) fn told(&mut self, packet: &Told) -> bool {
        *self.heard.of_mut(packet.from) = packet.at;
        if self.begun {
            if packet.run.0 > 0 {
                self.flight(packet.from, packet.run.0);
            }
            return false;
        }
        if packet.run.0 > 0 {
            self.beside = packet.run.0;
        }
        self.beside = self.beside.saturating_sub(packet.octets.0);
        if packet.said == Said::Success {
            self.begun = true;
            let beside = std::mem::take(&mut self.beside);
            if beside > 0 {
                self.flight(packet.from, beside);
            }
        }
        true
    }

    /// The dialogue is over: packets go on from here.
    pub(crate) fn go_on(&mut self, handover: &Handover) {
        self.flights.framings = handover.framings;
        for from in ENDS {
            self.wires.of_mut(from).pad(*handover.padding.of(from));
            let carried = handover.carried.of(from).0;
            if carried > 0 {
                self.flight(from, carried);
            }
        }
        self.rekeys = Rekeys::new(&self.wires, self.exchanged);
        for flight in self.opening.flights() {
            self.rekeys.add(flight.from, flight.octets);
        }
    }

    /// Takes ciphertext; `full` says that it fills its segment.
    pub(crate) fn deliver(&mut self, from: Role, at: Timestamp, octets: &[u8], full: bool) {
        if !self.whole {
            return;
        }
        *self.heard.of_mut(from) = at;
        if !self.wires.of(from).tells_packets() {
            if let Some(octets) = self.flights.add(from, octets.len(), full) {
                self.flight(from, octets);
            }
            return;
        }
        let sealing = *self.wires.of(from).sealing();
        if let Some(resumption) = self.resumptions.of_mut(from) {
            if let Some(resumed) = resumption.follow(&sealing, octets) {
                *self.flights.framings.of_mut(from) = resumed.framing;
                *self.resumptions.of_mut(from) = None;
                self.carry(from, resumed.passed);
            }
            return;
        }
        let mut framing = *self.flights.framings.of(from);
        let followed = framing.follow(&sealing, octets, &mut |octets| {
            self.flight(from, crate::wire::octets(octets));
        });
        *self.flights.framings.of_mut(from) = framing;
        if followed.is_err() {
            self.lose();
        }
    }

    /// So many octets are missing. They are counted; where they are not all of one packet, keys may have been exchanged
    /// among them.
    pub(crate) fn skip(&mut self, from: Role, missing: u64) {
        if !self.whole {
            return;
        }
        // What went the other way meanwhile may have been told before.
        self.lose_order();
        if let Some(resumption) = self.resumptions.of_mut(from) {
            return resumption.skip(missing);
        }
        let mut framing = *self.flights.framings.of(from);
        let skipped = framing.skip(missing, &mut |octets| self.flight(from, crate::wire::octets(octets)));
        if skipped.is_ok() {
            *self.flights.framings.of_mut(from) = framing;
            return;
        }
        self.rekeys = Rekeys::none();
        if self.wires.of(from).tells_packets() {
            let passed = missing.saturating_add(framing.begun());
            *self.resumptions.of_mut(from) = Some(Box::new(Resumption::behind(passed)));
        } else {
            let open = self.flights.rest(from).unwrap_or_default();
            self.carry(from, missing.saturating_add(open.into()));
        }
    }

    /// From here on it is not known what was said before what the other end said.
    pub(crate) const fn lose_order(&mut self) {
        self.ordered = false;
    }

    /// From here on nothing is certain.
    pub(crate) fn lose(&mut self) {
        self.whole = false;
    }

    fn flight(&mut self, from: Role, octets: u32) {
        self.carry(from, octets.into());
        if self.ordered {
            self.opening.add(from, octets, self.wires.of(from));
            if let Some(trail) = &mut self.trail {
                trail.add(*self.heard.of(from), Flight { from, octets });
            }
        }
        self.rekeys.add(from, octets);
    }

    fn carry(&mut self, from: Role, octets: u64) {
        self.carried.of_mut(from).add(self.wires.of(from), octets);
    }

    /// What it came to; `ended` says that an end closed the connection, so that nothing more will be said.
    pub(crate) fn usage(&mut self, ended: bool) -> Usage {
        for from in ENDS {
            if let Some(octets) = self.flights.rest(from) {
                self.flight(from, octets);
            }
            if let Some(resumption) = self.resumptions.of_mut(from).take() {
                self.carry(from, resumption.passed());
            }
        }
        let flights: Vec<_> = self.opening.flights().collect();
        let purpose = purpose::purpose(&self.scene(&flights, ended));
        let known = |carried: Carried| self.whole.then_some(carried.octets());
        Usage {
            purpose,
            rekeys: self.rekeys.count().filter(|_| self.whole),
            client_octets: known(self.carried.client),
            server_octets: known(self.carried.server),
        }
    }

    fn scene<'s>(&'s self, flights: &'s [Flight], ended: bool) -> Scene<'s> {
        let ended = ended && self.whole && self.ordered;
        Scene::new(&self.opening, flights, &self.wires, self.grants_late, ended)
    }

    /// What the first flights were taken for, if that was asked for, and sizes tell what they came to: without `usage` they
    /// do not. `ended` as in [`usage`](Self::usage).
    pub(crate) fn explained(&self, usage: Option<&Usage>, ended: bool) -> Vec<Explained> {
        let Some(trail) = &self.trail else { return Vec::new() };
        let flights: Vec<_> = trail.passed().iter().map(|passed| passed.flight).collect();
        let taken = usage.map(|usage| {
            let first: Vec<_> = self.opening.flights().collect();
            let scene = self.scene(&first, ended);
            let mut reading = Reading::new(&scene, &flights, trail.is_all());
            reading.follow(usage.purpose.kind.filter(|_| !self.ignores));
            if usage.rekeys.is_some_and(|rekeys| rekeys > 0) {
                reading.exchanges(Rekeys::new(&self.wires, self.exchanged));
            }
            reading.taken()
        });
        let taken = taken.unwrap_or_else(|| vec![None; flights.len()]);
        let explained = |(passed, taken)| Taken::explained(taken, passed);
        let mut explained: Vec<_> = trail.passed().iter().zip(taken).map(explained).collect();
        // What came with the dialogue's last words was told behind what the other end said meanwhile.
        explained.sort_by_key(|explained| explained.at);
        explained
    }
}

#[cfg(test)]
mod tests {
    use kexray_grammar::sealings;

    use super::*;

    const SAID: Exchanged = Exchanged { kexinit: 1547, last: 1195 };

    fn connected(sealing: Sealing) -> Connected {
        let both = Each { client: sealing, server: sealing };
        let habits = Each { client: Habits::default(), server: Habits::default() };
        let mut connected = Connected::new(both, habits, Each { client: SAID, server: SAID }, false);
        connected.rekeys = Rekeys::new(&connected.wires, connected.exchanged);
        connected
    }

    /// A packet on the wire, with octets inside that look like no length.
    fn packet(sealing: &Sealing, payload: usize) -> Vec<u8> {
        let size = sealing.wire_size(payload);
        let length = u32::try_from(size - size_of::<u32>() - sealing.tag()).unwrap();
        [&length.to_be_bytes()[..], &vec![0xee; size - size_of::<u32>()]].concat()
    }

    /// What is told where the server sends ten packets of so many octets, and of these what lies in the range is missing.
    fn holed(sealing: Sealing, payload: usize, missing: std::ops::Range<usize>) -> Usage {
        let mut connected = connected(sealing);
        let data = packet(&sealing, payload).repeat(10);
        connected.deliver(Role::Client, Timestamp::default(), &packet(&sealing, 24), false);
        connected.deliver(Role::Server, Timestamp::default(), &data[..missing.start], false);
        connected.skip(Role::Server, missing.len() as u64);
        for segment in data[missing.end..].chunks(1460) {
            connected.deliver(Role::Server, Timestamp::default(), segment, segment.len() == 1460);
        }
        connected.usage(true)
    }

    #[test]
    fn what_is_missing_inside_a_packet_does_no_harm() {
        for sealing in [sealings::aes_gcm(), sealings::encrypt_then_mac(16, 32)] {
            let whole = holed(sealing, 4000, 0..0);
            assert_eq!(whole.rekeys, Some(0));
            let octets = whole.server_octets.unwrap();
            assert!(octets.abs_diff(40_000) <= 160, "{octets}");
            let missing = 4100..7000;
            assert_eq!(holed(sealing, 4000, missing), whole);
        }
    }

    #[test]
    fn what_is_missing_of_several_packets_is_counted() {
        for sealing in [sealings::aes_gcm(), sealings::encrypt_then_mac(16, 32)] {
            let usage = holed(sealing, 4000, 3000..10_000);
            assert_eq!(usage.rekeys, None, "keys may have been exchanged again");
            let octets = usage.server_octets.unwrap();
            // Packets that are not told apart count with what they take besides.
            assert!((40_000..=40_400).contains(&octets), "{octets}");
            let to_the_end = holed(sealing, 4000, 3000..30_000).server_octets.unwrap();
            assert!((40_000..=40_600).contains(&to_the_end), "{to_the_end}");
        }
    }

    #[test]
    fn where_lengths_are_hidden_what_is_missing_is_counted() {
        let usage = holed(sealings::chacha20_poly1305(), 4000, 3000..10_000);
        assert_eq!(usage.rekeys, None);
        let octets = usage.server_octets.unwrap();
        assert!((40_000..=40_600).contains(&octets), "{octets}");
    }

    #[test]
    fn behind_a_gap_what_was_said_first_is_not_known_any_more() {
        let sealing = sealings::aes_gcm();
        let idle = || {
            let mut connected = connected(sealing);
            connected.deliver(Role::Server, Timestamp::default(), &packet(&sealing, 600), false);
            connected
        };
        assert_eq!(idle().usage(true).purpose.kind, Some(SessionKind::None));
        let mut holed = idle();
        let last = packet(&sealing, 600);
        holed.deliver(Role::Server, Timestamp::default(), &last[..100], false);
        holed.skip(Role::Server, 50);
        holed.deliver(Role::Server, Timestamp::default(), &last[150..], false);
        assert_eq!(holed.usage(true).purpose, Purpose::default());
    }

    #[test]
    fn it_takes_little_and_never_more() {
        assert!(size_of::<Connected>() <= 1024, "{}", size_of::<Connected>());
    }
}
