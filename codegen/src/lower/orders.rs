//! Orders: what is named is looked up, and what one line says of many states is said of each.

use std::collections::BTreeSet;

use super::messages::overlap;
use super::{Lowering, names};
use crate::case::camel;
use crate::diagnostics::{Code, Span};
use crate::model::*;
use crate::suggest::did_you_mean;
use crate::syntax::{self as tree, Name};

/// A set of so many states still fits an integer.
const MOST_STATES: usize = 64;

/// The word that stands for the order of the exchange that the method in use selects.
const EXCHANGE: &str = "exchange";

/// A transition of which names are looked up.
#[derive(Clone)]
struct Turn {
    label: usize,
    sender: Sender,
    /// `None`: the state stays.
    to: Option<usize>,
    span: Span,
}

/// Messages that may be named in an order.
struct Scope<'o> {
    /// What may be run, by name: the orders over layers.
    orders: &'o [String],
    /// Names of the layers, with what they hold.
    layers: Vec<(String, Vec<Label>)>,
    /// Whether some messages are missing, since their mistake has been reported.
    broken: bool,
}

impl Lowering<'_> {
    /// All orders, those over layers first.
    pub(super) fn orders(&mut self, items: Vec<tree::OrderItem>, of_exchanges: Vec<Option<tree::OrderItem>>) {
        self.unique("order", items.iter().map(|item| &item.name));
        let orders: Vec<String> = items.iter().map(|item| item.name.text.clone()).collect();
        for item in items {
            let layers = names(&self.model.layers, |layer| &layer.name);
            let mut over = Vec::new();
            self.unique("layer", item.over.iter());
            for layer in &item.over {
                over.extend(self.find(Code::UnknownLayer, "layer", layer, &layers));
            }
            let labels = |index: usize| {
                let layer = &self.model.layers[index];
                (layer.name.clone(), labels(&layer.messages, |message| What::OfLayer(index, message)))
            };
            let broken = over.len() < item.over.len()
                || item.over.iter().any(|layer| self.broken.contains(&layer.text));
            let scope =
                Scope { orders: &orders, layers: over.iter().map(|index| labels(*index)).collect(), broken };
            let order = self.order(item, &scope);
            self.model.orders.push(Order { layers: over, ..order });
        }
        for (index, item) in of_exchanges.into_iter().enumerate() {
            let Some(item) = item else { continue };
            let exchange = &self.model.exchanges[index];
            let own = labels(&exchange.messages, What::OfExchange);
            let broken = self.broken.contains(&exchange.name);
            let scope = Scope { orders: &orders, layers: vec![(exchange.name.clone(), own)], broken };
            let order = self.order(item, &scope);
            self.model.orders.push(Order { exchange: Some(index), ..order });
        }
    }

    fn order(&mut self, item: tree::OrderItem, scope: &Scope<'_>) -> Order {
        let mistakes = self.diagnostics.iter().count();
        self.not_empty("state", &item.name, item.states.is_empty());
        self.unique("state", item.states.iter().map(|state| &state.name));
        self.unique("variation", item.variations.iter().map(|variation| &variation.name));
        if let Some(state) = item.states.get(MOST_STATES) {
            let message = format!("order `{}` has more than {MOST_STATES} states", item.name.text);
            self.diagnostics.report(Code::BadOrder, &state.name.span, message);
        }
        let states: Vec<String> = item.states.iter().map(|state| state.name.text.clone()).collect();
        let likes: Vec<Option<usize>> = item
            .states
            .iter()
            .map(|state| self.find(Code::UnknownState, "state", state.like.as_ref()?, &states))
            .collect();
        let mut labels = Vec::new();
        let own: Vec<Vec<Turn>> = item
            .states
            .iter()
            .map(|state| self.turns(&state.transitions, scope, &states, &mut labels))
            .collect();
        let anywhere: Vec<(Vec<usize>, Vec<Turn>)> = item
            .anywhere
            .iter()
            .map(|part| {
                let but = part.but.iter();
                let but =
                    but.filter_map(|name| self.find(Code::UnknownState, "state", name, &states)).collect();
                (but, self.turns(&part.transitions, scope, &states, &mut labels))
            })
            .collect();

        let mut steps = Vec::new();
        for (index, state) in item.states.iter().enumerate() {
            let mut turns = own[index].clone();
            let said = turns.len();
            let mut seen = BTreeSet::from([index]);
            let mut other = likes[index];
            while let Some(like) = other {
                if !seen.insert(like) {
                    let message = format!("state `{}` is like itself", state.name.text);
                    self.diagnostics.report(Code::BadOrder, &state.name.span, message);
                    break;
                }
                // What a state says itself counts more than what it says by being like another.
                add(&mut turns, &own[like]);
                other = likes[like];
            }
            let alike = turns.len();
            for (but, everywhere) in &anywhere {
                if !but.contains(&index) && !state.is_end {
                    add(&mut turns, everywhere);
                }
            }
            steps.extend(turns.into_iter().enumerate().map(|(place, turn)| Step {
                own: place < said,
                everywhere: place >= alike,
                from: index,
                label: turn.label,
                sender: turn.sender,
                to: turn.to.unwrap_or(index),
            }));
        }
        for part in &item.anywhere {
            self.unique("state", part.but.iter());
        }
        let variations = item.variations.into_iter();
        let variations: Vec<_> =
            variations.map(|variation| self.variation(variation, scope, &states, &mut labels)).collect();
        // A message whose transition is wrong is not found among the steps: that has been reported.
        let right = self.diagnostics.iter().count() == mistakes;
        for variation in variations.iter().filter(|_| right) {
            for (_, label) in &variation.1 {
                if !steps.iter().any(|step| step.label == *label) {
                    let message = format!(
                        "`{}` is not allowed anywhere, so it cannot be forbidden",
                        labels[*label].name
                    );
                    self.diagnostics.report(Code::BadOrder, &variation.2, message);
                }
            }
        }
        let variations =
            variations.into_iter().map(|(named, forbids, _)| Variation { forbids, ..named }).collect();
        let states = item.states.into_iter().zip(likes).map(|(state, like)| State {
            like,
            line: self.line_of(&state.name.span),
            docs: state.docs,
            span: state.name.span,
            name: state.name.text,
            is_end: state.is_end,
            fails: state.fails,
        });
        let states = states.collect();
        let anywhere = anywhere.into_iter().map(|(but, turns)| Anywhere {
            but,
            turns: turns.into_iter().map(|turn| (turn.sender, turn.label, turn.to)).collect(),
        });
        let anywhere = anywhere.collect();
        Order {
            line: self.line_of(&item.name.span),
            docs: item.docs,
            name: item.name.text,
            each: item.each,
            exchange: None,
            layers: Vec::new(),
            states,
            labels,
            steps,
            anywhere,
            variations,
        }
    }

    /// Looks up what stands in the braces of a state.
    fn turns(
        &mut self,
        items: &[tree::TransitionItem],
        scope: &Scope<'_>,
        states: &[String],
        labels: &mut Vec<Label>,
    ) -> Vec<Turn> {
        let mut turns: Vec<Turn> = Vec::new();
        for item in items {
            let to = match &item.to {
                None => None,
                Some(name) => match self.find(Code::UnknownState, "state", name, states) {
                    Some(state) => Some(state),
                    None => continue,
                },
            };
            let mut said = Vec::new();
            match &item.step {
                tree::Step::Runs(name) => {
                    said.extend(
                        self.run(name, scope).map(|label| (label, Sender::Either, name.span.clone())),
                    );
                }
                tree::Step::Says { sender, messages } => {
                    for name in messages {
                        let found = self.said(name, Some(*sender), scope);
                        said.extend(
                            found.into_iter().map(|(label, sender)| (label, sender, name.span.clone())),
                        );
                    }
                }
            }
            for (label, sender, span) in said {
                let label = index_of(label, labels);
                let turn = Turn { label, sender, to, span };
                if let Some(first) = turns.iter().find(|other| clash(other, &turn)) {
                    let name = &labels[label].name;
                    let message = format!("`{name}` leads from here already: where to is not clear");
                    self.diagnostics
                        .report(Code::AmbiguousStep, &turn.span, message)
                        .related(&first.span, "first here");
                    continue;
                }
                turns.push(turn);
            }
        }
        turns
    }

    /// The order that `run` names.
    fn run(&mut self, name: &Name, scope: &Scope<'_>) -> Option<Label> {
        let what = if name.text == EXCHANGE {
            What::Run(Run::Exchange)
        } else {
            What::Run(Run::Order(self.find(Code::UnknownOrder, "order", name, scope.orders)?))
        };
        let label = Label { name: camel(&name.text), what, sender: Sender::Either };
        if let Some((layer, _)) =
            scope.layers.iter().find(|(_, own)| own.iter().any(|own| own.name == label.name))
        {
            let message = format!("`{}` is a message of `{layer}` too", label.name);
            let help = "give one of them another name";
            self.diagnostics.report(Code::BadOrder, &name.span, message).help(help);
        }
        Some(label)
    }

    /// The message that is named, or all of a layer, and which of those whom `sender` allows may send it.
    fn said(&mut self, name: &Name, sender: Option<Sender>, scope: &Scope<'_>) -> Vec<(Label, Sender)> {
        let found: Vec<_> = scope
            .layers
            .iter()
            .filter_map(|(layer, own)| {
                own.iter().find(|label| label.name == name.text).map(|label| (layer, label))
            })
            .collect();
        if let [(first, _), (second, _), ..] = found[..] {
            let message = format!("`{}` is a message of `{first}` and of `{second}`", name.text);
            let help = "give one of them another name";
            self.diagnostics.report(Code::BadOrder, &name.span, message).help(help);
            return Vec::new();
        }
        if let Some((_, label)) = found.first() {
            let sender = sender.unwrap_or(label.sender);
            if label.sender != Sender::Either && label.sender != sender {
                let only = if label.sender == Sender::Client { "client" } else { "server" };
                let message = format!("`{}` is sent by the {only} alone", name.text);
                self.diagnostics
                    .report(Code::WrongSender, &name.span, message)
                    .help(format!("say `{only} {}`", name.text));
                return Vec::new();
            }
            return vec![((*label).clone(), sender)];
        }
        if let Some((_, own)) = scope.layers.iter().find(|(layer, _)| *layer == name.text) {
            let asked = sender.unwrap_or(Sender::Either);
            let allowed = own.iter().filter(|label| overlap(label.sender, asked));
            let narrower = |label: &Label| if label.sender == Sender::Either { asked } else { label.sender };
            return allowed.map(|label| (label.clone(), narrower(label))).collect();
        }
        if !scope.broken && !self.broken.contains(&name.text) {
            let known = scope.layers.iter().flat_map(|(layer, own)| {
                own.iter().map(|label| label.name.as_str()).chain(std::iter::once(layer.as_str()))
            });
            let help = did_you_mean(&name.text, known);
            let message = format!("there is no message or layer `{}` here", name.text);
            self.diagnostics.report(Code::UnknownMessage, &name.span, message).help = help;
        }
        Vec::new()
    }

    /// A variation, what it forbids, and where it stands.
    fn variation(
        &mut self,
        item: tree::VariationItem,
        scope: &Scope<'_>,
        states: &[String],
        labels: &mut Vec<Label>,
    ) -> (Variation, Vec<(usize, usize)>, Span) {
        self.not_empty("rule", &item.name, item.forbids.is_empty());
        let mut forbids = Vec::new();
        for forbid in &item.forbids {
            let states: Vec<usize> = forbid
                .states
                .iter()
                .filter_map(|name| self.find(Code::UnknownState, "state", name, states))
                .collect();
            for name in &forbid.messages {
                for (label, _) in self.said(name, None, scope) {
                    let label = index_of(label, labels);
                    forbids.extend(states.iter().map(|state| (*state, label)));
                }
            }
        }
        let span = item.name.span;
        (Variation { docs: item.docs, name: item.name.text, forbids: Vec::new() }, forbids, span)
    }
}

/// What messages are called in an order.
fn labels(messages: &[Message], what: impl Fn(usize) -> What) -> Vec<Label> {
    let labels = messages.iter().enumerate().map(|(index, message)| Label {
        name: message.structure.name.clone(),
        what: what(index),
        sender: message.sender,
    });
    labels.collect()
}

/// The index of a label, which is added where it is new.
fn index_of(label: Label, labels: &mut Vec<Label>) -> usize {
    labels.iter().position(|other| *other == label).unwrap_or_else(|| {
        labels.push(label);
        labels.len() - 1
    })
}

fn clash(one: &Turn, other: &Turn) -> bool {
    one.label == other.label && overlap(one.sender, other.sender)
}

/// Adds turns, save those about which something is said already.
fn add(turns: &mut Vec<Turn>, more: &[Turn]) {
    for turn in more {
        if !turns.iter().any(|own| clash(own, turn)) {
            turns.push(turn.clone());
        }
    }
}
