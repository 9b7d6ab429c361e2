//! What a connection is for, from what was said first.
//!
//! A session is opened, confirmed, and then the client asks for what it wants to run, in one go or one after the other
//! (RFC 4254 sections 6.1 to 6.5). A request for a terminal, a shell, a command and a subsystem have sizes of their own,
//! but some commands are as long as other requests: then what follows decides, or nothing is told.

use kexray_grammar::{Role, numbers};

use super::opening::{Flight, Opening};
use super::sizes::{
    ADJUST, AGENT, CONFIRMATION, DIRECT, EOF, EXIT_STATUS, FORWARD, GLOBAL_REPLY, KEEP_ALIVE, KEY,
    LONG_DIRECT, LONG_FORWARD, NO_MORE_SESSIONS, OPEN, REPLY, SFTP, SFTP_INIT, SHELL, SHORTEST_EXEC,
    TERMINAL, UNASKED, Wire,
};
use super::usage::{Purpose, SessionKind};
use crate::auth::dialogue::Each;

/// Keys with an echo from which on someone types.
const TYPED: u32 = 3;
/// Octets from which on an SSH_FXP_VERSION has extensions.
const EXTENDED: usize = numbers::SFTP_EXTENDED;

/// Tells what it is for; `ended` says that all was seen, up to the end.
pub(super) fn purpose(opening: &Opening, wires: &Each<Wire>, grants_late: bool, ended: bool) -> Purpose {
    let reader = Reader { opening, client: &wires.client, server: &wires.server, grants_late };
    if ended && reader.is_idle() {
        return Purpose { kind: Some(SessionKind::None), agent_forwarding: Some(false) };
    }
    if reader.forwards() {
        return Purpose { kind: Some(SessionKind::Forward), agent_forwarding: Some(false) };
    }
    let Some(request) = reader.request() else { return Purpose::default() };
    let kind = reader.kind(&request, ended);
    Purpose { kind, agent_forwarding: reader.agent(&request, kind) }
}

struct Reader<'r> {
    opening: &'r Opening,
    client: &'r Wire,
    server: &'r Wire,
    grants_late: bool,
}

/// What the client asks for once its session is open: flights up to the first answer.
struct Request<'r> {
    flights: &'r [Flight],
    /// What follows.
    rest: &'r [Flight],
}

impl Request<'_> {
    /// What the client said that may be a request.
    fn said(&self, client: &Wire) -> impl Iterator<Item = u32> + Clone {
        let least = client.of(SHELL);
        let said = self.flights.iter().filter(move |it| it.from == Role::Client && it.octets >= least);
        said.map(|it| it.octets)
    }

    fn octets(&self, client: &Wire) -> u32 {
        self.said(client).fold(0, u32::saturating_add)
    }
}

