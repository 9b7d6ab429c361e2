//! Tokens to tree.
//!
//! A mistake costs no more than the declaration or message it stands in: the tokens are cut into those first, each is
//! parsed by itself, and the mistakes of all are kept.

mod events;
mod expressions;
mod fields;
mod keyed;
mod limits;
mod lines;
mod lists;
mod messages;
mod orders;
mod pieces;
mod sealings;
mod tables;
mod tokens;
mod types;

use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser as _};
use syn::{Ident, Token};

use self::messages::{Body, Owner};
use self::pieces::{end_of, names_declared, split, split_inner_docs};
use self::tokens::{by_hand, docs, name, number, numbers, peek_word, take_word, texts, word};
use super::items::*;
use super::{join, unbalanced};
use crate::diagnostics::{Code, Diagnostics, Span};
use crate::suggest;

/// How deep brackets may nest. The language needs five levels; a bound keeps what recurses over them off the stack's end.
const DEEPEST: usize = 32;

/// Parses a spec. What could not be parsed is reported, and left out of the tree.
pub(crate) fn parse(source: &str, diagnostics: &mut Diagnostics) -> Spec {
    // Spans live in a table of the thread; dropping the old ones makes offsets count from this text's start.
    proc_macro2::extra::invalidate_current_thread_spans();
    let mut spec = Spec::default();
    let tokens = match TokenStream::from_str(source) {
        Ok(tokens) => tokens,
        Err(error) => {
            let (span, message) = unbalanced::find(source).unwrap_or_else(|| {
                (error.span().byte_range(), "this is no token of the language".to_owned())
            });
            diagnostics.report(Code::Syntax, &span, message);
            return spec;
        }
    };
    if let Some(span) = too_deep(tokens.clone()) {
        diagnostics.report(Code::Syntax, &span, "brackets nest too deep");
        return spec;
    }
    let (inner_docs, tokens) = split_inner_docs(tokens);
    spec.docs = inner_docs;
    for declaration in split(tokens, |word| KEYWORDS.contains(&word)) {
        let mut parser = Parser { source, diagnostics, end: end_of(&declaration) };
        let names = names_declared(&declaration);
        let parsed = (|input: ParseStream<'_>| declare(input, &mut spec, &mut parser)).parse2(declaration);
        if let Err(error) = parsed {
            parser.report(&error);
            spec.broken.extend(names);
        }
    }
    join::methods(&mut spec);
    spec
}

/// Where mistakes go while a declaration is parsed.
pub(super) struct Parser<'p> {
    source: &'p str,
    diagnostics: &'p mut Diagnostics,
    /// Where the declaration's last token ends.
    pub(super) end: usize,
}

impl Parser<'_> {
    /// Reports what `syn` complains about; where one of the words that it expects is spelled much like what stands
    /// there, asks whether that was meant.
    pub(super) fn report(&mut self, errors: &syn::Error) {
        for error in errors.clone() {
            let mut span = error.span().byte_range();
            if span.is_empty() {
                // `syn` knows no place for the end of the tokens.
                span = self.end..self.end;
            }
            let message = error.to_string();
            let expected = message.split('`').skip(1).step_by(2).filter_map(|words| words.split(' ').next());
            let expected = expected.filter(|word| word.chars().all(char::is_alphanumeric));
            let stands = self.source.get(span.clone()).unwrap_or_default();
            let help = suggest::did_you_mean(stands, expected);
            let message =
                message.strip_prefix("unexpected end of input, ").map(|rest| format!("{rest} here"));
            let message = message.unwrap_or_else(|| error.to_string());
            self.diagnostics.report(Code::Syntax, &span, message).help = help;
        }
    }
}

/// The first bracket that lies too deep.
fn too_deep(tokens: TokenStream) -> Option<Span> {
    let mut levels = vec![tokens.into_iter()];
    while let Some(level) = levels.last_mut() {
        match level.next() {
            Some(TokenTree::Group(group)) if levels.len() >= DEEPEST => {
                return Some(group.span_open().byte_range());
            }
            Some(TokenTree::Group(group)) => levels.push(group.stream().into_iter()),
            Some(_) => {}
            None => {
                levels.pop();
            }
        }
    }
    None
}

