//! What is told of the first flights: the questions that are asked of them.

use kexray_grammar::Role;

use super::opening::{Flight, Opening};
use super::sizes::{ADJUST, CONFIRMATION, NO_MORE_SESSIONS, OPEN, REPLY, SHELL, UNASKED};
use crate::auth::dialogue::Each;
use crate::wire::Wire;

/// The first flights, and what is known of both ends.
pub(super) struct Scene<'s> {
    pub(super) opening: &'s Opening,
    /// The flights that it keeps.
    pub(super) flights: &'s [Flight],
    pub(super) client: &'s Wire,
    pub(super) server: &'s Wire,
    /// Whether the server grants the window of a session only when its program starts.
    pub(super) grants_late: bool,
    /// Whether all was seen, up to the end.
    pub(super) ended: bool,
    limits: Limits,
}

/// Octets on the wire by which each flight is told: worked out once.
struct Limits {
    /// From here on a client's flight may ask for something.
    asks: u32,
    /// Below it a server's flight is an answer.
    unasked: u32,
    /// Answers to one request and to two, with the window that is granted.
    granted: [u32; 2],
}

impl<'s> Scene<'s> {
    /// What both ends said first, up to the end if all of it was seen.
    pub(super) fn new(
        opening: &'s Opening,
        flights: &'s [Flight],
        wires: &'s Each<Wire>,
        grants_late: bool,
        ended: bool,
    ) -> Self {
        let Each { client, server } = wires;
        let limits = Limits {
            asks: client.of(SHELL),
            unasked: server.of(UNASKED),
            granted: [server.of_all(&[REPLY, ADJUST]), server.of_all(&[REPLY, REPLY, ADJUST])],
        };
        Self { opening, flights, client, server, grants_late, ended, limits }
    }

    /// Whether it is from the client, and large enough to ask for something.
    pub(super) fn asks(&self, flight: &Flight) -> bool {
        flight.from == Role::Client && flight.octets >= self.limits.asks
    }

    /// Whether it is from the server, and no larger than an answer.
    pub(super) fn answers(&self, flight: &Flight) -> bool {
        let Limits { unasked, granted, .. } = self.limits;
        flight.from == Role::Server && (flight.octets < unasked || granted.contains(&flight.octets))
    }

    /// Whether a flight opens a session: alone, or together with what OpenSSH says then.
    pub(super) fn opens(&self, flight: &Flight) -> bool {
        let (alone, together) = (self.client.of(OPEN), self.client.of_all(&[OPEN, NO_MORE_SESSIONS]));
        self.asks(flight) && (flight.octets == alone || flight.octets == together)
    }

    /// The flights up to the server's confirmation of a channel, and those behind it.
    pub(super) fn confirmed(&self) -> Option<(&'s [Flight], &'s [Flight])> {
        let size = self.server.of(CONFIRMATION);
        let flights = self.flights;
        let asked = flights.iter().position(|it| self.asks(it))?;
        let found = flights.iter().skip(asked).position(|it| it.from == Role::Server && it.octets == size)?;
        let (before, behind) = flights.split_at_checked(asked.saturating_add(found))?;
        let no_more = self.client.of(NO_MORE_SESSIONS);
        let mut asking = before.iter().filter(|it| self.asks(it));
        // Whoever opens a session may say that there will be no more: behind it, if not in one go.
        let first = asking.next()?;
        let apart = !self.opens(first) || first.octets == self.client.of(OPEN);
        let said = apart && before.iter().any(|it| self.asks(it) && it.octets == no_more);
        if asking.count() > usize::from(said) {
            return None;
        }
        Some((before, behind.get(1..).unwrap_or_default()))
    }
}
