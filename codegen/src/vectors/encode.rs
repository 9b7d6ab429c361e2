//! Fields to octets, with what must be known to break them: where each stands, and what of it is read in one go.

use super::choose::{Profile, numbers, present, size};
use super::hex;
use super::json::Json;
use crate::description::{Constant, Field, Shape};

/// Octets beyond that are not written down.
const LONGEST_IN_ALL: usize = 8192;

/// Octets, and what they hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Encoded<'f> {
    pub(super) octets: Vec<u8>,
    /// Name and value of each field that may have more values than one.
    pub(super) fields: Vec<(String, Json)>,
    /// All fields, those of groups among them, in their order.
    pub(super) leaves: Vec<Leaf<'f>>,
}

/// Where a field stands that is no group.
#[derive(Clone, Debug)]
pub(super) struct Leaf<'f> {
    /// Its name, with those of the groups around it.
    pub(super) path: String,
    pub(super) field: &'f Field,
    /// Whether it stands in a group that is not the first.
    pub(super) again: bool,
    /// Where it begins: what it must not hold is blamed on that place.
    pub(super) start: usize,
    /// Octets that are read in one go: a number, a constant, octets whose length is known.
    pub(super) fixed: usize,
    /// Octets behind them, whose length was read before.
    pub(super) counted: usize,
}

impl Leaf<'_> {
    /// Where what is counted begins.
    pub(super) fn body(&self) -> usize {
        self.start + self.fixed
    }

    pub(super) fn end(&self) -> usize {
        self.body() + self.counted
    }
}

/// Encodes fields behind a head. `None` where no values fit, or it would be too long to be written down.
pub(super) fn encode<'f>(head: &[u8], fields: &'f [Field], profile: Profile) -> Option<Encoded<'f>> {
    let numbers = numbers(fields, profile)?;
    let mut encoder = Encoder { profile, octets: head.to_vec(), leaves: Vec::new(), again: false };
    let shown = encoder.row(fields, &numbers, "")?;
    Some(Encoded { octets: encoder.octets, fields: shown, leaves: encoder.leaves })
}

/// Encodes the fields in front of one, with those numbers.
pub(super) fn encode_up_to(head: &[u8], fields: &[Field], numbers: &[u64], end: usize) -> Option<Vec<u8>> {
    let mut encoder =
        Encoder { profile: Profile::Minimal, octets: head.to_vec(), leaves: Vec::new(), again: false };
    for index in 0..end {
        encoder.field(fields, numbers, index, "")?;
    }
    Some(encoder.octets)
}

struct Encoder<'f> {
    profile: Profile,
    octets: Vec<u8>,
    leaves: Vec<Leaf<'f>>,
    again: bool,
}

