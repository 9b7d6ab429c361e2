//! What was said since the user was let in, one flight after the other, for who wants it explained.

use super::opening::Flight;
use crate::Timestamp;

/// Flights that a session tells of; what comes beyond them is left out.
const FLIGHTS: usize = 256;

/// A flight, and when its last octet was seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passed {
    pub(super) at: Timestamp,
    pub(super) flight: Flight,
}

/// The first flights. More of them than [`Opening`](super::opening::Opening) keeps.
#[derive(Clone, Debug, Default)]
pub(super) struct Trail {
    passed: Vec<Passed>,
    beyond: bool,
}

impl Trail {
    pub(super) fn add(&mut self, at: Timestamp, flight: Flight) {
        if self.passed.len() < FLIGHTS {
            self.passed.push(Passed { at, flight });
        } else {
            self.beyond = true;
        }
    }

    pub(super) fn passed(&self) -> &[Passed] {
        &self.passed
    }

    /// Whether these are all that there were.
    pub(super) const fn is_all(&self) -> bool {
        !self.beyond
    }
}

#[cfg(test)]
mod tests {
    use kexray_grammar::Role;

    use super::*;

    #[test]
    fn of_many_flights_the_first_are_kept() {
        let mut trail = Trail::default();
        for octets in 0..1000 {
            assert_eq!(trail.is_all(), octets <= 256);
            trail.add(Timestamp::from_micros(octets.into()), Flight { from: Role::Client, octets });
        }
        let last = trail.passed().last().map(|passed| passed.flight.octets);
        assert_eq!((trail.passed().len(), last), (FLIGHTS, Some(255)));
    }
}
