//! How far one end has come in any exchange.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::structures::borrows;
use super::super::{Context, ident, lifetime};
use super::module_name;

/// The progress of any exchange, as one end of it is heard.
pub(super) fn courses(cx: &Context<'_>) -> TokenStream {
    let ordered: Vec<_> = cx.model.orders.iter().filter(|order| order.exchange.is_some()).collect();
    if ordered.is_empty() {
        return TokenStream::new();
    }
    let names: Vec<_> = ordered.iter().map(|order| ident(&order.name)).collect();
    let modules: Vec<_> = ordered.iter().map(|order| module_name(order)).collect();
    let lives = lifetime(
        cx.model
            .exchanges
            .iter()
            .flat_map(|exchange| &exchange.messages)
            .any(|message| borrows(cx, &message.structure)),
    );
    let lives = if lives.is_empty() { lives } else { quote!(<'_>) };
    quote! {
        /// How far an exchange has come, told from what one end of it says alone. What the other end says may be heard
        /// later, or not at all: it is taken to have said what it must have.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ExchangeCourse {
            #(#[doc = "Where this exchange may stand."] #names(order::#modules::States),)*
            /// The exchange has no order.
            Unordered,
        }

        impl ExchangeCourse {
            /// The exchange has begun.
            #[must_use]
            pub const fn begin(exchange: Exchange) -> Self {
                #[allow(unreachable_patterns)]
                match exchange {
                    #(Exchange::#names => Self::#names(order::#modules::States::START),)*
                    _ => Self::Unordered,
                }
            }

            /// How far it has come after the end that is listened to said a message; `None` where it may not have.
            #[must_use]
            pub fn hear(self, sender: Role, message: &ExchangeMessage #lives) -> Option<Self> {
                match (self, message) {
                    #((Self::#names(states), ExchangeMessage::#names(message)) => {
                        let message = order::#modules::Message::of(message.kind())?;
                        let states = states.unheard(sender.peer()).step(sender, message);
                        (!states.is_empty()).then_some(Self::#names(states))
                    })*
                    (Self::Unordered, _) => Some(self),
                    #[allow(unreachable_patterns)]
                    _ => None,
                }
            }

            /// Whether it may be over for the end of that role, which is listened to.
            #[must_use]
            pub fn may_be_over(self, sender: Role) -> bool {
                match self {
                    #(Self::#names(states) => states.unheard(sender.peer()).may_be_over(),)*
                    Self::Unordered => true,
                }
            }
        }
    }
}
