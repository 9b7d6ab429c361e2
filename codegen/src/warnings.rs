//! What means something, but hardly what was meant. Only specs without mistakes are looked at, so every name is known.

mod orders;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Code, Diagnostics};
use crate::patterns::{akin, common, covers};
use crate::syntax::{
    ArgumentItem, Bound, Constant, Expression, FieldItem, FieldShape, LinePart, MessageItem, Name, RaiseItem,
    Sender, SourceItem, Spec, TypeShape, Width,
};

pub(crate) use self::orders::warn as warn_of_orders;

/// Warns of everything that is odd in a spec that is free of mistakes.
pub(crate) fn warn(spec: &Spec, diagnostics: &mut Diagnostics) {
    let types = spec.types.iter().map(|item| (item.name.text.as_str(), item.shape)).collect();
    let mut warnings = Warnings { spec, types, diagnostics };
    warnings.hidden_messages();
    warnings.unraised_events();
    warnings.unused_limits();
    warnings.unraised_anomalies();
    warnings.unused_parts();
    warnings.shadowed_names();
    warnings.ambiguous_methods();
}

struct Warnings<'w> {
    spec: &'w Spec,
    /// What each declared type looks like.
    types: BTreeMap<&'w str, TypeShape>,
    diagnostics: &'w mut Diagnostics,
}

impl<'w> Warnings<'w> {
    fn messages(&self) -> impl Iterator<Item = &'w MessageItem> + use<'w> {
        let layers = self.spec.layers.iter().flat_map(|layer| &layer.messages);
        layers.chain(self.spec.exchanges.iter().flat_map(|exchange| &exchange.messages))
    }

    /// Everything that raises events.
    fn raises(&self) -> impl Iterator<Item = &'w RaiseItem> + use<'w> {
        let lines = self.spec.lines.iter().flat_map(|line| &line.raises);
        lines.chain(self.messages().flat_map(|message| &message.raises))
    }

    /// The fields of every structure.
    fn structures(&self) -> impl Iterator<Item = &'w [FieldItem]> + use<'w> {
        let spec = self.spec;
        let plain = spec.groups.iter().chain(&spec.frames).map(|item| item.fields.as_slice());
        let variants = spec.keyed.iter().flat_map(|keyed| &keyed.variants).map(|item| item.fields.as_slice());
        plain.chain(variants).chain(self.messages().map(|message| message.fields.as_slice()))
    }

    /// In a sealed layer, messages of one number are tried in their order: one that takes all octets of a later one
    /// leaves that nothing.
    fn hidden_messages(&mut self) {
        for layer in self.spec.layers.iter().filter(|layer| layer.sealed) {
            for (index, hidden) in layer.messages.iter().enumerate().filter(|(_, message)| !message.by_hand) {
                let before = layer.messages.iter().take(index);
                let mut before = before.filter(|message| message.number.0 == hidden.number.0);
                let hides = before.find(|message| {
                    let sender = message.sender == Some(Sender::Either) || message.sender == hidden.sender;
                    sender && self.takes_all(&message.fields, &hidden.fields)
                });
                let Some(hides) = hides else { continue };
                let message = format!(
                    "nothing is ever read as `{}`: `{}` takes all of its octets first",
                    hidden.name.text, hides.name.text
                );
                let help = "put the narrower one first, give it a constant, or say `by hand` if what was said before \
                            tells them apart";
                self.diagnostics
                    .report(Code::HiddenMessage, &hidden.name.span, message)
                    .related(&hides.name.span, "first here")
                    .help(help);
            }
        }
    }

    /// Whether whatever holds the fields `narrow` holds the fields `wide` too, to the last octet.
    fn takes_all(&self, wide: &[FieldItem], narrow: &[FieldItem]) -> bool {
        for (index, field) in wide.iter().enumerate() {
            if matches!(field.shape, FieldShape::Rest) {
                return true;
            }
            let Some(other) = narrow.get(index) else { return false };
            let place = |name: &Name, fields: &[FieldItem]| {
                fields.iter().position(|field| field.name.text == name.text)
            };
            let same_place = |one: &Name, two: &Name| place(one, wide) == place(two, narrow);
            let same_shape = match (&field.shape, &other.shape) {
                (FieldShape::Named(one), FieldShape::Named(two)) => self.shape(one) == self.shape(two),
                (FieldShape::Sized(one), FieldShape::Sized(two)) => same_size(one, two, &same_place),
                (
                    FieldShape::Repeated { group: one, count: by },
                    FieldShape::Repeated { group: two, count: by_two },
                ) => one.text == two.text && same_place(by, by_two),
                _ => false,
            };
            let same_presence = match (&field.present_if, &other.present_if) {
                (None, None) => true,
                (Some(one), Some(two)) => same_place(one, two),
                _ => false,
            };
            let allowed = match (&field.constant, &other.constant) {
                (None, _) => true,
                (Some(one), Some(two)) => same_constant(one, two),
                (Some(_), None) => false,
            };
            let in_range = match (self.range(field), self.range(other), &other.constant) {
                (None, ..) => true,
                (Some((low, high)), _, Some(Constant::Number(number, _))) => (low..=high).contains(number),
                (Some((low, high)), Some((other_low, other_high)), _) => {
                    low <= other_low && other_high <= high
                }
                (Some(_), ..) => false,
            };
            if !(same_shape && same_presence && allowed && in_range) {
                return false;
            }
        }
        wide.len() == narrow.len()
    }

