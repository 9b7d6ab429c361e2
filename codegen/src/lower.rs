//! Tree to model: looks up names, checks what they stand for, and reports every mistake on the way.

use std::collections::BTreeMap;

use crate::diagnostics::{Code, Diagnostics, Span};
use crate::model::*;
use crate::suggest::did_you_mean;
use crate::syntax as tree;
use crate::syntax::Name;

/// Builds the model. Where `diagnostics` has grown it is not whole, and must not be emitted.
pub(crate) fn lower(spec: tree::Spec, source: &str, diagnostics: &mut Diagnostics) -> Model {
    let mut lowering = Lowering { diagnostics, source, types: BTreeMap::new(), model: Model::default() };
    lowering.spec(spec);
    lowering.model
}

struct Lowering<'l> {
    diagnostics: &'l mut Diagnostics,
    source: &'l str,
    /// What each declared type name stands for.
    types: BTreeMap<String, Shape>,
    model: Model,
}

const KINDS: [(&str, Kind); 7] = [
    ("bytes", Kind::Bytes),
    ("text", Kind::Text),
    ("boolean", Kind::Boolean),
    ("count", Kind::Count),
    ("names", Kind::Names),
    ("from_originator", Kind::FromOriginator),
    ("from_server", Kind::FromServer),
];

