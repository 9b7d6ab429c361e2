//! Sessions counted by something that may have any number of values.

use std::collections::HashMap;
use std::hash::Hash;

use serde::Serialize;

use crate::outcomes::Outcomes;

/// Counts by key; the first keys apart, and all others together.
#[derive(Clone, Debug)]
pub(crate) struct Tally<K> {
    counts: HashMap<K, Outcomes>,
    /// Sessions whose keys came when there were too many.
    beyond: Outcomes,
}

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self { counts: HashMap::new(), beyond: Outcomes::default() }
    }
}

/// The rows of a total, and what is in none of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Rows<R> {
    pub(crate) rows: Vec<R>,
    /// Sessions in no row.
    pub(crate) others: Outcomes,
    /// Keys in no row, as far as they were told apart.
    pub(crate) others_keys: usize,
}

impl<K: Eq + Hash + Ord + Clone> Tally<K> {
    /// Counts a session, if it is of one of at most `limit` keys.
    pub(crate) fn add(&mut self, key: K, outcomes: Outcomes, limit: usize) {
        if let Some(counted) = self.counts.get_mut(&key) {
            counted.add(outcomes);
        } else if self.counts.len() < limit {
            self.counts.insert(key, outcomes);
        } else {
            self.beyond.add(outcomes);
        }
    }

    /// The commonest keys, those with most sessions first, then in order.
    pub(crate) fn rows<R>(&self, at_most: usize, row: impl Fn(&K, Outcomes) -> R) -> Rows<R> {
        let mut sorted: Vec<_> = self.counts.iter().collect();
        sorted.sort_by(|(a, m), (b, n)| n.all().cmp(&m.all()).then_with(|| a.cmp(b)));
        let (shown, rest) = sorted.split_at(at_most.min(sorted.len()));
        let mut others = self.beyond;
        rest.iter().for_each(|(_, outcomes)| others.add(**outcomes));
        Rows {
            rows: shown.iter().map(|(key, outcomes)| row(key, **outcomes)).collect(),
            others,
            others_keys: rest.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_the_limits_is_counted() {
        let one = Outcomes { failure: 1, ..Outcomes::default() };
        let mut tally = Tally::default();
        for key in [1, 2, 2, 3, 4, 2, 3] {
            tally.add(key, one, 3);
        }
        let rows = tally.rows(2, |key, outcomes| (*key, outcomes.failure));
        assert_eq!(rows.rows, [(2, 3), (3, 2)]);
        assert_eq!((rows.others.failure, rows.others_keys), (2, 1), "key 1, and the session of key 4");
    }
}
