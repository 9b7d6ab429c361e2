//! Which of our connections is which of theirs.
//!
//! Every tool makes up its own identifiers, and ports are used again within a capture: what pairs two accounts of a
//! connection is the four-tuple and the nearest time.

use std::collections::HashMap;

use crate::{Endpoints, Record};

/// How far apart two accounts of one connection may begin: Zeek logs some rows when detection is done, not at the
/// first packet.
const NEAR: i64 = 60_000_000;

/// Everything that is said of one connection, in order.
#[derive(Clone, Debug)]
pub struct Account<'r> {
    /// The connection.
    pub endpoints: Endpoints,
    /// The time of the earliest record, in microseconds since the epoch.
    pub begins: i64,
    /// The records.
    pub records: Vec<&'r Record>,
}

/// What is said of each connection, in the order of first mention.
#[must_use]
pub fn accounts(records: &[Record]) -> Vec<Account<'_>> {
    let mut places: HashMap<(Endpoints, &str), usize> = HashMap::new();
    let mut accounts: Vec<Account<'_>> = Vec::new();
    for record in records {
        let place = *places.entry((record.endpoints, &record.uid)).or_insert(accounts.len());
        if place == accounts.len() {
            accounts.push(Account { endpoints: record.endpoints, begins: record.at, records: Vec::new() });
        }
        accounts[place].begins = accounts[place].begins.min(record.at);
        accounts[place].records.push(record);
    }
    accounts
}

/// What they and we say of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair<T, O> {
    /// Both speak of it.
    Both(T, O),
    /// Only they do.
    Theirs(T),
    /// Only we do.
    Ours(O),
}

/// Pairs theirs with ours: the same endpoints, nearest times first. `place` tells endpoints and time.
pub fn pair<T, O>(
    theirs: Vec<T>,
    ours: Vec<O>,
    place_of_theirs: impl Fn(&T) -> (Endpoints, i64),
    place_of_ours: impl Fn(&O) -> (Endpoints, i64),
) -> Vec<Pair<T, O>> {
    let mut by_endpoints: HashMap<Endpoints, Vec<usize>> = HashMap::new();
    for (index, our) in ours.iter().enumerate() {
        by_endpoints.entry(place_of_ours(our).0).or_default().push(index);
    }
    let mut candidates = Vec::new();
    for (their_index, their) in theirs.iter().enumerate() {
        let (endpoints, at) = place_of_theirs(their);
        for &our_index in by_endpoints.get(&endpoints).into_iter().flatten() {
            let apart = (place_of_ours(&ours[our_index]).1 - at).abs();
            if apart <= NEAR {
                candidates.push((apart, their_index, our_index));
            }
        }
    }
    candidates.sort_unstable();
    let mut ours: Vec<Option<O>> = ours.into_iter().map(Some).collect();
    let mut partners: Vec<Option<O>> = theirs.iter().map(|_| None).collect();
    for (_, their_index, our_index) in candidates {
        if partners[their_index].is_none() {
            partners[their_index] = ours[our_index].take();
        }
    }
    let theirs = theirs.into_iter().zip(partners).map(|(their, partner)| match partner {
        Some(our) => Pair::Both(their, our),
        None => Pair::Theirs(their),
    });
    theirs.chain(ours.into_iter().flatten().map(Pair::Ours)).collect()
}

/// Pairs their accounts with ours.
#[must_use]
pub fn pair_accounts<'t, 'o>(
    theirs: &'t [Record],
    ours: &'o [Record],
) -> Vec<Pair<Account<'t>, Account<'o>>> {
    fn place(account: &Account<'_>) -> (Endpoints, i64) {
        (account.endpoints, account.begins)
    }
    pair(accounts(theirs), accounts(ours), place, place)
}

/// Pairs their rows with ours.
#[must_use]
pub fn pair_rows<'t, 'o>(theirs: &'t [Record], ours: &'o [Record]) -> Vec<Pair<&'t Record, &'o Record>> {
    fn place(row: &&Record) -> (Endpoints, i64) {
        (row.endpoints, row.at)
    }
    pair(theirs.iter().collect(), ours.iter().collect(), place, place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(orig_p: u16) -> Endpoints {
        Endpoints { orig_h: [10, 0, 0, 1].into(), orig_p, resp_h: [10, 0, 0, 2].into(), resp_p: 22 }
    }

    #[test]
    fn a_port_that_is_used_again_is_told_apart_by_time() {
        let place = |it: &(u16, i64)| (endpoints(it.0), it.1);
        let pairs = pair(vec![(1, 0), (1, 5_000_000)], vec![(1, 5_000_100), (1, 4), (2, 0)], place, place);
        let expected =
            [Pair::Both((1, 0), (1, 4)), Pair::Both((1, 5_000_000), (1, 5_000_100)), Pair::Ours((2, 0))];
        assert_eq!(pairs, expected);
    }

    #[test]
    fn what_is_far_apart_is_another_connection() {
        let place = |it: &(u16, i64)| (endpoints(it.0), it.1);
        let pairs = pair(vec![(1, 0)], vec![(1, NEAR + 1)], place, place);
        assert_eq!(pairs, [Pair::Theirs((1, 0)), Pair::Ours((1, NEAR + 1))]);
    }
}
