//! How long answers take.

use kexray_grammar::Role;

use super::rules::Pace;
use crate::Timestamp;

/// Nanoseconds beyond the quickest answer from which on an answer is slow: a password's hash takes longer.
const SLOW: u64 = 22_000_000;

/// When the client last spoke, and how quickly the server can answer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    asked: Option<Timestamp>,
    quickest: Option<u64>,
}

impl Clock {
    /// Takes note of a run; tells the pace if it is an answer.
    pub(super) fn pace(&mut self, from: Role, at: Timestamp) -> Pace {
        if from == Role::Client {
            self.asked = Some(at);
            return Pace::Unknown;
        }
        let Some(asked) = self.asked.take() else { return Pace::Unknown };
        let took = at.as_nanos().saturating_sub(asked.as_nanos());
        let Some(quickest) = self.quickest else {
            self.quickest = Some(took);
            return Pace::Unknown;
        };
        self.quickest = Some(quickest.min(took));
        if took.saturating_sub(quickest) > SLOW { Pace::Slow } else { Pace::Quick }
    }
}
