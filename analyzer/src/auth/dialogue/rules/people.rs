//! What lengths speak against that people choose: those of their names, passwords and commands.

use super::super::octets::{Interval, Octets};

/// A user's name of so many octets, at least, in a request that holds nothing else.
pub(in super::super) fn long_name(least: Octets) -> u16 {
    match least.0 {
        0..=8 => 0,
        9..=12 => 1,
        13..=16 => 2,
        17..=24 => 3,
        _ => 4,
    }
}

/// The same in a request for "keyboard-interactive".
pub(super) fn long_name_typed(least: Octets) -> u16 {
    match least.0 {
        0..=12 => 1,
        13..=20 => 2,
        _ => 4,
    }
}

/// A name of at least `user` octets and a password that take `both`.
pub(super) fn odd_password(user: Octets, both: Interval, hidden: bool) -> u16 {
    let short = match (both.most - user).0 {
        0..=2 => 4,
        3..=5 => 2,
        6..=7 => 1,
        _ => 0,
    };
    let long = match both.least.0 {
        _ if hidden => 0,
        0..=24 => 1,
        25..=40 => 2,
        41..=64 => 3,
        65..=128 => 4,
        _ => 8,
    };
    u16::saturating_add(short, long)
}

/// A password of SSH-1, which nothing else is sent with.
pub(in super::super) fn odd_lone_password(octets: usize) -> u16 {
    match octets {
        0 => 5,
        1..=2 => 4,
        3..=5 => 2,
        6..=24 => 1,
        25..=40 => 2,
        41..=64 => 4,
        65..=128 => 5,
        _ => 8,
    }
}

/// A command of so many octets.
pub(in super::super) fn odd_command(octets: usize) -> u16 {
    match octets {
        0 => 5,
        1..=99 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use std::num::Saturating;

    use super::*;

    #[test]
    fn longer_names_are_less_likely() {
        let points: Vec<_> = (0..40).map(|octets| long_name(Saturating(octets))).collect();
        assert!(points.is_sorted() && points.first() < points.last());
        let typed: Vec<_> = (0..40).map(|octets| long_name_typed(Saturating(octets))).collect();
        assert!(typed.is_sorted() && typed.first() < typed.last());
    }

    #[test]
    fn passwords_are_neither_short_nor_long() {
        let odd = |octets: u32, hidden| {
            let both = Interval::exactly(Saturating(octets));
            odd_password(Saturating(4), both, hidden)
        };
        assert!(odd(5, false) > odd(14, false));
        assert!(odd(200, false) > odd(14, false));
        // Where its length is hidden, a long one says nothing.
        assert_eq!(odd(200, true), 0);
    }
}
