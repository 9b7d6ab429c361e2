//! A place for each of some names, so that one look finds a name or tells that it is none of them.
//!
//! The names are put into buckets by their hash, and each bucket is moved, the largest first, until all of its names
//! lie where no other does.

use std::cmp::Reverse;

include!("emit/runtime/hash.rs");

/// What a slot without a name holds.
pub(crate) const EMPTY: u16 = u16::MAX;

/// Where names lie.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Places {
    /// How far each bucket is moved; a power of two of them.
    pub(crate) displacements: Vec<u16>,
    /// The index of the name that lies there, or `EMPTY`; a power of two of them.
    pub(crate) slots: Vec<u16>,
}

/// Places for names that differ, at most some ten thousand. Two that hash alike have none.
pub(crate) fn places(names: &[&str]) -> Option<Places> {
    let mut slots = names.len().next_power_of_two();
    // Twice as many slots as names are nearly always enough; more than that for unlucky ones.
    for _ in 0..4 {
        slots *= 2;
        let places = with(names, slots, (slots / 8).max(1));
        if places.is_some() {
            return places;
        }
    }
    None
}

fn with(names: &[&str], slots: usize, buckets: usize) -> Option<Places> {
    let hashes: Vec<u64> = names.iter().map(|name| hash_of(name.as_bytes())).collect();
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); buckets];
    for (index, hash) in hashes.iter().enumerate() {
        members[*hash as usize & (buckets - 1)].push(index);
    }
    let mut order: Vec<usize> = (0..buckets).collect();
    order.sort_by_key(|bucket| Reverse(members[*bucket].len()));
    let mut places = Places { displacements: vec![0; buckets], slots: vec![EMPTY; slots] };
    for bucket in order {
        let found = (0..EMPTY).find_map(|displacement| {
            let mut taken: Vec<usize> =
                members[bucket].iter().map(|index| slot_of(hashes[*index], displacement, slots)).collect();
            let free = taken.iter().all(|slot| places.slots[*slot] == EMPTY);
            let chosen = taken.clone();
            taken.sort_unstable();
            taken.dedup();
            (free && taken.len() == chosen.len()).then_some((displacement, chosen))
        });
        let (displacement, chosen) = found?;
        places.displacements[bucket] = displacement;
        for (index, slot) in members[bucket].iter().zip(chosen) {
            places.slots[slot] = u16::try_from(*index).ok()?;
        }
    }
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::{EMPTY, hash_of, places, slot_of};

    #[test]
    fn every_name_is_found_and_no_other() {
        for count in [0, 1, 2, 3, 10, 100, 1000, 5000] {
            let names: Vec<String> = (0..count).map(|number| format!("name-{number}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let places = places(&names).expect("they do not hash alike");
            let find = |name: &str| {
                let hash = hash_of(name.as_bytes());
                let bucket = hash as usize & (places.displacements.len() - 1);
                let slot = slot_of(hash, places.displacements[bucket], places.slots.len());
                Some(places.slots[slot]).filter(|index| *index != EMPTY).map(usize::from)
            };
            for (index, name) in names.iter().enumerate() {
                assert_eq!(find(name), Some(index));
            }
            assert_eq!(places.slots.iter().filter(|slot| **slot != EMPTY).count(), count);
            let strangers = (0..1000).map(|number| format!("stranger-{number}"));
            assert!(strangers.into_iter().all(|name| find(&name).is_none_or(|index| names[index] != name)));
        }
    }

    #[test]
    fn what_stands_twice_has_no_place() {
        assert_eq!(places(&["a", "a"]), None);
    }

    #[test]
    fn every_octet_counts() {
        let long = "an-algorithm-with-a-long-name@example.com";
        for at in 0..long.len() {
            let mut other = long.as_bytes().to_vec();
            other[at] ^= 1;
            assert_ne!(hash_of(&other), hash_of(long.as_bytes()), "{at}");
            assert_ne!(hash_of(&long.as_bytes()[..at]), hash_of(long.as_bytes()), "{at}");
        }
        assert_ne!(hash_of(b"a"), hash_of(b"\0a"));
    }
}
