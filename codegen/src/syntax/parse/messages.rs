//! What layers and exchanges hold.

use proc_macro2::TokenStream;
use syn::Token;
use syn::braced;
use syn::parse::{ParseStream, Parser as _};

use super::super::items::{Docs, MessageItem, Name, OrderItem, Sender, Spec};
use super::events::raises;
use super::fields::fields;
use super::pieces::{end_of, split};
use super::tokens::{by_hand, docs, documents_nothing, name, number, take_word, texts, word};
use super::{Parser, orders};
use crate::diagnostics::Span;

/// What a layer or an exchange holds.
#[derive(Default)]
pub(super) struct Body {
    pub(super) methods: Vec<(String, Span)>,
    pub(super) messages: Vec<MessageItem>,
    pub(super) order: Option<OrderItem>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Layer,
    Exchange,
}

/// The body of a layer or an exchange. A message that does not parse is reported and left out.
pub(super) fn body(
    input: ParseStream<'_>,
    name: &Name,
    owner: Owner,
    spec: &mut Spec,
    parser: &mut Parser<'_>,
) -> syn::Result<Body> {
    let inner;
    braced!(inner in input);
    let mut body = Body::default();
    for part in split(inner.parse()?, |word| {
        word == "method" || word == "order" || word.starts_with(|first: char| first.is_ascii_digit())
    }) {
        parser.end = end_of(&part);
        let parsed = (|input: ParseStream<'_>| {
            let comment = input.span();
            let docs = docs(input)?;
            let place = input.span();
            if take_word(input, "method") {
                documents_nothing(&docs, comment)?;
                body.methods.extend(texts(input)?);
                input.parse::<Token![;]>()?;
            } else if owner == Owner::Exchange && take_word(input, "order") {
                if body.order.is_some() {
                    return Err(syn::Error::new(place, "an exchange has one order"));
                }
                let name = Name { text: name.text.clone(), span: place.byte_range() };
                body.order = Some(orders::of_exchange(input, docs, name, spec, parser)?);
            } else {
                let (message, rest) = message(input, docs, parser)?;
                body.messages.push(message);
                rest?;
            }
            Ok(())
        })
        .parse2(part);
        if let Err(error) = parsed {
            parser.report(&error);
            spec.broken.insert(name.text.clone());
        }
    }
    Ok(body)
}

/// A message, and what is wrong behind its fields, where something is.
fn message(
    input: ParseStream<'_>,
    docs: Docs,
    parser: &mut Parser<'_>,
) -> syn::Result<(MessageItem, syn::Result<()>)> {
    let number = number(input)?;
    let word = word(input, "`client`, `server` or `either`")?;
    let sender = Sender::named(&word.to_string());
    if sender.is_none() {
        parser.report(&syn::Error::new(word.span(), "expected `client`, `server` or `either`"));
    }
    let name = name(input)?;
    let by_hand = by_hand(input, "{")?;
    let fields = fields(input, parser)?;
    let (raises, rest) = match raises(input) {
        Ok(raises) => (raises, Ok(())),
        Err(error) => {
            input.parse::<TokenStream>()?;
            (Vec::new(), Err(error))
        }
    };
    Ok((MessageItem { docs, number, sender, name, by_hand, fields, raises }, rest))
}

impl Sender {
    /// The sender that the word stands for.
    pub(super) fn named(word: &str) -> Option<Self> {
        match word {
            "client" => Some(Self::Client),
            "server" => Some(Self::Server),
            "either" => Some(Self::Either),
            _ => None,
        }
    }
}