impl<'r> Reader<'r> {
    fn flights(&self) -> &'r [Flight] {
        self.opening.flights()
    }

    /// Whether it is from the client, and large enough to ask for something.
    fn asks(&self, flight: &Flight) -> bool {
        flight.from == Role::Client && flight.octets >= self.client.of(SHELL)
    }

    /// Whether it is from the server, and no larger than an answer.
    fn answers(&self, flight: &Flight) -> bool {
        let together = [&[REPLY, ADJUST][..], &[REPLY, REPLY, ADJUST]];
        let answers = |payloads: &&[usize]| flight.octets == self.server.of_all(payloads);
        flight.from == Role::Server
            && (flight.octets < self.server.of(UNASKED) || together.iter().any(answers))
    }

    /// Whether nothing was asked for and nothing answered: a client that only says good-bye, or keeps the connection.
    fn is_idle(&self) -> bool {
        let flights = self.flights();
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
        (self.opening.is_all() || self.client.of(OPEN) != self.client.of(NO_MORE_SESSIONS))
            && short
            && !flights.iter().enumerate().any(heard)
    }

    /// The flights up to the server's confirmation of a channel, and those behind it.
    fn confirmed(&self) -> Option<(&'r [Flight], &'r [Flight])> {
        let size = self.server.of(CONFIRMATION);
        let flights = self.flights();
        let asked = flights.iter().position(|it| self.asks(it))?;
        let found = flights.iter().skip(asked).position(|it| it.from == Role::Server && it.octets == size)?;
        let (before, behind) = flights.split_at_checked(asked.saturating_add(found))?;
        let no_more = self.client.of(NO_MORE_SESSIONS);
        let others = before.iter().skip(asked.saturating_add(1)).filter(|it| self.asks(it));
        if others.count() > usize::from(before.iter().any(|it| self.asks(it) && it.octets == no_more)) {
            return None;
        }
        Some((before, behind.get(1..).unwrap_or_default()))
    }

    /// Whether a flight opens a session: alone, or together with what OpenSSH says then.
    fn opens(&self, flight: &Flight) -> bool {
        let (alone, together) = (self.client.of(OPEN), self.client.of_all(&[OPEN, NO_MORE_SESSIONS]));
        self.asks(flight) && (flight.octets == alone || flight.octets == together)
    }

    fn forwards(&self) -> bool {
        let no_more = self.client.of(NO_MORE_SESSIONS);
        if let Some((before, _)) = self.confirmed() {
            // A channel, but no session.
            let mut asked = before.iter().filter(|it| self.asks(it));
            let sizes = self.client.of(DIRECT)..=self.client.of(LONG_DIRECT);
            return asked.clone().any(|it| it.octets != no_more && sizes.contains(&it.octets))
                && asked.all(|it| !self.opens(it) && it.octets >= no_more && it.octets <= *sizes.end());
        }
        self.listens()
    }

    /// Whether the client asks the server to listen, and it does: the request and no-more-sessions one behind the other,
    /// then an answer that confirms no channel, and nothing but good-bye.
    fn listens(&self) -> bool {
        let flights = self.flights();
        let sizes = self.client.of(FORWARD)..=self.client.of(LONG_FORWARD);
        let no_more = self.client.of(NO_MORE_SESSIONS);
        let asks = |it: &Flight| self.asks(it) && sizes.contains(&it.octets);
        let pair = flights.windows(2).position(|pair| match pair {
            [request, last] => asks(request) && self.asks(last) && last.octets == no_more,
            _ => false,
        });
        let Some(rest) = pair.and_then(|at| flights.get(at.saturating_add(2)..)) else { return false };
        let first = pair == flights.iter().position(|it| it.from == Role::Client);
        let answer = rest.iter().find(|it| self.answers(it));
        let mut after = rest.iter().filter(|it| it.from == Role::Client);
        let clearly = flights.first().is_some_and(|it| it.octets != self.client.of(OPEN));
        if first
            && clearly
            && after.clone().next().is_some_and(|it| it.octets == self.client.of(CONFIRMATION))
        {
            // It confirms a channel that the server opened.
            return true;
        }
        first
            && self.opening.is_all()
            && answer.is_some_and(|it| it.octets == self.server.of(GLOBAL_REPLY))
            && after.clone().count() <= 1
            && after.all(|it| self.asks(it))
    }

    /// What the client asks for in its session.
    fn request(&self) -> Option<Request<'r>> {
        let behind = match self.confirmed() {
            Some((before, behind)) => {
                before.iter().find(|it| self.asks(it)).filter(|it| self.opens(it))?;
                behind
            }
            None => self.opened()?,
        };
        let start = behind.iter().position(|it| self.asks(it))?;
        let behind = behind.get(start..)?;
        let answered = behind.iter().position(|it| self.answers(it)).unwrap_or(behind.len());
        let (flights, rest) = behind.split_at_checked(answered)?;
        Some(Request { flights, rest })
    }

    /// What follows the opening of a session whose confirmation came together with something else.
    fn opened(&self) -> Option<&'r [Flight]> {
        let flights = self.flights();
        let first = flights.iter().position(|it| self.asks(it))?;
        let (open, no_more) = (self.client.of(OPEN), self.client.of(NO_MORE_SESSIONS));
        let flight = flights.get(first)?;
        if !self.opens(flight) || flight.octets == open && open == no_more {
            return None;
        }
        let behind = flights.get(first.saturating_add(1)..)?;
        let next = behind.iter().position(|it| self.asks(it))?;
        let behind = match behind.get(next)? {
            it if it.octets == no_more && flight.octets == open => behind.get(next.saturating_add(1)..)?,
            _ => behind,
        };
        let enough = |it: &Flight| it.from == Role::Server && it.octets > self.server.of(CONFIRMATION);
        let request = flights.iter().skip(first.saturating_add(1)).position(|it| self.asks(it))?;
        let confirmed = flights.iter().skip(first).take(request.saturating_add(2)).any(enough);
        // Whoever asks for something is answered.
        let replied = behind.iter().any(|it| self.answers(it));
        (confirmed && replied).then_some(behind)
    }

    fn kind(&self, request: &Request<'_>, ended: bool) -> Option<SessionKind> {
        let octets = request.octets(self.client);
        let last = request.said(self.client).last()?;
        let follow_up = self.follow_up(request, ended);
        let shell = self.client.of(SHELL);
        let packets = self.client.tells_packets();
        if self.opening.echoed >= TYPED && octets >= self.client.of(TERMINAL) {
            // Where packets are told apart, a command with a terminal is no shell.
            let command = packets && last > shell && follow_up != Some(shell);
            return if command { None } else { Some(SessionKind::Shell) };
        }
        let at_once = self.said_first(request) <= self.server.of_all(&[REPLY, ADJUST]);
        if at_once && follow_up == Some(self.client.of(SFTP_INIT)) && octets >= self.client.of(SFTP) {
            return self.speaks_sftp(request, last).then_some(SessionKind::Subsystem);
        }
        self.runs(request, octets, last, follow_up).then_some(SessionKind::Exec)
    }

    /// What the client says after the first answer that may be a request, or data; not the good-bye.
    fn follow_up(&self, request: &Request<'_>, ended: bool) -> Option<u32> {
        let at = request.rest.iter().position(|it| self.asks(it))?;
        let (before, behind) = request.rest.split_at_checked(at)?;
        let mut said = behind.iter().filter(|it| it.from == Role::Client);
        let first = said.next()?;
        let closed = before.iter().any(|it| it.from == Role::Client)
            || request.octets(self.client) < self.client.of(TERMINAL);
        let good_bye = ended && closed && self.opening.is_all() && said.next().is_none();
        (!good_bye).then_some(first.octets)
    }

    /// Whether what follows SSH_FXP_INIT is SSH_FXP_VERSION.
    fn speaks_sftp(&self, request: &Request<'_>, last: u32) -> bool {
        let init = self.client.of(SFTP_INIT);
        let at = request.rest.iter().position(|it| self.asks(it) && it.octets == init);
        let behind = at.and_then(|at| request.rest.get(at..)).unwrap_or_default();
        let Some(version) = behind.iter().find(|it| it.from == Role::Server) else { return false };
        let certain = last == self.client.of(SFTP) && init != self.client.of(KEY);
        let plain = version.octets == self.server.of(SFTP_INIT);
        certain && plain || version.octets >= self.server.of(EXTENDED)
    }

    /// Whether it runs a command, and nothing else it might be.
    fn runs(&self, request: &Request<'_>, octets: u32, last: u32, follow_up: Option<u32>) -> bool {
        let (shell, exec, sftp) =
            (self.client.of(SHELL), self.client.of(SHORTEST_EXEC), self.client.of(SFTP));
        let speaks_first = self.is_output(self.said_first(request));
        if last < exec || follow_up == Some(shell) && !speaks_first {
            return false;
        }
        let alone = request.said(self.client).count() == 1;
        let no_terminal = if self.client.tells_packets() {
            alone
        } else {
            octets < self.client.of_all(&[TERMINAL, SHELL]) || self.is_one_reply(request)
        };
        let no_shell = last > shell || follow_up.is_none();
        let no_sftp = last != sftp || speaks_first;
        no_terminal && no_shell && no_sftp
    }

    /// Whether the server answers one request, not two.
    fn is_one_reply(&self, request: &Request<'_>) -> bool {
        let answer = request
            .rest
            .iter()
            .take_while(|it| self.answers(it))
            .fold(0, |sum: u32, it| sum.saturating_add(it.octets));
        let granted = self.server.of_all(&[REPLY, ADJUST]);
        let doubled = self.server.of_all(&[REPLY, REPLY]);
        answer == self.server.of(REPLY) || answer == granted && (granted != doubled || self.grants_late)
    }

    /// Octets that the server says before the client says anything more that may be a request, or data.
    fn said_first(&self, request: &Request<'_>) -> u32 {
        let said = request.rest.iter().take_while(|it| !self.asks(it)).filter(|it| it.from == Role::Server);
        said.fold(0, |sum, it| sum.saturating_add(it.octets))
    }

    /// Whether so many octets are more than that a request was granted, and its program has ended.
    fn is_output(&self, octets: u32) -> bool {
        octets > self.server.of_all(&[REPLY, ADJUST, EOF, EXIT_STATUS, EOF])
    }

    fn agent(&self, request: &Request<'_>, kind: Option<SessionKind>) -> Option<bool> {
        kind?;
        let agent = self.client.of(AGENT);
        if !self.client.tells_packets() {
            let possible = request.octets(self.client) >= agent.saturating_add(self.client.of(SHELL));
            return (!possible).then_some(false);
        }
        let mut said = request.said(self.client);
        if said.clone().count() == 1 || said.clone().all(|octets| octets != agent) {
            return Some(false);
        }
        // OpenSSH asks for it before the terminal, and sends variables, which may be as long, after it.
        let first = said.next() == Some(agent);
        (first && said.next()? >= self.client.of(TERMINAL)).then_some(true)
    }
}

