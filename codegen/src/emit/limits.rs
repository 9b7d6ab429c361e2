//! Limits, numbers, anomalies and words.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Context, bytes, ident, number};
use crate::case::camel;
use crate::model::{Limit, Number};

pub(super) fn emit(cx: &Context<'_>) -> TokenStream {
    let numbers = cx.model.numbers.iter().map(|number| constant(cx, number));
    let limits = cx.model.limits.iter().map(|limit| one(cx, limit));
    let variants = cx.model.anomalies.iter().map(|anomaly| ident(&camel(&anomaly.name)));
    let variants: Vec<_> = variants.collect();
    let docs = cx.model.anomalies.iter().map(|anomaly| cx.docs(&anomaly.docs, None));
    let names = cx.model.anomalies.iter().map(|anomaly| &anomaly.name);
    let meanings = cx.model.anomalies.iter().map(|anomaly| anomaly.docs.join("\n").trim().to_owned());
    let words = cx.model.words.iter().map(|item| {
        let docs = cx.docs(&item.docs, None);
        let name = ident(&item.name.to_uppercase());
        let words = item.words.iter().map(|word| bytes(word));
        quote!(#docs pub const #name: &[&[u8]] = &[#(#words),*];)
    });
    quote! {
        /// Words that the protocol gives a meaning.
        pub mod words {
            #(#words)*
        }

        /// Bounds on what is read, kept and passed on.
        pub mod limits {
            #(#limits)*
        }

        /// Sizes and counts that say what is usual.
        pub mod numbers {
            #(#numbers)*
        }

        /// Something odd that a connection did.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Anomaly {
            #(#docs #variants,)*
        }

        impl Anomaly {
            /// All of them, in the order of the spec.
            pub const ALL: &'static [Self] = &[#(Self::#variants),*];

            /// The name under which it is logged.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    #(Self::#variants => #names,)*
                }
            }

            /// What it means, in a sentence or two.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    #(Self::#variants => #meanings,)*
                }
            }
        }
    }
}

fn one(cx: &Context<'_>, limit: &Limit) -> TokenStream {
    let mut docs = limit.docs.clone();
    if let Some(raised) = limit.raises {
        docs.push(format!(" Beyond it: `{}`.", cx.model.anomalies[raised].name));
    }
    let docs = cx.docs(&docs, None);
    let name = ident(&limit.name.to_uppercase());
    let value = number(limit.value);
    quote!(#docs pub const #name: usize = #value;)
}

fn constant(cx: &Context<'_>, constant: &Number) -> TokenStream {
    let docs = cx.docs(&constant.docs, None);
    let (name, value) = (ident(&constant.name.to_uppercase()), number(constant.value));
    quote!(#docs pub const #name: usize = #value;)
}
