//! Octets that are refused: what is right, with one thing wrong.

use super::choose::contradiction;
use super::encode::{Encoded, Leaf, encode_up_to, integer};
use crate::description::{Constant, Field, Shape};

/// Octets that are refused.
pub(super) struct Mistake {
    /// What is wrong.
    pub(super) case: String,
    pub(super) octets: Vec<u8>,
    pub(super) error: &'static str,
    /// Octets from the first to the trouble.
    pub(super) offset: usize,
}

const TRUNCATED: &str = "truncated";
const MISMATCH: &str = "mismatch";
const TOO_SMALL: &str = "too small";
const TOO_LARGE: &str = "too large";
const CONTRADICTION: &str = "contradiction";

/// All that can be wrong with fields that were encoded behind a head.
pub(super) fn all(head: &[u8], fields: &[Field], right: &Encoded<'_>) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    // The second of several groups can be wrong in no other way than the first.
    for leaf in right.leaves.iter().filter(|leaf| !leaf.again) {
        cut(right, leaf, &mut mistakes);
        mistakes.extend(beyond(right, leaf));
        mistakes.extend(another_constant(right, leaf));
        mistakes.extend(out_of_range(right, leaf));
    }
    mistakes.extend(negative(head, fields));
    mistakes
}

/// The octets end inside the field: in what is read in one go, and in what that counts.
fn cut(right: &Encoded<'_>, leaf: &Leaf<'_>, mistakes: &mut Vec<Mistake>) {
    let path = &leaf.path;
    if leaf.fixed > 0 {
        let end = leaf.body() - 1;
        let case = if leaf.counted > 0 {
            format!("cut in the count of `{path}`")
        } else {
            format!("cut in `{path}`")
        };
        let octets = right.octets[..end].to_vec();
        mistakes.push(Mistake { case, octets, error: TRUNCATED, offset: end });
    }
    if leaf.counted > 0 && leaf.field.shape != Shape::Rest {
        let octets = right.octets[..leaf.end() - 1].to_vec();
        mistakes.push(Mistake {
            case: format!("cut in `{path}`"),
            octets,
            error: TRUNCATED,
            offset: leaf.body(),
        });
    }
}

/// The count is as high as it can be.
fn beyond(right: &Encoded<'_>, leaf: &Leaf<'_>) -> Option<Mistake> {
    let (width, is_bits) = match leaf.field.shape {
        Shape::Bytes(width) | Shape::Names(width) | Shape::Integers(width) => (width, false),
        Shape::BitCounted(width) => (width, true),
        _ => return None,
    };
    if leaf.field.constant.is_some() {
        return None;
    }
    let count = u64::MAX >> (64 - 8 * width.clamp(1, 8));
    let length = if is_bits { count.div_ceil(8) } else { count };
    let left = right.octets.len() - leaf.body();
    ((left as u64) < length).then(|| Mistake {
        case: format!("the count of `{}` leads beyond the end", leaf.path),
        octets: changed(right, leaf, &integer(width, count)),
        error: TRUNCATED,
        offset: leaf.body(),
    })
}

fn another_constant(right: &Encoded<'_>, leaf: &Leaf<'_>) -> Option<Mistake> {
    let constant = leaf.field.constant.as_ref()?;
    let mut octets = right.octets[leaf.start..leaf.body()].to_vec();
    let last = octets.last_mut()?;
    *last = match constant {
        Constant::Flag(flag) => u8::from(!flag),
        Constant::Number(_) | Constant::Text(_) => *last ^ 1,
    };
    Some(Mistake {
        case: format!("`{}` is another than its constant", leaf.path),
        octets: changed(right, leaf, &octets),
        error: MISMATCH,
        offset: leaf.start,
    })
}

fn out_of_range(right: &Encoded<'_>, leaf: &Leaf<'_>) -> Vec<Mistake> {
    let (Some(range), Shape::Integer(width)) = (&leaf.field.range, &leaf.field.shape) else {
        return Vec::new();
    };
    let highest = u64::MAX >> (64 - 8 * (*width).clamp(1, 8));
    let below = range.start().checked_sub(1).map(|value| (value, "below", TOO_SMALL));
    let above = range.end().checked_add(1).filter(|value| *value <= highest);
    let above = above.map(|value| (value, "above", TOO_LARGE));
    let mistake = |(value, side, error)| Mistake {
        case: format!("`{}` is {side} its range", leaf.path),
        octets: changed(right, leaf, &integer(*width, value)),
        error,
        offset: leaf.start,
    };
    below.into_iter().chain(above).map(mistake).collect()
}

/// Lengths that contradict each other.
fn negative(head: &[u8], fields: &[Field]) -> Option<Mistake> {
    let (numbers, index) = contradiction(fields)?;
    let octets = encode_up_to(head, fields, &numbers, index)?;
    let offset = octets.len();
    let case = format!("the length of `{}` is negative", fields[index].name);
    Some(Mistake { case, octets, error: CONTRADICTION, offset })
}

/// The octets with others in the place of those that are read in one go.
fn changed(right: &Encoded<'_>, leaf: &Leaf<'_>, octets: &[u8]) -> Vec<u8> {
    [&right.octets[..leaf.start], octets, &right.octets[leaf.body()..]].concat()
}
