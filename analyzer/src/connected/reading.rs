//! What each flight was taken for, once it is known what the connection is for.
//!
//! It follows from what told the purpose: where that is not known, little is said of its flights.

use kexray_grammar::Role;

use super::opening::Flight;
use super::rekeys::{Exchanging, Rekeys};
use super::scene::Scene;
use super::session::Request;
use super::sizes::{
    ADJUST, EOF, EXIT_STATUS, KEY, LONG_DIRECT, NO_MORE_SESSIONS, OPEN, REPLY, SFTP_INIT, SHELL, TERMINAL,
};
use super::taken::Taken;
use super::usage::SessionKind;
use crate::auth::dialogue::Each;

/// What a server says last in a session, in this order or another.
const LAST_WORDS: &[usize] = &[EOF, EXIT_STATUS, EOF];

/// The flights of a connection, as far as they were kept, and what each was taken for.
pub(super) struct Reading<'s> {
    scene: &'s Scene<'s>,
    flights: &'s [Flight],
    /// Whether there were no more.
    all: bool,
    taken: Vec<Option<Taken>>,
}

impl<'s> Reading<'s> {
    /// Of flights of which the first are those of the scene; `all` says that there were no more.
    pub(super) fn new(scene: &'s Scene<'s>, flights: &'s [Flight], all: bool) -> Self {
        Self { scene, flights, all, taken: vec![None; flights.len()] }
    }

    /// What each was taken for, if it was taken for something.
    pub(super) fn taken(self) -> Vec<Option<Taken>> {
        self.taken
    }

    /// Reads them as those of a connection that is for that.
    pub(super) fn follow(&mut self, kind: Option<SessionKind>) {
        match kind {
            Some(SessionKind::None) => {}
            Some(SessionKind::Forward) => self.ports(),
            kind => self.session(kind),
        }
    }

    /// Finds key exchanges among them. While they go on nothing is carried.
    pub(super) fn exchanges(&mut self, mut rekeys: Rekeys) {
        let mut begun: Each<Option<usize>> = Each::default();
        let mut found = Vec::new();
        for (place, flight) in self.flights.iter().enumerate() {
            let begun = begun.of_mut(flight.from);
            match rekeys.add(flight.from, flight.octets) {
                Some(Exchanging::Begins) => *begun = Some(place),
                Some(Exchanging::Ends) => found.push((flight.from, begun.take(), place)),
                Some(Exchanging::GoesOn) => {}
                None => *begun = None,
            }
        }
        for (from, proposal, end) in &found {
            self.forget_other(*from, proposal.unwrap_or(*end), *end);
        }
        for (from, proposal, end) in found {
            for place in proposal.unwrap_or(end)..=end {
                if self.flight(place).is_some_and(|it| it.from == from) {
                    let first = proposal == Some(place);
                    self.put(place, if first { Taken::KexInit } else { Taken::KeyExchange });
                }
            }
        }
    }

    /// What the other end says meanwhile, and right before and after, may be of the exchange too.
    fn forget_other(&mut self, from: Role, begin: usize, end: usize) {
        let other = |place: &usize| self.flight(*place).is_some_and(|it| it.from != from);
        let before = (0..begin).rev().find(other).unwrap_or(begin);
        let after = (end..self.flights.len()).find(other).unwrap_or(end);
        let between = self.taken.iter_mut().zip(self.flights).take(after.saturating_add(1)).skip(before);
        between.filter(|(_, flight)| flight.from != from).for_each(|(slot, _)| *slot = None);
    }

    fn put(&mut self, place: usize, taken: Taken) {
        if let Some(slot) = self.taken.get_mut(place) {
            *slot = Some(taken);
        }
    }

    /// Where the rest of the scene's flights begins.
    fn place(&self, rest: &[Flight]) -> usize {
        self.scene.flights.len().saturating_sub(rest.len())
    }

    fn flight(&self, place: usize) -> Option<Flight> {
        self.flights.get(place).copied()
    }

