//! Orders: a module each, with its states, what makes it go on, and where that leads.

mod courses;
mod states;

use proc_macro2::TokenStream;
use quote::quote;

use self::courses::courses;
use self::states::states;
use super::{Context, ident};
use crate::case::snake;
use crate::model::{Order, Sender, What};

pub(super) fn emit(cx: &Context<'_>) -> TokenStream {
    if cx.model.orders.is_empty() {
        return TokenStream::new();
    }
    let modules = cx.model.orders.iter().map(|order| module(cx, order));
    let courses = courses(cx);
    quote! {
        /// Which message may follow which.
        pub mod order {
            use super::*;

            #(#modules)*
        }

        #courses
    }
}

/// What the module of an order is called.
pub(super) fn module_name(order: &Order) -> syn::Ident {
    ident(&snake(&order.name))
}

fn module(cx: &Context<'_>, order: &Order) -> TokenStream {
    let exchange = format!(" The order of the messages of exchange `{}`.", order.name);
    let docs = cx.docs(&order.docs, Some(order.line));
    let docs = if order.docs.is_empty() && order.exchange.is_some() {
        cx.docs(&[exchange], Some(order.line))
    } else {
        docs
    };
    let each =
        order.each.then(|| quote!(#[doc = ""] #[doc = " Each end goes its own way through the states."]));
    let name = module_name(order);
    let state = state(cx, order);
    let message = message(cx, order);
    let transitions = transitions(order);
    let variations = variations(cx, order);
    let states = states(order);
    quote! {
        #docs
        #each
        pub mod #name {
            use super::*;

            #state
            #message
            #transitions
            #variations
            #states
        }
    }
}

/// The states, and what leads from one to another.
fn state(cx: &Context<'_>, order: &Order) -> TokenStream {
    let docs = order.states.iter().map(|state| cx.docs(&state.docs, Some(state.line)));
    let names: Vec<_> = order.states.iter().map(|state| ident(&state.name)).collect();
    let texts = order.states.iter().map(|state| &state.name);
    let start = &names[0];
    let ends: Vec<_> =
        order.states.iter().zip(&names).filter(|(state, _)| state.is_end).map(|(_, name)| name).collect();
    let is_end = if ends.is_empty() { quote!(false) } else { quote!(matches!(self, #(Self::#ends)|*)) };
    let mut arms: Vec<((usize, Sender, usize), Vec<syn::Ident>)> = Vec::new();
    for step in &order.steps {
        let (key, label) = ((step.from, step.sender, step.to), ident(&order.labels[step.label].name));
        match arms.iter_mut().find(|(other, _)| *other == key) {
            Some((_, labels)) => labels.push(label),
            None => arms.push((key, vec![label])),
        }
    }
    let arms = arms.iter().map(|((from, sender, to), labels)| {
        let (from, to) = (&names[*from], &names[*to]);
        let sender = match sender {
            Sender::Client => quote!(Role::Client),
            Sender::Server => quote!(Role::Server),
            Sender::Either => quote!(_),
        };
        quote!((Self::#from, #sender, #(Message::#labels)|*) => Self::#to)
    });
    quote! {
        /// Where a conversation stands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum State { #(#docs #names,)* }

        impl State {
            /// All of them, in the order of the spec.
            pub const ALL: &'static [Self] = &[#(Self::#names),*];
            /// Where it begins.
            pub const START: Self = Self::#start;

            /// The state's name in the spec.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { #(Self::#names => #texts,)* }
            }

            /// Whether it may be left at that.
            #[must_use]
            pub const fn is_end(self) -> bool {
                #is_end
            }

            /// The state after the end of that role said something; `None` where it may not.
            #[must_use]
            #[allow(unreachable_patterns, clippy::match_same_arms)]
            pub const fn step(self, sender: Role, message: Message) -> Option<Self> {
                Some(match (self, sender, message) {
                    #(#arms,)*
                    _ => return None,
                })
            }
        }
    }
}

/// What makes an order go on.
fn message(cx: &Context<'_>, order: &Order) -> TokenStream {
    let names: Vec<_> = order.labels.iter().map(|label| ident(&label.name)).collect();
    let texts = order.labels.iter().map(|label| &label.name);
    let docs = order.labels.iter().map(|label| match label.what {
        What::OfLayer(layer, message) => {
            let layer = &cx.model.layers[layer];
            let number = layer.messages[message].number;
            format!(" Message {number} of layer `{}`.", layer.name)
        }
        What::OfExchange(_) => " A message of the exchange.".to_owned(),
        What::Run(_) => " Another order, from its start to its end.".to_owned(),
    });
    let senders = order.labels.iter().map(|label| sender(label.sender));
    let of_layers = order.layers.iter().map(|index| {
        let layer = &cx.model.layers[*index];
        let module = ident(&snake(&layer.name));
        let path = quote!(super::super::#module::Kind);
        let docs =
            format!(" What a message of layer `{}` is here; `None` where it is not named.", layer.name);
        let of = |what| matches!(what, What::OfLayer(of, _) if of == *index);
        conversion(order, &quote::format_ident!("of_{}", snake(&layer.name)), &docs, &path, of)
    });
    let of_exchange = order.exchange.map(|index| {
        let exchange = &cx.model.exchanges[index];
        let module = ident(&snake(&exchange.name));
        let path = quote!(super::super::#module::Kind);
        let docs = " What a message of the exchange is here; `None` where it is not named.";
        conversion(order, &ident("of"), docs, &path, |what| matches!(what, What::OfExchange(_)))
    });
    quote! {
        /// What is said, or done, in a conversation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Message { #(#[doc = #docs] #names,)* }

        impl Message {
            /// All of them, in the order in which the spec first names them here.
            pub const ALL: &'static [Self] = &[#(Self::#names),*];

            /// The message's name in the spec.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { #(Self::#names => #texts,)* }
            }

            /// Who may send it at all.
            #[must_use]
            pub const fn sender(self) -> Sender {
                match self { #(Self::#names => #senders,)* }
            }

            #(#of_layers)*
            #of_exchange
        }
    }
}

fn conversion(
    order: &Order,
    name: &syn::Ident,
    docs: &str,
    path: &TokenStream,
    is_of: impl Fn(What) -> bool,
) -> TokenStream {
    let named = order.labels.iter().filter(|label| is_of(label.what));
    let named: Vec<_> = named.map(|label| ident(&label.name)).collect();
    quote! {
        #[doc = #docs]
        #[must_use]
        #[allow(unreachable_patterns)]
        pub const fn #name(kind: #path) -> Option<Self> {
            match kind {
                #(#path::#named => Some(Self::#named),)*
                _ => None,
            }
        }
    }
}

fn sender(sender: Sender) -> TokenStream {
    match sender {
        Sender::Client => quote!(Sender::Client),
        Sender::Server => quote!(Sender::Server),
        Sender::Either => quote!(Sender::Either),
    }
}

fn transitions(order: &Order) -> TokenStream {
    let all = order.steps.iter().map(|step| {
        let (from, to) = (ident(&order.states[step.from].name), ident(&order.states[step.to].name));
        let (message, sender) = (ident(&order.labels[step.label].name), sender(step.sender));
        quote!(Transition { from: State::#from, sender: #sender, message: Message::#message, to: State::#to })
    });
    quote! {
        /// All that leads from a state to one.
        pub const TRANSITIONS: &[Transition<State, Message>] = &[#(#all),*];
    }
}

fn variations(cx: &Context<'_>, order: &Order) -> Option<TokenStream> {
    if order.variations.is_empty() {
        return None;
    }
    let docs = order.variations.iter().map(|variation| cx.docs(&variation.docs, None));
    let names: Vec<_> = order.variations.iter().map(|variation| ident(&variation.name)).collect();
    let forbids = order.variations.iter().zip(&names).flat_map(|(variation, name)| {
        variation.forbids.iter().map(move |(state, label)| {
            let (state, label) = (ident(&order.states[*state].name), ident(&order.labels[*label].name));
            quote!((Self::#name, State::#state, Message::#label))
        })
    });
    Some(quote! {
        /// A stricter form of the order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Variation { #(#docs #names,)* }

        impl Variation {
            /// Whether a message that may be said in a state otherwise may not be said in this form.
            #[must_use]
            pub const fn forbids(self, state: State, message: Message) -> bool {
                matches!((self, state, message), #(#forbids)|*)
            }
        }
    })
}
