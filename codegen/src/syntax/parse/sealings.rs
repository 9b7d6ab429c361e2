//! `sealing NAME of FRAME { rules }`.

use proc_macro2::Span as Place;
use syn::parse::ParseStream;
use syn::{Token, braced};

use super::super::items::{BlockItem, Docs, Name, SealingItem};
use super::tokens::{expect_word, name, number, peek_word, take_word, word};
use crate::diagnostics::Span;

/// A field, its range, and where the range stands.
type Padding = (Name, (u64, u64), Span);

pub(super) fn item(input: ParseStream<'_>, docs: Docs) -> syn::Result<SealingItem> {
    let name = name(input)?;
    expect_word(input, "of")?;
    let frame = self::name(input)?;
    let body;
    let braces = braced!(body in input);
    let (mut payload, mut padding, mut align) = (None, None, None);
    let (mut smallest, mut clear, mut tag) = (None, None, None);
    while !body.is_empty() {
        let rule = word(&body, RULES)?;
        let place = rule.span();
        match rule.to_string().as_str() {
            "payload" => once(&mut payload, self::name(&body)?, place)?,
            "padding" => once(&mut padding, padding_of(&body)?, place)?,
            "align" => once(&mut align, align_of(&body)?, place)?,
            "smallest" => once(&mut smallest, number(&body)?, place)?,
            "clear" => once(&mut clear, self::name(&body)?, place)?,
            "tag" => once(&mut tag, number(&body)?, place)?,
            _ => return Err(syn::Error::new(place, format!("expected {RULES}"))),
        }
        body.parse::<Token![;]>()?;
    }
    let missing = |rule: &str| syn::Error::new(braces.span.close(), format!("expected a rule `{rule}` here"));
    Ok(SealingItem {
        docs,
        name,
        frame,
        payload: payload.ok_or_else(|| missing("payload FIELD;"))?,
        padding: padding.ok_or_else(|| missing("padding FIELD in LOW..=HIGH;"))?,
        align: align.ok_or_else(|| missing("align FIELD to BLOCK;"))?,
        smallest,
        clear,
        tag,
    })
}

const RULES: &str = "`payload`, `padding`, `align`, `smallest`, `clear` or `tag`";

fn once<T>(slot: &mut Option<T>, value: T, place: Place) -> syn::Result<()> {
    if slot.replace(value).is_some() {
        return Err(syn::Error::new(place, "this rule stands twice"));
    }
    Ok(())
}

fn padding_of(input: ParseStream<'_>) -> syn::Result<Padding> {
    let field = name(input)?;
    expect_word(input, "in")?;
    let (low, start) = number(input)?;
    input.parse::<Token![..=]>()?;
    let (high, end) = number(input)?;
    Ok((field, (low, high), start.start..end.end))
}

fn align_of(input: ParseStream<'_>) -> syn::Result<(Name, BlockItem)> {
    let field = name(input)?;
    expect_word(input, "to")?;
    if !take_word(input, "block") {
        if peek_word(input, "at") || input.cursor().ident().is_some() {
            return Err(input.error("expected `block` or a number"));
        }
        let (octets, span) = number(input)?;
        return Ok((field, BlockItem::Fixed(octets, span)));
    }
    expect_word(input, "at")?;
    expect_word(input, "least")?;
    let (octets, span) = number(input)?;
    Ok((field, BlockItem::AtLeast(octets, span)))
}