    fn wire(&self, from: Role) -> &'s crate::wire::Wire {
        match from {
            Role::Client => self.scene.client,
            Role::Server => self.scene.server,
        }
    }

    /// Whether it has the size of a packet with that payload.
    fn is(&self, flight: Flight, payload: usize) -> bool {
        flight.octets == self.wire(flight.from).of(payload)
    }

    /// The places from one on at which the client may ask for something.
    fn asking(&self, from: usize, until: usize) -> Vec<usize> {
        let flights = self.flights.iter().enumerate().take(until).skip(from);
        flights.filter(|(_, it)| self.scene.asks(it)).map(|(place, _)| place).collect()
    }

    /// A connection that forwards ports.
    fn ports(&mut self) {
        let Some((before, _)) = self.scene.confirmed() else {
            if let [first, second, ..] = *self.asking(0, self.flights.len()) {
                self.put(first, Taken::Listen);
                self.put(second, Taken::NoMoreSessions);
            }
            return;
        };
        for place in self.asking(0, before.len()) {
            let no_more = self.flight(place).is_some_and(|it| self.is(it, NO_MORE_SESSIONS));
            self.put(place, if no_more { Taken::NoMoreSessions } else { Taken::OpenPort });
        }
        self.put(before.len(), Taken::Confirmation);
    }

    /// A connection with a session, if it has one.
    fn session(&mut self, kind: Option<SessionKind>) {
        let asking = self.asking(0, self.flights.len());
        let Some((first, flight)) = asking.first().and_then(|place| Some((*place, self.flight(*place)?)))
        else {
            return;
        };
        if !self.scene.opens(&flight) {
            return;
        }
        let confirmed = self.scene.confirmed().map(|(before, _)| before.len());
        if kind.is_none() && confirmed.is_none() {
            // A request to listen at a port may be as long.
            return;
        }
        let alone = self.is(flight, OPEN);
        self.put(first, if alone { Taken::OpenSession } else { Taken::OpenOnlySession });
        if let Some(confirmed) = confirmed {
            let others = self.asking(first.saturating_add(1), confirmed);
            if !alone && !others.is_empty() {
                return;
            }
            others.into_iter().for_each(|place| self.put(place, Taken::NoMoreSessions));
            self.put(confirmed, Taken::Confirmation);
        }
        let (Some(kind), Some(request)) = (kind, self.scene.request()) else { return };
        self.request(kind, &request);
        let answer = self.place(request.rest);
        self.answer(answer);
        self.carried(answer.saturating_add(1), kind);
        match kind {
            SessionKind::Shell => self.typed(answer.saturating_add(1)),
            SessionKind::Subsystem => self.greeting(answer.saturating_add(1)),
            _ => {}
        }
        if self.all && self.scene.ended {
            self.good_bye(answer.saturating_add(1));
        }
    }

    /// What the client asks for, up to the first answer.
    fn request(&mut self, kind: SessionKind, request: &Request<'_>) {
        let answer = self.place(request.rest);
        let asking = self.asking(answer.saturating_sub(request.asked.len()), answer);
        asking.iter().for_each(|place| self.put(*place, Taken::Request));
        if let ([first, ..], Some(true)) = (&*asking, request.agent) {
            self.put(*first, Taken::ForwardAgent);
        }
        let Some(last) = asking.last().copied() else { return };
        match kind {
            SessionKind::Exec => self.put(last, Taken::Exec),
            SessionKind::Subsystem => self.put(last, Taken::Subsystem),
            SessionKind::Shell if request.follow_up == Some(self.scene.client.of(SHELL)) => {
                let next = self.asking(answer, self.flights.len()).first().copied();
                next.into_iter().for_each(|place| self.put(place, Taken::Shell));
            }
            SessionKind::Shell => {
                let least = self.scene.client.of_all(&[TERMINAL, SHELL]);
                let asks = |it: Flight| self.is(it, SHELL) || it.octets >= least;
                if self.flight(last).is_some_and(asks) {
                    self.put(last, Taken::Shell);
                }
            }
            _ => {}
        }
    }

    /// The first answer.
    fn answer(&mut self, place: usize) {
        let Some(flight) = self.flight(place) else { return };
        let (reply, adjust) = (self.is(flight, REPLY), self.is(flight, ADJUST));
        let both = flight.octets == self.scene.server.of_all(&[REPLY, ADJUST]);
        match (reply, adjust) {
            (true, true) => self.put(place, Taken::SuccessOrAdjust),
            (true, false) => self.put(place, Taken::Success),
            (false, true) => self.put(place, Taken::Adjust),
            (false, false) if both => self.put(place, Taken::SuccessAndAdjust),
            (false, false) => {}
        }
    }

    /// Whatever is longer than anything else that is said then.
    fn carried(&mut self, from: usize, kind: SessionKind) {
        let longest: Each<&[usize]> = match kind {
            // Its requests and answers follow each other, and little else is said before the end.
            SessionKind::Subsystem => Each { client: &[ADJUST], server: LAST_WORDS },
            // Another channel may be opened besides.
            _ => Each { client: &[LONG_DIRECT], server: &[LONG_DIRECT] },
        };
        for place in from..self.flights.len() {
            let Some(flight) = self.flight(place) else { return };
            let wire = self.wire(flight.from);
            let longest = longest.of(flight.from).iter().map(|payload| wire.of(*payload));
            let longest = if wire.tells_packets() { longest.max() } else { Some(longest.sum()) };
            if longest.is_some_and(|longest| flight.octets > longest) {
                self.put(place, if wire.tells_packets() { Taken::Data } else { Taken::DataAndMore });
            }
        }
    }

    /// Keys that got their echo.
    fn typed(&mut self, from: usize) {
        let mut waiting = std::collections::VecDeque::new();
        for place in from..self.flights.len() {
            let Some(flight) = self.flight(place) else { return };
            match (flight.from, self.is(flight, KEY)) {
                (_, false) => waiting.clear(),
                (Role::Client, true) => waiting.push_back(place),
                (Role::Server, true) => {
                    if let Some(key) = waiting.pop_front() {
                        self.put(key, Taken::Key);
                        self.put(place, Taken::Echo);
                    }
                }
            }
        }
    }

    /// SFTP's first words.
    fn greeting(&mut self, from: usize) {
        let Some(init) = self.asking(from, self.flights.len()).first().copied() else { return };
        if !self.flight(init).is_some_and(|it| self.is(it, SFTP_INIT)) {
            return;
        }
        self.put(init, Taken::SftpInit);
        let mut behind = self.flights.iter().enumerate().skip(init);
        if let Some((version, _)) = behind.find(|(_, it)| it.from == Role::Server) {
            self.put(version, Taken::SftpVersion);
        }
    }

    /// The last words: the program's status and the end of its channel, the client's assent, and DISCONNECT.
    fn good_bye(&mut self, from: usize) {
        let mut end = self.flights.len();
        let mut last = |fits: &dyn Fn(Flight) -> bool| {
            let place = end.checked_sub(1).filter(|place| *place >= from)?;
            self.flight(place).filter(|it| fits(*it))?;
            end = place;
            Some(place)
        };
        let disconnect = last(&|it| self.scene.asks(&it)).map(|place| (place, Taken::Disconnect));
        let closes = |it: Flight| it.from == Role::Client && self.is(it, EOF);
        let Some(close) = last(&closes).map(|place| (place, Taken::EofOrClose)) else { return };
        let server = |it: Flight, octets| it.from == Role::Server && it.octets == octets;
        let wire = self.scene.server;
        let exit: Vec<_> = if wire.tells_packets() {
            let said = |it| server(it, wire.of(EOF)) || server(it, wire.of(EXIT_STATUS));
            let word = |place| {
                let status = self.flight(place).is_some_and(|it| self.is(it, EXIT_STATUS));
                (place, if status { Taken::ExitStatus } else { Taken::EofOrClose })
            };
            std::iter::from_fn(|| last(&said)).take(LAST_WORDS.len()).map(word).collect()
        } else {
            let together = wire.of_all(LAST_WORDS);
            last(&|it| server(it, together)).map(|place| (place, Taken::Exit)).into_iter().collect()
        };
        let statuses = exit.iter().filter(|(_, taken)| *taken != Taken::EofOrClose).count();
        if statuses != 1 || wire.tells_packets() && exit.len() != LAST_WORDS.len() {
            return;
        }
        let places = exit.into_iter().chain([close]).chain(disconnect);
        places.for_each(|(place, taken)| self.put(place, taken));
    }
}

