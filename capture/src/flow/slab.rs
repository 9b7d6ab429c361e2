//! Numbered places for values, used again after they are free.

use std::num::NonZeroU32;

/// Places that are allocated at once. Growing moves nothing, and leaves little unused.
const CHUNK: usize = 256;

/// More places than this are not numbered.
const MAX_PLACES: usize = 1 << 31;

/// A place in a slab, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Index(NonZeroU32);

impl Index {
    fn of(place: usize) -> Option<Self> {
        NonZeroU32::new(u32::try_from(place.checked_add(1)?).ok()?).map(Self)
    }

    /// The chunk, and where in it.
    #[inline]
    fn place(self) -> (usize, usize) {
        let place = usize::try_from(self.0.get()).map_or(usize::MAX, |number| number.saturating_sub(1));
        (place / CHUNK, place % CHUNK)
    }
}

#[derive(Debug)]
enum Slot<T> {
    Used(T),
    Free { next: Option<Index> },
}

/// Values in numbered places.
#[derive(Debug)]
pub(super) struct Slab<T> {
    /// All but the last are full.
    chunks: Vec<Vec<Slot<T>>>,
    places: usize,
    free: Option<Index>,
}

impl<T> Slab<T> {
    pub(super) const fn new() -> Self {
        Self { chunks: Vec::new(), places: 0, free: None }
    }

    #[inline]
    pub(super) fn get(&self, index: Index) -> Option<&T> {
        let (chunk, at) = index.place();
        match self.chunks.get(chunk)?.get(at)? {
            Slot::Used(value) => Some(value),
            Slot::Free { .. } => None,
        }
    }

    #[inline]
    pub(super) fn get_mut(&mut self, index: Index) -> Option<&mut T> {
        match self.slot(index)? {
            Slot::Used(value) => Some(value),
            Slot::Free { .. } => None,
        }
    }

    /// `None` if all numbers are taken.
    pub(super) fn insert(&mut self, value: T) -> Option<Index> {
        if let Some(index) = self.free {
            if let Slot::Free { next } = std::mem::replace(self.slot(index)?, Slot::Used(value)) {
                self.free = next;
            }
            return Some(index);
        }
        let index = Index::of(self.places).filter(|_| self.places < MAX_PLACES)?;
        if self.places.is_multiple_of(CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        self.chunks.last_mut()?.push(Slot::Used(value));
        self.places = self.places.saturating_add(1);
        Some(index)
    }

    pub(super) fn remove(&mut self, index: Index) -> Option<T> {
        let next = self.free;
        let slot = self.slot(index).filter(|slot| matches!(slot, Slot::Used(_)))?;
        let removed = std::mem::replace(slot, Slot::Free { next });
        self.free = Some(index);
        match removed {
            Slot::Used(value) => Some(value),
            Slot::Free { .. } => None,
        }
    }

    /// Places, used or free.
    #[cfg(test)]
    pub(super) const fn places(&self) -> usize {
        self.places
    }

    #[inline]
    fn slot(&mut self, index: Index) -> Option<&mut Slot<T>> {
        let (chunk, at) = index.place();
        self.chunks.get_mut(chunk)?.get_mut(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_places_are_used_again() {
        let mut slab = Slab::new();
        let indices: Vec<_> = (0..1000).map(|value| slab.insert(value).unwrap()).collect();
        for (value, index) in indices.iter().enumerate() {
            assert_eq!(slab.get(*index), Some(&value));
        }
        for index in &indices[100..300] {
            assert!(slab.remove(*index).is_some());
            assert_eq!(slab.get(*index), None);
            assert_eq!(slab.remove(*index), None);
        }
        for value in 0..200 {
            let index = slab.insert(value).unwrap();
            assert_eq!(slab.get_mut(index), Some(&mut { value }));
        }
        assert_eq!(slab.places(), 1000);
        slab.insert(0);
        assert_eq!(slab.places(), 1001);
    }
}
