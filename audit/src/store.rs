//! Values that many servers and clients have in common, each kept once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Different values, with a small number for each.
#[derive(Clone, Debug)]
pub(crate) struct Store<T> {
    numbers: HashMap<Arc<T>, u32>,
    values: Vec<Arc<T>>,
    octets: usize,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), values: Vec::new(), octets: 0 }
    }
}

impl<T: Clone + Eq + Hash> Store<T> {
    /// The number of a value that takes so many octets; `None` where it is new and there is no room.
    pub(crate) fn number(
        &mut self,
        value: &T,
        octets: usize,
        most: usize,
        most_octets: usize,
    ) -> Option<u32> {
        if let Some(number) = self.numbers.get(value) {
            return Some(*number);
        }
        let number = u32::try_from(self.values.len()).ok()?;
        let total = self.octets.saturating_add(octets);
        if self.values.len() >= most || total > most_octets {
            return None;
        }
        self.octets = total;
        let value = Arc::new(value.clone());
        self.values.push(Arc::clone(&value));
        self.numbers.insert(value, number);
        Some(number)
    }

    /// The value of a number.
    pub(crate) fn value(&self, number: u32) -> Option<&Arc<T>> {
        self.values.get(usize::try_from(number).ok()?)
    }
}
