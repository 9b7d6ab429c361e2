//! Comments where no layout is foreseen for one: what holds them stays on the lines on which it stood.

use super::super::lex::{Kind, Node};
use super::flat::space_between;
use super::lines::{Lines, STEP};

/// Whether a comment stands where no layout is foreseen for one: not in front of an item of a list, nor behind one.
pub(super) fn has_odd_comment(node: &Node) -> bool {
    let Kind::Group { open, nodes, .. } = &node.kind else { return false };
    let mut before: Option<&Node> = None;
    for (index, node) in nodes.iter().enumerate() {
        let behind = nodes.get(index + 1..).unwrap_or_default();
        let in_place = before.is_none_or(|before| before.is(",") || before.is_comment())
            || behind.iter().all(Node::is_comment);
        if (node.is_comment() && (!in_place || *open == '[')) || has_odd_comment(node) {
            return true;
        }
        before = Some(node);
    }
    false
}

/// The tokens of an entry that no layout is foreseen for: on the lines on which they stood.
pub(super) fn as_it_is(nodes: &[Node], indent: usize, lines: &mut Lines) {
    lines.start(indent, "");
    lines.add(&" ".repeat(indent));
    plain(nodes, indent, true, lines);
}

fn plain(nodes: &[Node], indent: usize, mut first: bool, lines: &mut Lines) {
    let mut before: Option<&Node> = None;
    for node in nodes {
        let after_comment = before
            .is_some_and(|node| matches!(&node.kind, Kind::Comment { text, .. } if text.starts_with("//")));
        if !first && (node.lines_before > 0 || after_comment) {
            lines.start(indent + STEP, "");
            lines.add(&" ".repeat(indent + STEP));
        } else if !first && (before.is_none() || space_between(before, node) || node.is_comment()) {
            lines.add(" ");
        }
        match &node.kind {
            Kind::Token(text) => lines.add(text),
            Kind::Comment { text, .. } => {
                let mut comment = text.lines();
                lines.add(comment.next().unwrap_or_default());
                lines.lines.extend(comment.map(str::to_owned));
            }
            Kind::Group { open, close, nodes, lines_at_end } => {
                lines.add(&open.to_string());
                plain(nodes, indent, false, lines);
                let comment = nodes.last().is_some_and(Node::is_comment);
                if *lines_at_end > 0 || comment {
                    lines.start(indent, "");
                    lines.add(&" ".repeat(indent));
                } else if *open == '{' {
                    lines.add(" ");
                }
                lines.add(&close.to_string());
            }
        }
        before = Some(node);
        first = false;
    }
}
