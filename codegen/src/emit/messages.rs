//! Messages: a struct each, an enum of all that one layer or exchange has, and their dispatch.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::events::any_event;
use super::structures::{borrows, declare};
use super::{Context, ident, lifetime, number};
use crate::case::camel;
use crate::model::{Message, Parameter, Raise, Sender, Shape, Source, Structure, TypeShape};

/// The module of a layer or an exchange. A sealed one may have several messages of one number and sender; they are
/// told apart by their constants.
pub(super) fn module(cx: &Context<'_>, messages: &[Message], sealed: bool, what: &str) -> TokenStream {
    let structs = messages.iter().map(|message| {
        let declaration = declare(cx, &message.structure);
        let sizes = super::sizes::of_message(cx, &message.structure);
        let methods = methods(cx, message);
        quote!(#declaration #sizes #methods)
    });
    let lifetime = lifetime(messages.iter().any(|message| borrows(cx, &message.structure)));
    let names: Vec<_> = messages.iter().map(|message| ident(&message.structure.name)).collect();
    let numbers: Vec<_> = messages.iter().map(|message| number(u64::from(message.number))).collect();
    let variants = messages.iter().zip(&names).map(|(message, name)| {
        let docs = cx.docs_or(&message.structure.docs, &format!("Message {}.", message.number));
        let lifetime = super::lifetime(borrows(cx, &message.structure));
        quote!(#docs #name(#name #lifetime))
    });
    let senders = senders(messages);
    let dispatch = |read: &TokenStream| if sealed { try_all(messages, read) } else { choose(messages, read) };
    let (from_slices, with_binrw) = (dispatch(&quote!(read_from)), dispatch(&quote!(read_with_binrw)));
    let octets = if lifetime.is_empty() { quote!(&[u8]) } else { quote!(&'p [u8]) };
    let event = any_event(cx);
    let raises = messages.iter().any(|message| !message.raises.is_empty());
    let (origin, raise) = if raises { (quote!(origin), quote!(raise)) } else { (quote!(_), quote!(_)) };
    let raise_each =
        each(messages, |message| !message.raises.is_empty(), &quote!(message.raise(origin, raise)));
    let has_limits = |message: &Message| is_limited(cx, &message.structure);
    let report = if messages.iter().any(has_limits) { quote!(report) } else { quote!(_) };
    let exceeded_each = each(messages, has_limits, &quote!(message.exceeded(report)));
    let kinds = super::sizes::kinds(cx, messages, what);
    let enum_docs = format!(" Any message of {what}.");
    quote! {
        #(#structs)*

        #kinds

        #[doc = #enum_docs]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Message #lifetime { #(#variants,)* }

        impl #lifetime Message #lifetime {
            /// Who may send the message of a number; `None` where the number has no meaning here.
            #[must_use]
            pub const fn sender(number: u8) -> Option<Sender> {
                #senders
            }

            /// Reads a message from its number on. `Ok(None)` where that end has no message of that number.
            ///
            /// # Errors
            ///
            /// Where the octets do not hold the fields.
            pub fn parse(sender: Role, octets: #octets) -> Result<Option<Parsed<Self>>, ParseError> {
                let Some((number, body)) = octets.split_first() else { return Ok(None) };
                #from_slices
            }

            /// Does what `parse` does, through `binrw`: slower, and the same.
            ///
            /// # Errors
            ///
            /// Where the octets do not hold the fields.
            pub fn parse_with_binrw(sender: Role, octets: #octets) -> Result<Option<Parsed<Self>>, ParseError> {
                let Some((number, body)) = octets.split_first() else { return Ok(None) };
                #with_binrw
            }

            /// Which message it is.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self {
                    #(Self::#names(_) => Kind::#names,)*
                }
            }

            /// The message's number.
            #[must_use]
            pub const fn number(&self) -> u8 {
                self.kind().number()
            }

            /// The message's name in the spec.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                self.kind().name()
            }

            /// Writes number and fields.
            ///
            /// # Errors
            ///
            /// Where a field is longer than its count can say.
            pub fn to_octets(&self) -> BinResult<Vec<u8>> {
                match self {
                    #(Self::#names(message) => append(message, vec![#numbers]),)*
                }
            }

            /// Raises the events that the message stands for.
            pub fn raise(&self, #origin: Origin, #raise: &mut dyn FnMut(#event)) {
                #raise_each
            }

            /// Reports each list that is longer than its limit: the anomaly, the length, the limit.
            pub fn exceeded(&self, #report: &mut dyn FnMut(Anomaly, usize, usize)) {
                #exceeded_each
            }
        }
    }
}

