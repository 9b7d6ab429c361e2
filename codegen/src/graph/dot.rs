//! Graphviz.

use std::fmt::Write as _;

use super::{anywhere, arrows, drawn};
use crate::model::{Model, Order, State};

pub(super) fn draw(model: &Model, order: &Order) -> String {
    let arrows = arrows(model, order);
    let mut text = format!("digraph {} {{\n", quoted(&order.name));
    let mut title = vec![order.name.clone()];
    if order.each {
        title.push("each end by itself".to_owned());
    }
    title.extend(anywhere(model, order));
    let _ = writeln!(text, "    label={};\n    node [shape=box, style=rounded];", quoted(&title.join("\n")));
    text.push_str("    _start [shape=point];\n");
    for state in drawn(order, &arrows) {
        let ends = match &order.states[state] {
            State { is_end: true, .. } => " [peripheries=2]",
            State { fails: true, .. } => " [peripheries=2, style=\"rounded,dashed\"]",
            _ => "",
        };
        let _ = writeln!(text, "    {}{ends};", quoted(&order.states[state].name));
    }
    if let Some(first) = order.states.first() {
        let _ = writeln!(text, "    _start -> {};", quoted(&first.name));
    }
    for arrow in &arrows {
        let (from, to) = (&order.states[arrow.from].name, &order.states[arrow.to].name);
        let style = if arrow.like { ", style=dashed" } else { "" };
        let label = quoted(&arrow.lines.join("\n"));
        let _ = writeln!(text, "    {} -> {} [label={label}{style}];", quoted(from), quoted(to));
    }
    text.push_str("}\n");
    text
}

/// In quotes; a name of the spec holds none, and a line's end becomes a sign.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\n', "\\n"))
}
