//! Limits, anomalies and numbers.

use std::fmt::Write as _;

use super::text::{code, number, paragraphs};
use super::{Context, Titled};

impl Context<'_> {
    pub(super) fn limits(&self) -> Titled {
        let mut text = String::new();
        for (index, limit) in self.model.limits.iter().enumerate() {
            let docs = paragraphs(&limit.docs);
            let _ = writeln!(text, "## {}\n\n{}. {docs}\n", limit.name, number(limit.value));
            let bounded = self.bounded_by(index);
            if !bounded.is_empty() {
                let _ = writeln!(text, "It bounds {}.\n", bounded.join(", "));
            }
            if limit.by_hand {
                text.push_str("Handwritten code holds to it.\n\n");
            }
            if let Some(anomaly) = limit.raises.map(|index| &self.model.anomalies[index].name) {
                let _ = writeln!(
                    text,
                    "Beyond it: [{}](anomalies.md#{}).\n",
                    code(anomaly),
                    anomaly.to_lowercase()
                );
            }
        }
        self.page("limits.md".to_owned(), "Limits".to_owned(), &[], &text)
    }

    /// The fields that a limit bounds, with the structures that they stand in.
    fn bounded_by(&self, limit: usize) -> Vec<String> {
        let model = self.model;
        let layers = model.layers.iter().flat_map(|item| &item.messages);
        let messages = layers.chain(model.exchanges.iter().flat_map(|item| &item.messages));
        let variants = model.keyed.iter().flat_map(|keyed| &keyed.variants).map(|variant| &variant.structure);
        let structures = model.groups.iter().chain(&model.frames).chain(variants);
        let structures = structures.chain(messages.map(|message| &message.structure));
        structures
            .flat_map(|structure| structure.fields.iter().map(move |field| (structure, field)))
            .filter(|(_, field)| {
                [field.at_most, field.at_most_octets, field.range_limit].contains(&Some(limit))
            })
            .map(|(structure, field)| code(&format!("{}.{}", structure.name, field.name)))
            .collect()
    }

    pub(super) fn anomalies(&self) -> Titled {
        let mut text = String::new();
        for (index, anomaly) in self.model.anomalies.iter().enumerate() {
            let limits = self.model.limits.iter().filter(|limit| limit.raises == Some(index));
            let mut by: Vec<_> = limits
                .map(|limit| {
                    format!("the limit [{}](limits.md#{})", code(&limit.name), limit.name.to_lowercase())
                })
                .collect();
            if anomaly.by_hand {
                by.push("handwritten code".to_owned());
            }
            let by = if by.is_empty() { "nobody".to_owned() } else { by.join(", ") };
            let docs = paragraphs(&anomaly.docs);
            let _ = writeln!(text, "## {}\n\n{docs}\n\nRaised by {by}.\n", anomaly.name);
        }
        self.page("anomalies.md".to_owned(), "Anomalies".to_owned(), &[], &text)
    }

    pub(super) fn numbers(&self) -> Titled {
        let mut text = String::from("Sizes and counts that handwritten code reckons with.\n\n");
        for item in &self.model.numbers {
            let _ =
                writeln!(text, "## {}\n\n{}. {}\n", item.name, number(item.value), paragraphs(&item.docs));
        }
        self.page("numbers.md".to_owned(), "Numbers".to_owned(), &[], &text)
    }
}
