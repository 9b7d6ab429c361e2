//! Which values a field may have: `= CONSTANT`, `in LOW..=HIGH`.

use super::{Lowering, names};
use crate::diagnostics::{Code, Span};
use crate::model::{Constant, Shape, TypeShape};
use crate::syntax as tree;

impl Lowering<'_> {
    pub(super) fn constant(&mut self, constant: &tree::Constant, shape: &Shape) -> Option<Constant> {
        let (constant, span) = match constant {
            tree::Constant::Text(text, span) => (Constant::Text(text.clone()), span),
            tree::Constant::Number(number, span) => (Constant::Number(*number), span),
            tree::Constant::Flag(flag, span) => (Constant::Flag(*flag), span),
        };
        let fits = match (&constant, shape) {
            (Constant::Text(text), Shape::Wire(index)) => match self.model.types[*index].shape {
                TypeShape::Bytes(width) => text.len() as u64 <= width.largest(),
                _ => false,
            },
            (Constant::Number(number), Shape::Integer(width)) => *number <= width.largest(),
            (Constant::Flag(_), Shape::Flag) => true,
            _ => false,
        };
        if !fits {
            let wanted = match shape {
                Shape::Integer(width) => format!("a number up to {} fits", width.largest()),
                Shape::Flag => "`true` or `false` fits".to_owned(),
                Shape::Wire(index) => match self.model.types[*index].shape {
                    TypeShape::Bytes(width) => format!("a text of up to {} octets fits", width.largest()),
                    _ => "only integers, flags and counted `bytes` can be constant".to_owned(),
                },
                _ => "only integers, flags and counted `bytes` can be constant".to_owned(),
            };
            self.diagnostics
                .report(Code::BadConstant, span, "this constant does not fit the field's type")
                .help(wanted);
        }
        fits.then_some(constant)
    }

    pub(super) fn range(
        &mut self,
        low: u64,
        high: tree::Bound,
        span: &Span,
        shape: &Shape,
    ) -> Option<(u64, u64)> {
        let high = match high {
            tree::Bound::Number(number) => number,
            tree::Bound::Limit(name) => {
                let limits = names(&self.model.limits, |limit| &limit.name);
                let index = self.find(Code::UnknownLimit, "limit", &name, &limits)?;
                self.model.limits[index].value
            }
        };
        match shape {
            Shape::Integer(width) if low <= high && high <= width.largest() => Some((low, high)),
            Shape::Integer(_) => {
                self.diagnostics.report(
                    Code::BadConstant,
                    span,
                    "this range is empty, or larger than the field's type",
                );
                None
            }
            _ => {
                self.diagnostics.report(Code::BadField, span, "only an integer has a range");
                None
            }
        }
    }
}
