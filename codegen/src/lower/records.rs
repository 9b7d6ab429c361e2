//! Events and records: of what kinds their parameters are.

use std::collections::BTreeSet;

use super::Lowering;
use crate::diagnostics::Code;
use crate::model::{Kind, Parameter, Record};
use crate::suggest::did_you_mean;
use crate::syntax as tree;

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
    pub(super) fn records(&mut self, records: Vec<tree::RecordItem>, events: Vec<tree::RecordItem>) {
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
}