impl Lowering<'_> {
    fn spec(&mut self, spec: tree::Spec) {
        self.unique("type", spec.types.iter().map(|item| &item.name));
        self.unique("limit", spec.limits.iter().map(|item| &item.name));
        self.unique("anomaly", spec.anomalies.iter().map(|item| &item.name));
        self.unique("list of words", spec.words.iter().map(|item| &item.name));
        self.unique("event", spec.events.iter().map(|item| &item.name));
        let structures = spec.records.iter().map(|item| &item.name);
        let structures = structures.chain(spec.groups.iter().map(|item| &item.name));
        let structures = structures.chain(spec.frames.iter().map(|item| &item.name));
        let structures = structures.chain(spec.lines.iter().map(|item| &item.name));
        let structures = structures.chain(spec.keyed.iter().map(|item| &item.name));
        let structures = structures.chain(spec.layers.iter().map(|item| &item.name));
        self.unique("structure", structures.chain(spec.exchanges.iter().map(|item| &item.name)));

        self.model.docs = spec.docs;
        self.wire_types(spec.types);
        self.model.anomalies =
            spec.anomalies.into_iter().map(|item| Anomaly { docs: item.docs, name: item.name.text }).collect();
        self.limits(spec.limits);
        self.words(spec.words);
        self.records(spec.records, spec.events);

        // Groups may repeat in messages, not in each other: their names are known before their fields.
        for group in &spec.groups {
            let structure = Structure { docs: Vec::new(), name: group.name.text.clone(), line: 0, fields: Vec::new() };
            self.model.groups.push(structure);
        }
        let groups: Vec<_> = spec.groups.into_iter().map(|item| self.structure(item, Place::Group)).collect();
        self.model.groups = groups;
        self.model.frames = spec.frames.into_iter().map(|item| self.structure(item, Place::Frame)).collect();
        self.model.lines = spec.lines.into_iter().map(|item| self.line_item(item)).collect();
        self.model.keyed = spec.keyed.into_iter().map(|item| self.keyed(item)).collect();
        self.model.layers = spec.layers.into_iter().map(|item| self.layer(item)).collect();
        self.exchanges(spec.exchanges);
    }

    /// Reports names that stand twice among `names`.
    fn unique<'n>(&mut self, what: &str, names: impl Iterator<Item = &'n Name>) {
        let mut seen: BTreeMap<&str, &Span> = BTreeMap::new();
        for name in names {
            if let Some(first) = seen.get(name.text.as_str()) {
                let message = format!("{what} `{}` is declared twice", name.text);
                self.diagnostics.report(Code::DuplicateName, &name.span, message).related(first, "first here");
            } else {
                seen.insert(&name.text, &name.span);
            }
        }
    }

    /// The index of `name` among `known`; reports it if it is not there.
    fn find(&mut self, code: Code, what: &str, name: &Name, known: &[String]) -> Option<usize> {
        let found = known.iter().position(|candidate| *candidate == name.text);
        if found.is_none() {
            let help = did_you_mean(&name.text, known.iter().map(String::as_str));
            self.diagnostics.report(code, &name.span, format!("there is no {what} `{}`", name.text)).help = help;
        }
        found
    }

    fn line_of(&self, span: &Span) -> usize {
        self.source.get(..span.start).map_or(0, |before| before.matches('\n').count() + 1)
    }

    fn wire_types(&mut self, items: Vec<tree::TypeItem>) {
        for item in items {
            let shape = match item.shape {
                TypeShape::Integer(width) => Shape::Integer(width),
                TypeShape::Flag => Shape::Flag,
                shape => {
                    let rust_name = item.rust_name.map_or_else(|| camel(&item.name.text), |name| name.text);
                    self.model.types.push(WireType { docs: item.docs, rust_name, shape });
                    Shape::Wire(self.model.types.len() - 1)
                }
            };
            self.types.insert(item.name.text, shape);
        }
    }

    fn limits(&mut self, items: Vec<tree::LimitItem>) {
        let anomalies = names(&self.model.anomalies, |anomaly| &anomaly.name);
        for item in items {
            let raises =
                item.raises.and_then(|name| self.find(Code::UnknownAnomaly, "anomaly", &name, &anomalies));
            self.model.limits.push(Limit { docs: item.docs, name: item.name.text, value: item.value, raises });
        }
    }

    fn words(&mut self, items: Vec<tree::WordsItem>) {
        for item in items {
            let words: Vec<_> = item.words.iter().map(|(text, span)| Name { text: text.clone(), span: span.clone() }).collect();
            self.unique("word", words.iter());
            let words = words.into_iter().map(|word| word.text).collect();
            self.model.words.push(Words { docs: item.docs, name: item.name.text, words });
        }
    }

    fn records(&mut self, records: Vec<tree::RecordItem>, events: Vec<tree::RecordItem>) {
        let known: Vec<String> = records.iter().map(|item| item.name.text.clone()).collect();
        self.model.records = records.into_iter().map(|item| self.record(item, &known)).collect();
        self.model.events = events.into_iter().map(|item| self.record(item, &known)).collect();
    }

    fn record(&mut self, item: tree::RecordItem, records: &[String]) -> Record {
        self.unique("parameter", item.parameters.iter().map(|parameter| &parameter.name));
        let line = self.line_of(&item.name.span);
        let mut parameters = Vec::new();
        for parameter in item.parameters {
            let kind = KINDS.iter().find(|(name, _)| *name == parameter.kind.text).map(|(_, kind)| *kind);
            let kind = kind.or_else(|| records.iter().position(|name| *name == parameter.kind.text).map(Kind::Record));
            let Some(kind) = kind else {
                let known = KINDS.iter().map(|(name, _)| *name).chain(records.iter().map(String::as_str));
                let help = did_you_mean(&parameter.kind.text, known);
                let message = format!("there is no kind of parameter or record `{}`", parameter.kind.text);
                self.diagnostics.report(Code::UnknownRecord, &parameter.kind.span, message).help = help;
                continue;
            };
            let (docs, name) = (parameter.docs, parameter.name.text);
            parameters.push(Parameter { docs, name, kind, optional: parameter.optional });
        }
        Record { docs: item.docs, name: item.name.text, line, parameters }
    }

    fn structure(&mut self, item: tree::GroupItem, place: Place) -> Structure {
        let line = self.line_of(&item.name.span);
        if place == Place::Group && item.fields.is_empty() {
            let message = format!("group `{}` is empty: repeating it would take no octets", item.name.text);
            self.diagnostics.report(Code::BadField, &item.name.span, message);
        }
        let fields = self.fields(item.fields, place);
        Structure { docs: item.docs, name: item.name.text, line, fields }
    }

    fn fields(&mut self, items: Vec<tree::FieldItem>, place: Place) -> Vec<Field> {
        self.unique("field", items.iter().map(|item| &item.name));
        let mut fields: Vec<Field> = Vec::new();
        let last = items.len().saturating_sub(1);
        for (index, item) in items.into_iter().enumerate() {
            let Some(shape) = self.shape(&item.shape, &fields, place) else {
                // Keeps the indices of the fields that follow; nothing is emitted from a spec with a mistake.
                fields.push(Field::placeholder(item.name.text));
                continue;
            };
            if matches!(shape, Shape::Rest) && index != last {
                let message = format!("`rest` leaves nothing for the fields behind `{}`", item.name.text);
                self.diagnostics.report(Code::BadField, &item.name.span, message);
            }
            if place == Place::Group && matches!(shape, Shape::Rest | Shape::Sized(_)) {
                let message = "a field of a group has a size of its own: else repeating it might take no octets";
                self.diagnostics.report(Code::BadField, &item.name.span, message);
            }
            let constant = item.constant.as_ref().and_then(|constant| self.constant(constant, &shape));
            let range = item.range.and_then(|(low, high, span)| self.range(low, high, &span, &shape));
            let present_if = item.present_if.and_then(|name| {
                self.earlier(&name, &fields, "a flag", |shape| matches!(shape, Shape::Flag))
            });
            let at_most = item.at_most.and_then(|name| {
                let is_list = matches!(&shape, Shape::Wire(index) if matches!(self.model.types[*index].shape, TypeShape::Names(_)));
                if !is_list {
                    let message = "only a list of names can be cut: `at most` does not apply here";
                    self.diagnostics.report(Code::BadField, &name.span, message);
                    return None;
                }
                let limits = names(&self.model.limits, |limit| &limit.name);
                self.find(Code::UnknownLimit, "limit", &name, &limits)
            });
            fields.push(Field { docs: item.docs, name: item.name.text, shape, constant, range, present_if, at_most });
        }
        fields
    }

    fn shape(&mut self, shape: &tree::FieldShape, earlier: &[Field], place: Place) -> Option<Shape> {
        match shape {
            tree::FieldShape::Named(name) => {
                let known = Width::named(&name.text).map(Shape::Integer).or_else(|| self.types.get(&name.text).cloned());
                if known.is_none() {
                    let builtin = ["uint8", "uint16", "uint32", "uint64", "rest", "bytes"];
                    let candidates = self.types.keys().map(String::as_str).chain(builtin);
                    let help = did_you_mean(&name.text, candidates);
                    let message = format!("there is no type `{}`", name.text);
                    self.diagnostics.report(Code::UnknownType, &name.span, message).help = help;
                }
                known
            }
            tree::FieldShape::Rest => Some(Shape::Rest),
            tree::FieldShape::Sized(tree::Expression::Number(octets)) => usize::try_from(*octets).ok().map(Shape::Fixed),
            tree::FieldShape::Sized(expression) => self.size(expression, earlier).map(Shape::Sized),
            tree::FieldShape::Repeated { group, count } => {
                if place == Place::Group {
                    self.diagnostics.report(Code::BadField, &group.span, "groups do not nest");
                    return None;
                }
                let groups = names(&self.model.groups, |group| &group.name);
                let group = self.find(Code::UnknownType, "group", group, &groups);
                let count = self.earlier(count, earlier, "an integer", |shape| matches!(shape, Shape::Integer(_)));
                Some(Shape::Repeated { group: group?, count: count? })
            }
        }
    }

    fn size(&mut self, expression: &tree::Expression, earlier: &[Field]) -> Option<Size> {
        Some(match expression {
            tree::Expression::Number(number) => Size::Number(*number),
            tree::Expression::Field(name) => Size::Field(self.earlier(name, earlier, "an integer of 32 bits at most", |shape| {
                matches!(shape, Shape::Integer(Width::U8 | Width::U16 | Width::U32))
            })?),
            tree::Expression::Binary { left, operator, right } => {
                let left = self.size(left, earlier);
                let right = self.size(right, earlier);
                Size::Binary { left: Box::new(left?), operator: *operator, right: Box::new(right?) }
            }
        })
    }

    /// The index of the earlier field `name`, if its shape will do.
    fn earlier(&mut self, name: &Name, earlier: &[Field], wanted: &str, fits: fn(&Shape) -> bool) -> Option<usize> {
        let known = names(earlier, |field| &field.name);
        let index = self.find(Code::UnknownField, "earlier field", name, &known)?;
        if !fits(&earlier[index].shape) {
            let message = format!("`{}` is not {wanted}", name.text);
            self.diagnostics.report(Code::BadField, &name.span, message);
            return None;
        }
        Some(index)
    }

    fn constant(&mut self, constant: &tree::Constant, shape: &Shape) -> Option<Constant> {
        let (constant, span) = match constant {
            tree::Constant::Text(text, span) => (Constant::Text(text.clone()), span),
            tree::Constant::Number(number, span) => (Constant::Number(*number), span),
            tree::Constant::Flag(flag, span) => (Constant::Flag(*flag), span),
        };
        let fits = match (&constant, shape) {
            (Constant::Text(_), Shape::Wire(index)) => matches!(self.model.types[*index].shape, TypeShape::Bytes(_)),
            (Constant::Number(number), Shape::Integer(width)) => *number <= width.largest(),
            (Constant::Flag(_), Shape::Flag) => true,
            _ => false,
        };
        if !fits {
            self.diagnostics.report(Code::BadConstant, span, "this constant does not fit the field's type");
        }
        fits.then_some(constant)
    }

    fn range(&mut self, low: u64, high: tree::Bound, span: &Span, shape: &Shape) -> Option<(u64, u64)> {
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
                self.diagnostics.report(Code::BadConstant, span, "this range is empty, or larger than the field's type");
                None
            }
            _ => {
                self.diagnostics.report(Code::BadField, span, "only an integer has a range");
                None
            }
        }
    }

    fn line_item(&mut self, item: tree::LineItem) -> Line {
        let source_line = self.line_of(&item.name.span);
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
                    LinePart::Field { docs, name: name.text, until }
                }
            });
        }
        let sources: Vec<_> = field_names.into_iter().map(|name| (name, Feeds::TEXT)).collect();
        let raises = self.raises(item.raises, &sources);
        Line { docs: item.docs, name: item.name.text, source_line, parts, raises }
    }

    fn keyed(&mut self, item: tree::KeyedItem) -> Keyed {
        self.unique("variant", item.variants.iter().map(|variant| &variant.name));
        let mut tags: BTreeMap<&str, &Span> = BTreeMap::new();
        for variant in &item.variants {
            if let Some(first) = tags.insert(&variant.tag.0, &variant.tag.1) {
                let message = format!("tag \"{}\" stands twice", variant.tag.0);
                self.diagnostics.report(Code::DuplicateName, &variant.tag.1, message).related(first, "first here");
            }
        }
        let known: Vec<String> = item.variants.iter().map(|variant| variant.name.text.clone()).collect();
        let mut variants: Vec<Variant> = Vec::new();
        let mut certified = Vec::new();
        for variant in item.variants {
            let line = self.line_of(&variant.name.span);
            let certifies =
                variant.certifies.as_ref().and_then(|name| self.find(Code::BadCertifies, "variant", name, &known));
            if let (Some(index), Some(name)) = (certifies, &variant.certifies) {
                certified.push((variants.len(), index, name.span.clone()));
            }
            let fields = self.fields(variant.fields, Place::Message);
            let structure = Structure { docs: variant.docs, name: variant.name.text, line, fields };
            variants.push(Variant { tag: variant.tag.0, structure, certifies });
        }
        for (outer, inner, span) in certified {
            let holds = |wanted: &Field| variants[outer].structure.fields.iter().any(|field| field.name == wanted.name);
            if let Some(missing) = variants[inner].structure.fields.iter().find(|field| !holds(field)) {
                let message = format!("the certificate has no field `{}`", missing.name);
                self.diagnostics.report(Code::BadCertifies, &span, message);
            }
        }
        Keyed { docs: item.docs, name: item.name.text, variants }
    }

    fn layer(&mut self, item: tree::LayerItem) -> Layer {
        let messages = self.messages(item.messages, item.sealed);
        Layer { docs: item.docs, name: item.name.text, sealed: item.sealed, messages }
    }

    fn exchanges(&mut self, items: Vec<tree::ExchangeItem>) {
        let mut taken: BTreeMap<String, Span> = BTreeMap::new();
        for item in items {
            if item.methods.is_empty() {
                let message = format!("exchange `{}` has no method, so it is never chosen", item.name.text);
                let help = "name the methods that select it: `method \"name\", \"prefix-*\";`";
                self.diagnostics.report(Code::NoMethod, &item.name.span, message).help(help);
            }
            let mut methods = Vec::new();
            for (method, span) in item.methods {
                if let Some(first) = taken.get(&method) {
                    let message = format!("method \"{method}\" is claimed twice");
                    self.diagnostics.report(Code::MethodTaken, &span, message).related(first, "first here");
                } else {
                    taken.insert(method.clone(), span);
                }
                methods.push(method);
            }
            let messages = self.messages(item.messages, false);
            self.model.exchanges.push(Exchange { docs: item.docs, name: item.name.text, methods, messages });
        }
    }

    fn messages(&mut self, items: Vec<tree::MessageItem>, sealed: bool) -> Vec<Message> {
        self.unique("message", items.iter().map(|item| &item.name));
        let mut taken: Vec<(u64, tree::Sender, Span)> = Vec::new();
        let mut messages = Vec::new();
        for item in items {
            let (number, span) = item.number;
            let clash = taken.iter().find(|(other, sender, _)| *other == number && overlap(*sender, item.sender));
            if let Some((_, _, first)) = clash.filter(|_| !sealed) {
                let message = format!("number {number} already has a meaning when sent by this end");
                self.diagnostics.report(Code::NumberTaken, &span, message).related(first, "first here");
            }
            taken.push((number, item.sender, span.clone()));
            let Some(number) = u8::try_from(number).ok().filter(|number| *number != 0) else {
                let message = format!("message number {number} is not in 1..=255");
                self.diagnostics.report(Code::NumberOutOfRange, &span, message);
                continue;
            };
            let line = self.line_of(&item.name.span);
            let fields = self.fields(item.fields, Place::Message);
            let sources: Vec<_> = fields.iter().map(|field| (field.name.clone(), self.feeds(field))).collect();
            let raises = self.raises(item.raises, &sources);
            let structure = Structure { docs: item.docs, name: item.name.text, line, fields };
            messages.push(Message { number, sender: item.sender, structure, raises });
        }
        messages
    }

    /// What kinds of parameter a field can feed.
    fn feeds(&self, field: &Field) -> Feeds {
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

    fn raises(&mut self, items: Vec<tree::RaiseItem>, sources: &[(String, Feeds)]) -> Vec<Raise> {
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
        for item in items {
            self.find(Code::UnknownParameter, &format!("parameter of `{name}` named"), &item.parameter, &known);
        }
        let mut arguments = Vec::new();
        for (parameter, kind) in parameters {
            match kind {
                Kind::FromOriginator => arguments.push(Source::FromOriginator),
                Kind::FromServer => arguments.push(Source::FromServer),
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
                    self.diagnostics.report(Code::KindMismatch, &record.span, message);
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
                let help = format!("name the field that feeds it: `{}({parameter}: field)`", at.text);
                self.diagnostics.report(Code::UnfedParameter, &at.span, message).help(help);
                return None;
            }
        };
        let known: Vec<String> = sources.iter().map(|(name, _)| name.clone()).collect();
        let index = self.find(Code::UnknownField, "field", &field, &known)?;
        if !sources[index].1.0.contains(&kind) {
            let message = format!("field `{}` cannot feed parameter `{parameter}`: the kinds differ", field.text);
            self.diagnostics.report(Code::KindMismatch, &field.span, message);
            return None;
        }
        Some(Source::Field(index))
    }
}

