//! Tokens to lines.

mod brackets;
mod flat;
mod lines;
mod texts;
mod unforeseen;

use self::brackets::{is_broken, run};
use self::flat::flat;
use self::lines::{Lines, STEP, WIDTH, width};
use self::texts::{list_of_texts, texts};
use self::unforeseen::{as_it_is, has_odd_comment};
use super::lex::{Kind, Node};

/// A whole spec.
pub(super) fn file(nodes: &[Node]) -> String {
    let mut lines = Lines::default();
    entries(nodes, 0, false, &mut lines);
    let mut text = lines.lines.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// Declarations, or what a layer, an exchange, an order or a keyed structure holds: each ends with a `;` or a body.
/// `in_order` says that they are states or transitions.
fn entries(nodes: &[Node], indent: usize, in_order: bool, lines: &mut Lines) {
    let mut rest = nodes;
    let mut first = true;
    while let Some(node) = rest.first() {
        if node.lines_before > 1 && !first {
            lines.blank();
        }
        if let Kind::Comment { text, documents } = &node.kind {
            if node.lines_before == 0 && !first && !documents {
                lines.add(&format!(" {text}"));
            } else {
                lines.comment(indent, text);
            }
            rest = &rest[1..];
        } else {
            let (entry, behind) = rest.split_at(length_of_entry(rest));
            self::entry(entry, indent, in_order, lines);
            rest = behind;
        }
        first = false;
    }
}

/// How many nodes the entry in front has.
fn length_of_entry(nodes: &[Node]) -> usize {
    let mut raises = false;
    for (index, node) in nodes.iter().enumerate() {
        raises |= node.is("->");
        let next = nodes.get(index + 1..).unwrap_or_default().iter().find(|node| !node.is_comment());
        let goes_on = next.is_some_and(|node| node.is("->") || node.is(";"));
        if node.is(";") || (node.is_braced() && !raises && !goes_on) {
            return index + 1;
        }
    }
    nodes.len()
}

fn entry(nodes: &[Node], indent: usize, in_order: bool, lines: &mut Lines) {
    // `;` behind a body says nothing.
    let nodes = match nodes {
        [before @ .., end] if end.is(";") && before.last().is_some_and(Node::is_braced) => {
            if before.iter().any(|node| node.is("->")) { nodes } else { before }
        }
        _ => nodes,
    };
    if let [head @ .., Node { kind: Kind::Group { open: '{', nodes: inner, .. }, .. }] = nodes
        && (holds_entries(head) || (in_order && !fits_whole(nodes, indent)))
        && !head.iter().any(Node::is_comment)
    {
        lines.start(indent, &flat(head));
        if inner.is_empty() {
            lines.add(" {}");
            return;
        }
        lines.add(" {");
        entries(inner, indent + STEP, in_order || begins_with(head, &["order"]), lines);
        lines.start(indent, "}");
        return;
    }
    if nodes.iter().any(|node| node.is_comment() || has_odd_comment(node)) {
        as_it_is(nodes, indent, lines);
        return;
    }
    lines.start(indent, "");
    lines.add(&" ".repeat(indent));
    let at = nodes.iter().position(|node| node.is("->")).unwrap_or(nodes.len());
    let (head, tail) = nodes.split_at(at);
    if let Some((head, list)) = list_of_texts(head) {
        texts(head, list, indent, lines);
        return;
    }
    if in_order && nodes.iter().any(|node| node.is(",")) && !nodes.iter().any(Node::is_braced) {
        texts(&nodes[..1], &nodes[1..], indent, lines);
        return;
    }
    let all = flat(nodes);
    if !nodes.iter().any(is_broken) && indent + width(&all) <= WIDTH {
        lines.add(&all);
        return;
    }
    run(head, indent, lines);
    if tail.is_empty() {
        return;
    }
    let tail_flat = flat(tail);
    let fits = |column: usize| column + 1 + width(&tail_flat) <= WIDTH;
    if tail.iter().any(is_broken) || !(fits(lines.column()) || fits(indent + STEP)) {
        let indent = if fits_until_bracket(lines.column(), tail) {
            lines.add(" ");
            indent
        } else {
            lines.start(indent + STEP, "");
            lines.add(&" ".repeat(indent + STEP));
            indent + STEP
        };
        let mut pieces = tail.split_inclusive(|node| node.is(",")).peekable();
        while let Some(piece) = pieces.next() {
            run(piece, indent, lines);
            if pieces.peek().is_some() {
                lines.add(" ");
            }
        }
    } else if fits(lines.column()) {
        lines.add(&format!(" {tail_flat}"));
    } else {
        lines.start(indent + STEP, &tail_flat);
    }
}

/// Whether a tail fits up to its first bracket.
fn fits_until_bracket(column: usize, tail: &[Node]) -> bool {
    let until = tail.iter().position(|node| matches!(node.kind, Kind::Group { .. })).unwrap_or(tail.len());
    column + 2 + width(&flat(&tail[..until])) <= WIDTH
}

/// Whether it stands on one line: it fits, and its author broke it nowhere.
fn fits_whole(nodes: &[Node], indent: usize) -> bool {
    !nodes.iter().any(is_broken) && indent + width(&flat(nodes)) <= WIDTH
}

/// Whether the head of a declaration is that of one whose body holds entries.
fn holds_entries(head: &[Node]) -> bool {
    begins_with(head, &["layer", "exchange", "keyed", "order", "sealing", "algorithms", "table"])
}

/// Whether a head begins with one of the words.
fn begins_with(head: &[Node], words: &[&str]) -> bool {
    // Documentation may be written as an attribute, `#[doc = "…"]`.
    let is_attribute =
        |node: &&Node| node.is("#") || node.is("!") || matches!(node.kind, Kind::Group { open: '[', .. });
    let keyword = head.iter().find(|node| !is_attribute(node));
    keyword.is_some_and(|node| words.iter().any(|word| node.is(word)))
}
