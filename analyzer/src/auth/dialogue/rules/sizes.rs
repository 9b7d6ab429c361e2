//! What sizes speak against: names, passwords, keys and lists come in usual lengths.

use super::super::keys;
use super::super::octets::{Interval, Octets};
use super::Ends;
use super::bounds::{FAILURE, SHORTEST_FAILURE};

/// A user's name of so many octets, at least, in a request that holds nothing else.
pub(super) fn long_name(least: Octets) -> u16 {
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

/// An algorithm's name and a public key that take so many octets.
pub(super) fn odd_key(key: Interval) -> u16 {
    let known = keys::USUAL.iter().any(|usual| key.meets(Interval::exactly(usual.public)));
    if known { 0 } else { 5 }
}

/// A signature by a key that the server would take.
pub(super) fn odd_signature(signature: Interval) -> u16 {
    if signature.least.0 <= 1200 { 0 } else { 3 }
}

/// An algorithm's name, a public key and a signature that take so many octets.
pub(super) fn odd_signed(signed: Interval) -> u16 {
    let known = keys::USUAL.iter().any(|usual| signed.meets(usual.signed()));
    if known { 1 } else { 4 }
}

/// A first token of GSS-API; Kerberos sends a ticket in it.
pub(super) fn no_ticket(payload: Interval) -> u16 {
    if payload.most.0 >= 200 { 0 } else { 4 }
}

/// The list in a FAILURE: it is seldom empty, and seldom longer than all usual methods.
pub(super) fn odd_list(ends: &Ends, payload: Interval) -> u16 {
    let server = &ends.habits.server;
    if payload.most < SHORTEST_FAILURE {
        match (server.refuses_without_list, server.pads_least) {
            (true, _) => 0,
            (false, true) => 8,
            (false, false) => 3,
        }
    } else if (payload.least - FAILURE).0 > 110 {
        4
    } else {
        0
    }
}
