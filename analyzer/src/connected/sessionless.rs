//! Connections without a session: idle ones, and those that only forward ports. RFC 4254 section 7.

use kexray_grammar::Role;

use super::opening::Flight;
use super::scene::Scene;
use super::sizes::{
    CONFIRMATION, DIRECT, FORWARD, GLOBAL_REPLY, KEEP_ALIVE, LONG_DIRECT, LONG_FORWARD, NO_MORE_SESSIONS,
    OPEN,
};

impl Scene<'_> {
    /// Whether nothing was asked for and nothing answered: a client that only says good-bye, or keeps the connection.
    pub(super) fn is_idle(&self) -> bool {
        let flights = self.flights;
        let asked = || flights.iter().enumerate().filter(|(_, it)| self.asks(it));
        let last = match asked().count() {
            0 | 1 => None,
            2 => asked().next_back().map(|(index, _)| index),
            _ => return false,
        };
        let opened = self.client.of_all(&[OPEN, NO_MORE_SESSIONS]);
        let short = asked().all(|(_, it)| it.octets <= self.client.of(LONG_FORWARD) && it.octets != opened);
        let alive = self.server.of(KEEP_ALIVE);
        let alive = |it: &Flight| it.octets == alive && alive != self.server.of(CONFIRMATION);
        let heard = |(index, it): (usize, &Flight)| {
            self.answers(it) && !alive(it) || it.from == Role::Server && last.is_some_and(|last| index > last)
        };
        self.ended && self.opening.is_all() && short && !flights.iter().enumerate().any(heard)
    }

    /// Whether ports are forwarded, and there is no session.
    pub(super) fn forwards(&self) -> bool {
        match self.confirmed() {
            Some((before, _)) => self.opens_port(before),
            None => self.listens(),
        }
    }

    /// Whether the channel that the client opened is no session, but to a host and port.
    fn opens_port(&self, before: &[Flight]) -> bool {
        let no_more = self.client.of(NO_MORE_SESSIONS);
        let sizes = self.client.of(DIRECT)..=self.client.of(LONG_DIRECT);
        let mut asked = before.iter().filter(|it| self.asks(it));
        let port = |it: &Flight| it.octets != no_more && sizes.contains(&it.octets);
        asked.clone().any(port) && asked.all(|it| !self.opens(it) && (it.octets == no_more || port(it)))
    }

    /// Whether the client asks the server to listen, and it does: the client begins with that and no-more-sessions, one
    /// behind the other; then it confirms a channel that the server opens, or there is an answer, and nothing but good-bye.
    fn listens(&self) -> bool {
        let flights = self.flights;
        let first = flights.iter().position(|it| it.from == Role::Client).unwrap_or(flights.len());
        let Some([request, last, rest @ ..]) = flights.get(first..) else { return false };
        let sizes = self.client.of(FORWARD)..=self.client.of(LONG_FORWARD);
        let no_more = self.client.of(NO_MORE_SESSIONS);
        if !sizes.contains(&request.octets) || !self.asks(last) || last.octets != no_more {
            return false;
        }
        let mut after = rest.iter().filter(|it| it.from == Role::Client);
        let confirms = |it: &Flight| it.octets == self.client.of(CONFIRMATION);
        if request.octets != self.client.of(OPEN) && after.clone().next().is_some_and(confirms) {
            return true;
        }
        let answer = rest.iter().find(|it| self.answers(it));
        let heard = answer.is_some_and(|it| it.octets == self.server.of(GLOBAL_REPLY));
        self.opening.is_all() && heard && after.clone().count() <= 1 && after.all(|it| self.asks(it))
    }
}
