//! What sizes speak against: keys and lists come in usual lengths.

use kexray_grammar::{Software, numbers};

use super::super::keys;
use super::super::octets::{Interval, octets};
use super::Ends;
use super::bounds::{FAILURE, SHORTEST_FAILURE};

/// An algorithm's name and a public key that take so many octets. `outdated` is what speaks against a key that is too small
/// to be in use any more.
pub(super) fn odd_key(key: Interval, outdated: u16) -> u16 {
    keys::usual(key).map(|usual| if usual.outdated() { outdated } else { 0 }).min().unwrap_or(5)
}

/// A signature by a key that the server would take.
pub(super) fn odd_signature(signature: Interval) -> u16 {
    if signature.least <= octets(numbers::USUAL_SIGNATURE) { 0 } else { 3 }
}

/// An algorithm's name, a public key and a signature that take so many octets.
pub(super) fn odd_signed(signed: Interval) -> u16 {
    let known = keys::is_usual_signed(signed);
    if known { 1 } else { 4 }
}

/// A first token of GSS-API; Kerberos sends a ticket in it.
pub(super) fn no_ticket(payload: Interval) -> u16 {
    if payload.most >= octets(numbers::TICKET) { 0 } else { 4 }
}

/// The list in a FAILURE: it is seldom empty, and seldom longer than all usual methods.
pub(super) fn odd_list(ends: &Ends, payload: Interval) -> u16 {
    let server = ends.habits.server;
    if payload.most < SHORTEST_FAILURE {
        match (server.has(Software::refuses_without_list), server.has(Software::pads_least)) {
            (true, _) => 0,
            (false, true) => 8,
            (false, false) => 3,
        }
    } else if payload.least - FAILURE > octets(numbers::ALL_METHODS) {
        4
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use kexray_grammar::UsualKey;

    use super::super::super::octets::{COUNT, Octets};
    use super::super::super::situation::Each;
    use super::super::super::software::Habits;
    use super::*;

    fn exactly(size: usize) -> Interval {
        Interval::exactly(octets(size))
    }

    #[test]
    fn usual_keys_are_not_odd() {
        for key in UsualKey::all() {
            assert_eq!(odd_key(exactly(key.public()), 7), if key.outdated() { 7 } else { 0 }, "{key:?}");
            let signed = exactly(key.public() + key.signature()).plus(COUNT);
            assert_eq!(odd_signed(signed), 1, "{key:?}");
        }
        let smaller = exactly(numbers::SMALLEST_PUBLIC_KEY - 1);
        assert_eq!((odd_key(smaller, 7), odd_signed(smaller)), (5, 4));
    }

    #[test]
    fn where_sizes_leave_a_choice_the_usual_key_counts() {
        let any = Interval::new(octets(0), octets(numbers::MOST_PUBLIC_KEY));
        assert_eq!(odd_key(any, 7), 0);
    }

    #[test]
    fn long_signatures_and_short_tickets_are_odd() {
        let usual = numbers::USUAL_SIGNATURE;
        assert_eq!(odd_signature(Interval::from(octets(usual), 16)), 0);
        assert_eq!(odd_signature(exactly(usual + 1)), 3);
        assert_eq!((no_ticket(exactly(numbers::TICKET)), no_ticket(exactly(numbers::TICKET - 1))), (0, 4));
    }

    #[test]
    fn only_some_refuse_without_a_list() {
        let odd = |server: &[u8], payload: Octets| {
            let habits = Each { client: Habits::default(), server: Habits::of(server) };
            odd_list(&Ends { habits, ..Ends::default() }, Interval::exactly(payload))
        };
        let (ssh2js, openssh, unknown): (&[u8], &[u8], &[u8]) =
            (b"SSH-2.0-ssh2js1.16.0srv", b"SSH-2.0-OpenSSH_9.2", b"SSH-2.0-x");
        assert_eq!([ssh2js, openssh, unknown].map(|server| odd(server, FAILURE)), [0, 8, 3]);
        for server in [ssh2js, openssh, unknown] {
            assert_eq!(odd(server, SHORTEST_FAILURE), 0);
            let longest = FAILURE + octets(numbers::ALL_METHODS);
            assert_eq!((odd(server, longest), odd(server, longest + octets(1))), (0, 4));
        }
    }
}
