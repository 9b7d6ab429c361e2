//! Lists of texts and names.

use super::super::lex::Node;
use super::flat::flat;
use super::lines::{Lines, STEP, WIDTH, width};

/// `words NAME = "a", "b";` and `method "a", "b";`: the head, and the list with the `;`.
pub(super) fn list_of_texts(nodes: &[Node]) -> Option<(&[Node], &[Node])> {
    let first = nodes.first()?;
    let head = if first.is("words") {
        nodes.iter().position(|node| node.is("="))? + 1
    } else if first.is("method") {
        1
    } else {
        return None;
    };
    nodes.split_at_checked(head)
}

/// A list of texts or names: on the line of its head if it fits and its author broke it nowhere, or on lines of its own.
pub(super) fn texts(head: &[Node], list: &[Node], indent: usize, lines: &mut Lines) {
    let one = format!("{} {}", flat(head), flat(list));
    if list.iter().all(|node| node.lines_before == 0) && indent + width(&one) <= WIDTH {
        lines.add(&one);
        return;
    }
    lines.add(&flat(head));
    let mut first = true;
    for piece in list.split_inclusive(|node| node.is(",")) {
        let text = flat(piece);
        let begins = first || piece.first().is_some_and(|node| node.lines_before > 0);
        if begins || lines.column() + 1 + width(&text) > WIDTH {
            lines.start(indent + STEP, &text);
        } else {
            lines.add(&format!(" {text}"));
        }
        first = false;
    }
}
