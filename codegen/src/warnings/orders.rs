//! Messages, states and ends that no order makes use of.

use crate::diagnostics::{Code, Diagnostics};
use crate::model::{Message, Model, Order, What};

/// Warns of what is odd in the orders of a spec that is free of mistakes.
pub(crate) fn warn(model: &Model, diagnostics: &mut Diagnostics) {
    for order in &model.orders {
        states(order, diagnostics);
    }
    let mut said = Vec::new();
    for order in &model.orders {
        let reached = order.reached();
        let steps = order.steps.iter().filter(|step| reached[step.from]);
        said.extend(steps.map(|step| (order.exchange, order.labels[step.label].what)));
    }
    for (index, layer) in model.layers.iter().enumerate() {
        if model.orders.iter().any(|order| order.layers.contains(&index)) {
            let is_said = |message| said.contains(&(None, What::OfLayer(index, message)));
            messages(&layer.messages, is_said, diagnostics);
        }
    }
    for (index, exchange) in model.exchanges.iter().enumerate() {
        if model.orders.iter().any(|order| order.exchange == Some(index)) {
            let is_said = |message| said.contains(&(Some(index), What::OfExchange(message)));
            messages(&exchange.messages, is_said, diagnostics);
        }
    }
}

fn states(order: &Order, diagnostics: &mut Diagnostics) {
    let reached = order.reached();
    for (index, state) in order.states.iter().enumerate() {
        let name = &state.name;
        if !reached[index] {
            let message = format!("nothing leads to state `{name}` of `{}`", order.name);
            let help = format!("let a message lead there, `-> {name};`, or take it out");
            diagnostics.report(Code::UnreachableState, &state.span, message).help(help);
            continue;
        }
        let stays = !order.steps.iter().any(|step| step.from == index && step.to != index);
        if stays && !state.is_end && !state.fails {
            let message = format!("nothing leads from state `{name}` of `{}`, which is no end", order.name);
            let help = format!("let a message lead on, or say `end {name}`, or `fail {name}`");
            diagnostics.report(Code::DeadEnd, &state.span, message).help(help);
        }
    }
}

fn messages(messages: &[Message], is_said: impl Fn(usize) -> bool, diagnostics: &mut Diagnostics) {
    for (index, message) in messages.iter().enumerate() {
        if !is_said(index) {
            let text = format!("no order ever allows `{}`", message.structure.name);
            let help = "name it in a state, or in `anywhere { … }`";
            diagnostics.report(Code::UnreachableMessage, &message.span, text).help(help);
        }
    }
}
