//! Events and records, what raises them, and what feeds their parameters.

use std::fmt::Write as _;

use super::messages::anchor;
use super::text::{cell, code, paragraphs};
use super::{Context, Titled, exchange_page, layer_page};
use crate::model::{Kind, Raise, Record, Source};

impl Context<'_> {
    pub(super) fn events(&self) -> Titled {
        let mut text = String::new();
        for (index, event) in self.model.events.iter().enumerate() {
            let mut by = self.raised_by(index);
            if event.by_hand {
                by.push("handwritten code".to_owned());
            }
            let by = if by.is_empty() { "nobody".to_owned() } else { by.join(", ") };
            self.record(event, &format!("Raised by {by}."), &mut text);
        }
        for record in &self.model.records {
            self.record(record, "Part of events.", &mut text);
        }
        self.page("events.md".to_owned(), "Events".to_owned(), &[], &text)
    }

    fn record(&self, record: &Record, note: &str, text: &mut String) {
        let _ = writeln!(text, "## {}\n", record.name);
        let docs = paragraphs(&record.docs);
        if !docs.is_empty() {
            let _ = writeln!(text, "{docs}\n");
        }
        let _ = writeln!(text, "{note}\n");
        if record.parameters.is_empty() {
            return;
        }
        text.push_str("| parameter | kind | meaning |\n|---|---|---|\n");
        for parameter in &record.parameters {
            let kind = match parameter.kind {
                Kind::Bytes => code("bytes"),
                Kind::Text => code("text"),
                Kind::Boolean => code("boolean"),
                Kind::Count => code("count"),
                Kind::Names => code("names"),
                Kind::FromOriginator => code("boolean"),
                Kind::FromServer => code("boolean"),
                Kind::Record(index) => {
                    let name = &self.model.records[index].name;
                    format!("[{}](#{})", code(name), name.to_lowercase())
                }
            };
            let sender = match parameter.kind {
                Kind::FromOriginator => "Whether the end that opened the connection sent it. ",
                Kind::FromServer => "Whether the server sent it. ",
                _ => "",
            };
            let optional = if parameter.optional { "Absent where it would be empty. " } else { "" };
            let meaning = format!("{sender}{optional}{}", cell(&parameter.docs));
            let _ = writeln!(text, "| {} | {kind} | {} |", code(&parameter.name), meaning.trim_end());
        }
        text.push('\n');
    }

    /// What each event that is raised is fed from.
    pub(super) fn raises(&self, raises: &[Raise], fields: &[&str], text: &mut String) {
        for raise in raises {
            let event = &self.model.events[raise.event];
            let _ = writeln!(
                text,
                "Raises {}{}\n",
                self.event_link(raise.event),
                self.fed(event, &raise.arguments, fields)
            );
        }
    }

    fn fed(&self, event: &Record, arguments: &[Source], fields: &[&str]) -> String {
        let mut feeds = Vec::new();
        self.feeds("", event, arguments, fields, &mut feeds);
        if feeds.is_empty() { ".".to_owned() } else { format!(": {}.", feeds.join(", ")) }
    }

    fn feeds(
        &self,
        prefix: &str,
        record: &Record,
        arguments: &[Source],
        fields: &[&str],
        feeds: &mut Vec<String>,
    ) {
        for (parameter, source) in record.parameters.iter().zip(arguments) {
            let name = format!("{prefix}{}", parameter.name);
            match source {
                Source::Field(index) => {
                    let field = fields.get(*index).copied().unwrap_or_default();
                    feeds.push(format!("{} from {}", code(&name), code(field)));
                }
                Source::FromOriginator | Source::FromServer => {
                    feeds.push(format!("{} from who sent it", code(&name)));
                }
                Source::Record { record, arguments } => {
                    let record = &self.model.records[*record];
                    self.feeds(&format!("{name}."), record, arguments, fields, feeds);
                }
            }
        }
    }

    pub(super) fn event_link(&self, index: usize) -> String {
        let name = &self.model.events[index].name;
        format!("[{}](events.md#{})", code(name), name.to_lowercase())
    }

    /// Links to all that raise an event.
    fn raised_by(&self, event: usize) -> Vec<String> {
        let model = self.model;
        let raises = |raises: &[Raise]| raises.iter().any(|raise| raise.event == event);
        let lines = model.lines.iter().filter(|line| raises(&line.raises));
        let lines = lines.map(|line| format!("[{}](frames.md#{})", line.name, line.name.to_lowercase()));
        let layers = model.layers.iter().map(|layer| (&layer.name, layer_page(&layer.name), &layer.messages));
        let exchanges = model.exchanges.iter();
        let exchanges = exchanges.map(|item| (&item.name, exchange_page(&item.name), &item.messages));
        let messages = layers.chain(exchanges).flat_map(|(owner, page, messages)| {
            let raising = messages.iter().filter(|message| raises(&message.raises));
            raising.map(move |message| {
                format!("[{owner} {}]({page}#{})", message.structure.name, anchor(message))
            })
        });
        lines.chain(messages).collect()
    }
}
