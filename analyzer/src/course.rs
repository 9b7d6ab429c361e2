//! What an end may say next, by the orders that the spec declares.

use kexray_grammar::order::handshake::{Message, State, Variation};
use kexray_grammar::order::ssh1_handshake;
use kexray_grammar::{Exchange, ExchangeCourse, ExchangeMessage, Role, ssh1, transport};

/// Where one end stands in the handshake, told from what it says itself: what the other end says may be captured late, or
/// not at all.
#[derive(Debug)]
pub(crate) struct Course {
    state: State,
    /// The exchange that is under way, and how far it has come.
    exchange: Option<(Exchange, ExchangeCourse)>,
    ssh1: ssh1_handshake::States,
    /// Something is missing, or was not understood: what follows may be right.
    unsure: bool,
    /// Something was said that strict key exchange forbids.
    noisy: bool,
}

impl Default for Course {
    fn default() -> Self {
        Self {
            state: State::START,
            exchange: None,
            ssh1: ssh1_handshake::States::START,
            unsure: false,
            noisy: false,
        }
    }
}

impl Course {
    /// Something that the end said is missing, or was not understood.
    pub(crate) const fn lose(&mut self) {
        self.unsure = true;
    }

    /// Whether something was said that strict key exchange forbids.
    pub(crate) const fn noisy(&self) -> bool {
        self.noisy
    }

    /// Goes on with a message of the transport layer. Tells whether it may come here.
    pub(crate) fn transport(&mut self, role: Role, kind: transport::Kind, method: Option<Exchange>) -> bool {
        let Some(message) = Message::of_transport(kind) else { return self.unsure };
        self.noisy |= Variation::Strict.forbids(self.state, message);
        let after = self.state.step(role, message).or_else(|| {
            let over = self.exchange_may_be_over(role, method);
            self.state.step(role, Message::Exchange).filter(|_| over)?.step(role, message)
        });
        self.state = after.unwrap_or(self.state);
        after.is_some() || self.unsure
    }

    /// Whether messages of an exchange may come here, whichever it is.
    pub(crate) fn in_exchange(&self, role: Role) -> bool {
        self.state.step(role, Message::Exchange).is_some() || self.unsure
    }

    /// Goes on with a message of an exchange. Tells whether it may come here.
    pub(crate) fn exchange(&mut self, role: Role, method: Exchange, message: &ExchangeMessage<'_>) -> bool {
        let course = match self.exchange {
            Some((begun, course)) if begun == method => course,
            // Who is the client turned out to be otherwise, and so did the method.
            Some(_) => {
                self.lose();
                return true;
            }
            None => ExchangeCourse::begin(method),
        };
        let after = course.hear(role, message);
        self.exchange = Some((method, after.unwrap_or(course)));
        after.is_some() || self.unsure
    }

    /// Whether this end has said all that it says in the exchange, as far as is known.
    fn exchange_may_be_over(&self, role: Role, method: Option<Exchange>) -> bool {
        match (self.exchange, method) {
            (Some((begun, course)), Some(method)) if begun == method => course.may_be_over(role),
            (None, Some(method)) => ExchangeCourse::begin(method).may_be_over(role),
            _ => true,
        }
    }

    /// Goes on with a message of SSH-1. Tells whether it may come here.
    pub(crate) fn ssh1(&mut self, role: Role, kind: ssh1::Kind) -> bool {
        let Some(message) = ssh1_handshake::Message::of_ssh1(kind) else { return self.unsure };
        let after = self.ssh1.unheard(role.peer()).step(role, message);
        if !after.is_empty() {
            self.ssh1 = after;
        }
        !after.is_empty() || self.unsure
    }
}
