//! The dialogue of SSH-1: what the sizes, directions and order of packets allow to have been said.
//!
//! The length of each packet is in clear, so the size of each message is known to the octet. But SUCCESS and FAILURE are equally
//! long: which of them was said shows in what may follow. The spec's order `Ssh1Dialogue` says what that is; all readings that
//! it allows are followed side by side, and a verdict is what they agree on.

mod history;
mod likelihood;
mod methods;
mod packets;
mod reading;
#[cfg(test)]
mod tests;
mod words;

use kexray_grammar::order::ssh1_dialogue::{Message, State};
use kexray_grammar::{Role, limits};

use self::history::History;
pub(crate) use self::likelihood::Ends;
pub(crate) use self::methods::Methods;
use self::packets::{Packets, Size};
use self::reading::{Packet, Reading, candidates};
pub(crate) use self::words::Heard;
use super::octets::octets;
use super::rules::Cost;
use super::search::HOPELESS;
use super::situation::Each;
use super::standing::SURE;
use super::strain::Strain;
use super::{Evidence, Outcome};
use crate::Timestamp;
use crate::connected::{Purpose, Usage};
use crate::wire::OctetRange;

/// Readings that are followed side by side: those that go on in the same way are one, so that there are hardly ever more than
/// the order has states.
const READINGS: usize = 24;

/// Packets of undecided readings that are kept; beyond it the best one is taken.
const UNDECIDED: usize = 512;

/// The engine's state.
#[derive(Debug)]
pub(crate) struct Dialogue {
    ends: Ends,
    packets: Each<Packets>,
    readings: Vec<Reading>,
    history: History<Option<Message>>,
    strain: Strain,
    progress: Progress,
    /// Whether nothing is missing.
    whole: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Following,
    /// The user is in: what is left is what for.
    Decided,
    /// Octets are missing, or nothing explains those that are there.
    Lost,
}

impl Dialogue {
    /// Where it begins: the client has sent the session key.
    pub(crate) fn new(ends: Ends) -> Self {
        Self {
            ends,
            packets: Each::default(),
            readings: vec![Reading::opening()],
            history: History::default(),
            strain: Strain::default(),
            progress: Progress::Following,
            whole: true,
        }
    }

    /// Takes ciphertext. Tells what became certain.
    pub(crate) fn deliver(
        &mut self,
        from: Role,
        at: Timestamp,
        ciphertext: &[u8],
        tell: &mut impl FnMut(&Heard, Evidence),
    ) {
        if !self.whole || self.progress == Progress::Lost {
            return;
        }
        let mut packets = *self.packets.of(from);
        let followed = packets.follow(ciphertext, &mut |size| self.packet(from, at, size, tell));
        *self.packets.of_mut(from) = packets;
        if followed.is_err() {
            self.lose();
        }
    }

    /// Octets are missing, or nothing explains what was said. Even behind a good-bye that counts: what is missing may be
    /// what the other end said before.
    pub(crate) fn lose(&mut self) {
        self.whole = false;
        if self.progress == Progress::Following {
            self.progress = Progress::Lost;
            // Nothing that was held back will be told.
            self.history.clear();
        }
    }

    /// Whether nothing more can be told.
    pub(crate) fn is_lost(&self) -> bool {
        self.progress == Progress::Lost
    }

    /// Whether it is known that the user is in.
    pub(crate) fn is_decided(&self) -> bool {
        self.progress == Progress::Decided
    }

    /// The time from which on something may still be told.
    pub(crate) fn undecided_since(&self) -> Option<Timestamp> {
        self.history.since()
    }

    fn packet(&mut self, from: Role, at: Timestamp, size: Size, tell: &mut impl FnMut(&Heard, Evidence)) {
        if self.progress == Progress::Lost {
            return;
        }
        let packet = Packet { from, payload: size.payload };
        let surprise = self.go_on(packet, |message| {
            let octets = octets(size.wire);
            Heard { at, from, said: message, octets, run: octets }
        });
        let Some(surprise) = surprise else { return self.lose() };
        if self.progress == Progress::Decided {
            return;
        }
        self.strain.bear(surprise);
        if self.strain.breaks() {
            return self.lose();
        }
        self.agree(tell);
    }

