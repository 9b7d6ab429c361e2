//! How readings came about: what was sent, and the ways in which readings take it.

use std::sync::Arc;

use kexray_grammar::Role;

use super::standing::Standing;
use super::told::Told;
use super::way::Way;
use crate::Timestamp;

/// Runs that readings take in different ways.
#[derive(Debug, Default)]
pub(super) struct History {
    runs: Vec<Run>,
    /// How many readings there are in all.
    readings: usize,
}

/// Who sent something, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spoken {
    pub(super) at: Timestamp,
    pub(super) from: Role,
}

/// What was sent in one go.
#[derive(Debug)]
struct Run {
    at: Timestamp,
    from: Role,
    /// Which of the readings is told.
    told: u8,
    /// Where it led.
    standing: Arc<Standing>,
}

impl History {
    /// Adds what was sent, and where it led.
    pub(super) fn push(&mut self, spoken: Spoken, standing: Arc<Standing>) {
        self.readings = self.readings.saturating_add(standing.readings().len());
        let Spoken { at, from } = spoken;
        self.runs.push(Run { at, from, told: 0, standing });
    }

    /// Tells the packets that led to a reading of the last standing, first to last, and forgets all.
    pub(super) fn take(&mut self, reading: u8, tell: &mut impl FnMut(&Told)) {
        let mut place = reading;
        for run in self.runs.iter_mut().rev() {
            run.told = place;
            place = run.standing.way(place.into()).map_or(0, Way::before);
        }
        for Run { at, from, told, standing } in self.runs.drain(..) {
            let Some(way) = standing.way(told.into()) else { continue };
            way.told(Spoken { at, from }).for_each(|packet| tell(&packet));
        }
        self.readings = 0;
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many readings are kept.
    pub(super) const fn readings(&self) -> usize {
        self.readings
    }

    /// The time of the oldest run.
    pub(super) fn since(&self) -> Option<Timestamp> {
        self.runs.first().map(|run| run.at)
    }
}
