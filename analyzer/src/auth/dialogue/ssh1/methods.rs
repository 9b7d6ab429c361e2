//! The methods of SSH-1: by which message a client tries one, and which of them a server takes.

use kexray_grammar::order::ssh1_dialogue::Message;
use kexray_grammar::{Ssh1Method, ssh1_authentication};

use crate::auth::Method;

/// The methods that a server takes, as it says itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Methods(u32);

impl Methods {
    /// From `supported_authentications_mask`, in which each method has a bit.
    pub(crate) const fn of_mask(mask: u32) -> Self {
        Self(mask)
    }

    /// Whether a method is among them, or has no bit.
    pub(super) fn have(self, method: Method) -> bool {
        let known = Ssh1Method::of_name(method.name().as_bytes());
        let bit = known.and_then(|method| u32::try_from(method.bit()).ok());
        bit.is_none_or(|bit| self.0.checked_shr(bit).unwrap_or(0) & 1 == 1)
    }
}

/// The method that a client tries by a message.
pub(super) fn tried(message: Message) -> Option<Method> {
    match message {
        Message::User => Some(Method::None),
        Message::AuthPassword => Some(Method::Password),
        _ => {
            let asks = |method: &Ssh1Method| asked_by(*method) == Some(message);
            Ssh1Method::all().find(asks).map(Method::Ssh1)
        }
    }
}

/// The message that asks for a method.
fn asked_by(method: Ssh1Method) -> Option<Message> {
    let asks = |kind: &&ssh1_authentication::Kind| usize::from(kind.number()) == method.asked_by();
    ssh1_authentication::Kind::ALL.iter().find(asks).and_then(|kind| Message::of_ssh1_authentication(*kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_method_is_asked_for_by_a_message() {
        for method in Ssh1Method::all() {
            let message = asked_by(method).unwrap();
            assert_eq!(tried(message).map(Method::name), Some(method.name()));
        }
        assert_eq!(tried(Message::Success), None);
    }

    #[test]
    fn a_server_says_what_it_takes() {
        let tis = Ssh1Method::of_name(b"tis").unwrap();
        let methods = Methods::of_mask(1 << tis.bit());
        assert!(methods.have(Method::Ssh1(tis)) && methods.have(Method::None));
        assert!(!methods.have(Method::Password));
    }
}
