//! Sets of states, for those who did not hear everything.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::number;
use crate::model::{Order, Sender, State};

/// Sets of states, as bits.
pub(super) fn states(order: &Order) -> TokenStream {
    let unheard = |role: Sender| {
        let sets: Vec<_> = (0..order.states.len())
            .map(|from| {
                let reached = order.closed(from, |step| step.sender == role || step.sender == Sender::Either);
                let bits =
                    reached.iter().rev().fold(0_u64, |bits, reached| (bits << 1) | u64::from(*reached));
                number(bits)
            })
            .collect();
        quote!([#(#sets),*])
    };
    let (by_client, by_server) = (unheard(Sender::Client), unheard(Sender::Server));
    let count = number(order.states.len() as u64);
    let ends =
        order.states.iter().rev().fold(0_u64, |bits, State { is_end, .. }| (bits << 1) | u64::from(*is_end));
    let ends = number(ends);
    quote! {
        /// A set of states: where a conversation may stand of which not everything was heard.
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct States(u64);

        impl States {
            /// The state in which it begins, alone.
            pub const START: Self = Self::of(State::START);
            const ENDS: Self = Self(#ends);
            /// For each state, those that what one end says can lead to.
            const BY_CLIENT: [u64; #count] = #by_client;
            const BY_SERVER: [u64; #count] = #by_server;

            /// One state.
            #[must_use]
            pub const fn of(state: State) -> Self {
                Self(1 << state as u32)
            }

            /// Whether no state is in it.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Whether the state is in it.
            #[must_use]
            pub const fn contains(self, state: State) -> bool {
                self.0 & Self::of(state).0 != 0
            }

            /// The states in it.
            pub fn iter(self) -> impl Iterator<Item = State> {
                State::ALL.iter().copied().filter(move |state| self.contains(*state))
            }

            /// Where it may stand after the end of that role said something. Empty where it may not have.
            #[must_use]
            pub fn step(self, sender: Role, message: Message) -> Self {
                let after = self.iter().filter_map(|state| state.step(sender, message));
                after.fold(Self(0), |states, state| Self(states.0 | Self::of(state).0))
            }

            /// Where it may stand if the end of that role may have said more than was heard.
            #[must_use]
            pub fn unheard(self, sender: Role) -> Self {
                let by = match sender {
                    Role::Client => &Self::BY_CLIENT,
                    Role::Server => &Self::BY_SERVER,
                };
                let within = State::ALL.iter().zip(by).filter(|(state, _)| self.contains(**state));
                Self(within.fold(0, |states, (_, more)| states | more))
            }

            /// Whether it may be left at one of them.
            #[must_use]
            pub const fn may_be_over(self) -> bool {
                self.0 & Self::ENDS.0 != 0
            }
        }

        impl fmt::Debug for States {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_set().entries(self.iter()).finish()
            }
        }
    }
}
