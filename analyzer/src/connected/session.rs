//! What a session is for: the client asks for a terminal, a shell, a command or a subsystem, in one go or one after the
//! other. RFC 4254 sections 6.2 to 6.5.

use kexray_grammar::{Role, numbers};

use super::opening::Flight;
use super::scene::Scene;
use super::sizes::{
    ADJUST, AGENT, CONFIRMATION, EOF, EXIT_STATUS, KEY, NO_MORE_SESSIONS, OPEN, REPLY, SFTP, SFTP_INIT,
    SHELL, SHORTEST_EXEC, TERMINAL,
};
use super::usage::SessionKind;

/// Keys with an echo from which on someone types.
const TYPED: u32 = 3;
/// Octets from which on an SSH_FXP_VERSION has extensions.
const EXTENDED: usize = numbers::SFTP_EXTENDED;

/// What the client asks for once its session is open, up to the first answer.
pub(super) struct Request<'s> {
    /// What is said until then.
    pub(super) asked: &'s [Flight],
    /// The flights that may ask for something: how many, their octets, and those of the last.
    flights: usize,
    octets: u32,
    last: u32,
    /// Whether one of them is for the agent to be forwarded; `None` where sizes do not tell.
    pub(super) agent: Option<bool>,
    /// What follows, from the first answer on.
    pub(super) rest: &'s [Flight],
    /// Octets of the first flight there that may be a request, or data; not of the good-bye.
    pub(super) follow_up: Option<u32>,
}

