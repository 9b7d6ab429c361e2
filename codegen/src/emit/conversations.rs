//! Conversations: the orders as tables, for strategies that walk through them.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Context, number};
use crate::model::{Order, Run, Sender, What};

/// The part that is the same in every such file.
const RUNTIME: &str = include_str!("runtime/conversations.rs");

pub(super) fn emit(cx: &Context<'_>) -> syn::Result<TokenStream> {
    if cx.model.orders.is_empty() {
        return Ok(TokenStream::new());
    }
    let runtime: TokenStream = syn::parse_str(RUNTIME)?;
    let tables = cx.model.orders.iter().map(|order| table(cx, order));
    Ok(quote! {
        #runtime

        /// All orders, those over layers first.
        pub const ORDERS: &[OrderTable] = &[#(#tables),*];
    })
}

fn table(cx: &Context<'_>, order: &Order) -> TokenStream {
    let (name, each) = (&order.name, order.each);
    let states = order.states.iter().map(|state| {
        let (name, is_end) = (&state.name, state.is_end);
        quote!((#name, #is_end))
    });
    let turns = order.steps.iter().map(|step| {
        let (from, to, label) = (number(step.from as u64), number(step.to as u64), &order.labels[step.label]);
        let text = &label.name;
        let does = match label.what {
            What::OfLayer(layer, _) => {
                let family = &cx.model.layers[layer].name;
                quote!(Does::Says(#family, #text))
            }
            What::OfExchange(_) => quote!(Does::Says(#name, #text)),
            What::Run(Run::Order(other)) => {
                let other = &cx.model.orders[other].name;
                quote!(Does::Runs(#other))
            }
            What::Run(Run::Exchange) => quote!(Does::RunsExchange),
        };
        let sender = match step.sender {
            Sender::Client => quote!(super::Sender::Client),
            Sender::Server => quote!(super::Sender::Server),
            Sender::Either => quote!(super::Sender::Either),
        };
        let own = !step.everywhere;
        quote!(Turn { from: #from, sender: #sender, does: #does, to: #to, own: #own })
    });
    quote!(OrderTable { name: #name, each: #each, states: &[#(#states),*], turns: &[#(#turns),*] })
}
