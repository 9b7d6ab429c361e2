//! How long answers take.

use kexray_grammar::Role;

use super::rules::Pace;
use super::situation::Each;
use crate::Timestamp;

/// Nanoseconds beyond the quickest answer from which on an answer is slow.
///
/// Of a server: a password's hash takes longer than to look something up. Of a client: whoever is asked for a password, or
/// a program that is started for that, takes longer than to use a key that is at hand.
const SLOW: Each<u64> = Each { client: 2_000_000, server: 22_000_000 };

/// When each end last spoke, and how quickly the other one can answer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    /// Who spoke last, and when.
    spoke: Option<(Role, Timestamp)>,
    quickest: Each<Option<u64>>,
}

impl Clock {
    /// Takes note of a run; tells the pace if it is an answer.
    pub(super) fn pace(&mut self, from: Role, at: Timestamp) -> Pace {
        let before = self.spoke.replace((from, at));
        let Some((_, asked)) = before.filter(|(who, _)| *who != from) else { return Pace::Unknown };
        let took = at.as_nanos().saturating_sub(asked.as_nanos());
        let quickest = self.quickest.of_mut(from);
        let Some(least) = *quickest else {
            *quickest = Some(took);
            return Pace::Unknown;
        };
        *quickest = Some(least.min(took));
        if took.saturating_sub(least) > *SLOW.of(from) { Pace::Slow } else { Pace::Quick }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paces(spoken: &[(Role, u64)]) -> Vec<Pace> {
        let mut clock = Clock::default();
        spoken.iter().map(|(from, at)| clock.pace(*from, Timestamp::from_nanos(at * 1_000_000))).collect()
    }

    #[test]
    fn an_answer_is_slow_beside_the_quickest_one() {
        use Pace::{Quick, Slow, Unknown};
        use Role::{Client, Server};
        let spoken = [(Client, 0), (Server, 30), (Client, 31), (Server, 61), (Client, 90), (Server, 190)];
        assert_eq!(paces(&spoken), [Unknown, Unknown, Unknown, Quick, Slow, Slow]);
    }

    #[test]
    fn what_goes_on_is_no_answer() {
        assert_eq!(paces(&[(Role::Server, 0), (Role::Server, 50)]), [Pace::Unknown; 2]);
    }
}