/// The words with which declarations begin.
pub const KEYWORDS: [&str; 18] = [
    "type",
    "limit",
    "number",
    "anomaly",
    "words",
    "algorithms",
    "table",
    "record",
    "event",
    "group",
    "line",
    "frame",
    "sealing",
    "keyed",
    "layer",
    "exchange",
    "exchanges",
    "order",
];

fn declare(input: ParseStream<'_>, spec: &mut Spec, parser: &mut Parser<'_>) -> syn::Result<()> {
    let docs = docs(input)?;
    let keyword = word(input, "a declaration")?;
    match keyword.to_string().as_str() {
        "type" => spec.types.push(types::item(input, docs)?),
        "limit" => spec.limits.push(limits::item(input, docs)?),
        "anomaly" => {
            let name = name(input)?;
            let by_hand = by_hand(input, ";")?;
            input.parse::<Token![;]>()?;
            spec.anomalies.push(AnomalyItem { docs, name, by_hand });
        }
        "words" => {
            let name = name(input)?;
            input.parse::<Token![=]>()?;
            let words = texts(input)?;
            input.parse::<Token![;]>()?;
            spec.words.push(WordsItem { docs, name, words });
        }
        "number" => {
            let name = name(input)?;
            input.parse::<Token![=]>()?;
            let (value, _) = number(input)?;
            input.parse::<Token![;]>()?;
            spec.numbers.push(NumberItem { docs, name, value });
        }
        word @ ("algorithms" | "table") => {
            let table = tables::item(input, docs, word == "algorithms", spec, parser)?;
            spec.tables.push(table);
        }
        "record" => {
            let name = name(input)?;
            let item = events::record_item(input, docs, name, false, spec, parser)?;
            spec.records.push(item);
        }
        "event" => {
            let name = name(input)?;
            let by_hand = by_hand(input, "{")?;
            let item = events::record_item(input, docs, name, by_hand, spec, parser)?;
            spec.events.push(item);
        }
        "group" => spec.groups.push(fields::group_item(input, docs, parser)?),
        "frame" => spec.frames.push(fields::group_item(input, docs, parser)?),
        "sealing" => spec.sealings.push(sealings::item(input, docs)?),
        "line" => spec.lines.push(lines::item(input, docs)?),
        "keyed" => spec.keyed.push(keyed::item(input, docs, parser)?),
        "layer" => {
            let name = name(input)?;
            let sealed = take_word(input, "sealed");
            let numbers = peek_word(input, "in").then(|| numbers(input)).transpose()?;
            if input.cursor().ident().is_some() {
                let expected = if sealed { "expected `{` or `in`" } else { "expected `{`, `sealed` or `in`" };
                return Err(input.error(expected));
            }
            let Body { messages, .. } = messages::body(input, &name, Owner::Layer, spec, parser)?;
            spec.layers.push(LayerItem { docs, name, sealed, numbers, messages });
        }
        "exchanges" => {
            let numbers = numbers(input)?;
            input.parse::<Token![;]>()?;
            spec.exchange_numbers.push(ExchangeNumbersItem { docs, numbers });
        }
        "exchange" => {
            let name = name(input)?;
            let Body { methods, messages, order } =
                messages::body(input, &name, Owner::Exchange, spec, parser)?;
            spec.exchanges.push(ExchangeItem { docs, name, methods, order, messages });
        }
        "order" => {
            let item = orders::order(input, docs, spec, parser)?;
            spec.orders.push(item);
        }
        other => {
            parser
                .diagnostics
                .report(
                    Code::Syntax,
                    &keyword.span().byte_range(),
                    format!("`{other}` begins no declaration"),
                )
                .help = suggest::did_you_mean(other, KEYWORDS)
                .or_else(|| Some(format!("one of: {}", KEYWORDS.join(", "))));
            // What follows belongs to the unknown declaration, whose name may still be used.
            spec.broken.extend(input.fork().call(Ident::parse_any).map(|name| name.to_string()));
            input.parse::<TokenStream>()?;
        }
    }
    Ok(())
}
