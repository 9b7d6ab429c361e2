//! What raises an event, and which field feeds which of its parameters.

use super::{Lowering, names};
use crate::diagnostics::Code;
use crate::model::{Field, Kind, Model, Raise, Record, Shape, Source, TypeShape};
use crate::suggest::closest;
use crate::syntax::{self as tree, Name};

/// The kinds of parameter that a field can feed.
#[derive(Clone, Copy)]
pub(super) struct Feeds(&'static [Kind]);

impl Feeds {
    pub(super) const TEXT: Self = Self(&[Kind::Bytes, Kind::Text]);
    /// What a field of an unknown type may turn out to feed.
    const ALL: Self = Self(&[Kind::Bytes, Kind::Text, Kind::Boolean, Kind::Count, Kind::Names]);
}

#[derive(Clone, Copy)]
enum Owner {
    Event(usize),
    Record(usize),
}

impl Owner {
    fn of(self, model: &Model) -> &Record {
        match self {
            Self::Event(index) => &model.events[index],
            Self::Record(index) => &model.records[index],
        }
    }
}

impl Lowering<'_> {
    /// What kinds of parameter a field can feed.
    pub(super) fn feeds(&self, field: &Field) -> Feeds {
        if self.unknown.contains(&field.name) {
            return Feeds::ALL;
        }
        if field.constant.is_some() || field.present_if.is_some() {
            return Feeds(&[]);
        }
        match &field.shape {
            Shape::Integer(_) => Feeds(&[Kind::Count]),
            Shape::Flag => Feeds(&[Kind::Boolean]),
            Shape::Fixed(_) | Shape::Sized(_) | Shape::Rest => Feeds::TEXT,
            Shape::Wire(index) => match self.model.types[*index].shape {
                TypeShape::Names(_) => Feeds(&[Kind::Names]),
                TypeShape::Integers(_) | TypeShape::BitCounted(_) => Feeds(&[Kind::Bytes]),
                _ => Feeds::TEXT,
            },
            Shape::Repeated { .. } => Feeds(&[]),
        }
    }

    pub(super) fn raises(&mut self, items: Vec<tree::RaiseItem>, sources: &[(String, Feeds)]) -> Vec<Raise> {
        let events = names(&self.model.events, |event| &event.name);
        let mut raises = Vec::new();
        for item in items {
            let Some(event) = self.find(Code::UnknownEvent, "event", &item.event, &events) else { continue };
            let arguments = self.arguments(&item.arguments, Owner::Event(event), &item.event, sources);
            raises.push(Raise { event, arguments });
        }
        raises
    }

    /// A source for each parameter of an event or record, in the order of its declaration.
    fn arguments(
        &mut self,
        items: &[tree::ArgumentItem],
        owner: Owner,
        at: &Name,
        sources: &[(String, Feeds)],
    ) -> Vec<Source> {
        let record = owner.of(&self.model);
        let name = record.name.clone();
        let parameters: Vec<(String, Kind)> =
            record.parameters.iter().map(|parameter| (parameter.name.clone(), parameter.kind)).collect();
        let known: Vec<String> = parameters.iter().map(|(name, _)| name.clone()).collect();
        self.unique("argument", items.iter().map(|item| &item.parameter));
        let mut misspelled = Vec::new();
        for item in items {
            if self.broken.contains(&format!("{name}.{}", item.parameter.text)) {
                continue;
            }
            let parameter = &item.parameter;
            if known.contains(&parameter.text) {
                continue;
            }
            // What is fed already was not meant.
            let given = |name: &String| items.iter().any(|item| item.parameter.text == *name);
            let meant =
                closest(&parameter.text, known.iter().filter(|name| !given(name)).map(String::as_str));
            let message = format!("there is no parameter of `{name}` named `{}`", parameter.text);
            let help = meant.map(|meant| format!("did you mean `{meant}`?"));
            self.diagnostics.report(Code::UnknownParameter, &parameter.span, message).help = help;
            misspelled.extend(meant);
        }
        let mut arguments = Vec::new();
        for (parameter, kind) in parameters {
            match kind {
                Kind::FromOriginator => arguments.push(Source::FromOriginator),
                Kind::FromServer => arguments.push(Source::FromServer),
                _ if misspelled.contains(&parameter.as_str()) => {}
                _ => {
                    let item = items.iter().find(|item| item.parameter.text == parameter);
                    arguments.extend(self.argument(item, &parameter, kind, at, sources));
                }
            }
        }
        arguments
    }

    fn argument(
        &mut self,
        item: Option<&tree::ArgumentItem>,
        parameter: &str,
        kind: Kind,
        at: &Name,
        sources: &[(String, Feeds)],
    ) -> Option<Source> {
        let field = match item.map(|item| &item.source) {
            Some(tree::SourceItem::Record { record, arguments }) => {
                let known = names(&self.model.records, |record| &record.name);
                let index = self.find(Code::UnknownRecord, "record", record, &known)?;
                if kind != Kind::Record(index) {
                    let message = format!("parameter `{parameter}` is not a `{}`", record.text);
                    self.diagnostics.report(Code::KindMismatch, &record.span, message).help(kind.fed_by());
                    return None;
                }
                let arguments = self.arguments(arguments, Owner::Record(index), record, sources);
                return Some(Source::Record { record: index, arguments });
            }
            Some(tree::SourceItem::Field(name)) => name.clone(),
            None if sources.iter().any(|(name, _)| name == parameter) => {
                Name { text: parameter.to_owned(), span: at.span.clone() }
            }
            None => {
                let message = format!("parameter `{parameter}` of `{}` has no source", at.text);
                let fitting = || {
                    let fits =
                        sources.iter().filter(|(name, feeds)| !name.is_empty() && feeds.0.contains(&kind));
                    fits.map(|(name, _)| name.as_str())
                };
                let help = if let Some(field) = closest(parameter, fitting()) {
                    format!("did you mean `{parameter}: {field}`?")
                } else if fitting().next().is_none() {
                    format!("no field could feed it: {}", kind.fed_by())
                } else {
                    let fields = fitting().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
                    format!("name the field that feeds it, `{parameter}: …`; of the right kind: {fields}")
                };
                self.diagnostics.report(Code::UnfedParameter, &at.span, message).help(help);
                return None;
            }
        };
        let known: Vec<String> = sources.iter().map(|(name, _)| name.clone()).collect();
        let index = self.find(Code::UnknownField, "field", &field, &known)?;
        if !sources[index].1.0.contains(&kind) {
            let message =
                format!("field `{}` cannot feed parameter `{parameter}`: the kinds differ", field.text);
            self.diagnostics.report(Code::KindMismatch, &field.span, message).help(kind.fed_by());
            return None;
        }
        Some(Source::Field(index))
    }
}

impl Kind {
    /// What a parameter of this kind is fed by, for a reader of the spec.
    const fn fed_by(self) -> &'static str {
        match self {
            Self::Bytes | Self::Text => "octets are fed by a field of octets",
            Self::Boolean => "a boolean is fed by a flag",
            Self::Count => "a count is fed by an integer",
            Self::Names => "names are fed by a list of names",
            Self::FromOriginator | Self::FromServer => "who sent the message feeds this parameter",
            Self::Record(_) => "a record is fed by `Record { parameter: field, … }`",
        }
    }
}
