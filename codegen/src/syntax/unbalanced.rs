//! Brackets, texts and comments that never end. The lexer says only that it could not go on.

use crate::diagnostics::Span;

/// The first bracket, text or comment that is not closed, or closes nothing, and what is wrong with it.
pub(super) fn find(source: &str) -> Option<(Span, String)> {
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut rest = source.char_indices();
    while let Some((at, letter)) = rest.next() {
        match letter {
            '/' if rest.as_str().starts_with('/') => {
                rest.by_ref().find(|(_, letter)| *letter == '\n');
            }
            '/' if rest.as_str().starts_with('*') => {
                let end = rest.as_str().find("*/");
                let Some(end) = end else {
                    return Some((at..at + 2, "this comment is never closed".to_owned()));
                };
                let behind = at + 1 + end + 2;
                rest.by_ref().find(|(at, _)| at + 1 == behind);
            }
            '"' => {
                let mut escaped = false;
                let end = rest.by_ref().find(|(_, letter)| {
                    let ends = *letter == '"' && !escaped;
                    escaped = *letter == '\\' && !escaped;
                    ends
                });
                if end.is_none() {
                    return Some((at..at + 1, "this text is never closed".to_owned()));
                }
            }
            '(' | '[' | '{' => open.push((letter, at)),
            ')' | ']' | '}' => match open.pop() {
                Some((opened, _)) if closing(opened) == letter => {}
                Some((opened, opened_at)) => {
                    let message = format!("this `{opened}` is not closed before a `{letter}` comes");
                    return Some((opened_at..opened_at + 1, message));
                }
                None => return Some((at..at + 1, format!("this `{letter}` closes nothing"))),
            },
            _ => {}
        }
    }
    open.first().map(|(letter, at)| (*at..at + 1, format!("this `{letter}` is never closed")))
}

const fn closing(letter: char) -> char {
    match letter {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}
