//! Tokens to tree.
//!
//! A mistake costs no more than the declaration or message it stands in: the tokens are cut into those first, each is
//! parsed by itself, and the mistakes of all are kept.

mod sealings;
mod tables;

use std::str::FromStr;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Ident, LitInt, LitStr, Token, braced, bracketed, parenthesized, token};

use super::items::*;
use super::{join, orders, unbalanced};
use crate::diagnostics::{Code, Diagnostics, Span};
use crate::suggest;

/// How deep brackets may nest. The language needs five levels; a bound keeps what recurses over them off the stack's end.
const DEEPEST: usize = 32;

/// How many operands an expression may have, for the same reason.
const LONGEST: usize = 16;

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

/// Where the last token ends.
pub(super) fn end_of(tokens: &TokenStream) -> usize {
    tokens.clone().into_iter().last().map_or(0, |tree| tree.span().byte_range().end)
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

/// The names that a declaration, which may be several for want of a `;`, would declare: the words behind keywords.
fn names_declared(tokens: &TokenStream) -> Vec<String> {
    let mut names = Vec::new();
    let mut keyword = false;
    for tree in tokens.clone() {
        let TokenTree::Ident(ident) = tree else {
            keyword = false;
            continue;
        };
        let word = ident.to_string();
        if keyword {
            names.push(word);
            keyword = false;
        } else {
            keyword = KEYWORDS.contains(&word.as_str());
        }
    }
    names
}

/// Takes `//!` lines off the front: they arrive as `#`, `!`, `[doc = "…"]`.
fn split_inner_docs(tokens: TokenStream) -> (Docs, TokenStream) {
    let mut docs = Docs::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(TokenTree::Punct(punct)) = trees.peek() {
        if punct.as_char() != '#' {
            break;
        }
        let hash = trees.next();
        if !matches!(trees.peek(), Some(TokenTree::Punct(bang)) if bang.as_char() == '!') {
            return (docs, hash.into_iter().chain(trees).collect());
        }
        trees.next();
        if let Some(TokenTree::Group(group)) = trees.next()
            && let Ok(line) = doc_text.parse2(group.stream())
        {
            docs.push(line);
        }
    }
    (docs, trees.collect())
}

/// Cuts tokens into declarations: each ends at a `;`, or with a braced body that no `->` follows.
///
/// One also ends, for want of its `;`, in front of a comment that documents the next, and where a line begins with a
/// word (or number) with which declarations begin, unless that word must belong to what stands before it.
pub(super) fn split(tokens: TokenStream, begins: fn(&str) -> bool) -> Vec<TokenStream> {
    let mut declarations = Vec::new();
    let mut current: Vec<TokenTree> = Vec::new();
    let mut trees = tokens.into_iter().peekable();
    // How many tokens the declaration has beyond its documentation.
    let mut length = 0;
    let mut raising = false;
    while let Some(tree) = trees.next() {
        let is_comment = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '#');
        let forgotten = match &tree {
            TokenTree::Punct(_) => is_comment && length > 0,
            TokenTree::Ident(_) | TokenTree::Literal(_) => {
                length > 1
                    && begins(&tree.to_string())
                    && current.last().is_some_and(|last| may_end(last, &tree))
            }
            TokenTree::Group(_) => false,
        };
        if forgotten {
            declarations.push(current.drain(..).collect());
            (length, raising) = (0, false);
        }
        let ends = match &tree {
            TokenTree::Punct(punct) if punct.as_char() == ';' => true,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let arrow = matches!(trees.peek(), Some(TokenTree::Punct(p)) if p.as_char() == '-' && p.spacing() == Spacing::Joint);
                let semicolon = matches!(trees.peek(), Some(TokenTree::Punct(p)) if p.as_char() == ';');
                raising |= arrow;
                !raising && !semicolon
            }
            _ => false,
        };
        let documents =
            is_comment || matches!(current.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#');
        length += usize::from(!documents);
        current.push(tree);
        if ends {
            declarations.push(current.drain(..).collect());
            (length, raising) = (0, false);
        }
    }
    if !current.is_empty() {
        declarations.push(current.into_iter().collect());
    }
    declarations
}

