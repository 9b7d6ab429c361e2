//! A memory of what was seen lately.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// What is remembered of keys: of the latest ones. Of as many as half the room, none is forgotten.
#[derive(Clone, Debug)]
pub(crate) struct Recent<K, V> {
    room: usize,
    latest: HashMap<K, V>,
    /// Those of before, which go once `latest` has its half.
    earlier: HashMap<K, V>,
    forgotten: u64,
}

impl<K: Eq + Hash, V> Recent<K, V> {
    /// With room for so many, and for two at least.
    pub(crate) fn with_room(room: usize) -> Self {
        Self { room, latest: HashMap::new(), earlier: HashMap::new(), forgotten: 0 }
    }

    /// How many were forgotten for want of room.
    pub(crate) const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// What is remembered of a key, which counts as seen just now.
    pub(crate) fn recall<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        if let Some((key, value)) = self.earlier.remove_entry(key) {
            self.remember(key, value);
        }
        self.latest.get_mut(key)
    }

    /// Remembers something of a key.
    pub(crate) fn remember(&mut self, key: K, value: V) {
        if self.latest.len() >= (self.room / 2).max(1) {
            let gone = std::mem::replace(&mut self.earlier, std::mem::take(&mut self.latest));
            self.forgotten = self.forgotten.saturating_add(gone.len() as u64);
        }
        self.latest.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_lately_is_remembered_and_the_rest_is_counted() {
        let mut recent = Recent::with_room(8);
        for key in 0..100 {
            recent.remember(key, key);
            assert_eq!(recent.recall(&0).copied(), Some(0), "it is asked for again and again");
            assert!(recent.latest.len() + recent.earlier.len() <= 8);
            let known = recent.latest.len() + recent.earlier.len();
            assert_eq!(recent.forgotten() as usize + known, key + 1);
        }
        for key in 97..100 {
            assert_eq!(recent.recall(&key).copied(), Some(key));
        }
        assert_eq!(recent.recall(&50), None);
    }
}