/// Does something with those messages that have it, and nothing with the others.
fn each(messages: &[Message], has: impl Fn(&Message) -> bool, does: &TokenStream) -> TokenStream {
    let (with, without): (Vec<_>, Vec<_>) = messages.iter().partition(|message| has(message));
    if with.is_empty() {
        return TokenStream::new();
    }
    let names = |messages: &[&Message]| {
        messages.iter().map(|message| ident(&message.structure.name)).collect::<Vec<_>>()
    };
    let (with, without) = (names(&with), names(&without));
    let otherwise = (!without.is_empty()).then(|| quote!(#(Self::#without(_))|* => {}));
    quote! {
        match self {
            #(Self::#with(message) => #does,)*
            #otherwise
        }
    }
}

/// Whether one of its lists has a limit that raises something.
fn is_limited(cx: &Context<'_>, structure: &Structure) -> bool {
    structure
        .fields
        .iter()
        .filter_map(|field| field.at_most)
        .any(|limit| cx.model.limits[limit].raises.is_some())
}

/// The constant that says which message numbers belong there.
pub(super) fn numbers(cx: &Context<'_>, (low, high): (u8, u8), docs: &[String]) -> TokenStream {
    let docs = cx.docs(docs, None);
    let blank = (!docs.is_empty()).then(|| quote!(#[doc = ""]));
    let (low, high) = (number(u64::from(low)), number(u64::from(high)));
    quote! {
        /// The message numbers that belong here, whether or not they have a meaning.
        #blank
        #docs
        pub const NUMBERS: std::ops::RangeInclusive<u8> = #low..=#high;
    }
}

pub(super) fn role(sender: Sender) -> TokenStream {
    match sender {
        Sender::Client => quote!(Sender::Client),
        Sender::Server => quote!(Sender::Server),
        Sender::Either => quote!(Sender::Either),
    }
}

fn senders(messages: &[Message]) -> TokenStream {
    let mut numbers: BTreeMap<u8, Sender> = BTreeMap::new();
    for message in messages {
        let sender = numbers.entry(message.number).or_insert(message.sender);
        if *sender != message.sender {
            *sender = Sender::Either;
        }
    }
    let arms = numbers.iter().map(|(value, sender)| {
        let (value, sender) = (number(u64::from(*value)), role(*sender));
        quote!(#value => Some(#sender))
    });
    quote!(match number { #(#arms,)* _ => None })
}

fn role_pattern(sender: Sender) -> TokenStream {
    match sender {
        Sender::Client => quote!(Role::Client),
        Sender::Server => quote!(Role::Server),
        Sender::Either => quote!(_),
    }
}

fn choose(messages: &[Message], read: &TokenStream) -> TokenStream {
    let arms = messages.iter().map(|message| {
        let (name, value, role) =
            (ident(&message.structure.name), number(u64::from(message.number)), role_pattern(message.sender));
        quote!((#value, #role) => #name::#read(body)?.map(Self::#name))
    });
    quote! {
        let message = match (*number, sender) {
            #(#arms,)*
            _ => return Ok(None),
        };
        Ok(Some(message))
    }
}

fn try_all(messages: &[Message], read: &TokenStream) -> TokenStream {
    let tries = messages.iter().map(|message| {
        let (name, value, role) =
            (ident(&message.structure.name), number(u64::from(message.number)), role_pattern(message.sender));
        quote! {
            if let (#value, #role) = (*number, sender) {
                match #name::#read(body) {
                    Ok(parsed) if parsed.trailing == 0 => return Ok(Some(parsed.map(Self::#name))),
                    Ok(_) => {}
                    Err(error) => refused = Some(error),
                }
            }
        }
    });
    quote! {
        let mut refused = None;
        #(#tries)*
        refused.map_or(Ok(None), Err)
    }
}

/// `raise` and `exceeded` of one message, where it has something to raise or to exceed.
fn methods(cx: &Context<'_>, message: &Message) -> TokenStream {
    let name = ident(&message.structure.name);
    let lifetime = if borrows(cx, &message.structure) { quote!(<'_>) } else { TokenStream::new() };
    let raise = (!message.raises.is_empty())
        .then(|| raise_method(cx, &message.raises, &|index| field_value(cx, &message.structure, index)));
    let exceeded = is_limited(cx, &message.structure).then(|| exceeded_method(cx, &message.structure));
    if raise.is_none() && exceeded.is_none() {
        return TokenStream::new();
    }
    quote!(impl #name #lifetime { #raise #exceeded })
}

/// The value of a field, of the type that events carry.
fn field_value(cx: &Context<'_>, structure: &Structure, index: usize) -> TokenStream {
    let field = &structure.fields[index];
    let name = ident(&field.name);
    match field.shape {
        Shape::Integer(_) => quote!(u64::from(self.#name)),
        Shape::Flag | Shape::Sized(_) | Shape::Rest | Shape::Repeated { .. } => quote!(self.#name),
        Shape::Fixed(_) => quote!(&self.#name),
        Shape::Wire(wire_type) => match (cx.model.types[wire_type].shape, field.at_most) {
            (TypeShape::Names(_), Some(limit)) => {
                let limit = ident(&cx.model.limits[limit].name.to_uppercase());
                quote!(self.#name.first(limits::#limit))
            }
            (TypeShape::Names(_), None) => quote!(self.#name.names()),
            _ => quote!(self.#name.0),
        },
    }
}

/// The method that raises events; `value` gives the expression for a field.
pub(super) fn raise_method(
    cx: &Context<'_>,
    raises: &[Raise],
    value: &dyn Fn(usize) -> TokenStream,
) -> TokenStream {
    let calls = raises.iter().map(|item| {
        let event = &cx.model.events[item.event];
        let variant = ident(&camel(&event.name));
        if event.parameters.is_empty() {
            return quote!(raise(Event::#variant););
        }
        let fields = arguments(cx, &event.parameters, &item.arguments, value);
        quote!(raise(Event::#variant { #fields });)
    });
    let event = any_event(cx);
    let tells = raises.iter().any(|raise| tells_origin(&raise.arguments));
    let origin = if tells { quote!(origin) } else { quote!(_) };
    let raise = if raises.is_empty() { quote!(_) } else { quote!(raise) };
    quote! {
        /// Raises the events that it stands for.
        pub fn raise(&self, #origin: Origin, #raise: &mut dyn FnMut(#event)) {
            #(#calls)*
        }
    }
}

/// Whether one of the sources is who sent the message.
fn tells_origin(sources: &[Source]) -> bool {
    sources.iter().any(|source| match source {
        Source::FromOriginator | Source::FromServer => true,
        Source::Field(_) => false,
        Source::Record { arguments, .. } => tells_origin(arguments),
    })
}

fn arguments(
    cx: &Context<'_>,
    parameters: &[Parameter],
    sources: &[Source],
    value: &dyn Fn(usize) -> TokenStream,
) -> TokenStream {
    let fields = parameters.iter().zip(sources).map(|(parameter, source)| {
        let name = ident(&parameter.name);
        let value = match source {
            Source::FromOriginator => quote!(origin.from_originator),
            Source::FromServer => quote!(origin.from_server),
            Source::Field(index) => value(*index),
            Source::Record { record, arguments: sources } => {
                let record = &cx.model.records[*record];
                let record_name = ident(&record.name);
                let fields = arguments(cx, &record.parameters, sources, value);
                quote!(#record_name { #fields })
            }
        };
        if parameter.optional {
            quote!(#name: Some(#value).filter(|value| !value.is_empty()))
        } else {
            quote!(#name: #value)
        }
    });
    quote!(#(#fields,)*)
}

fn exceeded_method(cx: &Context<'_>, structure: &Structure) -> TokenStream {
    let checks: Vec<_> = structure
        .fields
        .iter()
        .filter_map(|field| {
            let limit = &cx.model.limits[field.at_most?];
            let anomaly = ident(&camel(&cx.model.anomalies[limit.raises?].name));
            let (name, limit) = (ident(&field.name), ident(&limit.name.to_uppercase()));
            Some(quote! {
                // So many commas take as many octets: a shorter list needs no counting.
                let length = if self.#name.0.len() < limits::#limit { 0 } else { self.#name.names().len() };
                if length > limits::#limit {
                    report(Anomaly::#anomaly, length, limits::#limit);
                }
            })
        })
        .collect();
    quote! {
        /// Reports each list that is longer than its limit: the anomaly, the length, the limit.
        pub fn exceeded(&self, report: &mut dyn FnMut(Anomaly, usize, usize)) {
            #(#checks)*
        }
    }
}
