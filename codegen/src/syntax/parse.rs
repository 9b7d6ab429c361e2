//! Tokens to tree.
//!
//! A mistake costs no more than the declaration or message it stands in: the tokens are cut into those first, each is
//! parsed by itself, and the mistakes of all are kept.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitInt, LitStr, Meta, Token, braced, bracketed, parenthesized, token};

use super::items::*;
use crate::diagnostics::{Code, Diagnostics, Span};
use crate::suggest;

/// Parses a spec. What could not be parsed is reported, and left out of the tree.
pub(crate) fn parse(source: &str, diagnostics: &mut Diagnostics) -> Spec {
    // Spans live in a table of the thread; dropping the old ones makes offsets count from this text's start.
    proc_macro2::extra::invalidate_current_thread_spans();
    let mut spec = Spec::default();
    let tokens = match syn::parse_str::<TokenStream>(source) {
        Ok(tokens) => tokens,
        Err(error) => {
            report(diagnostics, &error);
            return spec;
        }
    };
    let (inner_docs, tokens) = split_inner_docs(tokens);
    spec.docs = inner_docs;
    for declaration in split(tokens) {
        if let Err(error) = (|input: ParseStream<'_>| declare(input, &mut spec, diagnostics)).parse2(declaration) {
            report(diagnostics, &error);
        }
    }
    spec
}

fn report(diagnostics: &mut Diagnostics, errors: &syn::Error) {
    for error in errors.clone() {
        diagnostics.report(Code::Syntax, &error.span().byte_range(), error.to_string());
    }
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
            && let Ok(Meta::NameValue(pair)) = syn::parse2::<Meta>(group.stream())
            && let Some(line) = doc_text(&pair.value)
        {
            docs.push(line);
        }
    }
    (docs, trees.collect())
}

/// Cuts tokens into declarations: each ends at a `;`, or with a braced body that no `->` follows.
fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut declarations = Vec::new();
    let mut current = Vec::new();
    let mut trees = tokens.into_iter().peekable();
    let mut raising = false;
    while let Some(tree) = trees.next() {
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
        current.push(tree);
        if ends {
            declarations.push(current.drain(..).collect());
            raising = false;
        }
    }
    if !current.is_empty() {
        declarations.push(current.into_iter().collect());
    }
    declarations
}

const KEYWORDS: [&str; 12] =
    ["type", "limit", "anomaly", "words", "record", "event", "group", "line", "frame", "keyed", "layer", "exchange"];

fn declare(input: ParseStream<'_>, spec: &mut Spec, diagnostics: &mut Diagnostics) -> syn::Result<()> {
    let docs = docs(input)?;
    let keyword = input.call(Ident::parse_any)?;
    match keyword.to_string().as_str() {
        "type" => spec.types.push(type_item(input, docs)?),
        "limit" => spec.limits.push(limit_item(input, docs)?),
        "anomaly" => {
            let name = name(input)?;
            input.parse::<Token![;]>()?;
            spec.anomalies.push(AnomalyItem { docs, name });
        }
        "words" => {
            let name = name(input)?;
            input.parse::<Token![=]>()?;
            let words = texts(input)?;
            input.parse::<Token![;]>()?;
            spec.words.push(WordsItem { docs, name, words });
        }
        "record" => spec.records.push(record_item(input, docs)?),
        "event" => spec.events.push(record_item(input, docs)?),
        "group" => spec.groups.push(group_item(input, docs)?),
        "frame" => spec.frames.push(group_item(input, docs)?),
        "line" => spec.lines.push(line_item(input, docs)?),
        "keyed" => spec.keyed.push(keyed_item(input, docs)?),
        "layer" => {
            let name = name(input)?;
            let sealed = take_word(input, "sealed");
            let (_, messages) = messages(input, diagnostics)?;
            spec.layers.push(LayerItem { docs, name, sealed, messages });
        }
        "exchange" => {
            let name = name(input)?;
            let (methods, messages) = messages(input, diagnostics)?;
            spec.exchanges.push(ExchangeItem { docs, name, methods, messages });
        }
        other => {
            diagnostics
                .report(Code::Syntax, &keyword.span().byte_range(), format!("`{other}` begins no declaration"))
                .help = suggest::did_you_mean(other, KEYWORDS).or_else(|| Some(format!("one of: {}", KEYWORDS.join(", "))));
            // What follows belongs to the unknown declaration.
            input.parse::<TokenStream>()?;
        }
    }
    Ok(())
}