impl<'f> Encoder<'f> {
    /// Fields in a row; what they hold.
    fn row(&mut self, fields: &'f [Field], numbers: &[u64], path: &str) -> Option<Vec<(String, Json)>> {
        let mut shown = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let value = self.field(fields, numbers, index, path)?;
            if field.constant.is_none() {
                shown.push((field.name.clone(), value));
            }
        }
        (self.octets.len() <= LONGEST_IN_ALL).then_some(shown)
    }

    fn field(&mut self, fields: &'f [Field], numbers: &[u64], index: usize, path: &str) -> Option<Json> {
        let field = &fields[index];
        if !present(fields, numbers, index) {
            return Some(Json::Null);
        }
        let start = self.octets.len();
        let path = format!("{path}{}", field.name);
        if let Shape::Repeated { fields: group, count } = &field.shape {
            let mut shown = Vec::new();
            let outer = self.again;
            for place in 0..numbers[*count] {
                self.again = outer || place > 0;
                let numbers = self::numbers(group, self.profile)?;
                shown.push(Json::Object(self.row(group, &numbers, &format!("{path}[{place}]."))?));
            }
            self.again = outer;
            return Some(Json::List(shown));
        }
        let (fixed, counted, value) = self.octets_of(field, numbers, index);
        self.octets.extend(&fixed);
        self.octets.extend(&counted);
        let (fixed, counted) = (fixed.len(), counted.len());
        let again = self.again;
        self.leaves.push(Leaf { path, field, again, start, fixed, counted });
        Some(value)
    }

    /// Octets that are read in one go, those behind them, and what they hold.
    fn octets_of(&self, field: &Field, numbers: &[u64], index: usize) -> (Vec<u8>, Vec<u8>, Json) {
        let counted =
            |width: usize, octets: Vec<u8>, value: Json| (integer(width, octets.len() as u64), octets, value);
        match &field.shape {
            Shape::Integer(width) => {
                let number = numbers[index];
                // Not every reader of JSON has integers of 64 bits.
                let value = if *width > 4 { Json::text(number.to_string()) } else { Json::Number(number) };
                (integer(*width, number), Vec::new(), value)
            }
            Shape::Flag => {
                let is_set = numbers[index] != 0;
                // Any octet but zero is true.
                let set = if self.profile == Profile::Bounds && field.constant.is_none() { 0xff } else { 1 };
                (vec![if is_set { set } else { 0 }], Vec::new(), Json::Flag(is_set))
            }
            Shape::Fixed(length) => {
                let octets: Vec<u8> = match self.profile {
                    Profile::Minimal => vec![0; *length],
                    Profile::Typical => (0..=255).cycle().take(*length).collect(),
                    Profile::Bounds => vec![0xff; *length],
                };
                let value = octets_value(&octets);
                (octets, Vec::new(), value)
            }
            Shape::Bytes(width) => match &field.constant {
                Some(Constant::Text(text)) => {
                    let octets = [integer(*width, text.len() as u64), text.as_bytes().to_vec()].concat();
                    (octets, Vec::new(), Json::Null)
                }
                _ => {
                    let octets = self.text(field);
                    let value = octets_value(&octets);
                    counted(*width, octets, value)
                }
            },
            Shape::Names(width) => {
                let names = self.names(field);
                let value = Json::List(names.iter().map(Json::text).collect());
                counted(*width, names.join(",").into_bytes(), value)
            }
            Shape::Integers(width) => {
                let octets = match self.profile {
                    Profile::Minimal => Vec::new(),
                    // The zero in front keeps it positive.
                    Profile::Typical => vec![0x00, 0x81, 0x02, 0x03],
                    Profile::Bounds => vec![0xff, 0x7f],
                };
                let value = octets_value(&octets);
                counted(*width, octets, value)
            }
            Shape::BitCounted(width) => {
                let (bits, octets) = match self.profile {
                    Profile::Minimal => (0, vec![]),
                    Profile::Typical => (17, vec![0x01, 0x02, 0x03]),
                    Profile::Bounds => (16, vec![0xff, 0xff]),
                };
                let value = octets_value(&octets);
                (integer(*width, bits), octets, value)
            }
            Shape::Sized(of) => {
                let length = usize::try_from(size(of, numbers)).unwrap_or_default();
                let octets: Vec<u8> = (0xa0..=0xaf).cycle().take(length).collect();
                let value = octets_value(&octets);
                (Vec::new(), octets, value)
            }
            // Groups have no octets beside those of their fields.
            Shape::Rest | Shape::Repeated { .. } => {
                let octets = self.text(field);
                let value = octets_value(&octets);
                (Vec::new(), octets, value)
            }
        }
    }

    /// Octets that may be anything.
    fn text(&self, field: &Field) -> Vec<u8> {
        match self.profile {
            Profile::Minimal => Vec::new(),
            Profile::Typical => beginning(&field.name).into_bytes(),
            Profile::Bounds => vec![0x00, 0xff],
        }
    }

    fn names(&self, field: &Field) -> Vec<String> {
        match self.profile {
            Profile::Minimal => Vec::new(),
            Profile::Typical => vec![beginning(&field.name), "other".to_owned()],
            Profile::Bounds => vec!["~".to_owned()],
        }
    }
}

fn octets_value(octets: &[u8]) -> Json {
    Json::text(hex(octets))
}

/// The first letters of a name: enough to know it by.
fn beginning(name: &str) -> String {
    name.chars().take(8).collect()
}

/// An integer of that many octets.
pub(super) fn integer(width: usize, value: u64) -> Vec<u8> {
    let octets = value.to_be_bytes();
    octets[octets.len().saturating_sub(width)..].to_vec()
}
