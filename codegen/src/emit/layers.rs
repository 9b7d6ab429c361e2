//! Layers: messages whose numbers always mean the same.

use proc_macro2::TokenStream;
use quote::quote;

use super::messages::module;
use super::{Context, ident};
use crate::case::snake;

pub(super) fn emit(cx: &Context<'_>) -> TokenStream {
    let layers = cx.model.layers.iter().map(|layer| {
        let mut docs = layer.docs.clone();
        if layer.sealed {
            docs.push(String::new());
            docs.push(" Encrypted on the wire.".to_owned());
        }
        let docs = cx.docs(&docs, None);
        let name = ident(&snake(&layer.name));
        let numbers = layer.numbers.map(|numbers| {
            let range = super::messages::numbers(cx, numbers, &[]);
            let borrows =
                layer.messages.iter().any(|message| super::structures::borrows(cx, &message.structure));
            let lifetime = if borrows { quote!(<'_>) } else { TokenStream::new() };
            quote!(impl Message #lifetime { #range })
        });
        let body = module(cx, &layer.messages, layer.sealed, &format!("layer `{}`", layer.name));
        quote! {
            #docs
            pub mod #name {
                use super::*;

                #body

                #numbers
            }
        }
    });
    quote!(#(#layers)*)
}
