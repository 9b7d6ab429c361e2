//! Structures told apart by the string in front of them.

use std::collections::BTreeMap;

use super::Lowering;
use super::fields::Place;
use crate::diagnostics::{Code, Span};
use crate::model::{Keyed, Shape, Structure, TypeShape, Variant, Width};
use crate::suggest::did_you_mean;
use crate::syntax as tree;

impl Lowering<'_> {
    pub(super) fn keyed(&mut self, item: tree::KeyedItem) -> Keyed {
        let width = self.width_of_tag(&item);
        self.not_empty("variant", &item.name, item.variants.is_empty());
        self.unique("variant", item.variants.iter().map(|variant| &variant.name));
        let mut tags: BTreeMap<&str, &Span> = BTreeMap::new();
        for variant in &item.variants {
            if let Some(first) = tags.insert(&variant.tag.0, &variant.tag.1) {
                let message = format!("tag \"{}\" stands twice", variant.tag.0);
                self.diagnostics
                    .report(Code::DuplicateName, &variant.tag.1, message)
                    .related(first, "first here");
            }
        }
        let known: Vec<String> = item.variants.iter().map(|variant| variant.name.text.clone()).collect();
        let mut variants: Vec<Variant> = Vec::new();
        let mut certified = Vec::new();
        for variant in item.variants {
            let line = self.line_of(&variant.name.span);
            let certifies = variant
                .certifies
                .as_ref()
                .and_then(|name| self.find(Code::BadCertifies, "variant", name, &known));
            if let (Some(index), Some(name)) = (certifies, &variant.certifies) {
                certified.push((variants.len(), index, name.span.clone()));
            }
            let fields = self.fields(variant.fields, Place::Message);
            let structure = Structure { docs: variant.docs, name: variant.name.text, line, fields };
            variants.push(Variant { tag: variant.tag.0, structure, certifies });
        }
        for (outer, inner, span) in certified {
            let (outer, inner) = (&variants[outer].structure, &variants[inner].structure);
            for wanted in inner.fields.iter().filter(|field| field.constant.is_none()) {
                let (message, help) = match outer.fields.iter().find(|field| field.name == wanted.name) {
                    Some(field)
                        if field.shape == wanted.shape
                            && field.present_if.is_some() == wanted.present_if.is_some() =>
                    {
                        continue;
                    }
                    Some(_) => (
                        format!(
                            "field `{}` of `{}` is of another type than that of `{}`",
                            wanted.name, outer.name, inner.name
                        ),
                        None,
                    ),
                    None => (
                        format!(
                            "`{}` has no field `{}`, which `{}` has",
                            outer.name, wanted.name, inner.name
                        ),
                        did_you_mean(&wanted.name, outer.fields.iter().map(|field| field.name.as_str())),
                    ),
                };
                self.diagnostics.report(Code::BadCertifies, &span, message).help = help;
            }
        }
        Keyed { docs: item.docs, name: item.name.text, width, variants }
    }

    /// The width of the count in front of the string; reports a type that is no counted octets, and tags that it cannot
    /// hold.
    fn width_of_tag(&mut self, item: &tree::KeyedItem) -> Width {
        let name = &item.tag;
        let width = match self.types.get(&name.text) {
            Some(Shape::Wire(index)) => match self.model.types[*index].shape {
                TypeShape::Bytes(width) => Some(width),
                _ => None,
            },
            Some(_) => None,
            None if Width::named(&name.text).is_some() => None,
            None => {
                if !self.broken.contains(&name.text) {
                    let message = format!("there is no type `{}`", name.text);
                    let help = did_you_mean(&name.text, self.types.keys().map(String::as_str));
                    self.diagnostics.report(Code::UnknownType, &name.span, message).help = help;
                }
                return Width::U64;
            }
        };
        let Some(width) = width else {
            let message = format!("`{}` is no type of octets behind their count", name.text);
            let help = "declare one: `type string = bytes[uint32];`";
            self.diagnostics.report(Code::BadField, &name.span, message).help(help);
            return Width::U64;
        };
        for variant in &item.variants {
            let (tag, span) = &variant.tag;
            let most = u64::MAX >> (u64::BITS as usize - 8 * width.octets());
            if tag.len() as u64 > most {
                let message = format!("this text is longer than the count of `{}` can say", name.text);
                self.diagnostics.report(Code::BadConstant, span, message);
            }
        }
        width
    }
}
