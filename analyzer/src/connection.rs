//! A connection: two directions, what they have in common, and what is told of them.

use kexray_grammar::{Anomaly, Exchange, Origin, Role};

use crate::auth::dialogue::ssh1::Methods;
use crate::ciphertext::Inference;
use crate::config::Config;
use crate::roles::{Proof, Roles};
use crate::session::Session;
use crate::sink::{Excess, Sink};
use crate::stream::{Guess, Phase, Stream, Streams};
use crate::{Side, Timestamp};

/// Whether a connection is SSH.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Too little was said.
    #[default]
    Undecided,
    /// An identification line was seen.
    Ssh,
    /// It is something else. More bytes change nothing.
    NotSsh,
}

/// The analyzer of one connection.
///
/// Bytes of a direction come in order, in pieces of any size; what is known to be missing comes as a gap. A message
/// that lies whole inside one piece is read in place; only one that is split is kept, up to its declared limit
/// ([`kexray_grammar::limits`]).
#[derive(Debug)]
pub struct Connection {
    pub(crate) streams: Streams,
    pub(crate) roles: Roles,
    pub(crate) verdict: Verdict,
    /// The exchange of the negotiated method, once both KEXINITs are known and if the method is.
    pub(crate) exchange: Option<Exchange>,
    /// The same, if the other side were the client.
    pub(crate) exchange_if_reversed: Option<Exchange>,
    /// Whether the packet was right that an end guessed.
    pub(crate) guessed_right: bool,
    /// Whether both ends offer strict key exchange. OpenSSH PROTOCOL section 1.10.
    pub(crate) strict: bool,
    /// The methods of authentication that SSH-1's server takes.
    pub(crate) ssh1_methods: Option<Methods>,
    pub(crate) inference: Inference,
    pub(crate) session: Session,
    /// Whether an end closed the connection.
    pub(crate) ended: bool,
    /// Whether the dialogue of authentication was followed to the end, and the user is not in.
    pub(crate) left: bool,
    finished: bool,
}

impl Default for Connection {
    fn default() -> Self {
        Self::new()
    }
}

impl Connection {
    /// A connection of which nothing was seen.
    #[must_use]
    pub fn new() -> Self {
        Self::with_config(Config::default())
    }

    /// The same, with choices of one's own.
    #[must_use]
    pub fn with_config(config: Config) -> Self {
        Self {
            streams: Streams::default(),
            roles: Roles::assumed(),
            verdict: Verdict::default(),
            exchange: None,
            exchange_if_reversed: None,
            guessed_right: true,
            strict: false,
            ssh1_methods: None,
            inference: Inference::new(config.engine),
            session: Session::begin(config),
            ended: false,
            left: false,
            finished: false,
        }
    }

    /// Whether it is SSH, as far as is known.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// What it came to so far.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// What it came to, taken out.
    #[must_use]
    pub fn into_session(self) -> Session {
        self.session
    }

    /// The SSH role of a side, if it is proven: by a marker in a KEXINIT, or by a message that only one role sends.
    #[must_use]
    pub fn role(&self, side: Side) -> Option<Role> {
        (self.roles.proof() > Proof::Assumed).then(|| self.roles.of(side))
    }

    /// Octets of the streams that are kept: what is not whole yet, what waits, what the session will tell. The limits of
    /// the spec bound it.
    #[must_use]
    pub fn kept(&self) -> usize {
        let lines = [&self.session.client, &self.session.server].into_iter().flatten().map(|line| line.len());
        let streams = Side::BOTH.into_iter().map(|side| self.streams.of(side).kept());
        let offers = [&self.session.client_offer, &self.session.server_offer].into_iter().flatten();
        let offers = offers.map(|offer| offer.kept());
        let key = self.session.host_key.iter().map(|key| key.kept());
        let agreement = self.session.agreement.iter().map(|agreement| agreement.kept());
        let proof = self.session.proof.iter().map(|proof| proof.kept());
        streams
            .chain(lines)
            .chain(offers)
            .chain(key)
            .chain(proof)
            .chain(agreement)
            .fold(0, usize::saturating_add)
    }

    /// Whether only the lengths of what `side` sends matter from now on: delivering it changes nothing that is
    /// [kept](Self::kept).
    #[must_use]
    pub const fn only_measures(&self, side: Side) -> bool {
        matches!(self.streams.of(side).phase, Phase::Encrypted | Phase::Ended)
    }

    /// The time from which on events may still be told of what was said: lines are kept, or readings of packets differ;
    /// `None` where there is nothing of the kind.
    #[must_use]
    pub fn holds_events_since(&self) -> Option<Timestamp> {
        let first = |side| self.streams.of(side).preceding.first().map(|(at, _)| *at);
        let undecided = self.inference.undecided_since();
        Side::BOTH.into_iter().filter_map(first).chain(undecided).min()
    }

