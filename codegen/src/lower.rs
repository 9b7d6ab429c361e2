//! Tree to model: looks up names, checks what they stand for, and reports every mistake on the way.

mod bounds;
mod exchanges;
mod fields;
mod keyed;
mod limits;
mod lines;
mod messages;
mod numbers;
mod orders;
mod raises;
mod records;
mod sealings;
mod shapes;
mod structures;
mod tables;
mod types;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use self::fields::Place;
use crate::diagnostics::{Code, Diagnostics, Span};
use crate::model::*;
use crate::suggest::did_you_mean;
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
        self.exchange_numbers(spec.exchange_numbers);
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

    /// Reports a declaration that has no members.
    fn not_empty(&mut self, member: &str, name: &Name, is_empty: bool) {
        if is_empty && !self.broken.contains(&name.text) {
            let message = format!("`{}` has no {member}", name.text);
            self.diagnostics.report(Code::Empty, &name.span, message);
        }
    }
}

fn names<T>(items: &[T], name: fn(&T) -> &String) -> Vec<String> {
    items.iter().map(|item| name(item).clone()).collect()
}
