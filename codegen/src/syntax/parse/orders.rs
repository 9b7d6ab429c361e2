//! `order NAME [each] over LAYER, ... { ... }`, and `order { ... }` in an exchange.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser as _};
use syn::{Token, braced};

use super::super::items::{
    AnywhereItem, Docs, ForbidItem, Name, OrderItem, Sender, Spec, StateItem, Step, TransitionItem,
    VariationItem,
};
use super::Parser;
use super::pieces::{end_of, split};
use super::tokens::{docs, documents_nothing, expect_word, name, peek_word, take_word, take_word_or, word};

/// An order over layers, behind its keyword.
pub(super) fn order(
    input: ParseStream<'_>,
    docs: Docs,
    spec: &mut Spec,
    parser: &mut Parser<'_>,
) -> syn::Result<OrderItem> {
    let name = name(input)?;
    let each = take_word_or(input, "each", "over")
        .or_else(|error| if peek_word(input, "over") { Ok(false) } else { Err(error) })?;
    expect_word(input, "over")?;
    let over = list(input)?;
    body(input, OrderItem { docs, name, each, over, ..OrderItem::empty() }, spec, parser)
}

/// The order of an exchange, behind its keyword.
pub(super) fn of_exchange(
    input: ParseStream<'_>,
    docs: Docs,
    name: Name,
    spec: &mut Spec,
    parser: &mut Parser<'_>,
) -> syn::Result<OrderItem> {
    body(input, OrderItem { docs, name, ..OrderItem::empty() }, spec, parser)
}

impl OrderItem {
    fn empty() -> Self {
        let name = Name { text: String::new(), span: 0..0 };
        Self {
            docs: Docs::new(),
            name,
            each: false,
            over: Vec::new(),
            states: Vec::new(),
            anywhere: Vec::new(),
            variations: Vec::new(),
        }
    }
}

/// `Name, Name`
fn list(input: ParseStream<'_>) -> syn::Result<Vec<Name>> {
    let mut names = vec![name(input)?];
    while input.parse::<Option<Token![,]>>()?.is_some() {
        names.push(name(input)?);
    }
    Ok(names)
}

/// States, and what else an order holds. A part that does not parse is reported and left out.
fn body(
    input: ParseStream<'_>,
    mut order: OrderItem,
    spec: &mut Spec,
    parser: &mut Parser<'_>,
) -> syn::Result<OrderItem> {
    let inner;
    braced!(inner in input);
    for part in split(inner.parse()?, |word| ["end", "fail", "anywhere", "variation"].contains(&word)) {
        parser.end = end_of(&part);
        let words = words(&part);
        let parsed = (|input: ParseStream<'_>| {
            let comment = input.span();
            let docs = docs(input)?;
            if take_word(input, "anywhere") {
                documents_nothing(&docs, comment)?;
                let but = if take_word(input, "but") { list(input)? } else { Vec::new() };
                let transitions = transitions(input, &order.name, spec, parser)?;
                order.anywhere.push(AnywhereItem { but, transitions });
            } else if take_word(input, "variation") {
                let name = name(input)?;
                let forbids = forbids(input)?;
                order.variations.push(VariationItem { docs, name, forbids });
            } else {
                let is_end = take_word(input, "end");
                let fails = !is_end && take_word(input, "fail");
                let name = name(input)?;
                let like = take_word_or(input, "like", "{")?.then(|| self::name(input)).transpose()?;
                let transitions = if input.parse::<Option<Token![;]>>()?.is_some() {
                    Vec::new()
                } else {
                    transitions(input, &order.name, spec, parser)?
                };
                order.states.push(StateItem { docs, name, is_end, fails, like, transitions });
            }
            Ok(())
        })
        .parse2(part);
        if let Err(error) = parsed {
            parser.report(&error);
            spec.broken.extend(words);
            spec.broken.insert(order.name.text.clone());
        }
    }
    Ok(order)
}

/// The words in front of the body: the state's name among them.
fn words(tokens: &TokenStream) -> Vec<String> {
    let trees = tokens.clone().into_iter();
    let words = trees.filter_map(|tree| match tree {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    });
    words.collect()
}

/// `{ transition; ... }`
fn transitions(
    input: ParseStream<'_>,
    order: &Name,
    spec: &mut Spec,
    parser: &mut Parser<'_>,
) -> syn::Result<Vec<TransitionItem>> {
    let inner;
    braced!(inner in input);
    let mut transitions = Vec::new();
    for part in split(inner.parse()?, |word| word == "run" || Sender::named(word).is_some()) {
        parser.end = end_of(&part);
        match transition.parse2(part) {
            Ok(transition) => transitions.push(transition),
            Err(error) => {
                parser.report(&error);
                spec.broken.insert(order.text.clone());
            }
        }
    }
    Ok(transitions)
}

fn transition(input: ParseStream<'_>) -> syn::Result<TransitionItem> {
    let what = word(input, "`client`, `server`, `either` or `run`")?;
    let step = match Sender::named(&what.to_string()) {
        Some(sender) => Step::Says { sender, messages: list(input)? },
        None if what == "run" => Step::Runs(name(input)?),
        None => {
            return Err(syn::Error::new(what.span(), "expected `client`, `server`, `either` or `run`"));
        }
    };
    let to = if input.peek(Token![->]) {
        input.parse::<Token![->]>()?;
        Some(name(input)?)
    } else {
        None
    };
    input.parse::<Token![;]>()?;
    Ok(TransitionItem { step, to })
}

/// `{ forbid Message, ... in State, ...; }`
fn forbids(input: ParseStream<'_>) -> syn::Result<Vec<ForbidItem>> {
    let inner;
    braced!(inner in input);
    let mut forbids = Vec::new();
    while !inner.is_empty() {
        expect_word(&inner, "forbid")?;
        let messages = list(&inner)?;
        expect_word(&inner, "in")?;
        let states = list(&inner)?;
        inner.parse::<Token![;]>()?;
        forbids.push(ForbidItem { messages, states });
    }
    Ok(forbids)
}
