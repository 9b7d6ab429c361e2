//! Lines: fields with words between them.

use super::json::Json;
use super::{hex, refused, taken};
use crate::model::{Line, LinePart};

/// The vectors of a line: whole, without its last fields, and with another word.
pub(super) fn of(line: &Line) -> Vec<Json> {
    let fields = line.parts.iter().filter(|part| matches!(part, LinePart::Field { .. })).count();
    let mut vectors = Vec::new();
    for filled in (0..=fields).rev() {
        let case = match fields - filled {
            0 => "typical".to_owned(),
            _ if filled == 0 => "minimal".to_owned(),
            1 => "without the last field".to_owned(),
            missing => format!("without the last {missing} fields"),
        };
        let (octets, shown) = written(line, filled);
        vectors.push(taken(&line.name, &case, None, &octets, shown, 0));
    }
    let (octets, _) = written(line, fields);
    let mut place = 0;
    let mut left = fields;
    for part in &line.parts {
        match part {
            LinePart::Literal(text) => {
                let mut wrong = octets.clone();
                if let Some(first) = wrong.get_mut(place) {
                    *first ^= 1;
                }
                let case = format!("another than \"{text}\"");
                vectors.push(refused(&line.name, &case, None, &wrong, "mismatch", place));
                place += text.len();
            }
            LinePart::Field { name, until, .. } => {
                left -= 1;
                place += name.len() + until.as_ref().filter(|_| left > 0).map_or(0, String::len);
            }
        }
    }
    vectors
}

/// The line with so many fields that are not empty: each holds its own name.
fn written(line: &Line, filled: usize) -> (Vec<u8>, Vec<(String, Json)>) {
    let mut octets = Vec::new();
    let mut shown = Vec::new();
    for part in &line.parts {
        match part {
            LinePart::Literal(text) => octets.extend(text.bytes()),
            LinePart::Field { name, until, .. } => {
                let value = if shown.len() < filled { name.as_str() } else { "" };
                octets.extend(value.bytes());
                shown.push((name.clone(), Json::text(hex(value.as_bytes()))));
                if shown.len() < filled {
                    octets.extend(until.iter().flat_map(|end| end.bytes()));
                }
            }
        }
    }
    (octets, shown)
}
