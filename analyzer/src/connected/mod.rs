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
mod rekeys;
mod scene;
mod session;
mod sessionless;
mod sizes;
mod usage;

use kexray_grammar::{Role, Sealing, Software};

pub use self::bulk::Bulk;
use self::flight::Flights;
use self::octets::Carried;
use self::opening::Opening;
pub(crate) use self::rekeys::Exchanged;
use self::rekeys::Rekeys;
use self::scene::Scene;
pub use self::usage::SessionKind;
pub(crate) use self::usage::{Purpose, Usage};
use crate::auth::dialogue::{Each, Habits, Handover, Said, Told};
use crate::wire::Wire;

const ENDS: [Role; 2] = [Role::Client, Role::Server];

/// What was said since the user was let in. Nothing of it grows: what [`Opening`] keeps is counted.
#[derive(Debug)]
pub(crate) struct Connected {
    wires: Each<Wire>,
    flights: Flights,
    opening: Opening,
    rekeys: Rekeys,
    exchanged: Each<Exchanged>,
    carried: Each<Carried>,
    /// Whether SUCCESS was said.
    begun: bool,
    /// Whether nothing is missing.
    whole: bool,
    /// Octets that came in one go with SUCCESS, and are not told yet.
    beside: u32,
    /// Whether the server grants the window of a session only when its program starts.
    grants_late: bool,
}

impl Connected {
    /// Between two ends that seal packets so, and exchanged keys by messages of these sizes.
    pub(crate) fn new(sealings: Each<Sealing>, habits: Each<Habits>, exchanged: Each<Exchanged>) -> Self {
        let wires = Each {
            client: Wire::new(sealings.client, habits.client),
            server: Wire::new(sealings.server, habits.server),
        };
        Self {
            flights: Flights::default(),
            opening: Opening::new(),
            rekeys: Rekeys::none(),
            exchanged,
            carried: Each::default(),
            begun: false,
            whole: true,
            beside: 0,
            grants_late: habits.server.has(Software::grants_late),
            wires,
        }
    }

    /// How both ends seal packets, as far as it was learned.
    pub(crate) const fn wires(&self) -> Each<Wire> {
        self.wires
    }

    /// The dialogue of authentication took a packet for that.
    pub(crate) fn told(&mut self, packet: &Told) {
        if self.begun {
            if packet.run.0 > 0 {
                self.flight(packet.from, packet.run.0);
            }
            return;
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
    pub(crate) fn deliver(&mut self, from: Role, octets: &[u8], full: bool) {
        if !self.whole {
            return;
        }
        if !self.wires.of(from).tells_packets() {
            if let Some(octets) = self.flights.add(from, octets.len(), full) {
                self.flight(from, octets);
            }
            return;
        }
        let sealing = *self.wires.of(from).sealing();
        let mut framing = *self.flights.framings.of(from);
        let followed = framing.follow(&sealing, octets, &mut |octets| {
            self.flight(from, crate::wire::octets(octets));
        });
        *self.flights.framings.of_mut(from) = framing;
        if followed.is_err() {
            self.lose();
        }
    }

    /// Octets are missing: from here on nothing is certain.
    pub(crate) fn lose(&mut self) {
        self.whole = false;
    }

    fn flight(&mut self, from: Role, octets: u32) {
        let wire = self.wires.of(from);
        self.carried.of_mut(from).add(wire, octets);
        self.opening.add(from, octets, wire);
        self.rekeys.add(from, octets);
    }

    /// What it came to; `ended` says that an end closed the connection, so that nothing more will be said.
    pub(crate) fn usage(&mut self, ended: bool) -> Usage {
        for from in ENDS {
            if let Some(octets) = self.flights.rest(from) {
                self.flight(from, octets);
            }
        }
        let flights: Vec<_> = self.opening.flights().collect();
        let purpose = purpose::purpose(&Scene {
            opening: &self.opening,
            flights: &flights,
            client: &self.wires.client,
            server: &self.wires.server,
            grants_late: self.grants_late,
            ended: ended && self.whole,
        });
        let known = |carried: Carried| self.whole.then_some(carried.octets());
        Usage {
            purpose,
            rekeys: self.rekeys.count().filter(|_| self.whole),
            client_octets: known(self.carried.client),
            server_octets: known(self.carried.server),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_little_and_never_more() {
        assert!(size_of::<Connected>() <= 1024, "{}", size_of::<Connected>());
    }
}
