//! Fields in a row: as boxes, and as a table of offsets and sizes.

use std::fmt::Write as _;

use super::text::{cell, code, number};
use crate::model::{Constant, Field, Model, Shape, TypeShape};
use crate::sizes::{self, Sizes};

/// How wide a row of boxes may be.
const WIDTH: usize = 100;

/// How many octets something takes.
#[derive(Clone)]
struct Octets {
    least: u64,
    /// Whether it never takes more.
    fixed: bool,
    text: String,
}

impl Octets {
    fn fixed(octets: u64) -> Self {
        Self { least: octets, fixed: true, text: number(octets) }
    }

    /// A count, and what it counts.
    fn counted(width: usize, more: &str) -> Self {
        Self { least: width as u64, fixed: false, text: format!("{width} + {more}") }
    }

    fn open(text: String) -> Self {
        Self { least: 0, fixed: false, text }
    }
}

fn octets(model: &Model, fields: &[Field], field: &Field) -> Octets {
    let present = match (&field.shape, &field.constant) {
        (Shape::Integer(width), _) => Octets::fixed(width.octets() as u64),
        (Shape::Flag, _) => Octets::fixed(1),
        (Shape::Fixed(octets), _) => Octets::fixed(*octets as u64),
        (Shape::Wire(index), constant) => match (model.types[*index].shape, constant) {
            (TypeShape::Bytes(width), Some(Constant::Text(text))) => {
                Octets::fixed(width.octets() as u64 + text.len() as u64)
            }
            (TypeShape::Bytes(width) | TypeShape::Names(width) | TypeShape::Integers(width), _) => {
                Octets::counted(width.octets(), "n")
            }
            (TypeShape::BitCounted(width), _) => Octets::counted(width.octets(), "⌈n/8⌉"),
            (TypeShape::Integer(width), _) => Octets::fixed(width.octets() as u64),
            (TypeShape::Flag, _) => Octets::fixed(1),
        },
        (Shape::Sized(_), _) => {
            let size = field.type_name.strip_prefix("bytes[").and_then(|rest| rest.strip_suffix(']'));
            Octets::open(size.unwrap_or("n").to_owned())
        }
        (Shape::Rest, _) => Octets::open("the rest".to_owned()),
        (Shape::Repeated { group, count }, _) => {
            let group = &model.groups[*group].name;
            Octets::open(format!("{} × {group}", fields[*count].name))
        }
    };
    if field.present_if.is_some() {
        return Octets::open(format!("0 or {}", present.text));
    }
    present
}

/// What stands in front of the fields: name and octets.
pub(super) type Lead<'l> = Option<(&'l str, u64)>;

/// How many octets fields take: "13 octets", "13 to 90 octets", "13 octets at least".
pub(super) fn total(model: &Model, lead: Lead<'_>, fields: &[Field]) -> String {
    let lead = lead.map_or(0, |(_, octets)| octets);
    let sizes = Sizes::exactly(lead).plus(sizes::of_fields(model, fields));
    let least = number(sizes.least);
    match sizes.most {
        Some(1) => "1 octet".to_owned(),
        Some(most) if most == sizes.least => format!("{least} octets"),
        Some(most) => format!("{least} to {} octets", number(most)),
        None => format!("{least} octets at least"),
    }
}

