//! How large messages are: an interval each, and a function of the parts that vary.

use proc_macro2::TokenStream;
use quote::quote;

use super::structures::borrows;
use super::{Context, ident, lifetime, number};
use crate::model::{Constant, Message, Structure};
use crate::sizes::{self, Varies};

/// Octets of a message's number.
const NUMBER: u64 = 1;

/// `PAYLOAD` and `payload_size` of a message.
pub(super) fn of_message(cx: &Context<'_>, structure: &Structure) -> TokenStream {
    let name = ident(&structure.name);
    let lifetime = if borrows(cx, structure) { quote!(<'_>) } else { lifetime(false) };
    let sizes = interval(cx, structure);
    let mut fixed = NUMBER;
    let (mut parameters, mut added) = (Vec::new(), Vec::new());
    for field in &structure.fields {
        let size = sizes::of_field(cx.model, &structure.fields, field);
        let (name, octets) = (ident(&field.name), number(size.fixed));
        let (parameter, more) = match size.varies {
            Varies::No => {
                fixed = fixed.saturating_add(size.fixed);
                continue;
            }
            Varies::Octets => {
                fixed = fixed.saturating_add(size.fixed);
                (quote!(usize), quote!(#name))
            }
            Varies::Presence => (quote!(bool), quote!(if #name { #octets } else { 0 })),
            Varies::PresenceAndOctets => (
                quote!(Option<usize>),
                quote!(match #name { Some(octets) => octets.saturating_add(#octets), None => 0 }),
            ),
        };
        parameters.push(quote!(#name: #parameter));
        added.push(quote!(.saturating_add(#more)));
    }
    let fixed = syn::LitInt::new(&format!("{}usize", number(fixed)), proc_macro2::Span::call_site());
    let texts = structure.fields.iter().filter_map(|field| match &field.constant {
        Some(Constant::Text(text)) => {
            let docs = format!(" What `{}` always is.", field.name);
            let name = ident(&field.name.to_uppercase());
            Some(quote!(#[doc = #docs] pub const #name: &'static str = #text;))
        }
        _ => None,
    });
    let what = if parameters.is_empty() {
        " Octets of its payload, the number included."
    } else {
        " Octets of its payload, the number included, if these fields hold so many; counts in front of them are added."
    };
    quote! {
        impl #name #lifetime {
            #(#texts)*

            /// All sizes of its payload, the number included.
            pub const PAYLOAD: Sizes = #sizes;

            #[doc = #what]
            #[must_use]
            pub const fn payload_size(#(#parameters),*) -> usize {
                #fixed #(#added)*
            }
        }
    }
}

fn interval(cx: &Context<'_>, structure: &Structure) -> TokenStream {
    let sizes = sizes::Sizes::exactly(NUMBER).plus(sizes::of_fields(cx.model, &structure.fields));
    let least = number(sizes.least);
    match sizes.most {
        Some(most) if most == sizes.least => quote!(Sizes::exactly(#least)),
        Some(most) => {
            let most = number(most);
            quote!(Sizes { least: #least, most: Some(#most) })
        }
        None => quote!(Sizes { least: #least, most: None }),
    }
}

/// The messages of a layer or exchange without their fields.
pub(super) fn kinds(cx: &Context<'_>, messages: &[Message], what: &str) -> TokenStream {
    let names: Vec<_> = messages.iter().map(|message| ident(&message.structure.name)).collect();
    let texts = messages.iter().map(|message| &message.structure.name);
    let numbers = messages.iter().map(|message| number(u64::from(message.number)));
    let senders = messages.iter().map(|message| super::messages::role(message.sender));
    let docs = messages
        .iter()
        .map(|message| cx.docs_or(&message.structure.docs, &format!("Message {}.", message.number)));
    let enum_docs = format!(" What messages of {what} there are, without their fields.");
    quote! {
        #[doc = #enum_docs]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Kind { #(#docs #names,)* }

        impl Kind {
            /// All of them, in the order of the spec.
            pub const ALL: &'static [Self] = &[#(Self::#names),*];

            /// The message's number.
            #[must_use]
            pub const fn number(self) -> u8 {
                match self {
                    #(Self::#names => #numbers,)*
                }
            }

            /// Who may send it.
            #[must_use]
            pub const fn sender(self) -> Sender {
                match self {
                    #(Self::#names => #senders,)*
                }
            }

            /// The message's name in the spec.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    #(Self::#names => #texts,)*
                }
            }

            /// All sizes of its payload, the number included.
            #[must_use]
            pub const fn sizes(self) -> Sizes {
                match self {
                    #(Self::#names => #names::PAYLOAD,)*
                }
            }
        }
    }
}
