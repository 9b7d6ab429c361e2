//! `limit NAME = N [raises ANOMALY] [by hand];`

use syn::Token;
use syn::parse::ParseStream;

use super::super::items::{Docs, LimitItem};
use super::tokens::{by_hand, name, number, peek_word, take_word};

pub(super) fn item(input: ParseStream<'_>, docs: Docs) -> syn::Result<LimitItem> {
    let name = name(input)?;
    input.parse::<Token![=]>()?;
    let (value, _) = number(input)?;
    let raises = take_word(input, "raises").then(|| self::name(input)).transpose()?;
    if raises.is_none() && !peek_word(input, "by") && input.cursor().ident().is_some() {
        return Err(input.error("expected `;`, `raises` or `by hand`"));
    }
    let by_hand = by_hand(input, ";")?;
    input.parse::<Token![;]>()?;
    Ok(LimitItem { docs, name, value, raises, by_hand })
}
