//! How often each of a few values was seen.

/// Values with how often each was seen, in the order in which they were first seen.
#[derive(Clone, Debug)]
pub(crate) struct Counts<T>(Vec<(T, u64)>);

impl<T> Default for Counts<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> Counts<T> {
    /// Counts a value. Tells whether it could be kept: there are at most so many different ones.
    pub(crate) fn add(&mut self, value: T, at_most: usize) -> bool {
        if let Some((_, count)) = self.0.iter_mut().find(|(seen, _)| *seen == value) {
            *count = count.saturating_add(1);
            return true;
        }
        if self.0.len() >= at_most {
            return false;
        }
        self.0.push((value, 1));
        true
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&T, u64)> {
        self.0.iter().map(|(value, count)| (value, *count))
    }
}