/// Whether a declaration may end with `last`, and `next` begin another: it does on a line of its own.
fn may_end(last: &TokenTree, next: &TokenTree) -> bool {
    let complete = match last {
        TokenTree::Punct(_) => false,
        TokenTree::Ident(word) => word != "as" && word != "raises",
        TokenTree::Group(_) | TokenTree::Literal(_) => true,
    };
    complete && last.span().end().line < next.span().start().line
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
        "type" => spec.types.push(type_item(input, docs)?),
        "limit" => spec.limits.push(limit_item(input, docs)?),
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
            let item = record_item(input, docs, name, false, spec, parser)?;
            spec.records.push(item);
        }
        "event" => {
            let name = name(input)?;
            let by_hand = by_hand(input, "{")?;
            let item = record_item(input, docs, name, by_hand, spec, parser)?;
            spec.events.push(item);
        }
        "group" => spec.groups.push(group_item(input, docs, parser)?),
        "frame" => spec.frames.push(group_item(input, docs, parser)?),
        "sealing" => spec.sealings.push(sealings::item(input, docs)?),
        "line" => spec.lines.push(line_item(input, docs)?),
        "keyed" => spec.keyed.push(keyed_item(input, docs, parser)?),
        "layer" => {
            let name = name(input)?;
            let sealed = take_word(input, "sealed");
            let numbers = peek_word(input, "in").then(|| numbers(input)).transpose()?;
            if input.cursor().ident().is_some() {
                let expected = if sealed { "expected `{` or `in`" } else { "expected `{`, `sealed` or `in`" };
                return Err(input.error(expected));
            }
            let Body { messages, .. } = body(input, &name, Owner::Layer, spec, parser)?;
            spec.layers.push(LayerItem { docs, name, sealed, numbers, messages });
        }
        "exchanges" => {
            let numbers = numbers(input)?;
            input.parse::<Token![;]>()?;
            spec.exchange_numbers.push(numbers);
        }
        "exchange" => {
            let name = name(input)?;
            let Body { methods, messages, order } = body(input, &name, Owner::Exchange, spec, parser)?;
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

/// `doc = "…"`, as which a comment arrives.
fn doc_text(input: ParseStream<'_>) -> syn::Result<String> {
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

fn text(input: ParseStream<'_>) -> syn::Result<(String, Span)> {
    let literal = input
        .parse::<LitStr>()
        .map_err(|error| syn::Error::new(error.span(), "expected a text in quotes"))?;
    no_suffix(literal.suffix(), literal.span())?;
    Ok((literal.value(), literal.span().byte_range()))
}

/// `"text", "text"`
fn texts(input: ParseStream<'_>) -> syn::Result<Vec<(String, Span)>> {
    let mut texts = vec![text(input)?];
    while input.parse::<Option<Token![,]>>()?.is_some() {
        texts.push(text(input)?);
    }
    Ok(texts)
}

fn number(input: ParseStream<'_>) -> syn::Result<(u64, Span)> {
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
fn by_hand(input: ParseStream<'_>, otherwise: &str) -> syn::Result<bool> {
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

fn width(input: ParseStream<'_>) -> syn::Result<Width> {
    let ident = word(input, "`uint8`, `uint16`, `uint32` or `uint64`")?;
    Width::named(&ident.to_string())
        .ok_or_else(|| syn::Error::new(ident.span(), "expected `uint8`, `uint16`, `uint32` or `uint64`"))
}

impl Width {
    /// The built-in type of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "uint8" => Some(Self::U8),
            "uint16" => Some(Self::U16),
            "uint32" => Some(Self::U32),
            "uint64" => Some(Self::U64),
            _ => None,
        }
    }
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

fn type_item(input: ParseStream<'_>, docs: Docs) -> syn::Result<TypeItem> {
    let name = name(input)?;
    let rust_name = take_word_or(input, "as", "=")?.then(|| self::name(input)).transpose()?;
    input.parse::<Token![=]>()?;
    let shape = if input.peek2(token::Bracket) {
        let constructor = word(input, "`flag`, `bytes`, `names` or `integer`")?;
        let inner;
        bracketed!(inner in input);
        let width = width(&inner)?;
        let shape = match constructor.to_string().as_str() {
            "flag" if width == Width::U8 => TypeShape::Flag,
            "bytes" => TypeShape::Bytes(width),
            "names" => TypeShape::Names(width),
            "integer" if take_word(&inner, "bits") => TypeShape::BitCounted(width),
            "integer" => TypeShape::Integers(width),
            _ => {
                let message = "expected `flag` of a `uint8`, or `bytes`, `names` or `integer` of any width";
                return Err(syn::Error::new(constructor.span(), message));
            }
        };
        end(&inner)?;
        shape
    } else {
        TypeShape::Integer(width(input)?)
    };
    input.parse::<Token![;]>()?;
    Ok(TypeItem { docs, name, rust_name, shape })
}

fn end(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() { Ok(()) } else { Err(input.error("unexpected token")) }
}

fn limit_item(input: ParseStream<'_>, docs: Docs) -> syn::Result<LimitItem> {
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

/// `in LOW..=HIGH`
fn numbers(input: ParseStream<'_>) -> syn::Result<NumbersItem> {
    expect_word(input, "in")?;
    let (low, start) = number(input)?;
    input.parse::<Token![..=]>()?;
    let (high, end) = number(input)?;
    Ok(NumbersItem { low, high, span: start.start..end.end })
}

fn record_item(
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

fn group_item(input: ParseStream<'_>, docs: Docs, parser: &mut Parser<'_>) -> syn::Result<GroupItem> {
    Ok(GroupItem { docs, name: name(input)?, fields: fields(input, parser)? })
}

/// `{ field, field, }`
fn fields(input: ParseStream<'_>, parser: &mut Parser<'_>) -> syn::Result<Vec<FieldItem>> {
    list(input, field, parser, |name| Some(FieldItem::broken(name)))
}

/// `{ item, item, }`. An item that does not parse is reported; `broken` says what stands for each name in it.
fn list<T>(
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

/// What looks like names of fields or parameters: a word in front of a `:`, or else the first.
fn names_in(tokens: &TokenStream) -> Vec<Name> {
    let trees: Vec<_> = tokens.clone().into_iter().collect();
    let name = |ident: &Ident| Name { text: ident.to_string(), span: ident.span().byte_range() };
    let before_colon = trees.windows(2).filter_map(|pair| match pair {
        [TokenTree::Ident(ident), TokenTree::Punct(punct)] if punct.as_char() == ':' => Some(name(ident)),
        _ => None,
    });
    let names: Vec<_> = before_colon.collect();
    let first = trees.iter().find_map(|tree| match tree {
        TokenTree::Ident(ident) => Some(name(ident)),
        _ => None,
    });
    if names.is_empty() { first.into_iter().collect() } else { names }
}

impl FieldItem {
    /// What stands for a field that did not parse.
    fn broken(name: Name) -> Self {
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

/// `{ item, item, }`
fn braced_list<T>(
    input: ParseStream<'_>,
    item: fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    let body;
    braced!(body in input);
    Ok(body.parse_terminated(item, Token![,])?.into_iter().collect())
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

fn constant(input: ParseStream<'_>) -> syn::Result<Constant> {
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

impl Parse for Expression {
    /// Sums of terms; a term may hold `%`.
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut left = term(input)?;
        for _ in 0..LONGEST {
            let operator = if input.peek(Token![+]) {
                input.parse::<Token![+]>()?;
                Operator::Add
            } else if input.peek(Token![-]) {
                input.parse::<Token![-]>()?;
                Operator::Subtract
            } else {
                return Ok(left);
            };
            left = Self::Binary { left: Box::new(left), operator, right: Box::new(term(input)?) };
        }
        Err(input.error("this expression is too long"))
    }
}

/// A number or field, or the remainder of one by a number.
fn term(input: ParseStream<'_>) -> syn::Result<Expression> {
    let left = factor(input)?;
    if !input.peek(Token![%]) {
        return Ok(left);
    }
    input.parse::<Token![%]>()?;
    let (divisor, span) = number(input)?;
    let right = Box::new(Expression::Number(divisor, span));
    Ok(Expression::Binary { left: Box::new(left), operator: Operator::Remainder, right })
}

fn factor(input: ParseStream<'_>) -> syn::Result<Expression> {
    if input.peek(LitInt) {
        number(input).map(|(value, span)| Expression::Number(value, span))
    } else {
        name(input).map(Expression::Field)
    }
}

fn line_item(input: ParseStream<'_>, docs: Docs) -> syn::Result<LineItem> {
    let name = name(input)?;
    let parts = braced_list(input, |input| {
        let docs = self::docs(input)?;
        if input.peek(LitStr) {
            return Ok(LinePart::Literal(text(input)?.0));
        }
        let name = self::name(input)?;
        let until = take_word_or(input, "until", ",")?.then(|| text(input)).transpose()?;
        Ok(LinePart::Field { docs, name, until })
    })?;
    Ok(LineItem { docs, name, parts, raises: raises(input)? })
}

fn keyed_item(input: ParseStream<'_>, docs: Docs, parser: &mut Parser<'_>) -> syn::Result<KeyedItem> {
    let name = name(input)?;
    expect_word(input, "by")?;
    let tag = self::name(input)?;
    let body;
    braced!(body in input);
    let mut variants = Vec::new();
    while !body.is_empty() {
        let docs = self::docs(&body)?;
        let tag = text(&body)?;
        let name = self::name(&body)?;
        let certifies = take_word_or(&body, "certifies", "{")?.then(|| self::name(&body)).transpose()?;
        variants.push(VariantItem { docs, tag, name, certifies, fields: fields(&body, parser)? });
    }
    Ok(KeyedItem { docs, name, tag, variants })
}

/// What a layer or an exchange holds.
#[derive(Default)]
struct Body {
    methods: Vec<(String, Span)>,
    messages: Vec<MessageItem>,
    order: Option<orders::OrderItem>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Layer,
    Exchange,
}

/// The body of a layer or an exchange. A message that does not parse is reported and left out.
fn body(
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
            let docs = docs(input)?;
            let place = input.span();
            if take_word(input, "method") {
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

/// `-> event(…), event;`, or nothing.
fn raises(input: ParseStream<'_>) -> syn::Result<Vec<RaiseItem>> {
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
