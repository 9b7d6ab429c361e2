//! Where a dialogue stands: the readings that are followed, and what they agree on.

use kexray_grammar::{Role, Sealing};

use super::rules::{Cost, Ends, against, at_end};
use super::search::Reading;
use super::situation::{Each, Situation, Stage};
use super::{Evidence, Outcome};

/// By how much the best reading must beat all that contradict it.
pub(super) const SURE: Cost = against(4);

/// What decides, with what is sent next, where it goes from here. It has nothing of time and place: dialogues that go the
/// same way share it.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) ends: Ends,
    pub(super) sealings: Each<Sealing>,
    readings: Vec<Reading>,
}

impl Standing {
    pub(super) const fn new(ends: Ends, sealings: Each<Sealing>, readings: Vec<Reading>) -> Self {
        Self { ends, sealings, readings }
    }

    /// With other readings.
    pub(super) const fn with(&self, readings: Vec<Reading>) -> Self {
        Self::new(self.ends, self.sealings, readings)
    }

    /// After the end of the connection.
    pub(super) fn ended(&self) -> Self {
        let ended = |reading: &Reading| {
            let cost = reading.cost + at_end(&self.ends, &reading.situation);
            Reading { cost, ..*reading }
        };
        self.with(self.readings.iter().map(ended).collect())
    }

    pub(super) fn readings(&self) -> &[Reading] {
        &self.readings
    }

    pub(super) fn is_clear(&self, role: Role) -> bool {
        self.sealings.of(role).clear() > 0
    }

    /// Whether all readings are there.
    pub(super) fn all(&self, stage: Stage) -> bool {
        self.readings.iter().all(|reading| reading.situation.stage == stage)
    }

    /// The best reading, and which it is.
    pub(super) fn best(&self) -> Option<(usize, &Reading)> {
        self.readings.iter().enumerate().min_by_key(|(_, reading)| reading.cost)
    }

    /// Whether someone said good-bye, by the best reading and all that come near it.
    pub(super) fn is_over(&self) -> bool {
        self.best().is_some_and(|(_, best)| {
            let near = |other: &&Reading| other.cost < best.cost + SURE;
            self.readings.iter().filter(near).all(|other| other.situation.stage == Stage::Over)
        })
    }

    /// What it came to, by the best reading.
    pub(super) fn outcome(&self) -> Outcome {
        let Some((_, best)) = self.best() else { return Outcome::default() };
        let authenticated = best.situation.authenticated;
        let sure = self
            .readings
            .iter()
            .all(|other| other.situation.authenticated == authenticated || other.cost >= best.cost + SURE);
        Outcome {
            success: best.situation.verdict().filter(|_| sure),
            attempts: u64::from(best.situation.attempts),
            evidence: self.certainty(),
            left: sure && !authenticated,
        }
    }

    /// What all that the readings tell rests on.
    pub(super) fn certainty(&self) -> Evidence {
        let tell = |reading: &Reading| {
            let Situation { authenticated, attempts, method, .. } = reading.situation;
            (authenticated, attempts, method)
        };
        let mut told = self.readings.iter().map(tell);
        let first = told.next();
        if !told.all(|other| Some(other) == first) {
            Evidence::Heuristic
        } else if self.is_clear(Role::Client) && self.is_clear(Role::Server) {
            Evidence::Exact
        } else {
            Evidence::Aligned
        }
    }
}
