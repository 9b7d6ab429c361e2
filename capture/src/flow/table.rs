//! The flow table: one hashed lookup per packet, and queues that tell which flow was quiet
//! longest.
//!
//! Entries stand in a slab; the hash table holds their numbers. Each entry is linked into the
//! queue of its phase, the most recently used last, so that the oldest is always at the front.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::{Key, Phase};

/// An entry's place in the slab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Index(u32);

/// More entries than this cannot be numbered.
const MAX_ENTRIES: usize = 1 << 31;

#[derive(Debug)]
struct Entry<T> {
    key: Key,
    value: T,
    phase: Phase,
    previous: Option<Index>,
    next: Option<Index>,
}

#[derive(Debug)]
enum Slot<T> {
    Used(Entry<T>),
    Free { next_free: Option<Index> },
}

#[derive(Clone, Copy, Debug, Default)]
struct Queue {
    first: Option<Index>,
    last: Option<Index>,
    length: usize,
}

/// A map from [`Key`] to `T` that knows the age of its entries.
#[derive(Debug)]
pub(crate) struct Table<T> {
    /// Seeded at random: who sends the packets must not choose the collisions.
    hasher: DefaultHashBuilder,
    numbers: HashTable<Index>,
    slots: Vec<Slot<T>>,
    free: Option<Index>,
    queues: Queues,
}

#[derive(Clone, Copy, Debug, Default)]
struct Queues {
    opening: Queue,
    open: Queue,
    ignored: Queue,
    closing: Queue,
}

impl Queues {
    const fn of(&mut self, phase: Phase) -> &mut Queue {
        match phase {
            Phase::Opening => &mut self.opening,
            Phase::Open => &mut self.open,
            Phase::Ignored => &mut self.ignored,
            Phase::Closing => &mut self.closing,
        }
    }
}

