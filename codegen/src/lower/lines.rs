//! Lines of text.

use super::Lowering;
use super::raises::Feeds;
use crate::diagnostics::Code;
use crate::model::{Line, LinePart};
use crate::syntax::{self as tree, Name};

impl Lowering<'_> {
    pub(super) fn line_item(&mut self, item: tree::LineItem) -> Line {
        let source_line = self.line_of(&item.name.span);
        self.line_parts(&item);
        let mut parts = Vec::new();
        let mut field_names = Vec::new();
        for part in item.parts {
            parts.push(match part {
                tree::LinePart::Literal(text) => {
                    field_names.push(String::new());
                    LinePart::Literal(text)
                }
                tree::LinePart::Field { docs, name, until } => {
                    field_names.push(name.text.clone());
                    LinePart::Field { docs, name: name.text, until: until.map(|(text, _)| text) }
                }
            });
        }
        let sources: Vec<_> = field_names.into_iter().map(|name| (name, Feeds::TEXT)).collect();
        let raises = self.raises(item.raises, &sources);
        Line { docs: item.docs, name: item.name.text, source_line, parts, raises }
    }

    /// Each part of a line must end where the next begins.
    fn line_parts(&mut self, item: &tree::LineItem) {
        let fields: Vec<&Name> = item.parts.iter().filter_map(field_of_line).collect();
        self.unique("field", fields.iter().copied());
        if fields.is_empty() {
            let message = format!("line `{}` has no field", item.name.text);
            self.diagnostics.report(Code::Empty, &item.name.span, message);
        }
        for (index, part) in item.parts.iter().enumerate() {
            let tree::LinePart::Field { name, until, .. } = part else { continue };
            let behind = item.parts.get(index + 1..).unwrap_or_default();
            match until {
                None if !behind.is_empty() => {
                    let message = format!(
                        "`{}` takes all that is left of the line: nothing can stand behind it",
                        name.text
                    );
                    let help = format!("say where it ends: `{} until \"…\"`", name.text);
                    self.diagnostics.report(Code::BadField, &name.span, message).help(help);
                }
                Some((text, span)) if text.is_empty() => {
                    let message =
                        format!("`{}` ends before it begins: an empty text stands everywhere", name.text);
                    self.diagnostics.report(Code::BadField, span, message);
                }
                Some((_, span)) if behind.iter().all(|part| field_of_line(part).is_none()) => {
                    let message = format!("no field stands behind what ends `{}`", name.text);
                    let help = "leave `until` away: the last field takes the rest of the line";
                    self.diagnostics.report(Code::BadField, span, message).help(help);
                }
                _ => {}
            }
        }
    }
}

fn field_of_line(part: &tree::LinePart) -> Option<&Name> {
    match part {
        tree::LinePart::Field { name, .. } => Some(name),
        tree::LinePart::Literal(_) => None,
    }
}