#[cfg(test)]
mod tests {
    use kexray_grammar::{Sealing, sealings};

    use super::super::sizes;
    use super::*;
    use crate::auth::dialogue::Habits;

    use Role::{Client, Server};

    /// What an end says in one go, by the sizes of payloads.
    type Said<'s> = (Role, &'s [usize]);

    const OPENED: [Said<'static>; 3] =
        [(Client, &[OPEN, NO_MORE_SESSIONS]), (Server, &[600]), (Server, &[CONFIRMATION])];
    const CLOSED: [Said<'static>; 3] =
        [(Server, &[EOF, EXIT_STATUS, EOF]), (Client, &[EOF]), (Client, &[33])];

    fn tell(sealing: Sealing, says: &[Said<'_>]) -> Purpose {
        let wire = Wire::new(sealing, &Habits::default());
        let mut opening = Opening::new();
        for (from, payloads) in says {
            if wire.tells_packets() {
                payloads.iter().for_each(|payload| opening.add(*from, wire.of(*payload), &wire));
            } else {
                opening.add(*from, wire.of_all(payloads), &wire);
            }
        }
        purpose(&opening, &Each { client: wire, server: wire }, true, true)
    }

    /// What is told where lengths are hidden and blocks are small, and where lengths are in clear and blocks are large.
    fn kinds(says: &[Said<'_>]) -> [Option<SessionKind>; 2] {
        [sealings::chacha20_poly1305(), sealings::encrypt_then_mac(16, 32)].map(|it| tell(it, says).kind)
    }

    fn session(says: &[Said<'_>]) -> [Option<SessionKind>; 2] {
        kinds(&[&OPENED, says, &CLOSED].concat())
    }

    #[test]
    fn a_command_is_known_by_its_length_or_by_what_it_puts_out() {
        let long = [(Client, &[sizes::SHORTEST_EXEC + 40][..]), (Server, &[REPLY, ADJUST])];
        assert_eq!(session(&long), [Some(SessionKind::Exec); 2]);
        let as_long_as_sftp = [(Client, &[SFTP][..]), (Server, &[REPLY, ADJUST])];
        assert_eq!(session(&as_long_as_sftp), [None; 2]);
        let talkative = [&as_long_as_sftp[..], &[(Server, &[40])]].concat();
        assert_eq!(session(&talkative), [Some(SessionKind::Exec); 2]);
    }

    #[test]
    fn a_subsystem_is_known_by_its_greeting() {
        let greeted =
            [(Client, &[SFTP][..]), (Server, &[REPLY, ADJUST]), (Client, &[SFTP_INIT]), (Server, &[300])];
        let then = [(Client, &[40][..]), (Server, &[60])];
        assert_eq!(session(&[&greeted[..], &then].concat()), [Some(SessionKind::Subsystem); 2]);
        let refused = [&greeted[..3], &[(Server, &[40])], &then].concat();
        assert_eq!(session(&refused), [None; 2]);
    }

    #[test]
    fn a_shell_is_known_by_its_terminal_and_its_keys() {
        let asked = [(Client, &[300, SHELL][..]), (Server, &[REPLY, REPLY, ADJUST]), (Server, &[60])];
        assert_eq!(session(&asked), [None; 2]);
        let typed = [(Client, &[KEY][..]), (Server, &[KEY])].repeat(4);
        assert_eq!(session(&[&asked[..], &typed].concat()), [Some(SessionKind::Shell); 2]);
        let one_by_one = [(Client, &[300][..]), (Server, &[REPLY]), (Client, &[SHELL]), (Server, &[REPLY])];
        assert_eq!(session(&[&one_by_one[..], &typed].concat()), [Some(SessionKind::Shell); 2]);
    }

    #[test]
    fn whoever_asks_for_nothing_wants_nothing() {
        let none = [Some(SessionKind::None); 2];
        assert_eq!(kinds(&[]), none);
        assert_eq!(kinds(&[(Client, &[33]), (Server, &[600])]), none);
        assert_eq!(kinds(&[(Client, &[NO_MORE_SESSIONS]), (Server, &[600]), (Client, &[33])]), none);
        assert_ne!(kinds(&OPENED), none);
    }

    #[test]
    fn ports_are_forwarded_either_way() {
        let forward = [Some(SessionKind::Forward); 2];
        let direct = [(Client, &[NO_MORE_SESSIONS][..]), (Client, &[67]), (Server, &[CONFIRMATION])];
        assert_eq!(kinds(&direct), forward);
        let remote = [(Client, &[36][..]), (Client, &[NO_MORE_SESSIONS]), (Server, &[600]), (Server, &[1])];
        assert_eq!(kinds(&[&remote[..], &[(Client, &[33])]].concat()), forward);
    }

    #[test]
    fn the_agent_is_told_where_packets_are() {
        let asked = [(Client, &[AGENT, 300, SHELL][..]), (Server, &[REPLY, REPLY, ADJUST])];
        let typed = [(Client, &[KEY][..]), (Server, &[KEY])].repeat(4);
        let says = [&OPENED[..], &asked, &typed, &CLOSED].concat();
        let agent = |sealing| tell(sealing, &says).agent_forwarding;
        assert_eq!(agent(sealings::encrypt_then_mac(16, 32)), Some(true));
        assert_eq!(agent(sealings::chacha20_poly1305()), None);
    }

    #[test]
    fn before_the_end_nothing_is_known_of_who_is_silent() {
        let wire = Wire::new(sealings::chacha20_poly1305(), &Habits::default());
        let purpose = purpose(&Opening::new(), &Each { client: wire, server: wire }, true, false);
        assert_eq!(purpose, Purpose::default());
    }
}
