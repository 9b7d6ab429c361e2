//! Limits, and lists of words.

use super::{Lowering, names};
use crate::diagnostics::Code;
use crate::model::{Limit, Words};
use crate::syntax::{self as tree, Name};

impl Lowering<'_> {
    pub(super) fn limits(&mut self, items: Vec<tree::LimitItem>) {
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

    pub(super) fn words(&mut self, items: Vec<tree::WordsItem>) {
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
}
