//! Method patterns, in which `*` stands for any text: which names two of them share.

use std::collections::{BTreeMap, VecDeque};

/// How far into each of two patterns.
type Place = (usize, usize);

/// Whether every name that fits `narrow` fits `wide` too.
pub(crate) fn covers(wide: &str, narrow: &str) -> bool {
    // A star of `narrow` stands for texts without end, so only a star of `wide` can take it.
    let (wide, narrow): (Vec<char>, Vec<char>) = (wide.chars().collect(), narrow.chars().collect());
    // Which beginnings of `narrow` are covered by what has been read of `wide`.
    let mut covered = vec![false; narrow.len() + 1];
    covered[0] = true;
    for letter in wide {
        let mut next = vec![false; narrow.len() + 1];
        for (at, _) in covered.iter().enumerate().filter(|(_, covered)| **covered) {
            if letter == '*' {
                // The rest of the beginnings are covered as well.
                next[at..].fill(true);
                break;
            }
            if narrow.get(at) == Some(&letter) {
                next[at + 1] = true;
            }
        }
        covered = next;
    }
    covered.last().copied().unwrap_or_default()
}

/// A name that fits both, if there is one: the shortest.
pub(crate) fn common(one: &str, other: &str) -> Option<String> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // How each pair of places was come to, and by which letter.
    let mut from: BTreeMap<Place, (Place, Option<char>)> = BTreeMap::new();
    let mut queue = VecDeque::from([(0, 0)]);
    let end = (one.len(), other.len());
    while let Some(place) = queue.pop_front() {
        if place == end {
            let mut letters = Vec::new();
            let mut place = place;
            while let Some((before, letter)) = from.get(&place).filter(|_| place != (0, 0)) {
                letters.extend(*letter);
                place = *before;
            }
            return Some(letters.into_iter().rev().collect());
        }
        let (at, beside) = (one.get(place.0).copied(), other.get(place.1).copied());
        let mut steps = Vec::new();
        if at == Some('*') {
            steps.push(((place.0 + 1, place.1), None));
            steps.extend(
                beside.filter(|letter| *letter != '*').map(|letter| ((place.0, place.1 + 1), Some(letter))),
            );
        }
        if beside == Some('*') {
            steps.push(((place.0, place.1 + 1), None));
            steps.extend(
                at.filter(|letter| *letter != '*').map(|letter| ((place.0 + 1, place.1), Some(letter))),
            );
        }
        if at == beside && at.is_some_and(|letter| letter != '*') {
            steps.push(((place.0 + 1, place.1 + 1), at));
        }
        for (next, letter) in steps {
            if next != (0, 0) && !from.contains_key(&next) {
                from.insert(next, (place, letter));
                queue.push_back(next);
            }
        }
    }
    None
}

/// Whether two patterns begin, or end, alike: then a name that fits both is more than an accident of one that takes
/// any beginning and one that takes any end.
pub(crate) fn akin(one: &str, other: &str) -> bool {
    let begin = one.chars().zip(other.chars()).next().is_some_and(|(one, other)| one == other && one != '*');
    let end = one.chars().rev().zip(other.chars().rev()).next();
    begin || end.is_some_and(|(one, other)| one == other && one != '*')
}

#[cfg(test)]
mod tests {
    use super::{akin, common, covers};

    #[test]
    fn a_pattern_covers_what_is_narrower() {
        for (wide, narrow) in [
            ("a*", "a"),
            ("a*", "ab*"),
            ("*", "*"),
            ("*", ""),
            ("*b*", "ab"),
            ("a*-*b", "a-*-b"),
            ("**", "*"),
            ("*", "**"),
            ("mlkem*", "mlkem768x25519-sha256"),
            ("*-kyber-*@amazon.com", "*-kyber-512r3-sha256-d00@amazon.com"),
        ] {
            assert!(covers(wide, narrow), "{wide} covers {narrow}");
        }
        for (wide, narrow) in
            [("a", "a*"), ("a*", "*"), ("a*b", "a*"), ("", "a"), ("ab*", "a*"), ("a*b", "a*bc")]
        {
            assert!(!covers(wide, narrow), "{wide} does not cover {narrow}");
        }
    }

    #[test]
    fn what_two_patterns_share_fits_both() {
        for (one, other, shared) in [
            ("a*", "*b", Some("ab")),
            ("gss-*-sha256", "gss-group1-*", Some("gss-group1-sha256")),
            ("a*c", "b*", None),
            ("a", "a", Some("a")),
            ("*", "*", Some("")),
            ("a*", "a", Some("a")),
            ("ab", "a", None),
        ] {
            let common = common(one, other);
            if let Some(name) = &common {
                assert!(covers(one, name) && covers(other, name), "{name}");
            }
            assert_eq!(common.as_deref().map(str::len), shared.map(str::len), "{one} {other} {common:?}");
        }
        assert!(akin("gss-*", "g*") && akin("*a", "b-*a") && !akin("a*", "*b") && !akin("", "a"));
    }
}
