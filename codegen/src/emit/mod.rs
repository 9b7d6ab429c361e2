//! Model to Rust: one emitter a file, put together here.

mod conversations;
mod events;
mod exchanges;
mod frames;
mod keyed;
mod layers;
mod limits;
mod line_samples;
mod lines;
mod messages;
mod orders;
mod sealings;
mod sizes;
mod slices;
mod strategies;
mod structures;
mod tables;
mod types;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use crate::model::Model;

/// The runtime part of every generated file: ordinary Rust, included as text.
pub(crate) const RUNTIME: &str = concat!(
    include_str!("runtime/imports.rs"),
    include_str!("runtime/errors.rs"),
    include_str!("runtime/roles.rs"),
    include_str!("runtime/values.rs"),
    include_str!("runtime/fields.rs"),
    include_str!("runtime/groups.rs"),
    include_str!("runtime/dispatch.rs"),
    include_str!("runtime/slices.rs"),
    include_str!("runtime/sizes.rs"),
    include_str!("runtime/sealings.rs")
);

/// The runtime part of those that have tables.
pub(crate) const TABLES_RUNTIME: &str =
    concat!(include_str!("runtime/tables.rs"), include_str!("runtime/hash.rs"));

/// All items of the generated file.
pub(crate) fn emit(model: &Model, spec_name: &str) -> syn::Result<TokenStream> {
    let runtime: TokenStream = syn::parse_str(RUNTIME)?;
    let cx = Context { model, spec_name };
    let parts = [
        runtime,
        types::emit(&cx),
        limits::emit(&cx),
        events::emit(&cx),
        structures::groups(&cx),
        lines::emit(&cx),
        frames::emit(&cx),
        sealings::emit(&cx),
        keyed::emit(&cx),
        layers::emit(&cx),
        exchanges::emit(&cx),
        tables::emit(&cx)?,
        orders::emit(&cx),
    ];
    Ok(quote!(#(#parts)*))
}

/// All items of the generated file of strategies.
pub(crate) fn emit_strategies(model: &Model, spec_name: &str) -> syn::Result<TokenStream> {
    let cx = Context { model, spec_name };
    let (strategies, conversations) = (strategies::emit(&cx)?, conversations::emit(&cx)?);
    Ok(quote!(#strategies #conversations))
}

/// What every emitter reads.
struct Context<'m> {
    model: &'m Model,
    spec_name: &'m str,
}

impl Context<'_> {
    /// `#[doc]` attributes, with the place of the declaration where `line` is given.
    fn docs(&self, docs: &[String], line: Option<usize>) -> TokenStream {
        let place = line.map(|line| format!(" Declared at `{}:{line}`.", self.spec_name));
        let blank = (place.is_some() && !docs.is_empty()).then(String::new);
        let lines = docs.iter().cloned().chain(blank).chain(place);
        quote!(#(#[doc = #lines])*)
    }

    /// As `docs`, with a line of our own where the spec has none.
    fn docs_or(&self, docs: &[String], otherwise: &str) -> TokenStream {
        if docs.is_empty() { self.docs(&[format!(" {otherwise}")], None) } else { self.docs(docs, None) }
    }
}

/// An identifier: raw where the name is a keyword of Rust, and with a `_` behind the four that cannot be raw.
fn ident(name: &str) -> Ident {
    match name {
        "self" | "Self" | "super" | "crate" => format_ident!("{name}_"),
        _ => syn::parse_str::<Ident>(name).unwrap_or_else(|_| format_ident!("r#{name}")),
    }
}

/// `<'p>`, where it is needed.
fn lifetime(borrows: bool) -> TokenStream {
    if borrows { quote!(<'p>) } else { TokenStream::new() }
}

/// A byte-string literal.
fn bytes(text: &str) -> syn::LitByteStr {
    syn::LitByteStr::new(text.as_bytes(), proc_macro2::Span::call_site())
}

/// An integer literal without a suffix, in groups of three digits where it is long.
fn number(value: u64) -> syn::LitInt {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index != 0 && (digits.len() - index).is_multiple_of(3) && digits.len() > 4 {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    syn::LitInt::new(&grouped, proc_macro2::Span::call_site())
}
