//! The dialogue engine: what the sizes, directions and order of packets allow to have been said.
//!
//! RFC 4253 section 6 tells what a payload takes on the wire, and the grammar tells what each message takes. A *reading* is
//! one way to take all that was sent for messages that follow each other as they may. All readings that are not hopeless
//! are followed side by side; what they agree on is certain. No dialogue is compared to another one.

mod clock;
mod framing;
mod history;
mod keys;
mod octets;
mod rules;
mod said;
mod sealing;
mod search;
mod situation;
mod software;
pub(crate) mod ssh1;
mod standing;
mod strain;
#[cfg(test)]
mod tests;
mod told;
mod turns;
mod way;

use std::sync::Arc;

use kexray_grammar::{Role, Sealing, Software, limits};

use self::clock::Clock;
use self::framing::Run;
pub(crate) use self::framing::{Framing, LENGTH};
use self::history::{History, Spoken};
use self::octets::{Octets, octets};
pub(crate) use self::rules::Ends;
use self::rules::against;
pub(crate) use self::said::Said;
use self::sealing::Padding;
use self::search::{Reading, Sent};
pub(crate) use self::situation::Each;
use self::situation::Situation;
pub(crate) use self::software::Habits;
use self::standing::{Standing, Terms};
use self::strain::Strain;
pub(crate) use self::told::Told;
use super::Evidence;
use crate::Timestamp;
use crate::wire::OctetRange;

/// Readings that are kept of what is undecided; beyond it the best one is taken. What peers said took 201 of them.
const UNDECIDED: usize = 256;

/// What the engine came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Whether the user was authenticated, if that is known.
    pub(crate) success: Option<bool>,
    /// Attempts, the successful one included, but for a "none" that failed.
    pub(crate) attempts: u64,
    pub(crate) evidence: Evidence,
    /// Whether the user is not in, as far as it was followed: refused, or not even answered.
    pub(crate) left: bool,
}

impl Outcome {
    /// Where the end was not seen, who was refused may have tried again.
    pub(crate) fn seen(self, to_the_end: bool) -> Self {
        Self { success: self.success.filter(|success| *success || to_the_end), ..self }
    }
}

/// Where both directions stand when the dialogue is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handover {
    /// Where packets end whose lengths are in clear.
    pub(crate) framings: Each<Framing>,
    /// How much padding each end adds, as far as was seen.
    pub(crate) padding: Each<Option<kexray_grammar::Padding>>,
    /// Octets of the user's name.
    pub(crate) user: Option<OctetRange>,
    /// Octets that were not told, since they were taken for the first part of a packet.
    pub(crate) carried: Each<Octets>,
}

/// The engine's state.
#[derive(Debug)]
pub(crate) struct Dialogue {
    standing: Arc<Standing>,
    /// Whether lengths of packets are in clear, as the terms say: each delivery asks, and they lie elsewhere in memory.
    clear: Each<bool>,
    framings: Each<Framing>,
    /// What led to the standing, if it is not told yet.
    last: Option<Spoken>,
    /// What led there before.
    history: History,
    clock: Clock,
    strain: Strain,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Following,
    /// The user is in, and all that is left to tell is told.
    Decided,
    /// Octets are missing, or nothing explains those that are there.
    Lost,
}

impl Dialogue {
    /// A dialogue in which the ends seal packets so.
    pub(crate) fn new(sealings: Each<Sealing>, ends: Ends) -> Self {
        let padding =
            |habits: Habits| match (habits.has(Software::pads_at_random), habits.has(Software::pads_least)) {
                (true, _) => Padding::Any,
                (_, true) => Padding::Least,
                _ => Padding::Unknown,
            };
        let Each { client, server } = ends.habits;
        let padding = Each { client: padding(client), server: padding(server) };
        let opening = Reading { situation: Situation::opening(padding), cost: against(0) };
        let terms = Terms { ends, sealings };
        Self {
            clear: Each { client: terms.is_clear(Role::Client), server: terms.is_clear(Role::Server) },
            standing: turns::opening(terms, opening),
            framings: Each::default(),
            last: None,
            history: History::default(),
            clock: Clock::default(),
            strain: Strain::default(),
            state: State::Following,
        }
    }

