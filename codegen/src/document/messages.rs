//! Layers and exchanges: a table of all their messages, and a section for each.

use std::fmt::Write as _;

use super::text::{code, paragraphs};
use super::{Context, Titled, exchange_page, layer_page, layout};
use crate::model::{ExchangeNumbers, Layer, Message, Sender, Structure};

impl Context<'_> {
    pub(super) fn layer(&self, layer: &Layer) -> Titled {
        let mut text = String::new();
        if layer.sealed {
            text.push_str(
                "These messages are encrypted on the wire. Those that share a number are told apart by their constants.\n\n",
            );
        }
        if let Some((low, high)) = layer.numbers {
            let _ = writeln!(text, "Numbers {low} to {high} are its own.\n");
        }
        self.messages(&layer.messages, &mut text);
        self.page(layer_page(&layer.name), format!("Layer {}", layer.name), &layer.docs, &text)
    }

    pub(super) fn exchange(&self, index: usize) -> Titled {
        let exchange = &self.model.exchanges[index];
        let mut text = String::from("## Methods\n\n");
        for method in &exchange.methods {
            let _ = writeln!(text, "- {}", code(method));
        }
        text.push_str("\nIn a pattern, `*` stands for any text. Whole names come before patterns.\n\n");
        if let Some(ExchangeNumbers { docs, range: (low, high) }) = &self.model.exchange_numbers {
            let _ = writeln!(text, "Numbers {low} to {high} are those of exchanges. {}\n", paragraphs(docs));
        }
        self.messages(&exchange.messages, &mut text);
        self.order_of_exchange(index, &mut text);
        let title = format!("Exchange {}", exchange.name);
        self.page(exchange_page(&exchange.name), title, &exchange.docs, &text)
    }

    fn messages(&self, messages: &[Message], text: &mut String) {
        text.push_str(
            "## Messages\n\n| number | sender | message | size | events |\n|---:|---|---|---|---|\n",
        );
        for message in messages {
            let events: Vec<_> = message.raises.iter().map(|raise| self.event_link(raise.event)).collect();
            let _ = writeln!(
                text,
                "| {} | {} | [{}](#{}) | {} | {} |",
                message.number,
                message.sender.word(),
                message.structure.name,
                anchor(message),
                layout::total(self.model, Some(("number", 1)), &message.structure.fields),
                events.join(", ")
            );
        }
        text.push('\n');
        for message in messages {
            let structure = &message.structure;
            let _ = writeln!(text, "### {} {}\n", message.number, structure.name);
            let sender = match message.sender {
                Sender::Client => "the client",
                Sender::Server => "the server",
                Sender::Either => "either end",
            };
            let by_hand = if message.by_hand {
                " What was said before tells it from others of its number."
            } else {
                ""
            };
            let _ = writeln!(text, "Sent by {sender}.{by_hand}\n");
            self.structure(structure, Some(message.number), text);
            let names: Vec<_> = structure.fields.iter().map(|field| field.name.as_str()).collect();
            self.raises(&message.raises, &names, text);
        }
    }

    /// Comment, boxes and table.
    pub(super) fn structure(&self, structure: &Structure, message: Option<u8>, text: &mut String) {
        let docs = paragraphs(&structure.docs);
        if !docs.is_empty() {
            let _ = writeln!(text, "{docs}\n");
        }
        if structure.fields.is_empty() && message.is_none() {
            text.push_str("It has no fields.\n\n");
            return;
        }
        let lead = message.map(|_| ("number", 1));
        text.push_str(&layout::boxes(self.model, lead, &structure.fields));
        text.push('\n');
        let lead = message.map(|number| ("number", 1, format!("Always {number}.")));
        text.push_str(&layout::table(self.model, lead, &structure.fields));
        text.push('\n');
    }
}

/// Where a message stands on its page.
pub(super) fn anchor(message: &Message) -> String {
    format!("{}-{}", message.number, message.structure.name.to_lowercase())
}
