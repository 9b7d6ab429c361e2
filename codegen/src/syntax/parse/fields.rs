//! `{ field: TYPE, ... }`, and what is asked of each.

use syn::parse::ParseStream;
use syn::{LitInt, LitStr, Token, bracketed, token};

use super::super::items::{Bound, Constant, Docs, FieldItem, FieldShape, GroupItem, Name};
use super::Parser;
use super::lists::list;
use super::tokens::{docs, end, expect_word, name, number, take_word, text};

pub(super) fn group_item(
    input: ParseStream<'_>,
    docs: Docs,
    parser: &mut Parser<'_>,
) -> syn::Result<GroupItem> {
    Ok(GroupItem { docs, name: name(input)?, fields: fields(input, parser)? })
}

/// `{ field, field, }`
pub(super) fn fields(input: ParseStream<'_>, parser: &mut Parser<'_>) -> syn::Result<Vec<FieldItem>> {
    list(input, field, parser, |name| Some(FieldItem::broken(name)))
}

fn field(input: ParseStream<'_>) -> syn::Result<FieldItem> {
    let docs = docs(input)?;
    let name = name(input)?;
    input.parse::<Token![:]>()?;
    let shape = field_shape(input)?;
    let mut field = FieldItem { docs, shape, ..FieldItem::broken(name) };
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            field.constant = Some(constant(input)?);
        } else if take_word(input, "in") {
            let (low, start) = number(input)?;
            input.parse::<Token![..=]>()?;
            let (high, end) = if input.peek(LitInt) {
                let (value, span) = number(input)?;
                (Bound::Number(value), span)
            } else {
                let limit = self::name(input)?;
                let span = limit.span.clone();
                (Bound::Limit(limit), span)
            };
            field.range = Some((low, high, start.start..end.end));
        } else if take_word(input, "of") {
            field.words = Some(self::name(input)?);
        } else if take_word(input, "if") {
            field.present_if = Some(self::name(input)?);
        } else if take_word(input, "at") {
            expect_word(input, "most")?;
            let limit = self::name(input)?;
            let bound =
                if take_word(input, "octets") { &mut field.at_most_octets } else { &mut field.at_most };
            *bound = Some(limit);
        } else {
            return Err(input.error(
                "expected `,`, or `= constant`, `of WORDS`, `in LOW..=HIGH`, `if flag`, `at most LIMIT`",
            ));
        }
    }
    Ok(field)
}

fn field_shape(input: ParseStream<'_>) -> syn::Result<FieldShape> {
    let head = name(input)?;
    if input.peek(token::Bracket) {
        let inner;
        bracketed!(inner in input);
        let shape = if head.text == "bytes" {
            FieldShape::Sized(inner.parse()?)
        } else {
            FieldShape::Repeated { group: head, count: name(&inner)? }
        };
        end(&inner)?;
        Ok(shape)
    } else if head.text == "rest" {
        Ok(FieldShape::Rest)
    } else {
        Ok(FieldShape::Named(head))
    }
}

pub(super) fn constant(input: ParseStream<'_>) -> syn::Result<Constant> {
    if input.peek(LitStr) {
        text(input).map(|(value, span)| Constant::Text(value, span))
    } else if input.peek(LitInt) {
        number(input).map(|(value, span)| Constant::Number(value, span))
    } else {
        let flag = input
            .parse::<syn::LitBool>()
            .map_err(|error| syn::Error::new(error.span(), "expected a text, a number, `true` or `false`"))?;
        Ok(Constant::Flag(flag.value, flag.span.byte_range()))
    }
}

impl FieldItem {
    /// What stands for a field that did not parse.
    pub(super) fn broken(name: Name) -> Self {
        Self {
            docs: Docs::new(),
            name,
            shape: FieldShape::Broken,
            constant: None,
            range: None,
            present_if: None,
            words: None,
            at_most: None,
            at_most_octets: None,
        }
    }
}