/// Where fields stand; it decides what they may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Group,
    Frame,
    Message,
}

/// The kinds of parameter that a field can feed.
#[derive(Clone, Copy)]
struct Feeds(&'static [Kind]);

impl Feeds {
    const TEXT: Self = Self(&[Kind::Bytes, Kind::Text]);
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

impl Field {
    fn placeholder(name: String) -> Self {
        Self { docs: Vec::new(), name, shape: Shape::Rest, constant: None, range: None, present_if: None, at_most: None }
    }
}

impl Width {
    /// The largest value that fits.
    pub(crate) const fn largest(self) -> u64 {
        match self {
            Self::U8 => u8::MAX as u64,
            Self::U16 => u16::MAX as u64,
            Self::U32 => u32::MAX as u64,
            Self::U64 => u64::MAX,
        }
    }
}

fn overlap(one: tree::Sender, other: tree::Sender) -> bool {
    one == other || one == tree::Sender::Either || other == tree::Sender::Either
}

fn names<T>(items: &[T], name: fn(&T) -> &String) -> Vec<String> {
    items.iter().map(|item| name(item).clone()).collect()
}

/// `some_name` and `SOME_name` to `SomeName`.
pub(crate) fn camel(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let lower = if word.chars().any(char::is_lowercase) { word.to_owned() } else { word.to_lowercase() };
            let mut letters = lower.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        })
        .collect()
}
