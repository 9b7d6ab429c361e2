//! Orders, drawn.

mod dot;
mod mermaid;

use crate::model::{Model, Order, Sender, What};

/// The language of a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    /// Graphviz.
    Dot,
    /// Mermaid, which many viewers of Markdown draw.
    Mermaid,
}

/// An order, drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Graph {
    /// The order's name in the spec; that of an exchange's order is the exchange's.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// All orders of a spec, drawn.
pub(crate) fn graphs(model: &Model, format: GraphFormat) -> Vec<Graph> {
    let draw = |order: &Order| match format {
        GraphFormat::Dot => dot::draw(model, order),
        GraphFormat::Mermaid => mermaid::draw(model, order),
    };
    model.orders.iter().map(|order| Graph { name: order.name.clone(), text: draw(order) }).collect()
}

/// An arrow of the drawing.
struct Arrow {
    from: usize,
    to: usize,
    /// Who says what, one sender a line.
    lines: Vec<String>,
    /// Whether it leads to a state whose steps this one has too.
    like: bool,
}

/// What leads from a state to another: what the states say themselves, and which is like which.
fn arrows(model: &Model, order: &Order) -> Vec<Arrow> {
    let mut arrows: Vec<Arrow> = Vec::new();
    for (from, state) in order.states.iter().enumerate() {
        for (to, said) in order.leads(from) {
            arrows.push(Arrow { from, to, lines: sayings(model, order, &said), like: false });
        }
        let like = state.like.map(|to| (to, format!("like {}", order.states[to].name)));
        arrows.extend(like.map(|(to, line)| Arrow { from, to, lines: vec![line], like: true }));
    }
    arrows
}

impl Order {
    /// Where a state says that it leads, in the order of the spec, with who says what.
    pub(crate) fn leads(&self, from: usize) -> Vec<(usize, Vec<(Sender, usize)>)> {
        let mut leads: Vec<(usize, Vec<_>)> = Vec::new();
        for step in self.steps.iter().filter(|step| step.own && step.from == from) {
            let said = (step.sender, step.label);
            match leads.iter_mut().find(|(to, _)| *to == step.to) {
                Some((_, all)) => all.push(said),
                None => leads.push((step.to, vec![said])),
            }
        }
        leads
    }
}

/// Who says what: `client: This, That`. All messages of a layer are its name.
pub(crate) fn sayings(model: &Model, order: &Order, said: &[(Sender, usize)]) -> Vec<String> {
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    let mut whole = Vec::new();
    for index in &order.layers {
        let layer = &model.layers[*index];
        let of_layer =
            |label: &usize| matches!(order.labels[*label].what, What::OfLayer(of, _) if of == *index);
        let count = said.iter().filter(|(_, label)| of_layer(label)).count();
        if layer.messages.len() > 1 && count == layer.messages.len() {
            whole.push(*index);
        }
    }
    let mut add = |who: &str, what: String| match lines.iter_mut().find(|(other, _)| other == who) {
        Some((_, all)) if all.contains(&what) => {}
        Some((_, all)) => all.push(what),
        None => lines.push((who.to_owned(), vec![what])),
    };
    for (sender, label) in said {
        let label = &order.labels[*label];
        match label.what {
            What::OfLayer(layer, _) if whole.contains(&layer) => {
                add("either", format!("any of {}", model.layers[layer].name));
            }
            What::Run(_) => add("run", label.name.clone()),
            _ => add(sender.word(), label.name.clone()),
        }
    }
    lines.into_iter().map(|(who, all)| format!("{who}: {}", all.join(", "))).collect()
}

/// What may happen anywhere, in words.
pub(crate) fn anywhere(model: &Model, order: &Order) -> Vec<String> {
    let mut lines = Vec::new();
    for part in &order.anywhere {
        let but: Vec<_> = part.but.iter().map(|state| order.states[*state].name.as_str()).collect();
        let place =
            if but.is_empty() { "anywhere".to_owned() } else { format!("anywhere but {}", but.join(", ")) };
        let mut targets: Vec<Option<usize>> = part.turns.iter().map(|(.., to)| *to).collect();
        targets.dedup();
        for to in targets {
            let said = part.turns.iter().filter(|(.., other)| *other == to);
            let said: Vec<_> = said.map(|(sender, label, _)| (*sender, *label)).collect();
            let behind = to.map_or(String::new(), |to| format!(" to {}", order.states[to].name));
            let sayings = sayings(model, order, &said);
            lines.extend(sayings.into_iter().map(|saying| format!("{place}, {saying}{behind}")));
        }
    }
    lines
}

/// The states that are drawn: the first, and all at an arrow's ends.
fn drawn(order: &Order, arrows: &[Arrow]) -> Vec<usize> {
    let at_arrow = |state: usize| arrows.iter().any(|arrow| arrow.from == state || arrow.to == state);
    (0..order.states.len()).filter(|state| *state == 0 || at_arrow(*state)).collect()
}

impl Sender {
    /// The word for it in the spec.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Either => "either",
        }
    }
}
