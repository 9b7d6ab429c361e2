//! Sealings: how payload sizes become sizes on the wire, and back.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Context, ident, number, snake};
use crate::model::{Block, Sealing};

pub(super) fn emit(cx: &Context<'_>) -> TokenStream {
    if cx.model.sealings.is_empty() {
        return TokenStream::new();
    }
    let sealings = cx.model.sealings.iter().map(|sealing| one(cx, sealing));
    quote! {
        /// How frames are sealed. What the algorithm in use says is asked for: the cipher's `block`, the `tag`'s octets.
        pub mod sealings {
            use super::Sealing;

            #(#sealings)*
        }
    }
}

fn one(cx: &Context<'_>, sealing: &Sealing) -> TokenStream {
    let docs = cx.docs(&sealing.docs, None);
    let (text, name) = (&sealing.name, ident(&snake(&sealing.name)));
    let (block_parameter, block) = match sealing.block {
        Block::Fixed(octets) => {
            let octets = number(octets);
            (None, quote!(#octets))
        }
        Block::AtLeast(octets) => {
            let octets = number(octets);
            (Some(quote!(block: usize)), quote!(if block < #octets { #octets } else { block }))
        }
    };
    let (tag_parameter, tag) = match sealing.tag {
        Some(octets) => {
            let octets = number(octets);
            (None, quote!(tag: #octets))
        }
        None => (Some(quote!(tag: usize)), quote!(tag)),
    };
    let parameters = block_parameter.into_iter().chain(tag_parameter);
    let [lead, fixed, clear, smallest] =
        [sealing.lead, sealing.fixed, sealing.clear, sealing.smallest].map(number);
    let (low, high) = (number(sealing.padding.0), number(sealing.padding.1));
    quote! {
        #docs
        #[must_use]
        pub const fn #name(#(#parameters),*) -> Sealing {
            Sealing {
                name: #text,
                lead: #lead,
                fixed: #fixed,
                clear: #clear,
                block: #block,
                least_padding: #low,
                most_padding: #high,
                smallest: #smallest,
                #tag,
            }
        }
    }
}
