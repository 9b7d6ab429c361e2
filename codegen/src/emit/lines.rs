//! Lines of text.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::messages::raise_method;
use super::{Context, bytes, ident};
use crate::model::{Line, LinePart};

pub(super) fn emit(cx: &Context<'_>) -> TokenStream {
    cx.model.lines.iter().map(|line| one(cx, line)).collect()
}

fn one(cx: &Context<'_>, line: &Line) -> TokenStream {
    let docs = cx.docs(&line.docs, Some(line.source_line));
    let name = ident(&line.name);
    let mut fields = Vec::new();
    let mut names = Vec::new();
    let mut reads = Vec::new();
    let mut writes = Vec::new();
    for (index, part) in line.parts.iter().enumerate() {
        match part {
            LinePart::Literal(text) => {
                let text = bytes(text);
                reads.push(quote!(let rest = rest.strip_prefix(#text)?;));
                writes.push(quote!(line.extend_from_slice(#text);));
            }
            LinePart::Field { docs, name, until } => {
                let docs = cx.docs_or(docs, &format!("Field `{name}`."));
                let field = ident(name);
                fields.push(quote!(#docs pub #field: &'p [u8]));
                if let Some(end) = until {
                    let found = find(end);
                    let end = bytes(end);
                    reads.push(quote! {
                        let (#field, rest) = match #found {
                            Some(at) => (rest.get(..at)?, rest.get(at + #end.len()..)?),
                            None => (rest, &b""[..]),
                        };
                    });
                    let behind: Vec<_> = line.parts[index + 1..]
                        .iter()
                        .filter_map(|part| match part {
                            LinePart::Field { name, .. } => Some(ident(name)),
                            LinePart::Literal(_) => None,
                        })
                        .collect();
                    writes.push(quote! {
                        line.extend_from_slice(self.#field);
                        if [#(self.#behind),*].iter().any(|field| !field.is_empty()) {
                            line.extend_from_slice(#end);
                        }
                    });
                } else {
                    reads.push(quote!(let (#field, rest) = (rest, &b""[..]);));
                    writes.push(quote!(line.extend_from_slice(self.#field);));
                }
                names.push(field);
            }
        }
    }
    let text_names: Vec<String> = line
        .parts
        .iter()
        .map(|part| match part {
            LinePart::Literal(_) => String::new(),
            LinePart::Field { name, .. } => name.clone(),
        })
        .collect();
    let raise = raise_method(cx, &line.raises, &|index| {
        let field = ident(&text_names[index]);
        quote!(self.#field)
    });
    let begins = match line.parts.first() {
        Some(LinePart::Literal(text)) => {
            let text = bytes(text);
            Some(quote! {
                /// How such a line begins.
                pub const BEGINS: &'static [u8] = #text;
            })
        }
        _ => None,
    };
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct #name<'p> { #(#fields,)* }

        impl<'p> #name<'p> {
            #begins

            /// Takes a line apart, without its end. A separator that is missing leaves the fields behind it empty.
            /// `None` where a literal is missing.
            #[must_use]
            pub fn of_line(line: &'p [u8]) -> Option<Self> {
                let rest = line;
                #(#reads)*
                rest.is_empty().then_some(Self { #(#names,)* })
            }

            /// The line, without its end.
            #[must_use]
            pub fn to_line(&self) -> Vec<u8> {
                let mut line = Vec::new();
                #(#writes)*
                line
            }

            #raise
        }
    }
}

/// Looks for what ends a field: a single octet is found by itself.
fn find(end: &str) -> TokenStream {
    match end.as_bytes() {
        [octet] => {
            let octet = Literal::byte_character(*octet);
            quote!(memchr::memchr(#octet, rest))
        }
        _ => {
            let end = bytes(end);
            quote!(memchr::memmem::find(rest, #end))
        }
    }
}
