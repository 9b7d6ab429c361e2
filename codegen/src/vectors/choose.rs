//! Numbers for a row of fields, so that sizes and counts come out right.

use std::collections::BTreeSet;

use crate::description::{Constant, Field, Shape, Size};

/// Sized fields and groups beyond that are not written down.
pub(super) const LONGEST: i64 = 1024;

/// Combinations that are tried.
const TRIES: usize = 4096;

/// What kind of values fields get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Profile {
    /// As little as there can be.
    Minimal,
    /// Something of everything.
    Typical,
    /// The highest numbers, all bits set.
    Bounds,
}

/// A number for each field, that of integers and flags; of others it is zero. All sizes can be met with them. `None`
/// where none were found.
pub(super) fn numbers(fields: &[Field], profile: Profile) -> Option<Vec<u64>> {
    let fits = |numbers: &[u64]| {
        fields.iter().enumerate().all(|(index, field)| match &field.shape {
            Shape::Sized(of) => {
                !present(fields, numbers, index) || (0..=LONGEST).contains(&size(of, numbers))
            }
            Shape::Repeated { count, .. } => numbers[*count] <= LONGEST.unsigned_abs(),
            _ => true,
        })
    };
    search(fields, profile, fits)
}

/// Numbers with which the size of a field is negative, while those before it can be met; and that field's index.
pub(super) fn contradiction(fields: &[Field]) -> Option<(Vec<u64>, usize)> {
    let first_bad = |numbers: &[u64]| {
        fields.iter().enumerate().find_map(|(index, field)| match &field.shape {
            Shape::Sized(of) if present(fields, numbers, index) => {
                let size = size(of, numbers);
                (!(0..=LONGEST).contains(&size)).then_some((index, size))
            }
            _ => None,
        })
    };
    let numbers =
        search(fields, Profile::Bounds, |numbers| first_bad(numbers).is_some_and(|(_, size)| size < 0));
    let numbers = numbers.or_else(|| {
        search(fields, Profile::Minimal, |numbers| first_bad(numbers).is_some_and(|(_, size)| size < 0))
    })?;
    let (index, _) = first_bad(&numbers)?;
    Some((numbers, index))
}

/// Whether a field is there.
pub(super) fn present(fields: &[Field], numbers: &[u64], index: usize) -> bool {
    fields[index].present_if.is_none_or(|flag| numbers[flag] != 0)
}

/// What a size comes to.
pub(super) fn size(size: &Size, numbers: &[u64]) -> i64 {
    let of = |of: &Size| self::size(of, numbers);
    match size {
        Size::Number(number) => i64::try_from(*number).unwrap_or(i64::MAX),
        Size::Field(index) => i64::try_from(numbers[*index]).unwrap_or(i64::MAX),
        Size::Sum(left, right) => of(left).saturating_add(of(right)),
        Size::Difference(left, right) => of(left).saturating_sub(of(right)),
        Size::Remainder(left, right) => of(left).checked_rem(of(right)).unwrap_or_default(),
    }
}

/// Goes over the combinations of what those numbers may be that sizes and counts are made from; the others are as the
/// profile has them.
fn search(fields: &[Field], profile: Profile, fits: impl Fn(&[u64]) -> bool) -> Option<Vec<u64>> {
    let free = deciding(fields);
    let counts = counting(fields);
    let choices: Vec<Vec<u64>> = fields
        .iter()
        .enumerate()
        .map(|(index, field)| match bounds(field) {
            Some((low, high)) if low == high => vec![low],
            Some((low, high)) if free.contains(&index) => candidates(low, high, profile, index, &counts),
            // A flag: with it stand the fields that it says are there.
            Some((0, 1)) => vec![u64::from(profile != Profile::Minimal)],
            Some((low, high)) => vec![match profile {
                Profile::Minimal => low,
                // Octets that differ show the order in which they stand.
                Profile::Typical => (0x0102_0304_0506_0708 & high).clamp(low, high),
                Profile::Bounds => high,
            }],
            None => vec![0],
        })
        .collect();
    let mut places = vec![0; fields.len()];
    for _ in 0..TRIES {
        let numbers: Vec<u64> = places.iter().zip(&choices).map(|(place, choices)| choices[*place]).collect();
        if fits(&numbers) {
            return Some(numbers);
        }
        // The next combination, the last field's first.
        let next = places.iter().zip(&choices).rposition(|(place, choices)| place + 1 < choices.len())?;
        places[next] += 1;
        places[next + 1..].fill(0);
    }
    None
}

/// Fields that sizes and counts are made from.
fn deciding(fields: &[Field]) -> BTreeSet<usize> {
    let mut deciding = counting(fields);
    for field in fields {
        if let Shape::Sized(size) = &field.shape {
            fields_of(size, &mut deciding);
        }
    }
    deciding
}

/// Fields that count groups.
fn counting(fields: &[Field]) -> BTreeSet<usize> {
    let counts = fields.iter().filter_map(|field| match &field.shape {
        Shape::Repeated { count, .. } => Some(*count),
        _ => None,
    });
    counts.collect()
}

fn fields_of(size: &Size, found: &mut BTreeSet<usize>) {
    match size {
        Size::Number(_) => {}
        Size::Field(index) => drop(found.insert(*index)),
        Size::Sum(left, right) | Size::Difference(left, right) | Size::Remainder(left, right) => {
            fields_of(left, found);
            fields_of(right, found);
        }
    }
}

/// What a number that decides may be. Which comes first differs from field to field, so that sizes differ.
fn candidates(low: u64, high: u64, profile: Profile, index: usize, counts: &BTreeSet<usize>) -> Vec<u64> {
    let mut above = match profile {
        Profile::Minimal => (0..64).collect::<Vec<u64>>(),
        Profile::Typical if counts.contains(&index) => vec![2, 1, 0],
        Profile::Typical if index == 0 => vec![20, 2, 12, 7, 5, 1, 0],
        Profile::Typical => vec![2, 5, 1, 7, 12, 20, 0],
        Profile::Bounds if counts.contains(&index) => vec![1, 0],
        Profile::Bounds => vec![u64::MAX, 3, 33, 0],
    };
    if profile == Profile::Bounds && index == 0 {
        above.reverse();
    }
    above.into_iter().map(|above| low.saturating_add(above).min(high)).collect()
}

/// The values that an integer or a flag may have, inclusive.
fn bounds(field: &Field) -> Option<(u64, u64)> {
    match (&field.constant, &field.shape) {
        (Some(Constant::Number(number)), _) => Some((*number, *number)),
        (Some(Constant::Flag(flag)), _) => Some((u64::from(*flag), u64::from(*flag))),
        (_, Shape::Integer(octets)) => {
            let all = u64::MAX >> (64 - 8 * (*octets).clamp(1, 8));
            Some(field.range.as_ref().map_or((0, all), |range| (*range.start(), *range.end())))
        }
        (_, Shape::Flag) => Some((0, 1)),
        _ => None,
    }
}