/// The fields as boxes: names above sizes.
pub(super) fn boxes(model: &Model, lead: Lead<'_>, fields: &[Field]) -> String {
    let lead = lead.map(|(name, octets)| (name.to_owned(), number(octets)));
    let fields = fields.iter().map(|field| (field.name.clone(), octets(model, fields, field).text));
    let mut rows: Vec<Vec<(String, String)>> = Vec::new();
    let mut column = 0;
    for (name, size) in lead.into_iter().chain(fields) {
        let width = name.chars().count().max(size.chars().count()) + 3;
        match rows.last_mut() {
            Some(row) if column + width < WIDTH => {
                column += width;
                row.push((name, size));
            }
            _ => {
                column = width;
                rows.push(vec![(name, size)]);
            }
        }
    }
    let mut text = String::from("```text\n");
    for row in rows {
        let widths: Vec<_> =
            row.iter().map(|(name, size)| name.chars().count().max(size.chars().count())).collect();
        let edge: String = widths.iter().map(|width| format!("+{}", "-".repeat(width + 2))).collect();
        let line = |cells: &mut dyn Iterator<Item = &String>| {
            cells.zip(&widths).map(|(cell, width)| format!("| {cell:^width$} ")).collect::<String>()
        };
        let names = line(&mut row.iter().map(|(name, _)| name));
        let sizes = line(&mut row.iter().map(|(_, size)| size));
        let _ = writeln!(text, "{edge}+\n{names}|\n{sizes}|\n{edge}+");
    }
    text + "```\n"
}

/// The fields as a table.
pub(super) fn table(model: &Model, lead: Option<(&str, u64, String)>, fields: &[Field]) -> String {
    let mut text = String::from("| offset | octets | field | type | meaning |\n|---:|---:|---|---|---|\n");
    let mut offset = 0;
    let mut exact = true;
    if let Some((name, octets, meaning)) = lead {
        let _ = writeln!(text, "| 0 | {octets} | {name} | {} | {meaning} |", code("uint8"));
        offset = octets;
    }
    for field in fields {
        let size = octets(model, fields, field);
        let from = if exact { "" } else { "≥ " };
        let _ = writeln!(
            text,
            "| {from}{} | {} | {} | {} | {} |",
            number(offset),
            size.text,
            code(&field.name),
            kind(model, field),
            meaning(model, fields, field)
        );
        offset += size.least;
        exact &= size.fixed;
    }
    text
}

/// The type, with a link to where it is declared.
fn kind(model: &Model, field: &Field) -> String {
    let is_declared = model.type_names.iter().any(|item| item.name == field.type_name);
    match &field.shape {
        _ if is_declared => {
            format!("[{}](types.md#{})", code(&field.type_name), field.type_name.to_lowercase())
        }
        Shape::Repeated { group, .. } => {
            format!("[{}](types.md#{})", code(&field.type_name), model.groups[*group].name.to_lowercase())
        }
        _ => code(&field.type_name),
    }
}

/// What is asked of a field, and its comment.
fn meaning(model: &Model, fields: &[Field], field: &Field) -> String {
    let limit = |index: usize| {
        let limit = &model.limits[index];
        format!("[{}](limits.md#{})", code(&limit.name), limit.name.to_lowercase())
    };
    let mut parts = Vec::new();
    match &field.constant {
        Some(Constant::Text(text)) => parts.push(format!("Always {}.", code(&format!("\"{text}\"")))),
        Some(Constant::Number(value)) => parts.push(format!("Always {}.", number(*value))),
        Some(Constant::Flag(value)) => parts.push(format!("Always {}.", code(&value.to_string()))),
        None => {}
    }
    if let Some((low, high)) = field.range {
        let named = field.range_limit.map_or(String::new(), |index| format!(", the limit {}", limit(index)));
        parts.push(format!("{} to {}{named}.", number(low), number(high)));
    }
    if let Some(flag) = field.present_if {
        parts.push(format!("Only if {} is true.", code(&fields[flag].name)));
    }
    if let Some(index) = field.at_most {
        parts.push(format!("Names beyond {} are not passed on.", limit(index)));
    }
    if let Some(index) = field.at_most_octets {
        parts.push(format!("No longer than {} octets, for all that is known.", limit(index)));
    }
    if let Some(index) = field.words {
        let name = &model.words[index].name;
        parts.push(format!("One of [{}](types.md#{}).", code(name), name.to_lowercase()));
    }
    parts.push(cell(&field.docs));
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}