    fn range(&self, field: &FieldItem) -> Option<(u64, u64)> {
        let (low, high, _) = field.range.as_ref()?;
        let high = match high {
            Bound::Number(number) => *number,
            Bound::Limit(name) => {
                self.spec.limits.iter().find(|limit| limit.name.text == name.text).map(|limit| limit.value)?
            }
        };
        Some((*low, high))
    }

    fn shape(&self, name: &Name) -> Option<TypeShape> {
        Width::named(&name.text)
            .map(TypeShape::Integer)
            .or_else(|| self.types.get(name.text.as_str()).copied())
    }

    fn unraised_events(&mut self) {
        let raised: BTreeSet<&str> = self.raises().map(|raise| raise.event.text.as_str()).collect();
        for event in &self.spec.events {
            if !event.by_hand && !raised.contains(event.name.text.as_str()) {
                let message = format!("nothing raises event `{}`", event.name.text);
                let help = format!(
                    "raise it from a message, `-> {0};`, or say `event {0} by hand` if handwritten code does",
                    event.name.text
                );
                self.diagnostics.report(Code::UnraisedEvent, &event.name.span, message).help(help);
            }
        }
    }

    fn unused_limits(&mut self) {
        let fields = self.structures().flatten();
        let used: BTreeSet<&str> = fields
            .flat_map(|field| {
                let range = match &field.range {
                    Some((_, Bound::Limit(limit), _)) => Some(limit.text.as_str()),
                    _ => None,
                };
                let bounds = [&field.at_most, &field.at_most_octets];
                bounds.map(|limit| limit.as_ref().map(|limit| limit.text.as_str())).into_iter().chain([range])
            })
            .flatten()
            .collect();
        for limit in &self.spec.limits {
            if !limit.by_hand && !used.contains(limit.name.text.as_str()) {
                let message = format!("nothing is bounded by limit `{}`", limit.name.text);
                let help = "bound a field, `in 0..=LIMIT` or `at most LIMIT`, or end the declaration in `by hand` if \
                            handwritten code holds to it";
                self.diagnostics.report(Code::UnusedLimit, &limit.name.span, message).help(help);
            }
        }
    }

    fn unraised_anomalies(&mut self) {
        // A limit that bounds nothing is warned of itself: one thing to mend, one warning.
        let named = self.spec.limits.iter().filter_map(|limit| limit.raises.as_ref());
        let named: BTreeSet<&str> = named.map(|name| name.text.as_str()).collect();
        for anomaly in self.spec.anomalies.iter().filter(|anomaly| !anomaly.by_hand) {
            if named.contains(anomaly.name.text.as_str()) {
                continue;
            }
            let message = format!("nothing raises anomaly `{}`", anomaly.name.text);
            let help = format!(
                "let a limit raise it, or say `anomaly {} by hand;` if handwritten code does",
                anomaly.name.text
            );
            self.diagnostics.report(Code::UnraisedAnomaly, &anomaly.name.span, message).help(help);
        }
    }

    /// Types, numbers and words are for handwritten code too; groups and records are nothing by themselves.
    fn unused_parts(&mut self) {
        let repeated = self.structures().flatten().filter_map(|field| match &field.shape {
            FieldShape::Repeated { group, .. } => Some(group.text.as_str()),
            _ => None,
        });
        let repeated: BTreeSet<&str> = repeated.collect();
        let holders = self.spec.events.iter().chain(&self.spec.records);
        let held: BTreeSet<&str> =
            holders.flat_map(|item| &item.parameters).map(|parameter| parameter.kind.text.as_str()).collect();
        let groups = self.spec.groups.iter().map(|item| &item.name);
        let groups = groups.filter(|name| !repeated.contains(name.text.as_str()));
        for name in groups {
            let message = format!("nothing repeats group `{}`", name.text);
            let help = format!("let a message hold it, `field: {}[count]`, or take it out", name.text);
            self.diagnostics.report(Code::UnusedPart, &name.span, message).help(help);
        }
        let records = self.spec.records.iter().map(|item| &item.name);
        for name in records.filter(|name| !held.contains(name.text.as_str())) {
            let message = format!("record `{}` is part of no event", name.text);
            let help = format!("let an event hold it, `parameter: {}`, or take it out", name.text);
            self.diagnostics.report(Code::UnusedPart, &name.span, message).help(help);
        }
    }