impl<T> Table<T> {
    pub(crate) fn new() -> Self {
        Self {
            hasher: DefaultHashBuilder::default(),
            numbers: HashTable::new(),
            slots: Vec::new(),
            free: None,
            queues: Queues::default(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The entry of a key.
    pub(crate) fn find(&self, key: &Key) -> Option<Index> {
        let hash = self.hasher.hash_one(key);
        self.numbers.find(hash, |index| self.entry(*index).is_some_and(|entry| entry.key == *key)).copied()
    }

    pub(crate) fn value_mut(&mut self, index: Index) -> Option<&mut T> {
        self.entry_mut(index).map(|entry| &mut entry.value)
    }

    /// Adds an entry, at the end of the queue `phase`. The key must be new.
    /// `None` if the slab is full.
    pub(crate) fn insert(&mut self, key: Key, phase: Phase, value: T) -> Option<Index> {
        let entry = Slot::Used(Entry { key, value, phase, previous: None, next: None });
        let index = if let Some(index) = self.free {
            let slot = self.slots.get_mut(place(index))?;
            if let Slot::Free { next_free } = slot {
                self.free = *next_free;
            }
            *slot = entry;
            index
        } else if self.slots.len() < MAX_ENTRIES {
            let index = Index(u32::try_from(self.slots.len()).ok()?);
            self.slots.push(entry);
            index
        } else {
            return None;
        };
        self.link(index, phase);
        let Self { hasher, numbers, slots, .. } = self;
        let hash = hasher.hash_one(key);
        numbers.insert_unique(hash, index, |index| match slots.get(place(*index)) {
            Some(Slot::Used(entry)) => hasher.hash_one(entry.key),
            _ => 0,
        });
        Some(index)
    }

    /// Takes an entry out.
    pub(crate) fn remove(&mut self, index: Index) -> Option<T> {
        let key = self.entry(index)?.key;
        let hash = self.hasher.hash_one(key);
        if let Ok(occupied) = self.numbers.find_entry(hash, |other| *other == index) {
            occupied.remove();
        }
        self.unlink(index);
        let slot = self.slots.get_mut(place(index))?;
        let Slot::Used(entry) = std::mem::replace(slot, Slot::Free { next_free: self.free }) else {
            return None;
        };
        self.free = Some(index);
        Some(entry.value)
    }

    /// Moves an entry to the end of the queue `phase`: it was just used.
    pub(crate) fn touch(&mut self, index: Index, phase: Phase) {
        if self.queues.of(phase).last != Some(index) {
            self.unlink(index);
            self.link(index, phase);
        }
    }

    /// The entry of a phase that was quiet longest.
    pub(crate) fn oldest(&mut self, phase: Phase) -> Option<Index> {
        self.queues.of(phase).first
    }

    /// The entry to give up when there are too many: a finished one; or else the oldest of the
    /// fullest queue, so that a flood of one kind pushes out its own kind.
    pub(crate) fn victim(&mut self) -> Option<Index> {
        let Queues { opening, open, ignored, closing } = &self.queues;
        if closing.first.is_some() {
            return closing.first;
        }
        [opening, ignored, open].into_iter().max_by_key(|queue| queue.length)?.first
    }

    /// All values, in no particular order.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = T> {
        self.numbers.clear();
        self.free = None;
        self.queues = Queues::default();
        std::mem::take(&mut self.slots).into_iter().filter_map(|slot| match slot {
            Slot::Used(entry) => Some(entry.value),
            Slot::Free { .. } => None,
        })
    }

    fn entry(&self, index: Index) -> Option<&Entry<T>> {
        match self.slots.get(place(index)) {
            Some(Slot::Used(entry)) => Some(entry),
            _ => None,
        }
    }

    fn entry_mut(&mut self, index: Index) -> Option<&mut Entry<T>> {
        match self.slots.get_mut(place(index)) {
            Some(Slot::Used(entry)) => Some(entry),
            _ => None,
        }
    }

    fn link(&mut self, index: Index, phase: Phase) {
        let queue = self.queues.of(phase);
        let previous = queue.last.replace(index);
        queue.first.get_or_insert(index);
        queue.length = queue.length.saturating_add(1);
        if let Some(entry) = self.entry_mut(index) {
            entry.phase = phase;
            entry.previous = previous;
            entry.next = None;
        }
        if let Some(entry) = previous.and_then(|previous| self.entry_mut(previous)) {
            entry.next = Some(index);
        }
    }

    fn unlink(&mut self, index: Index) {
        let Some(entry) = self.entry_mut(index) else {
            return;
        };
        let (previous, next, phase) = (entry.previous.take(), entry.next.take(), entry.phase);
        match previous.and_then(|previous| self.entry_mut(previous)) {
            Some(entry) => entry.next = next,
            None => self.queues.of(phase).first = next,
        }
        match next.and_then(|next| self.entry_mut(next)) {
            Some(entry) => entry.previous = previous,
            None => self.queues.of(phase).last = previous,
        }
        let queue = self.queues.of(phase);
        queue.length = queue.length.saturating_sub(1);
    }
}

fn place(index: Index) -> usize {
    usize::try_from(index.0).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::Endpoint;
    use super::*;

    fn key(port: u16) -> Key {
        let end = |port| Endpoint { address: [10, 0, 0, 1].into(), port };
        Key::new(end(port), end(22)).0
    }

    #[test]
    fn the_oldest_of_a_phase_is_the_one_used_longest_ago() {
        let mut table = Table::new();
        let [a, b, c] = [1, 2, 3].map(|port| table.insert(key(port), Phase::Opening, port).unwrap());
        assert_eq!(table.oldest(Phase::Opening), Some(a));
        table.touch(a, Phase::Opening);
        assert_eq!(table.oldest(Phase::Opening), Some(b));
        table.touch(b, Phase::Open);
        assert_eq!(table.oldest(Phase::Opening), Some(c));
        assert_eq!(table.oldest(Phase::Open), Some(b));
        assert_eq!(table.remove(c), Some(3));
        assert_eq!(table.oldest(Phase::Opening), Some(a));
        assert_eq!(table.find(&key(3)), None);
        assert_eq!(table.find(&key(2)), Some(b));
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn places_are_used_again() {
        let mut table = Table::new();
        for round in 0..100_u16 {
            for port in 0..10 {
                table.insert(key(port), Phase::Open, round).unwrap();
            }
            for port in 0..10 {
                let index = table.find(&key(port)).unwrap();
                assert_eq!(table.remove(index), Some(round));
            }
        }
        assert_eq!((table.len(), table.slots.len()), (0, 10));
    }

    #[test]
    fn a_flood_pushes_out_its_own_kind() {
        let mut table = Table::new();
        let open = table.insert(key(1), Phase::Open, 0).unwrap();
        let flood = table.insert(key(2), Phase::Opening, 0).unwrap();
        table.insert(key(3), Phase::Opening, 0).unwrap();
        assert_eq!(table.victim(), Some(flood));
        table.touch(open, Phase::Closing);
        assert_eq!(table.victim(), Some(open));
    }
}
