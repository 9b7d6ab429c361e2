//! What differs between two streams of events.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::pairing::{Account, Pair, pair_accounts};
use crate::{Difference, Record};

/// Compares Zeek's events with ours: within a connection, their order and every parameter.
#[must_use]
pub fn differences(theirs: &[Record], ours: &[Record]) -> Vec<Difference> {
    let mut differences = Vec::new();
    for pair in pair_accounts(theirs, ours) {
        match pair {
            Pair::Both(their, our) => compare(&their, &our, &mut differences),
            Pair::Theirs(their) => {
                differences.extend(their.records.iter().map(|event| only_theirs(event, &[])))
            }
            Pair::Ours(our) => {
                differences.extend(our.records.iter().map(|event| only_ours(event, &our.records)));
            }
        }
    }
    differences
}

fn compare(their: &Account<'_>, our: &Account<'_>, differences: &mut Vec<Difference>) {
    for pair in align(&their.records, &our.records) {
        match pair {
            Pair::Theirs(event) => differences.push(only_theirs(event, &our.records)),
            Pair::Ours(event) => differences.push(only_ours(event, &our.records)),
            Pair::Both(theirs, ours) => {
                for parameter in differing(theirs, ours) {
                    let value = |event: &Record| match parameter {
                        "ts" => Some(event.at.into()),
                        _ => event.get(parameter).cloned(),
                    };
                    let what = format!("event:{}.{parameter}", ours.event());
                    let difference = Difference::of(ours, what, value(theirs), value(ours));
                    differences.push(difference.among(&our.records));
                }
            }
        }
    }
}

fn only_theirs(event: &Record, context: &[&Record]) -> Difference {
    Difference::of(event, format!("event:{}", event.event()), Some(event.parameters()), None).among(context)
}

fn only_ours(event: &Record, context: &[&Record]) -> Difference {
    Difference::of(event, format!("event:{}", event.event()), None, Some(event.parameters())).among(context)
}

/// The parameters, time included, in which two events of one name differ.
fn differing<'r>(their: &'r Record, our: &'r Record) -> Vec<&'r str> {
    let names: BTreeSet<&str> = their.fields.keys().chain(our.fields.keys()).map(String::as_str).collect();
    let mut differing: Vec<&str> =
        names.into_iter().filter(|name| their.get(name) != our.get(name)).collect();
    if their.at != our.at && has_its_own_time(their) {
        differing.push("ts");
    }
    differing
}

/// Whether the event's time is that of a packet. The verdict at the end of a connection comes by Zeek's timers.
fn has_its_own_time(event: &Record) -> bool {
    match event.event() {
        "ssh_auth_failed" => false,
        "ssh_auth_result" => event.get("result") == Some(&Value::Bool(true)),
        _ => true,
    }
}

/// What it costs to leave an event without a partner. Dearer than a parameter or two that differ.
const ALONE: u32 = 2;
/// What two events cost that can be no partners.
const STRANGERS: u32 = u32::MAX;

/// Puts two streams of events beside each other, in order, so that as little as possible differs.
fn align<'t, 'o>(theirs: &[&'t Record], ours: &[&'o Record]) -> Vec<Pair<&'t Record, &'o Record>> {
    let same = |(their, our): &(&&Record, &&Record)| cost(their, our) == 0;
    let head = theirs.iter().zip(ours).take_while(same).count();
    let (their_rest, our_rest) = (&theirs[head..], &ours[head..]);
    let tail = their_rest.iter().rev().zip(our_rest.iter().rev()).take_while(same).count();
    let (their_core, our_core) = (&their_rest[..their_rest.len() - tail], &our_rest[..our_rest.len() - tail]);

    let both = |theirs: &[&'t Record], ours: &[&'o Record]| -> Vec<_> {
        theirs.iter().zip(ours).map(|(their, our)| Pair::Both(*their, *our)).collect()
    };
    let mut aligned = both(&theirs[..head], &ours[..head]);
    aligned.extend(align_core(their_core, our_core));
    aligned.extend(both(&theirs[theirs.len() - tail..], &ours[ours.len() - tail..]));
    aligned
}

