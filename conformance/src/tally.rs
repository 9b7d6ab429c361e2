//! How often a field was right.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How often each field was right, wrong or missing, and where it was not right.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    fields: BTreeMap<&'static str, Count>,
}

#[derive(Clone, Debug, Default)]
struct Count {
    right: usize,
    wrong: usize,
    missing: usize,
    where_not_right: BTreeSet<String>,
}

/// How a value compares with the one that is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They are the same.
    Right,
    /// They are not.
    Wrong,
    /// There is no value.
    Missing,
}

impl Outcome {
    /// Compares a value with the one that is expected.
    pub fn of<T: PartialEq>(expected: &T, got: Option<&T>) -> Self {
        match got {
            Some(got) if got == expected => Self::Right,
            Some(_) => Self::Wrong,
            None => Self::Missing,
        }
    }
}

impl Tally {
    /// Adds an outcome.
    pub fn add(&mut self, field: &'static str, outcome: Outcome, capture: &str) {
        let count = self.fields.entry(field).or_default();
        match outcome {
            Outcome::Right => count.right += 1,
            Outcome::Wrong => count.wrong += 1,
            Outcome::Missing => count.missing += 1,
        }
        if outcome != Outcome::Right {
            count.where_not_right.insert(capture.to_owned());
        }
    }
}

/// A line for each field.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (field, Count { right, wrong, missing, where_not_right }) in &self.fields {
            write!(f, "{field:20} {right:5} right {wrong:3} wrong {missing:3} missing")?;
            for (index, capture) in where_not_right.iter().enumerate() {
                write!(f, "{}{capture}", if index == 0 { ": " } else { ", " })?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Tally};

    #[test]
    fn a_line_for_each_field() {
        let mut tally = Tally::default();
        tally.add("kex", Outcome::of(&1, Some(&1)), "a");
        tally.add("kex", Outcome::of(&1, Some(&2)), "c");
        tally.add("kex", Outcome::of(&1, None), "b");
        assert_eq!(tally.to_string(), "kex                      1 right   1 wrong   1 missing: b, c\n");
    }
}
