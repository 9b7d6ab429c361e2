//! The events and the records that they carry.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Context, ident, lifetime};
use crate::case::camel;
use crate::model::{Kind, Parameter, Record};

pub(super) fn emit(cx: &Context<'_>) -> TokenStream {
    let records = cx.model.records.iter().map(|item| record(cx, item));
    let event = event_enum(cx);
    quote!(#(#records)* #event)
}

/// Whether a parameter of that kind borrows what it tells.
fn borrows(cx: &Context<'_>, kind: Kind) -> bool {
    match kind {
        Kind::Bytes | Kind::Text | Kind::Names => true,
        Kind::Boolean | Kind::Count | Kind::FromOriginator | Kind::FromServer => false,
        Kind::Record(index) => record_borrows(cx, &cx.model.records[index]),
    }
}

fn record_borrows(cx: &Context<'_>, record: &Record) -> bool {
    record.parameters.iter().any(|parameter| borrows(cx, parameter.kind))
}

fn rust_type(cx: &Context<'_>, parameter: &Parameter) -> TokenStream {
    let rust = match parameter.kind {
        Kind::Bytes | Kind::Text => quote!(&'p [u8]),
        Kind::Names => quote!(Names<'p>),
        Kind::Boolean | Kind::FromOriginator | Kind::FromServer => quote!(bool),
        Kind::Count => quote!(u64),
        Kind::Record(index) => {
            let record = &cx.model.records[index];
            let name = ident(&record.name);
            let lifetime = lifetime(record_borrows(cx, record));
            quote!(#name #lifetime)
        }
    };
    if parameter.optional { quote!(Option<#rust>) } else { rust }
}

/// `visit(name, value);` for a parameter that is bound by reference under its own name.
fn visit(parameter: &Parameter) -> TokenStream {
    let text = &parameter.name;
    let name = ident(text);
    let value = match parameter.kind {
        Kind::Bytes => quote!(Value::Bytes(#name)),
        Kind::Text => quote!(Value::Text(#name)),
        Kind::Names => quote!(Value::Names(*#name)),
        Kind::Boolean | Kind::FromOriginator | Kind::FromServer => quote!(Value::Boolean(*#name)),
        Kind::Count => quote!(Value::Count(*#name)),
        Kind::Record(_) => quote!(Value::Record(#name)),
    };
    if parameter.optional {
        quote!(if let Some(#name) = #name { visit(#text, #value); })
    } else {
        quote!(visit(#text, #value);)
    }
}

fn record(cx: &Context<'_>, record: &Record) -> TokenStream {
    let docs = cx.docs(&record.docs, Some(record.line));
    let name = ident(&record.name);
    let lifetime = lifetime(record_borrows(cx, record));
    let fields = record.parameters.iter().map(|parameter| {
        let docs = cx.docs_or(&parameter.docs, &format!("Parameter `{}`.", parameter.name));
        let (name, rust_type) = (ident(&parameter.name), rust_type(cx, parameter));
        quote!(#docs pub #name: #rust_type)
    });
    let names = record.parameters.iter().map(|parameter| ident(&parameter.name));
    let visits = record.parameters.iter().map(visit);
    let is_empty =
        record.parameters.iter().all(|parameter| parameter.kind == Kind::Names && !parameter.optional).then(
            || {
                let names = record.parameters.iter().map(|parameter| ident(&parameter.name));
                quote! {
                    impl #lifetime #name #lifetime {
                        /// Whether it holds nothing.
                        #[must_use]
                        pub const fn is_empty(&self) -> bool {
                            #(self.#names.is_empty())&&*
                        }
                    }
                }
            },
        );
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct #name #lifetime { #(#fields,)* }

        #is_empty

        impl #lifetime Parameters for #name #lifetime {
            fn visit(&self, visit: &mut dyn FnMut(&'static str, Value<'_>)) {
                let Self { #(#names,)* } = self;
                #(#visits)*
            }
        }
    }
}

fn events_borrow(cx: &Context<'_>) -> bool {
    cx.model.events.iter().any(|event| record_borrows(cx, event))
}

/// The type of events, where nothing is known of how long what they borrow lives.
pub(super) fn any_event(cx: &Context<'_>) -> TokenStream {
    if events_borrow(cx) { quote!(Event<'_>) } else { quote!(Event) }
}

fn event_enum(cx: &Context<'_>) -> TokenStream {
    let events = &cx.model.events;
    let lifetime = lifetime(events_borrow(cx));
    // A reference to a type without values is not known to have none.
    let this = if events.is_empty() { quote!(*self) } else { quote!(self) };
    let silent = events.iter().all(|event| event.parameters.is_empty());
    let visitor = if silent { quote!(_) } else { quote!(visit) };
    let variants: Vec<_> = events.iter().map(|event| ident(&camel(&event.name))).collect();
    let names = events.iter().map(|event| &event.name);
    let meanings = events.iter().map(|event| event.docs.join("\n").trim().to_owned());
    let meaning_names = events.iter().map(|event| &event.name);
    let declarations = events.iter().zip(&variants).map(|(event, variant)| {
        let docs = cx.docs(&event.docs, Some(event.line));
        let fields = event.parameters.iter().map(|parameter| {
            let docs = cx.docs_or(&parameter.docs, &format!("Parameter `{}`.", parameter.name));
            let (name, rust_type) = (ident(&parameter.name), rust_type(cx, parameter));
            quote!(#docs #name: #rust_type)
        });
        if event.parameters.is_empty() {
            quote!(#docs #variant)
        } else {
            quote!(#docs #variant { #(#fields,)* })
        }
    });
    let visits = events.iter().zip(&variants).map(|(event, variant)| {
        let names = event.parameters.iter().map(|parameter| ident(&parameter.name));
        let visits = event.parameters.iter().map(visit);
        if event.parameters.is_empty() {
            quote!(Self::#variant => {})
        } else {
            quote!(Self::#variant { #(#names,)* } => { #(#visits)* })
        }
    });
    quote! {
        /// Something worth telling about a connection.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Event #lifetime {
            #(#declarations,)*
        }

        impl #lifetime Event #lifetime {
            /// The name and the meaning of every event, in the order of the spec.
            pub const MEANINGS: &'static [(&'static str, &'static str)] = &[#((#meaning_names, #meanings)),*];

            /// The event's name.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match #this {
                    #(Self::#variants { .. } => #names,)*
                }
            }
        }

        impl #lifetime Parameters for Event #lifetime {
            fn visit(&self, #visitor: &mut dyn FnMut(&'static str, Value<'_>)) {
                match #this {
                    #(#visits)*
                }
            }
        }
    }
}
