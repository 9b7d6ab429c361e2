//! Sealings: how payload sizes become sizes on the wire, and back.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Context, ident, number};
use crate::case::snake;
use crate::model::{Block, Sealing};

pub(super) fn emit(cx: &Context<'_>) -> TokenStream {
    if cx.model.sealings.is_empty() {
        return TokenStream::new();
    }
    let sealings = cx.model.sealings.iter().map(|sealing| one(cx, sealing));
    let docs = cx.model.sealings.iter().map(|sealing| cx.docs_or(&sealing.docs, "A way to seal."));
    let variants: Vec<_> = cx.model.sealings.iter().map(|sealing| ident(&sealing.name)).collect();
    let texts = cx.model.sealings.iter().map(|sealing| &sealing.name);
    let made = cx.model.sealings.iter().map(|sealing| {
        let name = ident(&snake(&sealing.name));
        let block = matches!(sealing.block, Block::AtLeast(_)).then(|| quote!(block));
        let tag = sealing.tag.is_none().then(|| quote!(tag));
        let arguments = block.into_iter().chain(tag);
        quote!(sealings::#name(#(#arguments),*))
    });
    quote! {
        /// The ways to seal a frame.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Seal { #(#docs #variants,)* }

        impl Seal {
            /// All of them, in the order of the spec.
            pub const ALL: &'static [Self] = &[#(Self::#variants),*];

            /// Its name in the spec.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    #(Self::#variants => #texts,)*
                }
            }

            /// The sealing for a cipher's `block` and a `tag` of so many octets, where the spec leaves them open.
            #[must_use]
            pub const fn with(self, block: usize, tag: usize) -> Sealing {
                match self {
                    #(Self::#variants => #made,)*
                }
            }
        }

        /// How frames are sealed. What the algorithm in use says is asked for: the cipher's `block`, the `tag`'s octets.
        pub mod sealings {
            use super::Sealing;

            #(#sealings)*
        }
    }
}

fn one(cx: &Context<'_>, sealing: &Sealing) -> TokenStream {
    let docs = cx.docs(&sealing.docs, None);
    let name = ident(&snake(&sealing.name));
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
