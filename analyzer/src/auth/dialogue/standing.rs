//! Where a dialogue stands: the readings that are followed, and what they agree on.

use std::sync::Arc;

use kexray_grammar::{Role, Sealing};

use super::rules::{Cost, Ends, against, at_end};
use super::search::Reading;
use super::situation::{Each, Situation, Stage};
use super::way::Way;
use super::{Evidence, Outcome};

/// By how much the best reading must beat all that contradict it.
pub(super) const SURE: Cost = against(4);

/// What holds for the whole of a dialogue.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) ends: Ends,
    pub(super) sealings: Each<Sealing>,
}

impl Terms {
    /// Whether the lengths of that role's packets are in clear.
    pub(super) fn is_clear(&self, role: Role) -> bool {
        self.sealings.of(role).clear() > 0
    }
}

/// What decides, with what is sent next, where it goes from here. It has nothing of time and place: dialogues that go the
/// same way share it.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) terms: Arc<Terms>,
    readings: Box<[Reading]>,
    /// How each reading came about, by what was sent last; empty where nothing was.
    ways: Box<[Way]>,
    /// What speaks against the best reading of what was sent last.
    pub(super) surprise: Cost,
    /// What all that the readings tell rests on.
    pub(super) evidence: Evidence,
    /// Whether the user is in and went on, by all readings.
    pub(super) going: bool,
}

impl Standing {
    /// Where nothing was sent, or what was sent is told.
    pub(super) fn of(terms: Arc<Terms>, only: Reading) -> Self {
        Self::new(terms, Box::new([only]), Box::default(), against(0))
    }

    pub(super) fn new(terms: Arc<Terms>, readings: Box<[Reading]>, ways: Box<[Way]>, surprise: Cost) -> Self {
        let evidence = match agree(&readings) {
            false => Evidence::Heuristic,
            true if terms.is_clear(Role::Client) && terms.is_clear(Role::Server) => Evidence::Exact,
            true => Evidence::Aligned,
        };
        let going = readings.iter().all(|reading| reading.situation.stage == Stage::Going);
        Self { terms, readings, ways, surprise, evidence, going }
    }

    /// After the end of the connection.
    pub(super) fn ended(&self) -> Self {
        let ended = |reading: &Reading| {
            let cost = reading.cost + at_end(&self.terms.ends, &reading.situation);
            Reading { cost, ..*reading }
        };
        let readings = self.readings.iter().map(ended).collect();
        Self::new(Arc::clone(&self.terms), readings, self.ways.clone(), self.surprise)
    }

    /// How that reading came about.
    pub(super) fn way(&self, reading: usize) -> Option<&Way> {
        self.ways.get(reading)
    }

    pub(super) fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// Whether one reading is left.
    pub(super) const fn is_alone(&self) -> bool {
        self.readings.len() == 1
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
            evidence: self.evidence,
            left: sure && !authenticated,
        }
    }
}

/// Whether all tell the same of authentication.
fn agree(readings: &[Reading]) -> bool {
    let tell = |reading: &Reading| {
        let Situation { authenticated, attempts, method, .. } = reading.situation;
        (authenticated, attempts, method)
    };
    let mut told = readings.iter().map(tell);
    let first = told.next();
    told.all(|other| Some(other) == first)
}
