//! Groups and frames.

use super::Lowering;
use super::fields::Place;
use crate::diagnostics::{Code, Span};
use crate::model::{Field, Shape, Structure, Width};
use crate::syntax::{self as tree, Name};

impl Lowering<'_> {
    pub(super) fn structure(&mut self, item: tree::GroupItem, place: Place) -> Structure {
        let line = self.line_of(&item.name.span);
        if place == Place::Group && item.fields.is_empty() {
            let message = format!("group `{}` is empty: repeating it would take no octets", item.name.text);
            self.diagnostics.report(Code::Empty, &item.name.span, message);
        }
        let spans: Vec<_> = item.fields.iter().map(|field| field.name.span.clone()).collect();
        let fields = self.fields(item.fields, place);
        if place == Place::Frame {
            self.measurable(&item.name, &fields, &spans);
        }
        Structure { docs: item.docs, name: item.name.text, line, fields }
    }

    /// The length of a frame is told from the integers in front: nothing else may decide it.
    fn measurable(&mut self, name: &Name, fields: &[Field], spans: &[Span]) {
        let front = fields.iter().take_while(|field| {
            matches!(field.shape, Shape::Integer(Width::U8 | Width::U16 | Width::U32))
                && field.present_if.is_none()
        });
        let front = front.count();
        if front == 0 {
            let message =
                format!("frame `{}` does not begin with an integer, so its length cannot be told", name.text);
            self.diagnostics.report(Code::BadField, &name.span, message);
        }
        for (field, span) in fields.iter().zip(spans).skip(front) {
            let told = match &field.shape {
                Shape::Integer(_) | Shape::Flag | Shape::Fixed(_) => field.present_if.is_none(),
                Shape::Sized(size) => size.fields().iter().all(|field| *field < front),
                Shape::Wire(_) | Shape::Rest | Shape::Repeated { .. } => false,
            };
            if !told && !self.unknown.contains(&field.name) {
                let message = format!(
                    "the length of `{}` is not told by the integers in front of the frame",
                    field.name
                );
                let help =
                    "a frame holds integers, and `bytes[…]` of a size that is made from those in front";
                self.diagnostics.report(Code::BadField, span, message).help(help);
            }
        }
    }
}
