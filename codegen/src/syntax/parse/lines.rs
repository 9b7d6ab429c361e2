//! `line NAME { "literal", field until "x", ... }`

use syn::LitStr;
use syn::parse::ParseStream;

use super::super::items::{Docs, LineItem, LinePart};
use super::events::raises;
use super::lists::braced_list;
use super::tokens::{docs, documents_nothing, name, take_word_or, text};

pub(super) fn item(input: ParseStream<'_>, docs: Docs) -> syn::Result<LineItem> {
    let name = name(input)?;
    let parts = braced_list(input, part)?;
    Ok(LineItem { docs, name, parts, raises: raises(input)? })
}

fn part(input: ParseStream<'_>) -> syn::Result<LinePart> {
    let comment = input.span();
    let docs = docs(input)?;
    if input.peek(LitStr) {
        documents_nothing(&docs, comment)?;
        return Ok(LinePart::Literal(text(input)?.0));
    }
    let name = name(input)?;
    let until = take_word_or(input, "until", ",")?.then(|| text(input)).transpose()?;
    Ok(LinePart::Field { docs, name, until })
}
