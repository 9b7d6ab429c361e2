//! What a field is made of, and the sizes that earlier fields tell.

use super::fields::Place;
use super::{Lowering, names};
use crate::diagnostics::Code;
use crate::model::{Field, Shape, Size, Width};
use crate::suggest::did_you_mean;
use crate::syntax::{self as tree, Name};

impl Lowering<'_> {
    pub(super) fn shape(
        &mut self,
        shape: &tree::FieldShape,
        earlier: &[Field],
        place: Place,
    ) -> Option<Shape> {
        match shape {
            tree::FieldShape::Named(name) => {
                let known = Width::named(&name.text)
                    .map(Shape::Integer)
                    .or_else(|| self.types.get(&name.text).cloned());
                if known.is_none() {
                    let builtin = ["uint8", "uint16", "uint32", "uint64", "rest", "bytes"];
                    let candidates = self.types.keys().map(String::as_str).chain(builtin);
                    let help = did_you_mean(&name.text, candidates);
                    let message = format!("there is no type `{}`", name.text);
                    self.diagnostics.report(Code::UnknownType, &name.span, message).help = help;
                }
                known
            }
            tree::FieldShape::Broken => None,
            tree::FieldShape::Rest => Some(Shape::Rest),
            tree::FieldShape::Sized(tree::Expression::Number(octets, span)) => {
                let fits = u16::try_from(*octets).ok();
                if fits.is_none() {
                    let message = format!("a fixed size of {octets} octets is more than 65,535");
                    self.diagnostics.report(Code::BadConstant, span, message);
                }
                fits.map(|octets| Shape::Fixed(usize::from(octets)))
            }
            tree::FieldShape::Sized(expression) => self.size(expression, earlier).map(Shape::Sized),
            tree::FieldShape::Repeated { group, count } => {
                if place == Place::Group {
                    self.diagnostics.report(Code::BadField, &group.span, "groups do not nest");
                    return None;
                }
                let groups = names(&self.model.groups, |group| &group.name);
                let group = self.find(Code::UnknownType, "group", group, &groups);
                let count =
                    self.earlier(count, earlier, "an integer", |shape| matches!(shape, Shape::Integer(_)));
                Some(Shape::Repeated { group: group?, count: count? })
            }
        }
    }

    fn size(&mut self, expression: &tree::Expression, earlier: &[Field]) -> Option<Size> {
        Some(match expression {
            tree::Expression::Number(number, span) => {
                if u32::try_from(*number).is_err() {
                    let message = "sizes are counted in 32 bits; this number has more";
                    self.diagnostics.report(Code::BadConstant, span, message);
                    return None;
                }
                Size::Number(*number)
            }
            tree::Expression::Field(name) => {
                Size::Field(self.earlier(name, earlier, "an integer of 32 bits at most", |shape| {
                    matches!(shape, Shape::Integer(Width::U8 | Width::U16 | Width::U32))
                })?)
            }
            tree::Expression::Binary { left, operator, right } => {
                if let (tree::Operator::Remainder, tree::Expression::Number(0, span)) = (operator, &**right) {
                    self.diagnostics.report(Code::BadConstant, span, "nothing can be divided by zero");
                    return None;
                }
                let left = self.size(left, earlier);
                let right = self.size(right, earlier);
                Size::Binary { left: Box::new(left?), operator: *operator, right: Box::new(right?) }
            }
        })
    }

    /// The index of the earlier field `name`, if its shape will do.
    pub(super) fn earlier(
        &mut self,
        name: &Name,
        earlier: &[Field],
        wanted: &str,
        fits: fn(&Shape) -> bool,
    ) -> Option<usize> {
        let known = names(earlier, |field| &field.name);
        if self.siblings.contains(&name.text) && !known.contains(&name.text) {
            let message =
                format!("`{}` is not known yet: it does not stand in front of this field", name.text);
            let help = "a field can depend on earlier ones only";
            self.diagnostics.report(Code::UnknownField, &name.span, message).help(help);
            return None;
        }
        let index = self.find(Code::UnknownField, "earlier field", name, &known)?;
        let field = &earlier[index];
        if self.unknown.contains(&name.text) {
            return None;
        }
        if !fits(&field.shape) {
            let message = format!("`{}` is not {wanted}", name.text);
            self.diagnostics.report(Code::BadField, &name.span, message);
            return None;
        }
        let always_true_or_false = matches!(field.shape, Shape::Flag) && field.constant.is_some();
        if field.present_if.is_some() || always_true_or_false {
            let why = if always_true_or_false { "is always the same" } else { "may itself be absent" };
            self.diagnostics.report(Code::BadField, &name.span, format!("`{}` {why}", name.text));
            return None;
        }
        Some(index)
    }
}
