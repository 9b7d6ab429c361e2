//! A reading of all that was sent so far, and how it goes on.

use kexray_grammar::order::ssh1_dialogue::{Message, State};
use kexray_grammar::ssh1_authentication::User;
use kexray_grammar::{Role, Sender, Sizes, ssh1, ssh1_authentication, ssh1_session};

use super::super::rules::{Cost, against};
use super::super::situation::Each;
use super::history::Place;
use super::likelihood::{self, Ends};
use super::methods::tried;
use crate::auth::Method;
use crate::connected::SessionKind;
use crate::wire;

/// A packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    pub(super) from: Role,
    /// Octets of the message, its number included.
    pub(super) payload: usize,
}

/// Where a dialogue may stand, and what it came to there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) state: State,
    /// What speaks against it.
    pub(super) cost: Cost,
    pub(super) place: Place,
    pub(super) authenticated: bool,
    /// Whether anything was answered that the client tried.
    pub(super) answered: bool,
    /// Of the request that waits, or of the last one.
    pub(super) method: Option<Method>,
    /// Attempts that were answered, but for a "none" that was refused.
    pub(super) attempts: u16,
    /// Whether another reading came here too, by other attempts.
    pub(super) doubted: bool,
    /// Octets of the user's name.
    pub(super) user: u32,
    /// Octets of the payload of the last key that was shown.
    pub(super) key: usize,
    /// IGNOREs of the client since the server said something.
    pub(super) fillers: u8,
    /// Whether the client asked for a terminal.
    pub(super) terminal: bool,
    /// Answers that are due to requests of the session.
    pub(super) due: u8,
    /// What runs.
    pub(super) kind: Option<SessionKind>,
    /// Whether the client asked for its agent to be forwarded.
    pub(super) agent: bool,
    /// Octets of payloads since the user is in.
    pub(super) carried: Each<u64>,
}

/// Answers that may be due at once.
const MOST_DUE: u8 = 8;

impl Reading {
    /// Where each dialogue begins.
    pub(super) fn opening() -> Self {
        Self {
            state: State::START,
            cost: against(0),
            place: Place::default(),
            authenticated: false,
            answered: false,
            method: None,
            attempts: 0,
            doubted: false,
            user: 0,
            key: 0,
            fillers: 0,
            terminal: false,
            due: 0,
            kind: None,
            agent: false,
            carried: Each::default(),
        }
    }

    /// Whether the client waits for an answer.
    pub(super) const fn waits(&self) -> bool {
        matches!(self.state, State::Asked | State::KeyShown | State::Prompting | State::TicketShown)
    }

    /// Whether it waits for the answer to the user's name alone.
    pub(super) fn is_probing(&self) -> bool {
        self.state == State::Asked && self.method == Some(Method::None)
    }

    /// Whether it is not decided yet what the client tried.
    pub(super) const fn is_pending(&self) -> bool {
        self.waits() || matches!(self.state, State::Challenged | State::Prompted)
    }

    /// What it says became of authentication.
    pub(super) const fn told(&self) -> (bool, u16, Option<Method>) {
        (self.authenticated, self.attempts, self.method)
    }

    /// Whether all that comes next is the same for both.
    pub(super) fn goes_on_as(&self, other: &Self) -> bool {
        (self.state, self.authenticated, self.due) == (other.state, other.authenticated, other.due)
    }

    /// Takes a packet for that message; `None` where it may not come here.
    pub(super) fn hear(&self, ends: &Ends, packet: Packet, message: Message) -> Option<Self> {
        let state = self.state.step(packet.from, message)?;
        let cost = self.cost + likelihood::message(ends, self, packet, message);
        let mut next = Self { state, cost, ..*self };
        next.count(packet);
        next.take(packet, message);
        if self.is_pending() {
            next.answer(packet, message);
        } else {
            next.due = self.due_after(message)?;
        }
        Some(next)
    }

    /// Takes a packet for something whose size tells nothing; `None` where what is said does tell by its size.
    pub(super) fn pass_over(&self, packet: Packet) -> Option<Self> {
        let cost = self.cost + likelihood::untold(self.state, packet)?;
        let mut next = Self { cost, ..*self };
        next.count(packet);
        Some(next)
    }

    /// Answers that are due behind a message of the session; `None` where it is an answer to nothing, or there are too many.
    fn due_after(&self, message: Message) -> Option<u8> {
        match message {
            Message::RequestPty
            | Message::X11RequestForwarding
            | Message::PortForwardRequest
            | Message::AgentRequestForwarding
            | Message::MaxPacketSize => Some(self.due).filter(|due| *due < MOST_DUE)?.checked_add(1),
            Message::Success | Message::Failure
                if self.authenticated && self.state != State::CompressionAsked =>
            {
                self.due.checked_sub(1)
            }
            // It is asked for first, since all that follows is compressed.
            Message::RequestCompression => (self.due == 0).then_some(0),
            _ => Some(self.due),
        }
    }

    fn count(&mut self, packet: Packet) {
        if self.authenticated {
            let carried = self.carried.of_mut(packet.from);
            *carried = carried.saturating_add(packet.payload as u64);
        }
    }

    /// What the message changes beside the state.
    fn take(&mut self, packet: Packet, message: Message) {
        if let Some(method) = tried(message) {
            self.method = Some(method);
        }
        self.fillers = match (packet.from, message) {
            (Role::Server, _) => 0,
            (Role::Client, Message::Ignore) => self.fillers.saturating_add(1),
            (Role::Client, _) => self.fillers,
        };
        match message {
            Message::User => self.user = wire::octets(packet.payload.saturating_sub(User::payload_size(0))),
            Message::AuthRsa => self.key = packet.payload,
            Message::AuthRhostsRsa => self.key = 0,
            Message::RequestPty => self.terminal = true,
            Message::ExecShell => self.kind = Some(SessionKind::Shell),
            Message::ExecCommand => self.kind = Some(SessionKind::Exec),
            Message::AgentRequestForwarding => self.agent = true,
            _ => {}
        }
    }

    /// What the message makes of what the client tried.
    fn answer(&mut self, packet: Packet, message: Message) {
        let success = match message {
            Message::Success => true,
            Message::Failure => false,
            Message::Disconnect if packet.from == Role::Server => false,
            _ => return,
        };
        self.answered = true;
        self.authenticated = success;
        if success || self.method != Some(Method::None) {
            self.attempts = self.attempts.saturating_add(1);
        }
    }
}

/// The messages that a packet may be, by its sender and size.
pub(super) fn candidates(packet: Packet) -> impl Iterator<Item = Message> {
    let fits = move |sender: Sender, sizes: Sizes| {
        sender.role().is_none_or(|role| role == packet.from) && sizes.contains(packet.payload)
    };
    let either = ssh1::Kind::ALL
        .iter()
        .filter(move |kind| fits(kind.sender(), kind.sizes()))
        .filter_map(|kind| Message::of_ssh1(*kind));
    let authentication = ssh1_authentication::Kind::ALL
        .iter()
        .filter(move |kind| fits(kind.sender(), kind.sizes()))
        .filter_map(|kind| Message::of_ssh1_authentication(*kind));
    let session = ssh1_session::Kind::ALL
        .iter()
        .filter(move |kind| fits(kind.sender(), kind.sizes()))
        .filter_map(|kind| Message::of_ssh1_session(*kind));
    authentication.chain(session).chain(either)
}
