//! How long a field is said to be: `of WORDS`, `at most LIMIT`, `at most LIMIT octets`.

use super::{Lowering, names};
use crate::diagnostics::Code;
use crate::model::{Shape, TypeShape};
use crate::syntax as tree;
use crate::syntax::Name;

/// Indices of a field's list of words and limits.
#[derive(Default)]
pub(super) struct Bounds {
    pub(super) words: Option<usize>,
    pub(super) names: Option<usize>,
    pub(super) octets: Option<usize>,
}

impl Lowering<'_> {
    pub(super) fn bounds(&mut self, item: &tree::FieldItem, shape: &Shape) -> Bounds {
        let declared = match shape {
            Shape::Wire(index) => Some(self.model.types[*index].shape),
            _ => None,
        };
        let is_list = matches!(declared, Some(TypeShape::Names(_)));
        let is_counted = matches!(declared, Some(TypeShape::Bytes(_)));
        let is_open = matches!(shape, Shape::Rest | Shape::Sized(_) | Shape::Repeated { .. })
            || matches!(declared, Some(TypeShape::Bytes(_) | TypeShape::Names(_) | TypeShape::Integers(_)));
        let mut bounds = Bounds::default();
        if let Some(name) = &item.words {
            if !is_counted || item.constant.is_some() {
                let message = "only counted `bytes` are one of some words, and a constant is one already";
                self.diagnostics.report(Code::BadField, &name.span, message);
            }
            let lists = names(&self.model.words, |words| &words.name);
            bounds.words = self.find(Code::UnknownWords, "list of words", name, &lists);
        }
        if let Some(name) = &item.at_most {
            if is_list {
                bounds.names = self.limit(name);
            } else if matches!(shape, Shape::Repeated { .. }) {
                let message = "how often a group repeats is bounded where it is counted";
                let help = format!("say `in 0..={0}` there, or `at most {0} octets` here", name.text);
                self.diagnostics.report(Code::BadField, &name.span, message).help(help);
            } else if is_open && item.constant.is_none() {
                bounds.octets = self.limit(name);
            } else {
                self.is_no_longer(name);
            }
        }
        if let Some(name) = &item.at_most_octets {
            if is_open && item.constant.is_none() && bounds.octets.is_none() {
                bounds.octets = self.limit(name);
            } else {
                self.is_no_longer(name);
            }
        }
        if let (Some(words), Some(limit)) =
            (bounds.words, item.at_most.as_ref().or(item.at_most_octets.as_ref()))
        {
            let message = format!("the words of `{}` bound this field already", self.model.words[words].name);
            self.diagnostics.report(Code::BadField, &limit.span, message);
        }
        bounds
    }

    fn limit(&mut self, name: &Name) -> Option<usize> {
        let limits = names(&self.model.limits, |limit| &limit.name);
        self.find(Code::UnknownLimit, "limit", name, &limits)
    }

    fn is_no_longer(&mut self, name: &Name) {
        let message = "this field has one length only, or a bound already: `at most` does not apply here";
        self.diagnostics.report(Code::BadField, &name.span, message);
    }
}
