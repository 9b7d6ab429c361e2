//! Words, names, texts, numbers, comments: what all declarations are made of.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitInt, LitStr, Token, bracketed};

use super::super::items::{Docs, Name, NumbersItem};
use crate::diagnostics::Span;

pub(super) fn docs(input: ParseStream<'_>) -> syn::Result<Docs> {
    let mut docs = Docs::new();
    while input.peek(Token![#]) {
        let hash = input.parse::<Token![#]>()?;
        let inner;
        bracketed!(inner in input);
        let line =
            doc_text(&inner).map_err(|_| syn::Error::new(hash.span, "only `///` comments may stand here"))?;
        docs.push(line);
    }
    Ok(docs)
}

/// Refuses a comment that would be lost: it stands in front of what has no name.
pub(super) fn documents_nothing(docs: &Docs, place: proc_macro2::Span) -> syn::Result<()> {
    if docs.is_empty() {
        return Ok(());
    }
    Err(syn::Error::new(
        place,
        "nothing here takes a `///` comment: it has no name. `//` is for readers of the spec",
    ))
}

/// `doc = "…"`, as which a comment arrives.
pub(super) fn doc_text(input: ParseStream<'_>) -> syn::Result<String> {
    expect_word(input, "doc")?;
    input.parse::<Token![=]>()?;
    let text = input.parse::<LitStr>()?;
    end(input)?;
    Ok(text.value())
}

/// Any word.
pub(super) fn word(input: ParseStream<'_>, expected: &str) -> syn::Result<Ident> {
    input
        .call(Ident::parse_any)
        .map_err(|error| syn::Error::new(error.span(), format!("expected {expected}")))
}

/// A name. It becomes one in Rust, in several spellings, so it is an ASCII one.
pub(super) fn name(input: ParseStream<'_>) -> syn::Result<Name> {
    let ident = word(input, "a name")?;
    let text = ident.to_string();
    let letters = text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if !letters || !text.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        let message = "a name is made of ASCII letters, digits and `_`, and begins with a letter";
        return Err(syn::Error::new(ident.span(), message));
    }
    Ok(Name { text, span: ident.span().byte_range() })
}

pub(super) fn text(input: ParseStream<'_>) -> syn::Result<(String, Span)> {
    let literal = input
        .parse::<LitStr>()
        .map_err(|error| syn::Error::new(error.span(), "expected a text in quotes"))?;
    no_suffix(literal.suffix(), literal.span())?;
    Ok((literal.value(), literal.span().byte_range()))
}

/// `"text", "text"`
pub(super) fn texts(input: ParseStream<'_>) -> syn::Result<Vec<(String, Span)>> {
    let mut texts = vec![text(input)?];
    while input.parse::<Option<Token![,]>>()?.is_some() {
        texts.push(text(input)?);
    }
    Ok(texts)
}

pub(super) fn number(input: ParseStream<'_>) -> syn::Result<(u64, Span)> {
    let literal =
        input.parse::<LitInt>().map_err(|error| syn::Error::new(error.span(), "expected a number"))?;
    no_suffix(literal.suffix(), literal.span())?;
    let value = literal
        .base10_parse()
        .map_err(|_| syn::Error::new(literal.span(), "this number does not fit 64 bits"))?;
    Ok((value, literal.span().byte_range()))
}

/// Rust lets letters follow a literal; here they would mean nothing.
fn no_suffix(suffix: &str, span: proc_macro2::Span) -> syn::Result<()> {
    if suffix.is_empty() {
        Ok(())
    } else {
        Err(syn::Error::new(span, "letters may not follow a text or a number"))
    }
}

/// `in LOW..=HIGH`
pub(super) fn numbers(input: ParseStream<'_>) -> syn::Result<NumbersItem> {
    expect_word(input, "in")?;
    let (low, start) = number(input)?;
    input.parse::<Token![..=]>()?;
    let (high, end) = number(input)?;
    Ok(NumbersItem { low, high, span: start.start..end.end })
}

/// Whether the next token is the word.
pub(super) fn peek_word(input: ParseStream<'_>, word: &str) -> bool {
    input.cursor().ident().is_some_and(|(ident, _)| ident == word)
}

/// Takes the word, if it is next.
pub(super) fn take_word(input: ParseStream<'_>, word: &str) -> bool {
    peek_word(input, word) && input.call(Ident::parse_any).is_ok()
}

/// Takes the word, if it is next; no other word may be.
pub(super) fn take_word_or(input: ParseStream<'_>, word: &str, otherwise: &str) -> syn::Result<bool> {
    let taken = take_word(input, word);
    if !taken && input.cursor().ident().is_some() {
        return Err(input.error(format!("expected `{otherwise}` or `{word}`")));
    }
    Ok(taken)
}

/// Takes `by hand`, if it is next; no other word may be.
pub(super) fn by_hand(input: ParseStream<'_>, otherwise: &str) -> syn::Result<bool> {
    if take_word(input, "by") {
        return expect_word(input, "hand").map(|()| true);
    }
    if input.cursor().ident().is_some() {
        return Err(input.error(format!("expected `{otherwise}` or `by hand`")));
    }
    Ok(false)
}

pub(super) fn expect_word(input: ParseStream<'_>, word: &str) -> syn::Result<()> {
    if take_word(input, word) { Ok(()) } else { Err(input.error(format!("expected `{word}`"))) }
}

pub(super) fn end(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() { Ok(()) } else { Err(input.error("unexpected token")) }
}
