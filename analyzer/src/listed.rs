//! The algorithms that one end lists, for looking up those of the other.

use std::collections::HashSet;
use std::marker::PhantomData;

use kexray_grammar::{Algorithm, NameList};

/// How many algorithms of a table can be marked: more than any has, as a test holds.
const MARKS: usize = 256;

/// The product of two lists' lengths up to which a plain search beats building a set.
const SEARCHED: usize = 1 << 20;

/// What a list holds: a mark for each known algorithm, and the text for others.
pub(crate) struct Listed<'p, A> {
    list: NameList<'p>,
    /// By the algorithm's index.
    marked: [bool; MARKS],
    /// The names, once one is looked for that no table knows, if the lists are long.
    others: Option<HashSet<&'p [u8]>>,
    is_long: bool,
    algorithm: PhantomData<A>,
}

impl<'p, A: Algorithm> Listed<'p, A> {
    /// Goes over a list, in which names of another will be looked up that has so many octets.
    pub(crate) fn of(list: NameList<'p>, octets: usize) -> Self {
        let mut marked = [false; MARKS];
        for algorithm in list.names().iter().filter_map(A::of_name) {
            if let Some(mark) = marked.get_mut(algorithm.index()) {
                *mark = true;
            }
        }
        let is_long = list.0.len().saturating_mul(octets) > SEARCHED;
        Self { list, marked, others: None, is_long, algorithm: PhantomData }
    }

    /// Whether the list holds a known algorithm.
    pub(crate) fn has(&self, algorithm: A) -> bool {
        self.marked.get(algorithm.index()).is_some_and(|mark| *mark)
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
    use super::{Listed, MARKS};
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
            let mut listed: Listed<'_, Cipher> = Listed::of(NameList(list), octets);
            let has = |name: &[u8]| Cipher::of_name(name).is_some_and(|cipher| listed.has(cipher));
            assert_eq!([has(b"aes128-ctr"), has(b"none"), has(b"aes256-ctr")], [true, true, false]);
            assert!(listed.has_unknown(b"made-up@example.com"));
            assert!(!listed.has_unknown(b"made-up@example.org"));
        }
    }
}
