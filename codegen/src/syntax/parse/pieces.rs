//! Tokens cut into declarations, and into what those hold: each piece is parsed by itself.

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};

use syn::parse::Parser as _;

use super::super::items::{Docs, Name};
use super::KEYWORDS;
use super::tokens::doc_text;

/// Takes `//!` lines off the front: they arrive as `#`, `!`, `[doc = "…"]`.
pub(super) fn split_inner_docs(tokens: TokenStream) -> (Docs, TokenStream) {
    let mut docs = Docs::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(TokenTree::Punct(punct)) = trees.peek() {
        if punct.as_char() != '#' {
            break;
        }
        let hash = trees.next();
        if !matches!(trees.peek(), Some(TokenTree::Punct(bang)) if bang.as_char() == '!') {
            return (docs, hash.into_iter().chain(trees).collect());
        }
        trees.next();
        if let Some(TokenTree::Group(group)) = trees.next()
            && let Ok(line) = doc_text.parse2(group.stream())
        {
            docs.push(line);
        }
    }
    (docs, trees.collect())
}

/// Cuts tokens into declarations: each ends at a `;`, or with a braced body that no `->` follows.
///
/// One also ends, for want of its `;`, in front of a comment that documents the next, and where a line begins with a
/// word (or number) with which declarations begin, unless that word must belong to what stands before it.
pub(super) fn split(tokens: TokenStream, begins: fn(&str) -> bool) -> Vec<TokenStream> {
    let mut declarations = Vec::new();
    let mut current: Vec<TokenTree> = Vec::new();
    let mut trees = tokens.into_iter().peekable();
    // How many tokens the declaration has beyond its documentation.
    let mut length = 0;
    let mut raising = false;
    while let Some(tree) = trees.next() {
        let is_comment = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '#');
        let forgotten = match &tree {
            TokenTree::Punct(_) => is_comment && length > 0,
            TokenTree::Ident(_) | TokenTree::Literal(_) => {
                length > 1
                    && begins(&tree.to_string())
                    && current.last().is_some_and(|last| may_end(last, &tree))
            }
            TokenTree::Group(_) => false,
        };
        if forgotten {
            declarations.push(current.drain(..).collect());
            (length, raising) = (0, false);
        }
        let ends = match &tree {
            TokenTree::Punct(punct) if punct.as_char() == ';' => true,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let arrow = matches!(trees.peek(), Some(TokenTree::Punct(p)) if p.as_char() == '-' && p.spacing() == Spacing::Joint);
                let semicolon = matches!(trees.peek(), Some(TokenTree::Punct(p)) if p.as_char() == ';');
                raising |= arrow;
                !raising && !semicolon
            }
            _ => false,
        };
        let documents =
            is_comment || matches!(current.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#');
        length += usize::from(!documents);
        current.push(tree);
        if ends {
            declarations.push(current.drain(..).collect());
            (length, raising) = (0, false);
        }
    }
    if !current.is_empty() {
        declarations.push(current.into_iter().collect());
    }
    declarations
}

/// Whether a declaration may end with `last`, and `next` begin another: it does on a line of its own.
fn may_end(last: &TokenTree, next: &TokenTree) -> bool {
    let complete = match last {
        TokenTree::Punct(_) => false,
        TokenTree::Ident(word) => word != "as" && word != "raises",
        TokenTree::Group(_) | TokenTree::Literal(_) => true,
    };
    complete && last.span().end().line < next.span().start().line
}

/// Where the last token ends.
pub(super) fn end_of(tokens: &TokenStream) -> usize {
    tokens.clone().into_iter().last().map_or(0, |tree| tree.span().byte_range().end)
}

/// The names that a declaration, which may be several for want of a `;`, would declare: the words behind keywords.
pub(super) fn names_declared(tokens: &TokenStream) -> Vec<String> {
    let mut names = Vec::new();
    let mut keyword = false;
    for tree in tokens.clone() {
        let TokenTree::Ident(ident) = tree else {
            keyword = false;
            continue;
        };
        let word = ident.to_string();
        if keyword {
            names.push(word);
            keyword = false;
        } else {
            keyword = KEYWORDS.contains(&word.as_str());
        }
    }
    names
}

/// What looks like names of fields or parameters: a word in front of a `:`, or else the first.
pub(super) fn names_in(tokens: &TokenStream) -> Vec<Name> {
    let trees: Vec<_> = tokens.clone().into_iter().collect();
    let name = |ident: &Ident| Name { text: ident.to_string(), span: ident.span().byte_range() };
    let before_colon = trees.windows(2).filter_map(|pair| match pair {
        [TokenTree::Ident(ident), TokenTree::Punct(punct)] if punct.as_char() == ':' => Some(name(ident)),
        _ => None,
    });
    let names: Vec<_> = before_colon.collect();
    let first = trees.iter().find_map(|tree| match tree {
        TokenTree::Ident(ident) => Some(name(ident)),
        _ => None,
    });
    if names.is_empty() { first.into_iter().collect() } else { names }
}