impl<'s> Scene<'s> {
    /// What the client asks for in its session, if it opened one.
    pub(super) fn request(&self) -> Option<Request<'s>> {
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
        let (asked, rest) = behind.split_at_checked(answered)?;
        let asking = || asked.iter().filter(|it| self.asks(it)).map(|it| it.octets);
        let octets = asking().fold(0, u32::saturating_add);
        let follow_up = self.follow_up(octets, rest);
        let (flights, last) = (asking().count(), asking().next_back()?);
        Some(Request { asked, flights, octets, last, agent: self.asks_for_agent(asking()), rest, follow_up })
    }

    /// What follows the opening of a session whose confirmation came together with something else.
    fn opened(&self) -> Option<&'s [Flight]> {
        let (open, no_more) = (self.client.of(OPEN), self.client.of(NO_MORE_SESSIONS));
        let (first, behind) = self.from(self.flights)?;
        if !self.opens(first) || first.octets == open && open == no_more {
            return None;
        }
        let (next, after) = self.from(behind)?;
        let apart = next.octets == no_more && first.octets == open;
        let enough = |it: &Flight| it.from == Role::Server && it.octets > self.server.of(CONFIRMATION);
        let until = behind.iter().position(|it| self.asks(it))?;
        let confirmed = behind.iter().take(until.saturating_add(1)).any(enough);
        let behind = if apart { after } else { behind };
        // Whoever asks for something is answered.
        (confirmed && behind.iter().any(|it| self.answers(it))).then_some(behind)
    }

    /// The first flight that may ask for something, and those behind it.
    fn from<'f>(&self, flights: &'f [Flight]) -> Option<(&'f Flight, &'f [Flight])> {
        let at = flights.iter().position(|it| self.asks(it))?;
        flights.get(at..)?.split_first()
    }

    /// Octets of what the client says after the first answer; not of the good-bye, which follows the end of the channel.
    fn follow_up(&self, request: u32, rest: &[Flight]) -> Option<u32> {
        let at = rest.iter().position(|it| self.asks(it))?;
        let (before, behind) = rest.split_at_checked(at)?;
        let mut said = behind.iter().filter(|it| it.from == Role::Client);
        let first = said.next()?;
        let closed = before.iter().any(|it| it.from == Role::Client) || request < self.client.of(TERMINAL);
        let good_bye = self.ended && closed && self.opening.is_all() && said.next().is_none();
        (!good_bye).then_some(first.octets)
    }

    /// Tells what runs in the session, if sizes leave one answer.
    pub(super) fn kind(&self, request: &Request<'_>) -> Option<SessionKind> {
        let shell = self.client.of(SHELL);
        if self.opening.echoed >= TYPED && request.octets >= self.client.of(TERMINAL) {
            // Where packets are told apart, a command with a terminal is no shell.
            let packets = self.client.tells_packets();
            let command = packets && request.last > shell && request.follow_up != Some(shell);
            return Some(if command { SessionKind::Exec } else { SessionKind::Shell });
        }
        let answered = self.said_first(request) <= self.server.of_all(&[REPLY, ADJUST]);
        let greets = request.follow_up == Some(self.client.of(SFTP_INIT));
        if answered && greets && request.octets >= self.client.of(SFTP) {
            return self.speaks_sftp(request).then_some(SessionKind::Subsystem);
        }
        self.runs_command(request).then_some(SessionKind::Exec)
    }

    /// Whether what follows SSH_FXP_INIT is SSH_FXP_VERSION.
    fn speaks_sftp(&self, request: &Request<'_>) -> bool {
        let behind = self.from(request.rest).map(|(_, behind)| behind).unwrap_or_default();
        let Some(version) = behind.iter().find(|it| it.from == Role::Server) else { return false };
        let certain =
            request.last == self.client.of(SFTP) && self.client.of(SFTP_INIT) != self.client.of(KEY);
        let plain = version.octets == self.server.of(SFTP_INIT);
        certain && plain || version.octets >= self.server.of(EXTENDED)
    }

    /// Whether it runs a command, and nothing else it might be.
    fn runs_command(&self, request: &Request<'_>) -> bool {
        let (shell, last) = (self.client.of(SHELL), request.last);
        let speaks_first = self.is_output(self.said_first(request));
        if last < self.client.of(SHORTEST_EXEC) || request.follow_up == Some(shell) && !speaks_first {
            return false;
        }
        let no_terminal = if self.client.tells_packets() {
            request.flights == 1
        } else {
            request.octets < self.client.of_all(&[TERMINAL, SHELL]) || self.is_one_answer(request)
        };
        let no_shell = last > shell || request.follow_up.is_none();
        let no_sftp = last != self.client.of(SFTP) || speaks_first;
        no_terminal && no_shell && no_sftp
    }

    /// Whether the server answers one request, not two.
    fn is_one_answer(&self, request: &Request<'_>) -> bool {
        let answers = request.rest.iter().take_while(|it| self.answers(it));
        let octets = answers.fold(0, |sum: u32, it| sum.saturating_add(it.octets));
        let granted = self.server.of_all(&[REPLY, ADJUST]);
        let two = self.server.of_all(&[REPLY, REPLY]);
        octets == self.server.of(REPLY) || octets == granted && (granted != two || self.grants_late)
    }

    /// Octets that the server says before the client says anything more that may be a request, or data.
    fn said_first(&self, request: &Request<'_>) -> u32 {
        let said = request.rest.iter().take_while(|it| !self.asks(it)).filter(|it| it.from == Role::Server);
        said.fold(0, |sum, it| sum.saturating_add(it.octets))
    }

    /// Whether so many octets are more than that a request was granted, and its program has ended.
    fn is_output(&self, octets: u32) -> bool {
        let granted = if self.grants_late { self.server.of(ADJUST) } else { 0 };
        octets > self.server.of_all(&[REPLY, EOF, EXIT_STATUS, EOF]).saturating_add(granted)
    }

    /// Whether these flights ask for the agent to be forwarded; `None` where they may or may not.
    fn asks_for_agent(&self, mut asked: impl Iterator<Item = u32> + Clone) -> Option<bool> {
        let agent = self.client.of(AGENT);
        if !self.client.tells_packets() {
            let possible = asked.fold(0, u32::saturating_add) >= self.client.of_all(&[AGENT, SHELL]);
            return (!possible).then_some(false);
        }
        if asked.clone().count() == 1 || asked.clone().all(|octets| octets != agent) {
            return Some(false);
        }
        // OpenSSH asks for it before the terminal, and sends variables, which may be as long, after it.
        let first = asked.next() == Some(agent);
        (first && asked.next()? >= self.client.of(TERMINAL)).then_some(true)
    }
}
