//! Text to tokens that keep what the parser drops: comments, and where lines end.

/// A token or comment, or what stands in a pair of brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// How many lines end between it and what stands before it.
    pub(super) lines_before: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word, number, text or sign.
    Token(String),
    /// A comment that is no documentation, or one that is.
    Comment { text: String, documents: bool },
    /// Brackets: the opening and the closing one, what is in them, and how many lines end before the closing one.
    Group { open: char, close: char, nodes: Vec<Node>, lines_at_end: usize },
}

impl Node {
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(&self.kind, Kind::Token(token) if token == text)
    }

    pub(super) fn is_comment(&self) -> bool {
        matches!(self.kind, Kind::Comment { .. })
    }

    pub(super) fn is_braced(&self) -> bool {
        matches!(self.kind, Kind::Group { open: '{', .. })
    }
}

/// The nodes of a text; `None` where a bracket, text or comment is not closed.
pub(super) fn lex(source: &str) -> Option<Vec<Node>> {
    let mut rest = source.strip_prefix('\u{feff}').unwrap_or(source);
    // Brackets that are open: the closing one wanted, and the node that it will be.
    let mut open: Vec<(char, char, usize, Vec<Node>)> = Vec::new();
    let mut nodes = Vec::new();
    let mut lines_before = 0;
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() || first == '\u{200e}' || first == '\u{200f}' {
            lines_before += usize::from(first == '\n');
            rest = rest.get(first.len_utf8()..)?;
            continue;
        }
        let length = token(rest)?;
        let (text, behind) = rest.split_at_checked(length)?;
        rest = behind;
        let kind = match first {
            '{' | '(' | '[' => {
                let close = match first {
                    '{' => '}',
                    '(' => ')',
                    _ => ']',
                };
                open.push((first, close, lines_before, std::mem::take(&mut nodes)));
                lines_before = 0;
                continue;
            }
            '}' | ')' | ']' => {
                let (bracket, close, before, outer) = open.pop()?;
                if close != first {
                    return None;
                }
                let inner = std::mem::replace(&mut nodes, outer);
                let lines_at_end = std::mem::replace(&mut lines_before, before);
                Kind::Group { open: bracket, close, nodes: inner, lines_at_end }
            }
            '/' if text.len() > 1 => comment(text),
            _ => Kind::Token(text.to_owned()),
        };
        nodes.push(Node { kind, lines_before });
        lines_before = 0;
    }
    open.is_empty().then_some(nodes)
}

fn comment(text: &str) -> Kind {
    // Four strokes or three stars begin an ordinary comment, and so do the four characters of an empty one.
    let line = text.starts_with("//!") || (text.starts_with("///") && !text.starts_with("////"));
    let block = text.starts_with("/*!")
        || (text.starts_with("/**") && !text.starts_with("/***") && !text.starts_with("/**/"));
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    Kind::Comment { text: lines.join("\n"), documents: line || block }
}

/// The length of the token that stands at the start.
fn token(rest: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    if let Some(length) = text(rest) {
        return length;
    }
    for sign in ["..=", "->"] {
        if rest.starts_with(sign) {
            return Some(sign.len());
        }
    }
    let raw = if rest.starts_with("r#") { 2 } else { 0 };
    let word = rest.get(raw..)?.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    let length = raw + word.unwrap_or(rest.len() - raw);
    Some(if length > raw { length } else { first.len_utf8() })
}

/// The length of a comment that may hold others.
fn block_comment(rest: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        let behind = rest.get(at..)?;
        if behind.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if behind.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += behind.chars().next()?.len_utf8();
        }
    }
}

/// The length of a text in quotes, if one stands at the start; of one that never ends there is none.
fn text(rest: &str) -> Option<Option<usize>> {
    if let Some(inner) = rest.strip_prefix('"') {
        let mut escaped = false;
        for (at, letter) in inner.char_indices() {
            match letter {
                '"' if !escaped => return Some(Some(at + 2)),
                _ => escaped = letter == '\\' && !escaped,
            }
        }
        return Some(None);
    }
    let raw = rest.strip_prefix('r')?;
    let hashes = raw.len() - raw.trim_start_matches('#').len();
    let inner = raw.get(hashes..)?.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(inner.find(&end).map(|at| 1 + hashes + 1 + at + end.len()))
}
