//! Layers, and the messages that they and exchanges hold.

use super::Lowering;
use super::fields::Place;
use crate::diagnostics::{Code, Span};
use crate::model::{Layer, Message, Sender, Structure};
use crate::syntax as tree;

impl Lowering<'_> {
    pub(super) fn layer(&mut self, item: tree::LayerItem) -> Layer {
        self.not_empty("message", &item.name, item.messages.is_empty());
        let numbers = item.numbers.as_ref().and_then(|numbers| self.numbers(numbers));
        let messages = self.messages(item.messages, item.sealed, numbers);
        Layer { docs: item.docs, name: item.name.text, sealed: item.sealed, numbers, messages }
    }

    pub(super) fn messages(
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
}

pub(super) fn overlap(one: tree::Sender, other: tree::Sender) -> bool {
    one == other || one == tree::Sender::Either || other == tree::Sender::Either
}
