//! The flow table: one hashed lookup per packet, and queues that tell which flow was quiet
//! longest.
//!
//! Entries stand in a [slab](super::slab); the hash table holds their numbers. Each entry is linked into the
//! queue of its phase, the most recently used last, so that the oldest is always at the front.
//! It moves there once in a [`Tick`]: a busy flow leaves its neighbours in peace,
//! which lie anywhere in memory.

use std::hash::BuildHasher;

use kexray_analyzer::Timestamp;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::slab::{Index, Slab};
use super::{Key, Phase};

/// A time to about a second: 2^30 ns, for a shift is cheap. It comes round after a century.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tick(u32);

impl Tick {
    pub(crate) fn of(now: Timestamp) -> Self {
        Self(u32::try_from(now.as_nanos() >> 30 & u64::from(u32::MAX)).unwrap_or(u32::MAX))
    }

    /// Whether something of this tick is older by then than a number of nanoseconds.
    pub(crate) fn is_older(self, now: Self, nanos: u64) -> bool {
        u64::from(now.0.saturating_sub(self.0)) > (nanos >> 30).saturating_add(1)
    }
}

/// What knows its key.
pub(crate) trait Keyed {
    fn key(&self) -> &Key;
}

/// Aligned, so that it lies in as few lines of the processor's cache as it can.
#[derive(Debug)]
#[repr(align(64))]
struct Entry<T> {
    value: T,
    previous: Option<Index>,
    next: Option<Index>,
    /// The tick in which it was moved to the end of its queue.
    moved: Tick,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, Default)]
struct Queue {
    first: Option<Index>,
    last: Option<Index>,
    length: usize,
}

/// The values by their keys; it knows their age.
#[derive(Debug)]
pub(crate) struct Table<T> {
    /// Seeded at random: who sends the packets must not choose the collisions.
    hasher: DefaultHashBuilder,
    numbers: HashTable<Index>,
    slab: Slab<Entry<T>>,
    queues: Queues,
    /// Entries found lately, each in the place that its key has here. Most packets are of one of them.
    recent: Box<[Option<Index>; RECENT]>,
}

/// Places for what was found lately: more than flows are busy at once, as a rule, in a fraction of the processor's cache.
const RECENT: usize = 1 << 11;

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

