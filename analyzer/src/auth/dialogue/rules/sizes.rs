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
