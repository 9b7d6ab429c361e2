//! Exchanges: messages whose numbers mean what the negotiated method says.

use proc_macro2::TokenStream;
use quote::quote;

use super::events::any_event;
use super::messages::module;
use super::structures::borrows;
use super::{Context, bytes, ident, lifetime};
use crate::case::snake;
use crate::model::Exchange;

pub(super) fn emit(cx: &Context<'_>) -> TokenStream {
    let exchanges = &cx.model.exchanges;
    if exchanges.is_empty() {
        return TokenStream::new();
    }
    let modules = exchanges.iter().map(|exchange| {
        let docs = cx.docs(&exchange.docs, None);
        let name = ident(&snake(&exchange.name));
        let body = module(cx, &exchange.messages, false, &format!("exchange `{}`", exchange.name));
        quote! {
            #docs
            pub mod #name {
                use super::*;

                #body
            }
        }
    });
    let docs: Vec<_> = exchanges.iter().map(|exchange| cx.docs(&exchange.docs, None)).collect();
    let variants: Vec<_> = exchanges.iter().map(|exchange| ident(&exchange.name)).collect();
    let names = exchanges.iter().map(|exchange| &exchange.name);
    let module_names: Vec<_> = exchanges.iter().map(|exchange| ident(&snake(&exchange.name))).collect();
    let lifetimes: Vec<_> = exchanges.iter().map(|exchange| lifetime(has_lifetime(cx, exchange))).collect();
    let all_lifetime = lifetime(exchanges.iter().any(|exchange| has_lifetime(cx, exchange)));
    let octets = if all_lifetime.is_empty() { quote!(&[u8]) } else { quote!(&'p [u8]) };
    let methods = methods(cx);
    let numbers = cx
        .model
        .exchange_numbers
        .as_ref()
        .map(|numbers| super::messages::numbers(cx, numbers.range, &numbers.docs));
    let event = any_event(cx);
    quote! {
        #(#modules)*

        /// A family of key-exchange methods that share their messages.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Exchange { #(#docs #variants,)* }

        impl Exchange {
            /// All of them, in the order of the spec.
            pub const ALL: &'static [Self] = &[#(Self::#variants),*];

            #methods

            #numbers

            /// The exchange's name in the spec.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    #(Self::#variants => #names,)*
                }
            }

            /// Who may send the message of a number; `None` where the number has no meaning in this exchange.
            #[must_use]
            pub const fn sender(self, number: u8) -> Option<Sender> {
                match self {
                    #(Self::#variants => #module_names::Message::sender(number),)*
                }
            }

            /// Reads a message from its number on. `Ok(None)` where that end has no message of that number.
            ///
            /// # Errors
            ///
            /// Where the octets do not hold the fields.
            pub fn parse #all_lifetime(self, sender: Role, octets: #octets) -> Result<Option<Parsed<ExchangeMessage #all_lifetime>>, ParseError> {
                Ok(match self {
                    #(Self::#variants => #module_names::Message::parse(sender, octets)?.map(|parsed| parsed.map(ExchangeMessage::#variants)),)*
                })
            }

            /// Does what `parse` does, through `binrw`: slower, and the same.
            ///
            /// # Errors
            ///
            /// Where the octets do not hold the fields.
            pub fn parse_with_binrw #all_lifetime(self, sender: Role, octets: #octets) -> Result<Option<Parsed<ExchangeMessage #all_lifetime>>, ParseError> {
                Ok(match self {
                    #(Self::#variants => #module_names::Message::parse_with_binrw(sender, octets)?.map(|parsed| parsed.map(ExchangeMessage::#variants)),)*
                })
            }
        }

        /// A message of any exchange.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ExchangeMessage #all_lifetime { #(#docs #variants(#module_names::Message #lifetimes),)* }

        impl #all_lifetime ExchangeMessage #all_lifetime {
            /// The message's number.
            #[must_use]
            pub const fn number(&self) -> u8 {
                match self {
                    #(Self::#variants(message) => message.number(),)*
                }
            }

            /// The message's name in the spec.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    #(Self::#variants(message) => message.name(),)*
                }
            }

            /// Writes number and fields.
            ///
            /// # Errors
            ///
            /// Where a field is longer than its count can say.
            pub fn to_octets(&self) -> BinResult<Vec<u8>> {
                match self {
                    #(Self::#variants(message) => message.to_octets(),)*
                }
            }

            /// Raises the events that the message stands for.
            pub fn raise(&self, origin: Origin, raise: &mut dyn FnMut(#event)) {
                match self {
                    #(Self::#variants(message) => message.raise(origin, raise),)*
                }
            }
        }
    }
}

fn has_lifetime(cx: &Context<'_>, exchange: &Exchange) -> bool {
    exchange.messages.iter().any(|message| borrows(cx, &message.structure))
}

/// The look-up by name: whole names first, then patterns in the order of the spec.
fn methods(cx: &Context<'_>) -> TokenStream {
    let mut exact = Vec::new();
    let mut patterns = Vec::new();
    for exchange in &cx.model.exchanges {
        let variant = ident(&exchange.name);
        let whole =
            exchange.methods.iter().filter(|method| !method.contains('*')).map(|method| bytes(method));
        let whole: Vec<_> = whole.collect();
        if !whole.is_empty() {
            exact.push(quote!(#(#whole)|* => return Some(Self::#variant)));
        }
        for pattern in exchange.methods.iter().filter(|method| method.contains('*')) {
            let pattern = bytes(pattern);
            patterns.push(quote!((#pattern, Exchange::#variant)));
        }
    }
    quote! {
        /// The exchange that a method's name stands for; `None` where it is not known.
        #[must_use]
        pub fn of_method(name: &[u8]) -> Option<Self> {
            const PATTERNS: &[(&[u8], Exchange)] = &[#(#patterns),*];
            match name {
                #(#exact,)*
                _ => {}
            }
            PATTERNS.iter().find(|(pattern, _)| matches(pattern, name)).map(|(_, exchange)| *exchange)
        }
    }
}