    fn shadowed_names(&mut self) {
        for fields in self.structures() {
            self.limits_that_look_like_fields(fields);
        }
        for message in self.messages() {
            let names: BTreeMap<_, _> =
                message.fields.iter().map(|field| (field.name.text.as_str(), &field.name)).collect();
            for raise in &message.raises {
                self.passed_over(&raise.arguments, &names);
            }
        }
        for line in &self.spec.lines {
            let names = line.parts.iter().filter_map(|part| match part {
                LinePart::Field { name, .. } => Some((name.text.as_str(), name)),
                LinePart::Literal(_) => None,
            });
            let names = names.collect();
            for raise in &line.raises {
                self.passed_over(&raise.arguments, &names);
            }
        }
    }

    /// `in 0..=n` and `at most n` mean the limit `n`, also where an earlier field has that name.
    fn limits_that_look_like_fields(&mut self, fields: &[FieldItem]) {
        for (index, field) in fields.iter().enumerate() {
            let range = match &field.range {
                Some((_, Bound::Limit(limit), _)) => Some(limit),
                _ => None,
            };
            for limit in range.into_iter().chain(&field.at_most).chain(&field.at_most_octets) {
                let earlier = fields.iter().take(index).find(|earlier| earlier.name.text == limit.text);
                if let Some(earlier) = earlier {
                    let message = format!("`{}` is the limit here, not the field of that name", limit.text);
                    self.diagnostics
                        .report(Code::ShadowedName, &limit.span, message)
                        .related(&earlier.name.span, "the field")
                        .help("give one of them another name");
                }
            }
        }
    }

    /// `event(q: g)` where the message has a field `q` of its own.
    fn passed_over(&mut self, arguments: &[ArgumentItem], fields: &BTreeMap<&str, &Name>) {
        for argument in arguments {
            match &argument.source {
                SourceItem::Record { arguments, .. } => self.passed_over(arguments, fields),
                SourceItem::Field(source) if source.text != argument.parameter.text => {
                    let Some(field) = fields.get(argument.parameter.text.as_str()) else { continue };
                    let message = format!(
                        "parameter `{}` is fed by `{}`, though a field has its name",
                        argument.parameter.text, source.text
                    );
                    self.diagnostics
                        .report(Code::ShadowedName, &argument.parameter.span, message)
                        .related(&field.span, "the field that is passed over")
                        .help("feed it from the field of its name, or give that field another");
                }
                SourceItem::Field(_) => {}
            }
        }
    }

    /// Whole names come before patterns, so those may overlap; and a pattern that is covered by an earlier one of
    /// another exchange is a mistake. What is left are patterns of which neither is the wider one.
    fn ambiguous_methods(&mut self) {
        let mut earlier: Vec<(&str, &(String, _))> = Vec::new();
        for exchange in &self.spec.exchanges {
            let own = exchange.methods.iter().filter(|(pattern, _)| pattern.contains('*'));
            for (pattern, span) in own.clone() {
                let clash = earlier.iter().find_map(|(name, (other, first))| {
                    let ordered = covers(pattern, other) || covers(other, pattern);
                    let shared = (!ordered && akin(pattern, other)).then(|| common(pattern, other))??;
                    Some((name, other, first, shared))
                });
                let Some((name, other, first, shared)) = clash else { continue };
                let message = format!(
                    "\"{pattern}\" and \"{other}\" share names: \"{shared}\" selects `{name}`, which stands first"
                );
                let help = format!(
                    "make one of them narrower, or name \"{shared}\" in the exchange that it selects"
                );
                self.diagnostics
                    .report(Code::AmbiguousMethod, span, message)
                    .related(first, "first here")
                    .help(help);
            }
            earlier.extend(own.map(|method| (exchange.name.text.as_str(), method)));
        }
    }
}

fn same_constant(one: &Constant, other: &Constant) -> bool {
    match (one, other) {
        (Constant::Text(one, _), Constant::Text(other, _)) => one == other,
        (Constant::Number(one, _), Constant::Number(other, _)) => one == other,
        (Constant::Flag(one, _), Constant::Flag(other, _)) => one == other,
        _ => false,
    }
}

fn same_size(one: &Expression, other: &Expression, same_place: &impl Fn(&Name, &Name) -> bool) -> bool {
    match (one, other) {
        (Expression::Number(one, _), Expression::Number(other, _)) => one == other,
        (Expression::Field(one), Expression::Field(other)) => same_place(one, other),
        (
            Expression::Binary { left, operator, right },
            Expression::Binary { left: other_left, operator: other_operator, right: other_right },
        ) => {
            operator == other_operator
                && same_size(left, other_left, same_place)
                && same_size(right, other_right, same_place)
        }
        _ => false,
    }
}
