//! What is remembered, of so many at most.

use std::collections::HashMap;
use std::hash::Hash;

/// Something of each key, until it may be forgotten and its room is needed.
#[derive(Clone, Debug)]
pub(super) struct Room<K, V> {
    kept: HashMap<K, V>,
    /// Keys that were left out since it was last looked what can be forgotten.
    refused: usize,
}

impl<K, V> Default for Room<K, V> {
    fn default() -> Self {
        Self { kept: HashMap::new(), refused: 0 }
    }
}

impl<K: Eq + Hash, V: Default> Room<K, V> {
    /// What is remembered of a key.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.kept.get(key)
    }

    /// The same, new if it is not among so many yet; `None` where there is no room. What is over may be forgotten.
    pub(super) fn get_or_make(
        &mut self,
        key: K,
        at_most: usize,
        is_over: impl Fn(&V) -> bool,
    ) -> Option<&mut V> {
        if self.kept.len() >= at_most && !self.kept.contains_key(&key) {
            // To look through all takes as long as so many sessions.
            self.refused = self.refused.saturating_add(1);
            if self.refused > at_most / 8 {
                self.refused = 0;
                self.kept.retain(|_, value| !is_over(value));
            }
            if self.kept.len() >= at_most {
                return None;
            }
        }
        Some(self.kept.entry(key).or_default())
    }
}
