//! Tokens on one line.

use super::super::lex::{Kind, Node};

/// Tokens on one line.
pub(super) fn flat(nodes: &[Node]) -> String {
    let mut text = String::new();
    let mut before: Option<&Node> = None;
    for node in nodes {
        if space_between(before, node) {
            text.push(' ');
        }
        match &node.kind {
            Kind::Token(token) => text.push_str(token),
            Kind::Comment { text: comment, .. } => text.push_str(comment),
            Kind::Group { open, close, nodes, .. } => {
                let inner = match nodes.as_slice() {
                    [items @ .., comma] if comma.is(",") => items,
                    all => all,
                };
                let inner = flat(inner);
                let gap = if *open == '{' && !inner.is_empty() { " " } else { "" };
                text.push(*open);
                text.push_str(gap);
                text.push_str(&inner);
                text.push_str(gap);
                text.push(*close);
            }
        }
        before = Some(node);
    }
    text
}

/// Whether a space stands between two tokens.
pub(super) fn space_between(before: Option<&Node>, node: &Node) -> bool {
    let Some(before) = before else { return false };
    let tight_behind = before.is("..=") || before.is("#") || before.is("!");
    let tight_before = match &node.kind {
        Kind::Token(text) => matches!(text.as_str(), "," | ";" | ":" | "..=" | "!"),
        Kind::Group { open, .. } => *open != '{',
        Kind::Comment { .. } => false,
    };
    !tight_behind && !tight_before
}