/// The cheapest alignment, by dynamic programming from the end.
fn align_core<'t, 'o>(theirs: &[&'t Record], ours: &[&'o Record]) -> Vec<Pair<&'t Record, &'o Record>> {
    let (rows, columns) = (theirs.len(), ours.len());
    let mut least = vec![vec![0_u32; columns + 1]; rows + 1];
    for row in (0..=rows).rev() {
        for column in (0..=columns).rev() {
            least[row][column] = match (theirs.get(row), ours.get(column)) {
                (None, None) => 0,
                (Some(_), None) => ALONE + least[row + 1][column],
                (None, Some(_)) => ALONE + least[row][column + 1],
                (Some(their), Some(our)) => {
                    let together = cost(their, our).saturating_add(least[row + 1][column + 1]);
                    together.min(ALONE + least[row + 1][column]).min(ALONE + least[row][column + 1])
                }
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut aligned = Vec::new();
    while row < rows || column < columns {
        let here = least[row][column];
        match (theirs.get(row), ours.get(column)) {
            (Some(their), Some(our))
                if here == cost(their, our).saturating_add(least[row + 1][column + 1]) =>
            {
                aligned.push(Pair::Both(*their, *our));
                (row, column) = (row + 1, column + 1);
            }
            (Some(their), _) if here == ALONE + least[row + 1][column] => {
                aligned.push(Pair::Theirs(*their));
                row += 1;
            }
            (_, Some(our)) => {
                aligned.push(Pair::Ours(*our));
                column += 1;
            }
            (_, None) => break,
        }
    }
    aligned
}

/// What it costs to take two events for the same.
fn cost(their: &Record, our: &Record) -> u32 {
    if their.event() != our.event() {
        return STRANGERS;
    }
    u32::try_from(differing(their, our).len()).unwrap_or(STRANGERS).min(2 * ALONE - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(lines: &[(f64, &str)]) -> Vec<Record> {
        let line = |(at, rest): &(f64, &str)| {
            format!(
                r#"{{"ts":{at},"uid":"C","id.orig_h":"10.0.0.1","id.orig_p":4,"id.resp_h":"10.0.0.2","id.resp_p":22,"event":{rest}}}"#
            )
        };
        Record::lines(&lines.iter().map(line).collect::<Vec<_>>().join("\n")).unwrap()
    }

    fn check(theirs: &[(f64, &str)], ours: &[(f64, &str)], expected: &[&str]) {
        let differences = differences(&events(theirs), &events(ours));
        let shown: Vec<_> = differences
            .iter()
            .map(|it| format!("{} {}{}", it.what, u8::from(it.theirs.is_some()), u8::from(it.ours.is_some())))
            .collect();
        assert_eq!(shown, expected);
    }

    const A: (f64, &str) = (1.0, r#""a","p":1"#);
    const B: (f64, &str) = (1.0, r#""b","p":1"#);

    #[test]
    fn equal_streams_do_not_differ() {
        check(&[A, B, A], &[A, B, A], &[]);
    }

    #[test]
    fn an_event_too_many_does_not_spoil_the_rest() {
        check(&[A, A, B], &[A, (1.5, r#""c""#), A, B], &["event:c 01"]);
        check(&[A, B, A], &[A, A], &["event:b 10"]);
    }

    #[test]
    fn order_counts() {
        check(&[A, B], &[B, A], &["event:a 10", "event:a 01"]);
    }

    #[test]
    fn a_parameter_that_differs_is_named() {
        check(&[A, B], &[(1.0, r#""a","p":2"#), B], &["event:a.p 11"]);
        check(&[A], &[(1.1, r#""a","p":1"#)], &["event:a.ts 11"]);
        check(&[A], &[(1.0, r#""a""#)], &["event:a.p 10"]);
    }

    #[test]
    fn the_time_of_a_late_verdict_is_not_compared() {
        let failed = r#""ssh_auth_failed""#;
        check(&[A, (2.0, failed)], &[A, (9.0, failed)], &[]);
        let taken = r#""ssh_auth_result","result":true"#;
        check(&[A, (2.0, taken)], &[A, (9.0, taken)], &["event:ssh_auth_result.ts 11"]);
    }
}