    /// Takes ciphertext; `full` says that it fills its segment. Tells what became certain.
    pub(crate) fn deliver(
        &mut self,
        from: Role,
        at: Timestamp,
        octets: &[u8],
        full: bool,
        tell: &mut impl FnMut(&Told, Evidence),
    ) {
        if self.state != State::Following {
            return;
        }
        if !self.clear.of(from) {
            return self.run(from, at, Run { octets: octets.len(), packet: false, full }, tell);
        }
        let sealing = *self.standing.terms.sealings.of(from);
        let mut framing = *self.framings.of(from);
        let followed = framing.follow(&sealing, octets, &mut |octets| {
            self.run(from, at, Run { octets, packet: true, full: false }, tell);
        });
        *self.framings.of_mut(from) = framing;
        if followed.is_err() {
            self.lose();
        }
    }

    /// Octets are missing.
    pub(crate) fn lose(&mut self) {
        if self.state == State::Following {
            self.state = State::Lost;
            // Nothing that was held back will be told.
            self.last = None;
            self.history.clear();
        }
    }

    /// Whether nothing more can be told.
    pub(crate) fn is_lost(&self) -> bool {
        self.state == State::Lost
    }

    /// What it came to, once nothing will change any more.
    pub(crate) fn decided(&self) -> Option<Outcome> {
        (self.state == State::Decided).then(|| self.standing.outcome())
    }

    /// What goes on when the dialogue is over.
    pub(crate) fn handover(&self) -> Handover {
        let situation = self.standing.best().map(|(_, reading)| reading.situation).unwrap_or_default();
        let Each { client, server } = situation.padding;
        Handover {
            framings: self.framings,
            padding: Each { client: client.usual(), server: server.usual() },
            user: Some(situation.user)
                .filter(|user| (user.most.0 as usize) < limits::USER_NAME_OCTETS)
                .map(|user| OctetRange { least: user.least.0, most: user.most.0 }),
            carried: situation.carried,
        }
    }

    /// The time from which on something may still be told.
    pub(crate) fn undecided_since(&self) -> Option<Timestamp> {
        self.history.since().or(self.last.map(|spoken| spoken.at))
    }

    fn run(&mut self, from: Role, at: Timestamp, run: Run, tell: &mut impl FnMut(&Told, Evidence)) {
        if self.state == State::Decided {
            let octets = octets(run.octets);
            let later = Told { at, from, said: Said::Later, octets, run: octets };
            return tell(&later, self.standing.evidence);
        }
        if self.state != State::Following {
            return;
        }
        let sent = Sent { from, pace: self.clock.pace(from, at), run };
        let Some(standing) = turns::turn(&self.standing, sent) else { return self.lose() };
        self.strain.bear(standing.surprise);
        if self.strain.breaks() {
            return self.lose();
        }
        let before = std::mem::replace(&mut self.standing, standing);
        if let Some(last) = self.last.replace(Spoken { at, from }) {
            self.history.push(last, before);
        }
        if self.standing.is_alone() {
            self.settle(tell);
        } else if self.history.readings() > UNDECIDED {
            self.take_best(tell);
        }
        if self.standing.going {
            self.settle(tell);
            self.state = State::Decided;
        }
    }

    /// Gives up all readings but the best one.
    fn take_best(&mut self, tell: &mut impl FnMut(&Told, Evidence)) {
        self.settle(tell);
        if let Some((_, best)) = self.standing.best() {
            self.standing = Arc::new(Standing::of(Arc::clone(&self.standing.terms), *best));
        }
    }

    /// Takes the best reading for what was said.
    fn settle(&mut self, tell: &mut impl FnMut(&Told, Evidence)) {
        let Some(last) = self.last.take() else { return };
        let Some((best, _)) = self.standing.best() else { return };
        let Some(way) = self.standing.way(best) else { return };
        let tell = &mut |packet: &Told| tell(packet, self.standing.evidence);
        self.history.take(way.before(), tell);
        way.told(last).for_each(|packet| tell(&packet));
    }

    /// Nothing more is seen: tells the rest, and what it came to; `closed` says that an end closed the connection.
    pub(crate) fn finish(&mut self, closed: bool, tell: &mut impl FnMut(&Told, Evidence)) -> Outcome {
        if self.state == State::Lost {
            return Outcome::default();
        }
        let over = closed || self.standing.is_over();
        if closed {
            self.standing = Arc::new(self.standing.ended());
        }
        self.settle(tell);
        self.standing.outcome().seen(over)
    }
}