    /// Takes the next bytes that `side` sent.
    pub fn deliver(&mut self, side: Side, at: Timestamp, bytes: &[u8], sink: &mut (impl Sink + ?Sized)) {
        let full = self.streams.of_mut(side).fills_segment(bytes.len());
        let mut rest = bytes;
        // Each turn takes octets or changes the phase to a later one.
        while !rest.is_empty() && self.verdict != Verdict::NotSsh && !self.finished {
            rest = match self.streams.of(side).phase {
                Phase::Identifying => self.identify(side, at, rest, sink),
                Phase::EndOfLine => self.end_of_line(side, rest, Phase::Choosing),
                Phase::BrokenLine => self.after_broken_line(side, rest),
                Phase::Choosing => self.choose_protocol(side, rest),
                Phase::Packets(protocol) => self.packets(protocol, side, at, rest, sink),
                Phase::KeysSent => self.after_keys(side, at, rest, sink),
                Phase::Encrypted => {
                    self.ciphertext(side, at, rest, full, sink);
                    &[]
                }
                Phase::Lost => self.resume(side, rest),
                Phase::Ended => &[],
            };
        }
    }

    /// What comes next answers what has not come yet: what was said before what is not known any more. Where that matters,
    /// for what is inferred of what is encrypted, nothing more is.
    pub fn lose_order(&mut self) {
        self.inference.lose_order();
    }

    /// `length` bytes that `side` sent next are missing from the capture.
    pub fn gap(&mut self, side: Side, at: Timestamp, length: u64, sink: &mut (impl Sink + ?Sized)) {
        if self.verdict == Verdict::NotSsh || length == 0 || self.finished {
            return;
        }
        let stream = self.streams.of_mut(side);
        stream.course.lose();
        match &mut stream.waiting {
            // Whole packets go on waiting; the one that is not is behind them.
            Some(waiting) => stream.buffer = waiting.cut_tail(),
            // It may have been the guess that is missing: the next packet is not taken for it.
            None => stream.guess = Guess::None,
        }
        match stream.phase {
            Phase::Packets(protocol) => stream.skip_over(protocol, length),
            Phase::Encrypted => {
                stream.sealed = u64::MAX;
                return self.inference.skip(self.roles.of(side), length);
            }
            Phase::Ended => return,
            Phase::Identifying | Phase::BrokenLine => self.break_line(side, at, sink),
            Phase::EndOfLine | Phase::Choosing | Phase::KeysSent | Phase::Lost => {
                stream.buffer = Vec::new();
                stream.phase = Phase::Lost;
            }
        }
        if self.verdict == Verdict::Ssh {
            self.note(at, Anomaly::SshGapInHandshake, None, sink);
        }
    }

    /// What one side lacks will not come any more: what waited for it is told, with that time.
    pub fn stop_waiting(&mut self, at: Timestamp, sink: &mut (impl Sink + ?Sized)) {
        for side in Side::BOTH {
            self.read_waiting(side, at, true, sink);
        }
    }

    /// An end closed the connection: what was not said will not be. Where this is not called before
    /// [`finish`](Self::finish), more may have been said that was not seen.
    pub const fn end(&mut self) {
        self.ended = true;
    }

    /// The connection is over; `at` is the time of its last packet. Nothing is told of it afterwards.
    pub fn finish(&mut self, at: Timestamp, sink: &mut (impl Sink + ?Sized)) {
        if self.finished {
            return;
        }
        self.stop_waiting(at, sink);
        self.finished = true;
        self.finish_authentication(at, sink);
        self.session.scan = self.scan();
    }

    /// Whether [`finish`](Self::finish) has a verdict to tell, with the time of the last packet.
    #[must_use]
    pub fn holds_verdict(&self) -> bool {
        self.waits_for_end() && !self.finished
    }

    /// Who sent a message, for its events.
    pub(crate) fn origin(&self, side: Side) -> Origin {
        Origin { from_originator: side.is_originator(), from_server: self.roles.of(side) == Role::Server }
    }

    pub(crate) fn note(
        &mut self,
        at: Timestamp,
        anomaly: Anomaly,
        excess: Option<Excess>,
        sink: &mut (impl Sink + ?Sized),
    ) {
        self.session.note(at, anomaly, excess, sink);
    }

    /// Learns who is the client, and puts into the session what depends on it.
    pub(crate) fn learn_roles<T>(&mut self, learn: impl FnOnce(&mut Roles) -> T) -> T {
        let client = self.roles.side(Role::Client);
        let learned = learn(&mut self.roles);
        if self.roles.side(Role::Client) != client {
            std::mem::swap(&mut self.session.client, &mut self.session.server);
            if self.session.client_offer.is_some() || self.session.server_offer.is_some() {
                // What of it counts depends on the role.
                Side::BOTH.into_iter().for_each(|side| self.note_offer(side));
            }
        }
        self.session.role_reversed = self.roles.reversed();
        learned
    }
}

impl Stream {
    /// Steps over missing bytes: exactly, where they lie inside one packet; else the place in the stream is lost.
    fn skip_over(&mut self, protocol: crate::version::Protocol, length: u64) {
        let left = if self.skip > 0 {
            Some(self.skip)
        } else {
            let total = protocol.measure(&self.buffer).ok().flatten();
            total.map(|total| total.saturating_sub(self.buffer.len()))
        };
        self.buffer = Vec::new();
        match left.zip(usize::try_from(length).ok()).and_then(|(left, length)| left.checked_sub(length)) {
            Some(left) => self.skip = left,
            None => {
                self.skip = 0;
                self.phase = Phase::Lost;
            }
        }
    }
}
