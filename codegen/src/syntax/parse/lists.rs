//! `{ item, item, }`

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser as _};
use syn::{Token, braced};

use super::super::items::Name;
use super::Parser;
use super::pieces::{end_of, names_in};

/// `{ item, item, }`. An item that does not parse is reported; `broken` says what stands for each name in it.
pub(super) fn list<T>(
    input: ParseStream<'_>,
    item: fn(ParseStream<'_>) -> syn::Result<T>,
    parser: &mut Parser<'_>,
    mut broken: impl FnMut(Name) -> Option<T>,
) -> syn::Result<Vec<T>> {
    let body;
    braced!(body in input);
    let mut items = Vec::new();
    let mut piece = Vec::new();
    let mut trees = body.parse::<TokenStream>()?.into_iter();
    loop {
        let tree = trees.next();
        let comma = match &tree {
            None if piece.is_empty() => return Ok(items),
            None => None,
            Some(TokenTree::Punct(punct)) if punct.as_char() == ',' => Some(punct.span()),
            Some(_) => {
                piece.extend(tree);
                continue;
            }
        };
        let tokens: TokenStream = piece.drain(..).collect();
        if let Some(comma) = comma.filter(|_| tokens.is_empty()) {
            parser.report(&syn::Error::new(comma, "expected a name in front of this `,`"));
            continue;
        }
        match item.parse2(tokens.clone()) {
            Ok(item) => items.push(item),
            Err(error) => {
                parser.end = end_of(&tokens);
                parser.report(&error);
                items.extend(names_in(&tokens).into_iter().filter_map(&mut broken));
            }
        }
    }
}

/// `{ item, item, }`
pub(super) fn braced_list<T>(
    input: ParseStream<'_>,
    item: fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    let body;
    braced!(body in input);
    Ok(body.parse_terminated(item, Token![,])?.into_iter().collect())
}
