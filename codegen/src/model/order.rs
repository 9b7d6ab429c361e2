//! Which message may follow which: states, and what leads from one to another.

use super::Sender;
use crate::diagnostics::Span;
use crate::syntax::Docs;

/// An order: over layers, or of an exchange.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    pub(crate) line: usize,
    /// Whether each end goes its own way through the states.
    pub(crate) each: bool,
    /// Index of the exchange whose order it is.
    pub(crate) exchange: Option<usize>,
    /// Indices of the layers whose messages it orders.
    pub(crate) layers: Vec<usize>,
    /// It begins in the first.
    pub(crate) states: Vec<State>,
    /// All that makes it go on, in the order in which they are first named.
    pub(crate) labels: Vec<Label>,
    /// By state, then as they stand in the spec; at most one for each state, label and sender.
    pub(crate) steps: Vec<Step>,
    /// What is said of many states in one place; it stands among the steps too.
    pub(crate) anywhere: Vec<Anywhere>,
    pub(crate) variations: Vec<Variation>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) line: usize,
    /// Whether it may be left at that.
    pub(crate) is_end: bool,
    /// Whether it fails there: nothing leads on, though it is no end.
    pub(crate) fails: bool,
    /// Index of the state whose steps it has too.
    pub(crate) like: Option<usize>,
}

/// What makes an order go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    /// The message's name; of an order that is run, its name in camel case.
    pub(crate) name: String,
    pub(crate) what: What,
    /// Who may cause it at all.
    pub(crate) sender: Sender,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Indices of layer and message.
    OfLayer(usize, usize),
    /// Index of the message in the order's own exchange.
    OfExchange(usize),
    /// Another order is run to its end.
    Run(Run),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// That of the exchange that the method in use selects.
    Exchange,
    /// Index of the order among those over layers.
    Order(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Index of the state.
    pub(crate) from: usize,
    /// Index of the label.
    pub(crate) label: usize,
    pub(crate) sender: Sender,
    /// Index of the state.
    pub(crate) to: usize,
    /// Whether the state says it itself: neither `like` nor `anywhere` does.
    pub(crate) own: bool,
    /// Whether `anywhere` says it.
    pub(crate) everywhere: bool,
}

/// What may happen in all states but some, and but the ends.
#[derive(Debug)]
pub(crate) struct Anywhere {
    /// Indices of states.
    pub(crate) but: Vec<usize>,
    /// Sender, index of the label, and index of the state after it, unless the state stays.
    pub(crate) turns: Vec<(Sender, usize, Option<usize>)>,
}

/// A stricter form of an order.
#[derive(Debug)]
pub(crate) struct Variation {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    /// Indices of state and label: what may not happen where.
    pub(crate) forbids: Vec<(usize, usize)>,
}

impl Order {
    /// Whether each state can be reached from the first.
    pub(crate) fn reached(&self) -> Vec<bool> {
        self.closed(0, |_| true)
    }

    /// The states that can be reached from one by steps that `sent` allows, itself among them.
    pub(crate) fn closed(&self, from: usize, sent: impl Fn(&Step) -> bool) -> Vec<bool> {
        let mut reached = vec![false; self.states.len()];
        let mut ahead = vec![from];
        while let Some(state) = ahead.pop() {
            if std::mem::replace(&mut reached[state], true) {
                continue;
            }
            ahead.extend(
                self.steps.iter().filter(|step| step.from == state && sent(step)).map(|step| step.to),
            );
        }
        reached
    }
}
