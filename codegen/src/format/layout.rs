//! Tokens to lines.

use super::lex::{Kind, Node};

/// How long a line may be.
const WIDTH: usize = 120;
/// How far what is inside stands in.
const STEP: usize = 4;

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

#[derive(Default)]
struct Lines {
    lines: Vec<String>,
}

impl Lines {
    /// A line of its own. What is put on it later stands behind this text.
    fn start(&mut self, indent: usize, text: &str) {
        self.lines.push(if text.is_empty() { String::new() } else { " ".repeat(indent) + text });
    }

    fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    /// Adds to the last line.
    fn add(&mut self, text: &str) {
        match self.lines.last_mut() {
            Some(line) => line.push_str(text),
            None => self.lines.push(text.to_owned()),
        }
    }

    /// Where the last line ends.
    fn column(&self) -> usize {
        self.lines.last().map_or(0, |line| width(line))
    }

    /// A comment on lines of its own; those of a block keep how far they stand in from the second on.
    fn comment(&mut self, indent: usize, text: &str) {
        let mut lines = text.lines();
        self.start(indent, lines.next().unwrap_or_default());
        self.lines.extend(lines.map(str::to_owned));
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
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

/// `words NAME = "a", "b";` and `method "a", "b";`: the head, and the list with the `;`.
fn list_of_texts(nodes: &[Node]) -> Option<(&[Node], &[Node])> {
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
fn texts(head: &[Node], list: &[Node], indent: usize, lines: &mut Lines) {
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

/// Tokens in a row, whose brackets are broken where their author broke them, or where else they would not fit.
fn run(nodes: &[Node], indent: usize, lines: &mut Lines) {
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
fn is_broken(node: &Node) -> bool {
    let Kind::Group { nodes, .. } = &node.kind else { return false };
    let first = nodes.first().is_some_and(|node| node.lines_before > 0);
    can_break(node) && (first || nodes.iter().any(|node| node.is_comment() || is_broken(node)))
}

/// Whether a comment stands where no layout is foreseen for one: not in front of an item of a list, nor behind one.
fn has_odd_comment(node: &Node) -> bool {
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
fn as_it_is(nodes: &[Node], indent: usize, lines: &mut Lines) {
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

/// Tokens on one line.
fn flat(nodes: &[Node]) -> String {
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
fn space_between(before: Option<&Node>, node: &Node) -> bool {
    let Some(before) = before else { return false };
    let tight_behind = before.is("..=") || before.is("#") || before.is("!");
    let tight_before = match &node.kind {
        Kind::Token(text) => matches!(text.as_str(), "," | ";" | ":" | "..=" | "!"),
        Kind::Group { open, .. } => *open != '{',
        Kind::Comment { .. } => false,
    };
    !tight_behind && !tight_before
}
