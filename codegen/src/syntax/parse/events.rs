//! `event` and `record`, and `-> EVENTS;`, which raises some.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Token, braced, parenthesized, token};

use super::super::items::{ArgumentItem, Docs, Name, ParameterItem, RaiseItem, RecordItem, SourceItem, Spec};
use super::Parser;
use super::lists::list;
use super::tokens::{docs, name, take_word};

pub(super) fn record_item(
    input: ParseStream<'_>,
    docs: Docs,
    name: Name,
    by_hand: bool,
    spec: &mut Spec,
    parser: &mut Parser<'_>,
) -> syn::Result<RecordItem> {
    let parameters = list(input, parameter, parser, |parameter| {
        // Its mistake is told; feeding it is none.
        spec.broken.insert(format!("{}.{}", name.text, parameter.text));
        None
    })?;
    Ok(RecordItem { docs, name, by_hand, parameters })
}

fn parameter(input: ParseStream<'_>) -> syn::Result<ParameterItem> {
    let docs = docs(input)?;
    let name = name(input)?;
    input.parse::<Token![:]>()?;
    let optional = take_word(input, "optional");
    let place = input.span();
    let kind = self::name(input)?;
    if !optional && input.cursor().ident().is_some() {
        return Err(syn::Error::new(place, "expected `optional`, or one kind alone"));
    }
    Ok(ParameterItem { docs, name, kind, optional })
}

/// `-> event(…), event;`, or nothing.
pub(super) fn raises(input: ParseStream<'_>) -> syn::Result<Vec<RaiseItem>> {
    if !input.peek(Token![->]) {
        input.parse::<Option<Token![;]>>()?;
        return Ok(Vec::new());
    }
    input.parse::<Token![->]>()?;
    let raises = Punctuated::<RaiseItem, Token![,]>::parse_separated_nonempty(input)?;
    input.parse::<Token![;]>()?;
    Ok(raises.into_iter().collect())
}

impl Parse for RaiseItem {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let event = name(input)?;
        let mut arguments = Vec::new();
        if input.peek(token::Paren) {
            let inner;
            parenthesized!(inner in input);
            arguments = inner.parse_terminated(ArgumentItem::parse, Token![,])?.into_iter().collect();
        }
        Ok(Self { event, arguments })
    }
}

impl Parse for ArgumentItem {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let parameter = name(input)?;
        if !input.peek(Token![:]) {
            return Ok(Self { source: SourceItem::Field(parameter.clone()), parameter });
        }
        input.parse::<Token![:]>()?;
        let source = name(input)?;
        let source = if input.peek(token::Brace) {
            let inner;
            braced!(inner in input);
            let arguments = inner.parse_terminated(Self::parse, Token![,])?.into_iter().collect();
            SourceItem::Record { record: source, arguments }
        } else {
            SourceItem::Field(source)
        };
        Ok(Self { parameter, source })
    }
}
