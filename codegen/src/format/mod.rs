//! The layout in which specs are kept. It moves spaces and ends of lines; words, comments and their order stay.
//!
//! What fits on one line stands on one, unless its author broke it behind the bracket that opens it. In a broken list the
//! author's lines stay together as far as they fit, so fields can be grouped by meaning. One blank line between
//! things stays; more become one.

mod layout;
mod lex;

use crate::diagnostics::{Code, Diagnostics};
use crate::syntax;

/// Lays a spec out as all specs are.
///
/// Only the syntax must be right: names that are not declared, and the like, do not matter.
///
/// # Errors
///
/// All mistakes of syntax.
pub fn format(source: &str) -> Result<String, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    syntax::parse(source, &mut diagnostics);
    if !diagnostics.is_empty() {
        diagnostics.sort();
        return Err(diagnostics);
    }
    let formatted = lex::lex(source).map(|nodes| (layout::file(&nodes), nodes));
    // A layout that changed more than the layout would be worse than none.
    match formatted {
        Some((text, nodes)) if lex::lex(&text).is_some_and(|after| same(&nodes, &after)) => Ok(text),
        _ => {
            let message = "this spec is too odd to be laid out: a comment or text in it is not understood";
            diagnostics.report(Code::Syntax, &(0..0), message);
            Err(diagnostics)
        }
    }
}

/// Whether two texts differ in nothing but layout.
fn same(before: &[lex::Node], after: &[lex::Node]) -> bool {
    let (mut one, mut other) = (Vec::new(), Vec::new());
    words(before, &mut one);
    words(after, &mut other);
    one == other
}

/// All tokens and comments but those that a layout may add or drop: a comma at the end of a list, a `;` behind a body.
fn words<'n>(nodes: &'n [lex::Node], into: &mut Vec<&'n str>) {
    for (index, node) in nodes.iter().enumerate() {
        match &node.kind {
            lex::Kind::Token(text) => {
                let behind = nodes.get(index + 1..).unwrap_or_default();
                let at_end = text == "," && behind.iter().all(lex::Node::is_comment);
                let idle = text == ";" && index.checked_sub(1).is_some_and(|index| nodes[index].is_braced());
                if !at_end && !idle {
                    into.push(text);
                }
            }
            lex::Kind::Comment { text, .. } => into.extend(text.lines().map(str::trim)),
            lex::Kind::Group { open, nodes, .. } => {
                into.push(match open {
                    '{' => "{",
                    '(' => "(",
                    _ => "[",
                });
                words(nodes, into);
                into.push("end");
            }
        }
    }
}
