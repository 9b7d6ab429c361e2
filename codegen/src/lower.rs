//! Tree to model: looks up names, checks what they stand for, and reports every mistake on the way.

mod bounds;
mod keyed;
mod numbers;
mod orders;
mod sealings;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Code, Diagnostics, Span};
use crate::model::*;
use crate::patterns::covers;
use crate::suggest::{closest, did_you_mean};
use crate::syntax as tree;
use crate::syntax::Name;

/// Builds the model. Where `diagnostics` has grown it is not whole, and must not be emitted.
pub(crate) fn lower(spec: tree::Spec, source: &str, diagnostics: &mut Diagnostics) -> Model {
    let mut lowering = Lowering {
        diagnostics,
        source,
        types: BTreeMap::new(),
        broken: spec.broken.clone(),
        siblings: Vec::new(),
        unknown: BTreeSet::new(),
        model: Model::default(),
    };
    lowering.spec(spec);
    lowering.model
}

struct Lowering<'l> {
    diagnostics: &'l mut Diagnostics,
    source: &'l str,
    /// What each declared type name stands for.
    types: BTreeMap<String, Shape>,
    /// Names of declarations, and `Record.parameter`s, whose mistake has been reported already.
    broken: BTreeSet<String>,
    /// Names of all fields of the structure at hand.
    siblings: Vec<String>,
    /// Those of them whose mistake has been reported already.
    unknown: BTreeSet<String>,
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
        self.unique("number", spec.numbers.iter().map(|item| &item.name));
        self.unique("anomaly", spec.anomalies.iter().map(|item| &item.name));
        self.unique("list of words", spec.words.iter().map(|item| &item.name));
        self.unique("table", spec.tables.iter().map(|item| &item.name));
        self.unique("sealing", spec.sealings.iter().map(|item| &item.name));
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
        self.model.anomalies = spec
            .anomalies
            .into_iter()
            .map(|item| Anomaly { docs: item.docs, name: item.name.text, by_hand: item.by_hand })
            .collect();
        self.limits(spec.limits);
        self.model.numbers = spec
            .numbers
            .into_iter()
            .map(|item| Number { docs: item.docs, name: item.name.text, value: item.value })
            .collect();
        self.words(spec.words);
        self.records(spec.records, spec.events);

        // Groups may repeat in messages, not in each other: their names are known before their fields.
        for group in &spec.groups {
            let structure =
                Structure { docs: Vec::new(), name: group.name.text.clone(), line: 0, fields: Vec::new() };
            self.model.groups.push(structure);
        }
        let groups: Vec<_> = spec.groups.into_iter().map(|item| self.structure(item, Place::Group)).collect();
        self.model.groups = groups;
        let before = self.diagnostics.iter().count();
        self.model.frames = spec.frames.into_iter().map(|item| self.structure(item, Place::Frame)).collect();
        self.sealings(spec.sealings, self.diagnostics.iter().count() == before);
        self.model.lines = spec.lines.into_iter().map(|item| self.line_item(item)).collect();
        self.model.keyed = spec.keyed.into_iter().map(|item| self.keyed(item)).collect();
        self.model.layers = spec.layers.into_iter().map(|item| self.layer(item)).collect();
        let exchanges: Vec<_> = spec.exchanges.iter().map(|item| item.name.text.clone()).collect();
        self.tables(spec.tables, &exchanges);
        self.exchange_numbers(&spec.exchange_numbers);
        let of_exchanges = self.exchanges(spec.exchanges);
        self.orders(spec.orders, of_exchanges);
    }

    /// Reports names that stand twice among `names`.
    fn unique<'n>(&mut self, what: &str, names: impl Iterator<Item = &'n Name>) {
        let mut seen: BTreeMap<&str, &Span> = BTreeMap::new();
        for name in names {
            if let Some(first) = seen.get(name.text.as_str()) {
                let message = format!("{what} `{}` is declared twice", name.text);
                self.diagnostics
                    .report(Code::DuplicateName, &name.span, message)
                    .related(first, "first here");
            } else {
                seen.insert(&name.text, &name.span);
            }
        }
    }

    /// The index of `name` among `known`; reports it if it is not there.
    fn find(&mut self, code: Code, what: &str, name: &Name, known: &[String]) -> Option<usize> {
        let found = known.iter().position(|candidate| *candidate == name.text);
        if found.is_none() && !self.broken.contains(&name.text) {
            let help = did_you_mean(&name.text, known.iter().map(String::as_str));
            self.diagnostics.report(code, &name.span, format!("there is no {what} `{}`", name.text)).help =
                help;
        }
        found
    }

    fn line_of(&self, span: &Span) -> usize {
        self.source.get(..span.start).map_or(0, |before| before.matches('\n').count() + 1)
    }

    fn wire_types(&mut self, items: Vec<tree::TypeItem>) {
        for item in items {
            let (docs, name) = (item.docs.clone(), item.name.text.clone());
            self.model.type_names.push(TypeName { docs, name, shape: item.shape });
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
            self.model.limits.push(Limit {
                docs: item.docs,
                name: item.name.text,
                value: item.value,
                raises,
                by_hand: item.by_hand,
            });
        }
    }

    fn words(&mut self, items: Vec<tree::WordsItem>) {
        for item in items {
            let words: Vec<_> = item
                .words
                .iter()
                .map(|(text, span)| Name { text: text.clone(), span: span.clone() })
                .collect();
            self.unique("word", words.iter());
            let words = words.into_iter().map(|word| word.text).collect();
            self.model.words.push(Words { docs: item.docs, name: item.name.text, words });
        }
    }

    fn records(&mut self, records: Vec<tree::RecordItem>, events: Vec<tree::RecordItem>) {
        let known: Vec<String> = records.iter().map(|item| item.name.text.clone()).collect();
        let places: Vec<_> = records.iter().map(|item| item.name.clone()).collect();
        for item in &records {
            self.not_empty("parameter", &item.name, item.parameters.is_empty());
        }
        self.model.records = records.into_iter().map(|item| self.record(item, &known)).collect();
        self.model.events = events.into_iter().map(|item| self.record(item, &known)).collect();
        for (index, name) in places.iter().enumerate() {
            if self.holds(index, index, &mut BTreeSet::new()) {
                let message = format!("record `{}` holds itself, so it never ends", name.text);
                self.diagnostics.report(Code::EndlessRecord, &name.span, message);
            }
        }
        let only_names: Vec<bool> = self
            .model
            .records
            .iter()
            .map(|record| {
                record.parameters.iter().all(|parameter| parameter.kind == Kind::Names && !parameter.optional)
            })
            .collect();
        for record in self.model.records.iter().chain(&self.model.events) {
            for parameter in record.parameters.iter().filter(|parameter| parameter.optional) {
                if let Kind::Record(index) = parameter.kind
                    && !only_names[index]
                {
                    let message = format!(
                        "parameter `{}` is never left out: its record holds more than names",
                        parameter.name
                    );
                    self.diagnostics.report(Code::BadField, &parameter.span, message);
                }
            }
        }
    }

    /// Whether a record holds another, itself or in what it holds.
    fn holds(&self, record: usize, wanted: usize, seen: &mut BTreeSet<usize>) -> bool {
        let Some(record) = self.model.records.get(record) else { return false };
        record.parameters.iter().any(|parameter| match parameter.kind {
            Kind::Record(index) => index == wanted || (seen.insert(index) && self.holds(index, wanted, seen)),
            _ => false,
        })
    }

    fn record(&mut self, item: tree::RecordItem, records: &[String]) -> Record {
        self.unique("parameter", item.parameters.iter().map(|parameter| &parameter.name));
        let line = self.line_of(&item.name.span);
        let mut parameters = Vec::new();
        for parameter in item.parameters {
            let kind = KINDS.iter().find(|(name, _)| *name == parameter.kind.text).map(|(_, kind)| *kind);
            let kind = kind
                .or_else(|| records.iter().position(|name| *name == parameter.kind.text).map(Kind::Record));
            let Some(kind) = kind else {
                let known = KINDS.iter().map(|(name, _)| *name).chain(records.iter().map(String::as_str));
                let help = did_you_mean(&parameter.kind.text, known);
                let message = format!("there is no kind of parameter or record `{}`", parameter.kind.text);
                if !self.broken.contains(&parameter.kind.text) {
                    self.diagnostics.report(Code::UnknownRecord, &parameter.kind.span, message).help = help;
                }
                self.broken.insert(format!("{}.{}", item.name.text, parameter.name.text));
                continue;
            };
            let can_be_empty = matches!(kind, Kind::Bytes | Kind::Text | Kind::Names | Kind::Record(_));
            if parameter.optional && !can_be_empty {
                let message = format!("a `{}` is never empty, so it is never left out", parameter.kind.text);
                let help = "octets, names, and records of names alone can be `optional`";
                self.diagnostics.report(Code::BadField, &parameter.kind.span, message).help(help);
            }
            let (docs, name, span) = (parameter.docs, parameter.name.text, parameter.name.span);
            parameters.push(Parameter { docs, name, span, kind, optional: parameter.optional });
        }
        Record { docs: item.docs, name: item.name.text, line, by_hand: item.by_hand, parameters }
    }

    fn structure(&mut self, item: tree::GroupItem, place: Place) -> Structure {
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

    fn fields(&mut self, items: Vec<tree::FieldItem>, place: Place) -> Vec<Field> {
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

    fn shape(&mut self, shape: &tree::FieldShape, earlier: &[Field], place: Place) -> Option<Shape> {
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
    fn earlier(
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

    fn constant(&mut self, constant: &tree::Constant, shape: &Shape) -> Option<Constant> {
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

    fn line_item(&mut self, item: tree::LineItem) -> Line {
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

    /// Reports a declaration that has no members.
    fn not_empty(&mut self, member: &str, name: &Name, is_empty: bool) {
        if is_empty && !self.broken.contains(&name.text) {
            let message = format!("`{}` has no {member}", name.text);
            self.diagnostics.report(Code::Empty, &name.span, message);
        }
    }

    fn layer(&mut self, item: tree::LayerItem) -> Layer {
        self.not_empty("message", &item.name, item.messages.is_empty());
        let numbers = item.numbers.as_ref().and_then(|numbers| self.numbers(numbers));
        let messages = self.messages(item.messages, item.sealed, numbers);
        Layer { docs: item.docs, name: item.name.text, sealed: item.sealed, numbers, messages }
    }

    /// The exchanges; gives back the order of each.
    fn exchanges(&mut self, items: Vec<tree::ExchangeItem>) -> Vec<Option<tree::OrderItem>> {
        let numbers = self.model.exchange_numbers;
        let mut orders = Vec::new();
        let mut taken: BTreeMap<String, Span> = BTreeMap::new();
        // Patterns of the exchanges in front.
        let mut earlier: Vec<(String, Span)> = Vec::new();
        for item in items {
            self.not_empty("message", &item.name, item.messages.is_empty());
            if item.methods.is_empty() && !self.broken.contains(&item.name.text) {
                let message = format!("exchange `{}` has no method, so it is never chosen", item.name.text);
                let help = "name the methods that select it: `method \"name\", \"prefix-*\";`";
                self.diagnostics.report(Code::NoMethod, &item.name.span, message).help(help);
            }
            let mut methods = Vec::new();
            for (method, span) in item.methods {
                if let Some(first) = taken.get(&method) {
                    let message = format!("method \"{method}\" is claimed twice");
                    let help = "the method alone chooses the exchange";
                    self.diagnostics
                        .report(Code::MethodTaken, &span, message)
                        .related(first, "first here")
                        .help(help);
                } else {
                    self.never_selects(&method, &span, &earlier);
                    taken.insert(method.clone(), span);
                }
                methods.push(method);
            }
            let patterns = methods.iter().filter(|method| method.contains('*'));
            earlier.extend(patterns.filter_map(|method| Some((method.clone(), taken.get(method)?.clone()))));
            let messages = self.messages(item.messages, false, numbers);
            self.model.exchanges.push(Exchange { docs: item.docs, name: item.name.text, methods, messages });
            orders.push(item.order);
        }
        orders
    }

    /// Reports a pattern that fits only names which a pattern in front takes already. Whole names come before all
    /// patterns.
    fn never_selects(&mut self, pattern: &str, span: &Span, earlier: &[(String, Span)]) {
        let taken = earlier.iter().find(|(wide, _)| covers(wide, pattern));
        if let Some((wide, first)) = taken.filter(|_| pattern.contains('*')) {
            let message =
                format!("\"{pattern}\" never selects this exchange: \"{wide}\" takes all of its names");
            let help = "put the exchange with the narrower pattern first";
            self.diagnostics.report(Code::MethodTaken, span, message).related(first, "first here").help(help);
        }
    }

    fn messages(
        &mut self,
        items: Vec<tree::MessageItem>,
        sealed: bool,
        numbers: Option<(u8, u8)>,
    ) -> Vec<Message> {
        self.unique("message", items.iter().map(|item| &item.name));
        let mut taken: Vec<(u64, tree::Sender, Span)> = Vec::new();
        let mut messages = Vec::new();
        for item in items {
            let (number, span) = item.number;
            let sender = item.sender.unwrap_or(Sender::Either);
            let clash = taken.iter().find(|(other, taken, _)| {
                item.sender.is_some() && *other == number && overlap(*taken, sender)
            });
            if let Some((_, _, first)) = clash.filter(|_| !sealed) {
                let message = format!("number {number} already has a meaning when sent by this end");
                self.diagnostics.report(Code::NumberTaken, &span, message).related(first, "first here");
            }
            if item.sender.is_some() {
                taken.push((number, sender, span.clone()));
            }
            let Some(number) = u8::try_from(number).ok().filter(|number| *number != 0) else {
                let message = format!("message number {number} is not in 1..=255");
                let help = "a number is one octet, and zero is no message's";
                self.diagnostics.report(Code::NumberOutOfRange, &span, message).help(help);
                self.broken.insert(item.name.text);
                continue;
            };
            if let Some((low, high)) = numbers.filter(|(low, high)| !(*low..=*high).contains(&number)) {
                let message =
                    format!("message number {number} is not in {low}..={high}, as is said of all here");
                self.diagnostics.report(Code::NumberOutOfRange, &span, message);
            }
            let (line, name) = (self.line_of(&item.name.span), item.name.span);
            let fields = self.fields(item.fields, Place::Message);
            let sources: Vec<_> =
                fields.iter().map(|field| (field.name.clone(), self.feeds(field))).collect();
            let raises = self.raises(item.raises, &sources);
            let structure = Structure { docs: item.docs, name: item.name.text, line, fields };
            messages.push(Message { span: name, number, sender, structure, by_hand: item.by_hand, raises });
        }
        messages
    }

    /// What kinds of parameter a field can feed.
    fn feeds(&self, field: &Field) -> Feeds {
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

fn field_of_line(part: &tree::LinePart) -> Option<&Name> {
    match part {
        tree::LinePart::Field { name, .. } => Some(name),
        tree::LinePart::Literal(_) => None,
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

impl Width {
    /// How many octets it takes.
    pub(crate) const fn octets(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 => 2,
            Self::U32 => 4,
            Self::U64 => 8,
        }
    }

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
            let lower =
                if word.chars().any(char::is_lowercase) { word.to_owned() } else { word.to_lowercase() };
            let mut letters = lower.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        })
        .collect()
}
