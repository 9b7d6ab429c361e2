//! By what a server proves who it is.

use kexray_grammar::{ExchangeMessage, SshString, dh, dh_gex, ecdh, rsa};

/// By what a server proves who it is. RFC 4253 section 8.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Its host key, or a certificate; empty until it was seen.
    pub host_key: Box<[u8]>,
    /// The signature of the key exchange, behind the name of its algorithm; empty until it was seen. RFC 4253 section 6.6.
    pub signature: Box<[u8]>,
}

impl Proof {
    /// Keeps what a message of the key exchange has of it.
    pub(crate) fn note(&mut self, message: &ExchangeMessage<'_>) {
        let (host_key, signature) = parts(message);
        if let Some(host_key) = host_key {
            self.host_key = host_key.0.into();
        }
        if let Some(signature) = signature {
            self.signature = signature.0.into();
        }
    }

    /// Octets that are kept.
    pub(crate) fn kept(&self) -> usize {
        self.host_key.len().saturating_add(self.signature.len())
    }
}

/// The host key and the signature in a message.
fn parts<'p>(message: &ExchangeMessage<'p>) -> (Option<SshString<'p>>, Option<SshString<'p>>) {
    match message {
        ExchangeMessage::Dh(dh::Message::Reply(reply)) => (Some(reply.host_key), Some(reply.signature)),
        ExchangeMessage::DhGex(dh_gex::Message::Reply(reply)) => {
            (Some(reply.host_key), Some(reply.signature))
        }
        ExchangeMessage::Ecdh(ecdh::Message::Reply(reply)) => (Some(reply.host_key), Some(reply.signature)),
        ExchangeMessage::Rsa(rsa::Message::PubKey(shown)) => (Some(shown.host_key), None),
        ExchangeMessage::Rsa(rsa::Message::Done(done)) => (None, Some(done.signature)),
        _ => (None, None),
    }
}