    /// Goes on with all readings. Tells what speaks against the best; `None` where there is none.
    fn go_on(&mut self, packet: Packet, heard: impl Fn(Option<Message>) -> Heard) -> Option<Cost> {
        let mut found: Vec<Reading> = Vec::with_capacity(self.readings.len());
        let keep_history = self.progress == Progress::Following;
        let history = &mut self.history;
        let mut keep = |next: Reading, message| match found.iter_mut().find(|it| it.goes_on_as(&next)) {
            Some(other) => {
                let (better, worse) = if next.cost < other.cost { (next, *other) } else { (*other, next) };
                let rivals = better.told() != worse.told() && worse.cost <= better.cost + HOPELESS;
                let doubted = better.doubted || rivals;
                if next.cost < other.cost && keep_history {
                    let place = history.push(next.place, heard(message));
                    *other = Reading { doubted, place, ..next };
                } else {
                    *other = Reading { doubted, ..better };
                }
            }
            None => {
                let place = if keep_history { history.push(next.place, heard(message)) } else { next.place };
                found.push(Reading { place, ..next });
            }
        };
        for reading in &self.readings {
            if let Some(next) = reading.pass_over(packet) {
                keep(next, None);
            }
        }
        for message in candidates(packet) {
            for reading in &self.readings {
                if let Some(next) = reading.hear(&self.ends, packet, message) {
                    keep(next, Some(message));
                }
            }
        }
        let best = found.iter().map(|reading| reading.cost).min()?;
        found.retain(|reading| reading.cost <= best + HOPELESS);
        if found.len() > READINGS {
            found.sort_by_key(|reading| reading.cost);
            found.truncate(READINGS);
        }
        for reading in &mut found {
            // Only differences count.
            reading.cost -= best;
        }
        self.readings = found;
        Some(best)
    }

    /// Tells what is certain by now.
    fn agree(&mut self, tell: &mut impl FnMut(&Heard, Evidence)) {
        let all_in = self.readings.iter().all(|reading| reading.authenticated);
        let agreed = self.certainty() == Evidence::Exact;
        if all_in && agreed {
            self.settle(tell);
            self.progress = Progress::Decided;
        } else if self.readings.len() == 1 {
            self.settle(tell);
        } else if self.history.len() > UNDECIDED {
            self.take_best();
        }
    }

    /// Too much was held back: the best reading is taken, if it is much better than those that say otherwise.
    fn take_best(&mut self) {
        let Some(best) = self.best().copied().filter(|best| self.is_sure(best)) else {
            return self.lose();
        };
        self.readings = vec![best];
    }

    fn best(&self) -> Option<&Reading> {
        self.readings.iter().min_by_key(|reading| reading.cost)
    }

    /// Whether all that contradict that reading are far-fetched.
    fn is_sure(&self, best: &Reading) -> bool {
        self.readings
            .iter()
            .all(|other| other.authenticated == best.authenticated || other.cost >= best.cost + SURE)
    }

    /// What all that the readings tell rests on.
    fn certainty(&self) -> Evidence {
        let mut told = self.readings.iter().map(|reading| (reading.told(), reading.doubted));
        let first = told.next();
        let agreed = first.is_some_and(|(_, doubted)| !doubted) && told.all(|other| Some(other) == first);
        if agreed { Evidence::Exact } else { Evidence::Heuristic }
    }

    /// Takes the best reading for what was said.
    fn settle(&mut self, tell: &mut impl FnMut(&Heard, Evidence)) {
        let evidence = self.certainty();
        let Some(best) = self.best().map(|best| best.place) else { return };
        self.history.take(best, &mut |packet| tell(packet, evidence));
        for reading in &mut self.readings {
            reading.place = Default::default();
        }
    }

    /// The connection is over, as far as was seen; `ended` says that an end closed it. Tells the rest.
    pub(crate) fn finish(&mut self, ended: bool, tell: &mut impl FnMut(&Heard, Evidence)) {
        if self.progress != Progress::Following {
            return;
        }
        if ended {
            for reading in &mut self.readings {
                reading.cost += likelihood::end(self.ends.client, reading);
            }
        }
        self.settle(tell);
    }

    /// What it came to.
    pub(crate) fn outcome(&self) -> Outcome {
        let Some(best) = self.best().filter(|_| self.progress != Progress::Lost) else {
            return Outcome::default();
        };
        let sure = self.is_sure(best);
        Outcome {
            success: (best.authenticated || best.answered).then_some(best.authenticated).filter(|_| sure),
            attempts: best.attempts.into(),
            evidence: self.certainty(),
            left: sure && !best.authenticated,
        }
    }

    /// Octets of the user's name.
    pub(crate) fn user(&self) -> Option<OctetRange> {
        let best = self.best().filter(|best| best.method.is_some())?;
        (best.user as usize <= limits::USER_NAME_OCTETS).then_some(OctetRange::exactly(best.user as usize))
    }

    /// What the session came to, once the user was in.
    pub(crate) fn usage(&self) -> Usage {
        let Some(best) = self.best().filter(|best| best.authenticated) else { return Usage::default() };
        let same = |it: &Reading| (it.kind, it.agent, it.state == State::Compressed);
        let sure = |it: &Reading| same(it) == same(best) || it.cost >= best.cost + SURE;
        // What is compressed has other sizes.
        let told = self.readings.iter().all(sure) && best.state != State::Compressed;
        let kind = best.kind.filter(|_| told);
        let octets = |role| Some(*best.carried.of(role)).filter(|_| told && self.whole);
        Usage {
            purpose: Purpose { kind, agent_forwarding: kind.map(|_| best.agent) },
            // SSH-1 exchanges keys once.
            rekeys: self.whole.then_some(0),
            client_octets: octets(Role::Client),
            server_octets: octets(Role::Server),
        }
    }
}
