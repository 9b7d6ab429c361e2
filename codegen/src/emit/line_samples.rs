//! The table of lines, beside the strategies, for tests that go over them.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Context, ident};
use crate::model::LinePart;

pub(super) fn emit(cx: &Context<'_>) -> TokenStream {
    let lines = cx.model.lines.iter().map(|line| {
        let (text, name) = (&line.name, ident(&line.name));
        let fields = line.parts.iter().filter_map(|part| match part {
            LinePart::Field { name, .. } => {
                let field = ident(name);
                Some(quote!((#name, line.#field.show())))
            }
            LinePart::Literal(_) => None,
        });
        quote! {
            LineSample {
                name: #text,
                fields: |octets| super::#name::of_line(octets).map(|line| Vec::from([#(#fields),*])),
            }
        }
    });
    quote! {
        /// All lines, in the order of the spec.
        pub const LINES: &[LineSample] = &[#(#lines),*];
    }
}
