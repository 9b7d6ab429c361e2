//! The algorithms that one end lists, for looking up those of the other.

use std::collections::HashSet;
use std::marker::PhantomData;

use kexray_grammar::{Algorithm, NameList};

/// How many algorithms of a table can be marked: more than any has, as a test holds.
const MARKS: usize = 256;

/// The product of two lists' lengths up to which a plain search beats building a set.
const SEARCHED: usize = 1 << 20;

/// What a list holds: a mark for each known algorithm, and the text for others.
pub(crate) struct Listed<'p, A, I> {
    list: NameList<'p>,
    /// By the algorithm's index, as far as names were looked at.
    marked: [bool; MARKS],
    /// Names that were not looked at: what is agreed on stands early, as a rule.
    unmarked: I,
    /// The names, once one is looked for that no table knows, if the lists are long.
    others: Option<HashSet<&'p [u8]>>,
    is_long: bool,
    algorithm: PhantomData<A>,
}

/// What a list holds, in which names of another will be looked up that has so many octets.
pub(crate) fn listed<A: Algorithm>(
    list: NameList<'_>,
    octets: usize,
) -> Listed<'_, A, impl Iterator<Item = &[u8]>> {
    let is_long = list.0.len().saturating_mul(octets) > SEARCHED;
    let (marked, unmarked) = ([false; MARKS], list.names().iter());
    Listed { list, marked, unmarked, others: None, is_long, algorithm: PhantomData }
}

impl<'p, A: Algorithm, I: Iterator<Item = &'p [u8]>> Listed<'p, A, I> {
    /// Whether the list holds a known algorithm.
    pub(crate) fn has(&mut self, algorithm: A) -> bool {
        let index = algorithm.index();
        if self.marked.get(index).is_some_and(|mark| *mark) {
            return true;
        }
        let known = self.unmarked.by_ref().filter_map(A::of_name).map(A::index);
        for other in known {
            if let Some(mark) = self.marked.get_mut(other) {
                *mark = true;
            }
            if other == index {
                return true;
            }
        }
        false
    }

    /// Whether the list holds a name that no table knows.
    pub(crate) fn has_unknown(&mut self, name: &[u8]) -> bool {
        let mut names = self.list.names().iter();
        if !self.is_long {
            return names.any(|other| other == name);
        }
        self.others.get_or_insert_with(|| names.collect()).contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::{MARKS, listed};
    use kexray_grammar::{Algorithm, Cipher, Compression, HostKeyAlgorithm, KexMethod, Mac, NameList};

    #[test]
    fn every_algorithm_can_be_marked() {
        fn check<A: Algorithm>(all: impl Iterator<Item = A>) {
            assert!(all.map(A::index).all(|index| index < MARKS));
        }
        check(KexMethod::all());
        check(HostKeyAlgorithm::all());
        check(Cipher::all());
        check(Mac::all());
        check(Compression::all());
    }

    #[test]
    fn what_is_listed_is_found_in_short_and_long_lists() {
        let list = b"aes128-ctr,made-up@example.com,none";
        for octets in [0, usize::MAX] {
            let mut listed = listed::<Cipher>(NameList(list), octets);
            let mut has = |name: &[u8]| Cipher::of_name(name).is_some_and(|cipher| listed.has(cipher));
            // In any order, and again.
            let names: [&[u8]; 5] = [b"none", b"aes128-ctr", b"aes256-ctr", b"none", b"aes128-ctr"];
            assert_eq!(names.map(&mut has), [true, true, false, true, true]);
            assert!(listed.has_unknown(b"made-up@example.com"));
            assert!(!listed.has_unknown(b"made-up@example.org"));
        }
    }
}