fn docs(input: ParseStream<'_>) -> syn::Result<Docs> {
    let mut docs = Docs::new();
    for attribute in input.call(Attribute::parse_outer)? {
        let text = match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => doc_text(&pair.value),
            _ => None,
        };
        docs.push(text.ok_or_else(|| syn::Error::new_spanned(&attribute, "only `///` comments may stand here"))?);
    }
    Ok(docs)
}

fn doc_text(value: &syn::Expr) -> Option<String> {
    match value {
        syn::Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

fn name(input: ParseStream<'_>) -> syn::Result<Name> {
    input.call(Ident::parse_any).map(|ident| Name { text: ident.to_string(), span: ident.span().byte_range() })
}

fn text(input: ParseStream<'_>) -> syn::Result<(String, Span)> {
    input.parse::<LitStr>().map(|literal| (literal.value(), literal.span().byte_range()))
}

/// `"text", "text"`
fn texts(input: ParseStream<'_>) -> syn::Result<Vec<(String, Span)>> {
    let literals = Punctuated::<LitStr, Token![,]>::parse_separated_nonempty(input)?;
    Ok(literals.iter().map(|literal| (literal.value(), literal.span().byte_range())).collect())
}

fn number(input: ParseStream<'_>) -> syn::Result<(u64, Span)> {
    let literal = input.parse::<LitInt>()?;
    Ok((literal.base10_parse()?, literal.span().byte_range()))
}

/// Whether the next token is the word.
fn peek_word(input: ParseStream<'_>, word: &str) -> bool {
    input.cursor().ident().is_some_and(|(ident, _)| ident == word)
}

/// Takes the word, if it is next.
fn take_word(input: ParseStream<'_>, word: &str) -> bool {
    peek_word(input, word) && input.call(Ident::parse_any).is_ok()
}

fn expect_word(input: ParseStream<'_>, word: &str) -> syn::Result<()> {
    if take_word(input, word) { Ok(()) } else { Err(input.error(format!("expected `{word}`"))) }
}

fn width(input: ParseStream<'_>) -> syn::Result<Width> {
    let ident = input.call(Ident::parse_any)?;
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

fn type_item(input: ParseStream<'_>, docs: Docs) -> syn::Result<TypeItem> {
    let name = name(input)?;
    let rust_name = take_word(input, "as").then(|| self::name(input)).transpose()?;
    input.parse::<Token![=]>()?;
    let shape = if input.peek2(token::Bracket) {
        let constructor = input.call(Ident::parse_any)?;
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
                let message = "expected `flag[uint8]`, `bytes[…]`, `names[…]` or `integer[…]`";
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
    input.parse::<Token![;]>()?;
    Ok(LimitItem { docs, name, value, raises })
}

fn record_item(input: ParseStream<'_>, docs: Docs) -> syn::Result<RecordItem> {
    let name = name(input)?;
    let parameters = braced_list(input, |input| {
        let docs = self::docs(input)?;
        let name = self::name(input)?;
        input.parse::<Token![:]>()?;
        let optional = take_word(input, "optional");
        Ok(ParameterItem { docs, name, kind: self::name(input)?, optional })
    })?;
    Ok(RecordItem { docs, name, parameters })
}

fn group_item(input: ParseStream<'_>, docs: Docs) -> syn::Result<GroupItem> {
    Ok(GroupItem { docs, name: name(input)?, fields: braced_list(input, field)? })
}

/// `{ item, item, }`
fn braced_list<T>(input: ParseStream<'_>, item: fn(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<Vec<T>> {
    let body;
    braced!(body in input);
    Ok(body.parse_terminated(item, Token![,])?.into_iter().collect())
}

fn field(input: ParseStream<'_>) -> syn::Result<FieldItem> {
    let docs = docs(input)?;
    let name = name(input)?;
    input.parse::<Token![:]>()?;
    let shape = field_shape(input)?;
    let mut field =
        FieldItem { docs, name, shape, constant: None, range: None, present_if: None, at_most: None };
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
        } else if take_word(input, "if") {
            field.present_if = Some(self::name(input)?);
        } else if take_word(input, "at") {
            expect_word(input, "most")?;
            field.at_most = Some(self::name(input)?);
        } else {
            return Err(input.error("expected `,`, or `= constant`, `in LOW..=HIGH`, `if flag`, `at most LIMIT`"));
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
        let flag = input.parse::<syn::LitBool>()?;
        Ok(Constant::Flag(flag.value, flag.span.byte_range()))
    }
}

impl Parse for Expression {
    /// Sums of terms; a term may hold `%`.
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut left = term(input)?;
        loop {
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
    }
}

fn term(input: ParseStream<'_>) -> syn::Result<Expression> {
    let mut left = factor(input)?;
    while input.peek(Token![%]) {
        input.parse::<Token![%]>()?;
        left = Expression::Binary {
            left: Box::new(left),
            operator: Operator::Remainder,
            right: Box::new(factor(input)?),
        };
    }
    Ok(left)
}

fn factor(input: ParseStream<'_>) -> syn::Result<Expression> {
    if input.peek(LitInt) {
        number(input).map(|(value, _)| Expression::Number(value))
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
        let until = take_word(input, "until").then(|| text(input)).transpose()?.map(|(text, _)| text);
        Ok(LinePart::Field { docs, name, until })
    })?;
    Ok(LineItem { docs, name, parts, raises: raises(input)? })
}

fn keyed_item(input: ParseStream<'_>, docs: Docs) -> syn::Result<KeyedItem> {
    let name = name(input)?;
    let body;
    braced!(body in input);
    let mut variants = Vec::new();
    while !body.is_empty() {
        let docs = self::docs(&body)?;
        let tag = text(&body)?;
        let name = self::name(&body)?;
        let certifies = take_word(&body, "certifies").then(|| self::name(&body)).transpose()?;
        variants.push(VariantItem { docs, tag, name, certifies, fields: braced_list(&body, field)? });
    }
    Ok(KeyedItem { docs, name, variants })
}

type Methods = Vec<(String, Span)>;

/// The body of a layer or an exchange. A message that does not parse is reported and left out.
fn messages(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<(Methods, Vec<MessageItem>)> {
    let body;
    braced!(body in input);
    let mut methods = Methods::new();
    let mut messages = Vec::new();
    for part in split(body.parse()?) {
        let parsed = (|input: ParseStream<'_>| {
            let docs = docs(input)?;
            if take_word(input, "method") {
                methods.extend(texts(input)?);
                input.parse::<Token![;]>()?;
            } else {
                messages.push(message(input, docs)?);
            }
            Ok(())
        })
        .parse2(part);
        if let Err(error) = parsed {
            report(diagnostics, &error);
        }
    }
    Ok((methods, messages))
}

fn message(input: ParseStream<'_>, docs: Docs) -> syn::Result<MessageItem> {
    let number = number(input)?;
    let sender = input.call(Ident::parse_any)?;
    let sender = match sender.to_string().as_str() {
        "client" => Sender::Client,
        "server" => Sender::Server,
        "either" => Sender::Either,
        _ => return Err(syn::Error::new(sender.span(), "expected `client`, `server` or `either`")),
    };
    let name = name(input)?;
    let fields = braced_list(input, field)?;
    Ok(MessageItem { docs, number, sender, name, fields, raises: raises(input)? })
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
