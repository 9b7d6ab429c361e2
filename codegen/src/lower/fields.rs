//! Fields: their shapes, and whether what is asked of them goes together.

use super::Lowering;
use crate::diagnostics::Code;
use crate::model::{Field, Shape};
use crate::syntax as tree;

/// Where fields stand; it decides what they may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Group,
    Frame,
    Message,
}

impl Lowering<'_> {
    pub(super) fn fields(&mut self, items: Vec<tree::FieldItem>, place: Place) -> Vec<Field> {
        self.unknown.clear();
        self.siblings = items.iter().map(|item| item.name.text.clone()).collect();
        self.unique("field", items.iter().map(|item| &item.name));
        let mut fields: Vec<Field> = Vec::new();
        let last = items.len().saturating_sub(1);
        for (index, item) in items.into_iter().enumerate() {
            let Some(shape) = self.shape(&item.shape, &fields, place) else {
                // Keeps the indices of the fields that follow; nothing is emitted from a spec with a mistake.
                self.unknown.insert(item.name.text.clone());
                fields.push(Field::placeholder(item.name.text));
                continue;
            };
            if matches!(shape, Shape::Rest) && index != last {
                let message = format!("`rest` leaves nothing for the fields behind `{}`", item.name.text);
                self.diagnostics.report(Code::BadField, &item.name.span, message);
            }
            if place == Place::Group && matches!(shape, Shape::Rest | Shape::Sized(_) | Shape::Fixed(0)) {
                let message =
                    "a field of a group has a size of its own: else repeating it might take no octets";
                self.diagnostics.report(Code::BadField, &item.name.span, message);
            }
            self.together(&item, &shape);
            let bounds = self.bounds(&item, &shape);
            let constant = item.constant.as_ref().and_then(|constant| self.constant(constant, &shape));
            let range_limit = match &item.range {
                Some((_, tree::Bound::Limit(name), _)) => {
                    self.model.limits.iter().position(|limit| limit.name == name.text)
                }
                _ => None,
            };
            let range = item.range.and_then(|(low, high, span)| self.range(low, high, &span, &shape));
            let present_if = item.present_if.and_then(|name| {
                self.earlier(&name, &fields, "a flag", |shape| matches!(shape, Shape::Flag))
            });
            fields.push(Field {
                docs: item.docs,
                name: item.name.text,
                shape,
                type_name: item.shape.to_string(),
                constant,
                range,
                range_limit,
                present_if,
                words: bounds.words,
                at_most: bounds.names,
                at_most_octets: bounds.octets,
            });
        }
        fields
    }

    /// Reports what is asked of a field that does not go together.
    fn together(&mut self, item: &tree::FieldItem, shape: &Shape) {
        if item.constant.is_some() && (item.range.is_some() || item.present_if.is_some()) {
            let message =
                format!("`{}` has one value only: neither a range nor `if` goes with that", item.name.text);
            self.diagnostics.report(Code::BadField, &item.name.span, message);
        }
        let Some(flag) = &item.present_if else { return };
        if !matches!(shape, Shape::Integer(_) | Shape::Fixed(_) | Shape::Wire(_)) {
            let message = format!(
                "`{}` cannot be left out: `if` goes with integers, `bytes[NUMBER]` and declared types",
                item.name.text
            );
            self.diagnostics.report(Code::BadField, &flag.span, message);
        }
        if item.range.is_some() || item.at_most.is_some() || item.at_most_octets.is_some() {
            let message =
                format!("`{}` may be absent: neither a range nor `at most` goes with that", item.name.text);
            self.diagnostics.report(Code::BadField, &item.name.span, message);
        }
    }
}

impl Field {
    fn placeholder(name: String) -> Self {
        Self {
            docs: Vec::new(),
            name,
            shape: Shape::Rest,
            type_name: String::new(),
            constant: None,
            range: None,
            range_limit: None,
            present_if: None,
            words: None,
            at_most: None,
            at_most_octets: None,
        }
    }
}
