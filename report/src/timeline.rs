//! Sessions over time, in few steps however long the time is.

use std::collections::BTreeMap;

use kexray_analyzer::Timestamp;
use serde::Serialize;

use crate::outcomes::Outcomes;

/// Steps of time that a person thinks in, in seconds, each a multiple of the one before.
const STEPS: [u64; 17] = [
    1,
    5,
    10,
    30,
    60,
    300,
    600,
    1800,
    3600,
    10_800,
    21_600,
    43_200,
    DAY,
    7 * DAY,
    28 * DAY,
    364 * DAY,
    3640 * DAY,
];
const DAY: u64 = 86_400;
/// Steps that are shown at most.
const SHOWN: u64 = 120;
/// Steps that are kept at most: beyond it steps become longer. All of time is fewer steps of the longest.
const KEPT: usize = 4096;

/// Counts by time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timeline {
    /// Which of the steps.
    step: usize,
    /// By the number of the step since the epoch.
    counts: BTreeMap<u64, Outcomes>,
}

/// Counts by time, as the page shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Steps {
    /// The length of a step in seconds.
    pub(crate) seconds: u64,
    /// Seconds since the epoch at which each step with sessions begins, and what began in it.
    pub(crate) counts: Vec<(u64, Outcomes)>,
}

impl Timeline {
    pub(crate) fn add(&mut self, at: Timestamp, outcomes: Outcomes) {
        let number = at.seconds().checked_div(seconds(self.step)).unwrap_or(0);
        self.counts.entry(number).or_default().add(outcomes);
        while self.counts.len() > KEPT && self.coarser() {}
    }

    /// Goes on to the next longer step. Tells whether there is one.
    fn coarser(&mut self) -> bool {
        let (now, then) = (seconds(self.step), seconds(self.step.saturating_add(1)));
        if now == then {
            return false;
        }
        let mut counts: BTreeMap<u64, Outcomes> = BTreeMap::new();
        for (number, outcomes) in std::mem::take(&mut self.counts) {
            let number = number.saturating_mul(now).checked_div(then).unwrap_or(0);
            counts.entry(number).or_default().add(outcomes);
        }
        self.counts = counts;
        self.step = self.step.saturating_add(1);
        true
    }

    pub(crate) fn steps(&self) -> Steps {
        let mut shown = self.clone();
        while shown.span() > SHOWN && shown.coarser() {}
        let step = seconds(shown.step);
        let counts = shown.counts.iter().map(|(number, outcomes)| (number.saturating_mul(step), *outcomes));
        Steps { seconds: step, counts: counts.collect() }
    }

    /// From the first step to the last.
    fn span(&self) -> u64 {
        let ends = self.counts.first_key_value().zip(self.counts.last_key_value());
        ends.map_or(0, |((first, _), (last, _))| last.saturating_sub(*first).saturating_add(1))
    }
}

/// The length of a step; that of the longest where there is none.
fn seconds(step: usize) -> u64 {
    STEPS.get(step).or(STEPS.last()).copied().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(seconds: impl IntoIterator<Item = u64>) -> Timeline {
        let mut timeline = Timeline::default();
        for second in seconds {
            let one = Outcomes { success: 1, ..Outcomes::default() };
            timeline.add(Timestamp::from_micros(second * 1_000_000), one);
        }
        timeline
    }

    #[test]
    fn steps_are_as_long_as_they_must() {
        let start = 1_700_000_000;
        let steps = timeline([start, start, start + 30]).steps();
        let two = Outcomes { success: 2, ..Outcomes::default() };
        assert_eq!((steps.seconds, steps.counts.first()), (1, Some(&(start, two))));
        let day = timeline((0..86_400).step_by(7).map(|second| start + second));
        let steps = day.steps();
        assert_eq!((steps.seconds, steps.counts.len()), (1800, 49));
        assert_eq!(
            steps.counts.iter().map(|(_, outcomes)| outcomes.success).sum::<u64>(),
            86_400_u64.div_ceil(7)
        );
        assert!(day.counts.len() <= KEPT);
    }

    #[test]
    fn times_that_are_far_apart_take_no_more_steps() {
        let far = timeline((0..10_000).map(|number| number * 1_000_003));
        assert!(far.counts.len() <= KEPT && far.steps().counts.len() <= SHOWN as usize);
    }
}