#[cfg(test)]
mod tests {
    use kexray_grammar::{Sealing, sealings};

    use super::super::opening::Opening;
    use super::*;
    use crate::auth::dialogue::Habits;
    use crate::wire::Wire;

    use Role::{Client, Server};

    /// What is said in a session with a command, in one go each, by the sizes of payloads.
    const SAID: [(Role, &[usize]); 8] = [
        (Client, &[OPEN, NO_MORE_SESSIONS]),
        (Server, &[super::super::sizes::CONFIRMATION]),
        (Client, &[200]),
        (Server, &[ADJUST, REPLY]),
        (Server, &[5000]),
        (Server, &[EOF, EXIT_STATUS, EOF]),
        (Client, &[EOF]),
        (Client, &[33]),
    ];

    fn read(sealing: Sealing, kind: Option<SessionKind>, all: bool) -> Vec<Option<&'static str>> {
        let wire = Wire::new(sealing, Habits::default());
        let mut opening = Opening::new();
        for (from, payloads) in SAID {
            if wire.tells_packets() {
                payloads.iter().for_each(|payload| opening.add(from, wire.of(*payload), &wire));
            } else {
                opening.add(from, wire.of_all(payloads), &wire);
            }
        }
        let flights: Vec<_> = opening.flights().collect();
        let wires = Each { client: wire, server: wire };
        let scene = Scene::new(&opening, &flights, &wires, true, true);
        let mut reading = Reading::new(&scene, &flights, all);
        reading.follow(kind);
        reading.taken().into_iter().map(|taken| taken.map(Taken::message)).collect()
    }

    #[test]
    fn every_flight_of_a_command_is_told() {
        let told = [
            "CHANNEL_OPEN (session), GLOBAL_REQUEST (no-more-sessions@openssh.com)",
            "CHANNEL_OPEN_CONFIRMATION",
            "CHANNEL_REQUEST (exec)",
            "CHANNEL_WINDOW_ADJUST, CHANNEL_SUCCESS",
            "CHANNEL_DATA, and what came with it",
            "CHANNEL_REQUEST (exit-status), CHANNEL_EOF, CHANNEL_CLOSE",
            "CHANNEL_EOF or CHANNEL_CLOSE",
            "DISCONNECT",
        ];
        let hidden = sealings::chacha20_poly1305();
        assert_eq!(read(hidden, Some(SessionKind::Exec), true), told.map(Some));
        let clear = read(sealings::aes_gcm(), Some(SessionKind::Exec), true);
        let several = "CHANNEL_SUCCESS or CHANNEL_WINDOW_ADJUST";
        let told = [
            Some("CHANNEL_OPEN (session)"),
            Some("GLOBAL_REQUEST (no-more-sessions@openssh.com)"),
            Some("CHANNEL_OPEN_CONFIRMATION"),
            Some("CHANNEL_REQUEST (exec)"),
            Some(several),
            // The second of the answers, which any small message might be.
            None,
            Some("CHANNEL_DATA"),
            Some("CHANNEL_EOF or CHANNEL_CLOSE"),
            Some("CHANNEL_REQUEST (exit-status)"),
            Some("CHANNEL_EOF or CHANNEL_CLOSE"),
            Some("CHANNEL_EOF or CHANNEL_CLOSE"),
            Some("DISCONNECT"),
        ];
        assert_eq!(clear, told);
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        let told = |taken: &[Option<&str>]| taken.iter().flatten().count();
        let hidden = sealings::chacha20_poly1305();
        // Whatever it is for, it was opened and confirmed.
        assert_eq!(told(&read(hidden, None, true)), 2);
        // Without the end, nothing is its last words.
        assert_eq!(told(&read(hidden, Some(SessionKind::Exec), false)), 5);
    }
}
