//! The sessions that are told in detail, where there are too many to tell all.

use std::collections::BTreeMap;

/// A place in the order of the sample: the uid, and a number that tells sessions apart that share it, as they do where a
/// capture is read twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    uid: String,
    number: u64,
}

impl Place {
    pub(crate) fn uid(&self) -> &str {
        &self.uid
    }
}

/// At most so many values: those with the smallest uids. A uid is the head of a hash, so these are a fair sample, and the
/// same whatever the order in which sessions come.
#[derive(Clone, Debug)]
pub(crate) struct Sample<T> {
    limit: usize,
    chosen: BTreeMap<Place, T>,
    number: u64,
}

impl<T: Default> Sample<T> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, chosen: BTreeMap::new(), number: 0 }
    }

    /// Takes in one more, at least for now.
    pub(crate) fn open(&mut self, uid: String) -> Place {
        self.number = self.number.saturating_add(1);
        let place = Place { uid, number: self.number };
        self.chosen.insert(place.clone(), T::default());
        if self.chosen.len() > self.limit {
            self.chosen.pop_last();
        }
        place
    }

    /// What is at a place, if it is still among the sample.
    pub(crate) fn at(&mut self, place: &Place) -> Option<&mut T> {
        self.chosen.get_mut(place)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chosen.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_does_not_depend_on_the_order() {
        let uids: Vec<_> = (0..100).map(|number| format!("{:02}", number * 37 % 100)).collect();
        let chosen = |uids: &mut dyn Iterator<Item = &String>| {
            let mut sample: Sample<String> = Sample::new(5);
            for uid in uids {
                let place = sample.open(uid.clone());
                if let Some(value) = sample.at(&place) {
                    value.clone_from(uid);
                }
                assert!(sample.iter().count() <= 5);
            }
            sample.iter().cloned().collect::<Vec<_>>()
        };
        assert_eq!(chosen(&mut uids.iter()), ["00", "01", "02", "03", "04"]);
        assert_eq!(chosen(&mut uids.iter()), chosen(&mut uids.iter().rev()));
    }
}
