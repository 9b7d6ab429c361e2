//! Mermaid's state diagrams.

use std::fmt::Write as _;

use super::arrows;
use crate::model::{Model, Order};

pub(super) fn draw(model: &Model, order: &Order) -> String {
    let arrows = arrows(model, order);
    // Names stand behind a letter: some words mean something to Mermaid.
    let id = |state: usize| format!("s{state}");
    let mut text = String::from("stateDiagram-v2\n");
    for state in super::drawn(order, &arrows) {
        let _ = writeln!(text, "    state \"{}\" as {}", order.states[state].name, id(state));
    }
    if !order.states.is_empty() {
        let _ = writeln!(text, "    [*] --> {}", id(0));
    }
    for arrow in &arrows {
        let _ = writeln!(text, "    {} --> {}: {}", id(arrow.from), id(arrow.to), arrow.lines.join("<br>"));
    }
    for state in super::drawn(order, &arrows) {
        if order.states[state].is_end {
            let _ = writeln!(text, "    {} --> [*]", id(state));
        }
    }
    text
}
