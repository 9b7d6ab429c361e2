//! Brackets: on one line, or broken, with an item a line.

use super::super::lex::{Kind, Node};
use super::flat::{flat, space_between};
use super::lines::{Lines, STEP, WIDTH, width};

/// Tokens in a row, whose brackets are broken where their author broke them, or where else they would not fit.
pub(super) fn run(nodes: &[Node], indent: usize, lines: &mut Lines) {
    let last = nodes.iter().rposition(can_break);
    let fits = lines.column() + width(&flat(nodes)) <= WIDTH;
    let any_broken = nodes.iter().any(is_broken);
    let mut before: Option<&Node> = None;
    for (index, node) in nodes.iter().enumerate() {
        if space_between(before, node) {
            lines.add(" ");
        }
        let breaks = is_broken(node) || (!fits && !any_broken && last == Some(index));
        match &node.kind {
            Kind::Group { open, close, nodes, .. } if breaks => {
                lines.add(&open.to_string());
                list(nodes, indent + STEP, lines);
                lines.start(indent, &close.to_string());
            }
            _ => lines.add(&flat(std::slice::from_ref(node))),
        }
        before = Some(node);
    }
}

/// What stands between broken brackets: items with a comma behind each.
fn list(nodes: &[Node], indent: usize, lines: &mut Lines) {
    let mut rest = nodes;
    let mut first = true;
    // Whether the next item needs a line of its own, whatever its author did.
    let mut alone = true;
    while let Some(node) = rest.first() {
        if node.lines_before > 1 && !first {
            lines.blank();
            alone = true;
        }
        if let Kind::Comment { text, documents } = &node.kind {
            if node.lines_before == 0 && !first && !documents {
                lines.add(&format!(" {text}"));
            } else {
                lines.comment(indent, text);
            }
            alone = true;
            rest = &rest[1..];
            first = false;
            continue;
        }
        let end = rest.iter().position(|node| node.is(",") || node.is_comment()).unwrap_or(rest.len());
        let (item, behind) = rest.split_at(end);
        let text = flat(item) + ",";
        let broken = item.iter().any(is_broken);
        let begins = alone || broken || node.lines_before > 0;
        if begins || lines.column() + 1 + width(&text) > WIDTH {
            lines.start(indent, "");
            lines.add(&" ".repeat(indent));
        } else {
            lines.add(" ");
        }
        if broken || indent + width(&text) > WIDTH {
            run(item, indent, lines);
            lines.add(",");
            alone = true;
        } else {
            lines.add(&text);
            alone = false;
        }
        rest = if behind.first().is_some_and(|node| node.is(",")) { &behind[1..] } else { behind };
        first = false;
    }
}

/// Whether brackets may be broken.
fn can_break(node: &Node) -> bool {
    matches!(&node.kind, Kind::Group { open: '{' | '(', nodes, .. } if !nodes.is_empty())
}

/// Whether brackets must be broken: their author did, or a comment in them needs it.
pub(super) fn is_broken(node: &Node) -> bool {
    let Kind::Group { nodes, .. } = &node.kind else { return false };
    let first = nodes.first().is_some_and(|node| node.lines_before > 0);
    can_break(node) && (first || nodes.iter().any(|node| node.is_comment() || is_broken(node)))
}