impl<T: Keyed> Table<T> {
    pub(crate) fn new() -> Self {
        Self {
            hasher: DefaultHashBuilder::default(),
            numbers: HashTable::new(),
            slab: Slab::new(),
            queues: Queues::default(),
            recent: Box::new([None; RECENT]),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The entry of a key.
    #[inline]
    pub(crate) fn find(&mut self, key: &Key) -> Option<Index> {
        let is_it = |index: &Index| self.slab.get(*index).is_some_and(|entry| entry.value.key() == key);
        // Whoever makes keys meet in one place only makes us look into the hash table.
        let recent = self.recent.get_mut(key.mixed() % RECENT)?;
        if let Some(index) = recent.filter(is_it) {
            return Some(index);
        }
        let hash = self.hasher.hash_one(key);
        let found = self.numbers.find(hash, is_it).copied();
        *recent = found.or(*recent);
        found
    }

    #[inline]
    pub(crate) fn value_mut(&mut self, index: Index) -> Option<&mut T> {
        self.slab.get_mut(index).map(|entry| &mut entry.value)
    }

    /// A value, and when it was moved to the end of its queue.
    #[inline]
    pub(crate) fn value_and_tick(&mut self, index: Index) -> Option<(&mut T, Tick)> {
        self.slab.get_mut(index).map(|entry| (&mut entry.value, entry.moved))
    }

    /// Adds an entry, at the end of the queue `phase`. Its key must be new.
    /// `None` if the slab is full.
    pub(crate) fn insert(&mut self, now: Timestamp, phase: Phase, value: T) -> Option<Index> {
        let hash = self.hasher.hash_one(value.key());
        let entry = Entry { value, previous: None, next: None, moved: Tick::of(now), phase };
        let index = self.slab.insert(entry)?;
        self.link(index, phase);
        let Self { hasher, numbers, slab, .. } = self;
        numbers.insert_unique(hash, index, |index| {
            slab.get(*index).map_or(0, |entry| hasher.hash_one(entry.value.key()))
        });
        Some(index)
    }

    /// Takes an entry out.
    pub(crate) fn remove(&mut self, index: Index) -> Option<T> {
        let hash = self.hasher.hash_one(self.slab.get(index)?.value.key());
        if let Ok(occupied) = self.numbers.find_entry(hash, |other| *other == index) {
            occupied.remove();
        }
        self.unlink(index);
        self.slab.remove(index).map(|entry| entry.value)
    }

    /// Moves an entry to the end of the queue `phase`, unless it was there in this tick: it was
    /// just used.
    #[inline]
    pub(crate) fn touch(&mut self, index: Index, now: Timestamp, phase: Phase) {
        let tick = Tick::of(now);
        let Some(entry) =
            self.slab.get_mut(index).filter(|entry| entry.phase != phase || entry.moved != tick)
        else {
            return;
        };
        entry.moved = tick;
        self.move_to_end(index, phase);
    }

    /// As [`touch`](Self::touch), in the queue where the entry is.
    #[inline]
    pub(crate) fn refresh(&mut self, index: Index, now: Timestamp) {
        let tick = Tick::of(now);
        if let Some(entry) = self.slab.get_mut(index).filter(|entry| entry.moved != tick) {
            entry.moved = tick;
            let phase = entry.phase;
            self.move_to_end(index, phase);
        }
    }

    fn move_to_end(&mut self, index: Index, phase: Phase) {
        if self.queues.of(phase).last != Some(index) {
            self.unlink(index);
            self.link(index, phase);
        }
    }

    /// The entry of a phase that was quiet longest, if that is by then more than a number of nanoseconds.
    pub(crate) fn overdue(&mut self, phase: Phase, now: Tick, nanos: u64) -> Option<Index> {
        let index = self.queues.of(phase).first?;
        self.slab.get(index).filter(|entry| entry.moved.is_older(now, nanos)).map(|_| index)
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

    /// All entries, in no particular order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Index, &T)> {
        self.numbers.iter().filter_map(|index| self.slab.get(*index).map(|entry| (*index, &entry.value)))
    }

    /// Frees the memory of all entries.
    pub(crate) fn clear(&mut self) {
        self.numbers = HashTable::new();
        self.slab = Slab::new();
        self.queues = Queues::default();
    }

    fn link(&mut self, index: Index, phase: Phase) {
        let queue = self.queues.of(phase);
        let previous = queue.last.replace(index);
        queue.first.get_or_insert(index);
        queue.length = queue.length.saturating_add(1);
        if let Some(entry) = self.slab.get_mut(index) {
            entry.phase = phase;
            entry.previous = previous;
            entry.next = None;
        }
        if let Some(entry) = previous.and_then(|previous| self.slab.get_mut(previous)) {
            entry.next = Some(index);
        }
    }

    fn unlink(&mut self, index: Index) {
        let Some(entry) = self.slab.get_mut(index) else {
            return;
        };
        let (previous, next, phase) = (entry.previous.take(), entry.next.take(), entry.phase);
        match previous.and_then(|previous| self.slab.get_mut(previous)) {
            Some(entry) => entry.next = next,
            None => self.queues.of(phase).first = next,
        }
        match next.and_then(|next| self.slab.get_mut(next)) {
            Some(entry) => entry.previous = previous,
            None => self.queues.of(phase).last = previous,
        }
        let queue = self.queues.of(phase);
        queue.length = queue.length.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Endpoint;
    use super::*;
    use crate::overlay::Overlay;

    /// A value whose key tells nothing more.
    struct Numbered(Key, u16);

    impl Keyed for Numbered {
        fn key(&self) -> &Key {
            &self.0
        }
    }

    fn key(port: u16) -> Key {
        let end = |port| Endpoint { address: [10, 0, 0, 1].into(), port };
        Key::new(Overlay::NONE, end(port), end(22)).0
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    /// The entry of a phase that is overdue first.
    fn oldest(table: &mut Table<Numbered>, phase: Phase) -> Option<Index> {
        table.overdue(phase, Tick::of(at(1000)), 0)
    }

    #[test]
    fn what_was_used_lately_is_not_overdue() {
        let mut table = Table::new();
        let a = insert(&mut table, 1, Phase::Open);
        let second = 1_000_000_000;
        assert_eq!(table.overdue(Phase::Open, Tick::of(at(60)), 60 * second), None);
        assert_eq!(table.overdue(Phase::Open, Tick::of(at(63)), 60 * second), Some(a));
    }

    fn insert(table: &mut Table<Numbered>, port: u16, phase: Phase) -> Index {
        table.insert(at(0), phase, Numbered(key(port), port)).unwrap()
    }

    #[test]
    fn an_entry_of_a_flow_without_data_is_small() {
        assert_eq!(size_of::<Option<Entry<super::super::Connection<()>>>>(), 128);
    }

    #[test]
    fn the_oldest_of_a_phase_is_the_one_used_longest_ago() {
        let mut table = Table::new();
        let [a, b, c] = [1, 2, 3].map(|port| insert(&mut table, port, Phase::Opening));
        assert_eq!(oldest(&mut table, Phase::Opening), Some(a));
        table.touch(a, at(2), Phase::Opening);
        assert_eq!(oldest(&mut table, Phase::Opening), Some(b));
        table.touch(b, at(2), Phase::Open);
        assert_eq!(oldest(&mut table, Phase::Opening), Some(c));
        assert_eq!(oldest(&mut table, Phase::Open), Some(b));
        assert_eq!(table.remove(c).unwrap().1, 3);
        assert_eq!(oldest(&mut table, Phase::Opening), Some(a));
        assert_eq!(table.find(&key(3)), None);
        assert_eq!(table.find(&key(2)), Some(b));
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn within_a_tick_nothing_moves() {
        let mut table = Table::new();
        let [a, b] = [1, 2].map(|port| insert(&mut table, port, Phase::Open));
        table.touch(a, at(0), Phase::Open);
        assert_eq!(oldest(&mut table, Phase::Open), Some(a));
        table.touch(a, at(2), Phase::Open);
        assert_eq!(oldest(&mut table, Phase::Open), Some(b));
    }

    #[test]
    fn places_are_used_again() {
        let mut table = Table::new();
        for _ in 0..100 {
            for port in 0..10 {
                insert(&mut table, port, Phase::Open);
            }
            for port in 0..10 {
                let index = table.find(&key(port)).unwrap();
                assert_eq!(table.remove(index).unwrap().1, port);
            }
        }
        assert_eq!((table.len(), table.slab.places()), (0, 10));
    }

    #[test]
    fn a_flood_pushes_out_its_own_kind() {
        let mut table = Table::new();
        let open = insert(&mut table, 1, Phase::Open);
        let flood = insert(&mut table, 2, Phase::Opening);
        insert(&mut table, 3, Phase::Opening);
        assert_eq!(table.victim(), Some(flood));
        table.touch(open, at(0), Phase::Closing);
        assert_eq!(table.victim(), Some(open));
    }
}
