//! `order`: which message may follow which.

use super::{Docs, Name, Sender};

/// `order NAME [each] over LAYER, ... { ... }`, and `order { ... }` in an exchange.
#[derive(Debug)]
pub(crate) struct OrderItem {
    pub(crate) docs: Docs,
    /// Of an exchange's order: the exchange's name, at the word `order`.
    pub(crate) name: Name,
    /// Whether each end goes its own way through the states.
    pub(crate) each: bool,
    /// The layers whose messages it orders; none in an exchange.
    pub(crate) over: Vec<Name>,
    pub(crate) states: Vec<StateItem>,
    pub(crate) anywhere: Vec<AnywhereItem>,
    pub(crate) variations: Vec<VariationItem>,
}

/// `[end] State [like Other] { ... }`, or with a `;`.
#[derive(Debug)]
pub(crate) struct StateItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) is_end: bool,
    /// `fail`
    pub(crate) fails: bool,
    pub(crate) like: Option<Name>,
    pub(crate) transitions: Vec<TransitionItem>,
}

/// `SENDER Message, ... [-> State];` or `run NAME [-> State];`
#[derive(Debug)]
pub(crate) struct TransitionItem {
    pub(crate) step: Step,
    /// `None`: the state stays.
    pub(crate) to: Option<Name>,
}

#[derive(Debug)]
pub(crate) enum Step {
    /// One of the messages, or of those of the layers that are named.
    Says { sender: Sender, messages: Vec<Name> },
    /// Another order, from its start to one of its ends; `exchange` is that of the method in use.
    Runs(Name),
}

/// `anywhere [but State, ...] { ... }`
#[derive(Debug)]
pub(crate) struct AnywhereItem {
    pub(crate) but: Vec<Name>,
    pub(crate) transitions: Vec<TransitionItem>,
}

/// `variation NAME { forbid ...; }`
#[derive(Debug)]
pub(crate) struct VariationItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) forbids: Vec<ForbidItem>,
}

/// `forbid Message, ... in State, ...;`
#[derive(Debug)]
pub(crate) struct ForbidItem {
    pub(crate) messages: Vec<Name>,
    pub(crate) states: Vec<Name>,
}
