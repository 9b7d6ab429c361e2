//! How many octets fields take: a fixed part, and what varies.

use crate::model::{Constant, Field, Model, Shape, TypeShape, Width};

/// An interval of octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) least: u64,
    /// `None` where nothing bounds it, or nothing but what 32 bits can count.
    pub(crate) most: Option<u64>,
}

impl Sizes {
    pub(crate) const fn exactly(octets: u64) -> Self {
        Self { least: octets, most: Some(octets) }
    }

    const fn up_to(most: Option<u64>) -> Self {
        Self { least: 0, most }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            least: self.least.saturating_add(other.least),
            most: self.most.zip(other.most).map(|(one, two)| one.saturating_add(two)),
        }
    }
}

/// What of a field varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Varies {
    /// Nothing.
    No,
    /// The number of its octets, those of a count in front aside.
    Octets,
    /// Whether it is there; if so its size is known.
    Presence,
    /// Whether it is there, and the number of its octets.
    PresenceAndOctets,
}

/// What a field takes on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FieldSizes {
    /// Octets that it takes wherever it is there: all of it, or the count in front.
    pub(crate) fixed: u64,
    /// What comes on top.
    pub(crate) varies: Varies,
    /// All of it, from the shortest to the longest.
    pub(crate) all: Sizes,
}

pub(crate) fn of_field(model: &Model, fields: &[Field], field: &Field) -> FieldSizes {
    let (fixed, open) = parts(model, fields, field);
    let there = Sizes::exactly(fixed).plus(open.unwrap_or(Sizes::exactly(0)));
    let varies = match (open, field.present_if) {
        (None, None) => Varies::No,
        (Some(_), None) => Varies::Octets,
        (None, Some(_)) => Varies::Presence,
        (Some(_), Some(_)) => Varies::PresenceAndOctets,
    };
    let least = if field.present_if.is_some() { 0 } else { there.least };
    FieldSizes { fixed, varies, all: Sizes { least, most: there.most } }
}

pub(crate) fn of_fields(model: &Model, fields: &[Field]) -> Sizes {
    fields.iter().fold(Sizes::exactly(0), |sum, field| sum.plus(of_field(model, fields, field).all))
}

/// The octets that never vary, and the interval of those that do.
fn parts(model: &Model, fields: &[Field], field: &Field) -> (u64, Option<Sizes>) {
    let limit = field.at_most_octets.map(|index| model.limits[index].value);
    let open = |natural: Sizes| {
        let most = match (natural.most, limit) {
            (Some(one), Some(two)) => Some(one.min(two).max(natural.least)),
            (one, two) => one.or(two.map(|two| two.max(natural.least))),
        };
        Some(Sizes { least: natural.least, most })
    };
    match &field.shape {
        Shape::Integer(width) => (width.octets() as u64, None),
        Shape::Flag => (1, None),
        Shape::Fixed(octets) => (*octets as u64, None),
        Shape::Sized(_) | Shape::Rest => (0, open(Sizes::up_to(None))),
        Shape::Repeated { group, count } => {
            let once = of_fields(model, &model.groups[*group].fields);
            let (low, high) = counts(&fields[*count]);
            let most = once.most.zip(high).map(|(most, high)| most.saturating_mul(high));
            (0, open(Sizes { least: once.least.saturating_mul(low), most }))
        }
        Shape::Wire(index) => {
            let shape = model.types[*index].shape;
            let (width, natural) = match shape {
                TypeShape::Integer(width) => return (width.octets() as u64, None),
                TypeShape::Flag => return (1, None),
                TypeShape::Bytes(width) | TypeShape::Names(width) | TypeShape::Integers(width) => {
                    (width, countable(width))
                }
                TypeShape::BitCounted(width) => (width, countable(width).map(|bits| bits.div_ceil(8))),
            };
            let count = width.octets() as u64;
            if let Some(Constant::Text(text)) = &field.constant {
                return (count + text.len() as u64, None);
            }
            if let Some(words) = field.words {
                let lengths = || model.words[words].words.iter().map(|word| word.len() as u64);
                let (least, most) = (lengths().min().unwrap_or_default(), lengths().max());
                return (count, Some(Sizes { least, most }));
            }
            (count, open(Sizes::up_to(natural)))
        }
    }
}

/// What an integer of that width can count; `None` where that is beyond all sizes of messages.
fn countable(width: Width) -> Option<u64> {
    matches!(width, Width::U8 | Width::U16).then(|| width.largest())
}

/// How often a group may repeat.
fn counts(counter: &Field) -> (u64, Option<u64>) {
    match (&counter.constant, counter.range, &counter.shape) {
        (Some(Constant::Number(value)), ..) => (*value, Some(*value)),
        (_, Some((low, high)), _) => (low, Some(high)),
        (.., Shape::Integer(width)) => (0, countable(*width)),
        _ => (0, None),
    }
}
