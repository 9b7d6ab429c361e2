//! What can be verified of a key exchange: by what the server proves who it is, and the points that both ends send.

use kexray_grammar::{Curve, ExchangeMessage, KexMethod, Role, SshString, dh, dh_gex, ecdh, ecmqv, gss, rsa};

use crate::public_value::on_curve;

/// What can be verified of a key exchange. RFC 4253 section 8, RFC 5656 section 4.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// The server's host key, or a certificate; empty until it was seen.
    pub host_key: Box<[u8]>,
    /// The signature of the key exchange, behind the name of its algorithm; empty until it was seen. RFC 4253 section 6.6.
    pub signature: Box<[u8]>,
    /// The curve of the method, once a point was seen.
    pub curve: Option<Curve>,
    /// The client's point on it; empty until it was seen. Of a hybrid, the point alone.
    pub client_point: Box<[u8]>,
    /// The server's.
    pub server_point: Box<[u8]>,
}

impl Proof {
    /// Keeps what a message of the key exchange has of it.
    pub(crate) fn note(&mut self, message: &ExchangeMessage<'_>, method: Option<KexMethod>) {
        let (host_key, signature) = parts(message);
        if let Some(host_key) = host_key {
            self.host_key = host_key.0.into();
        }
        if let Some(signature) = signature {
            self.signature = signature.0.into();
        }
        let curve = method.and_then(KexMethod::curve).and_then(|name| Curve::of_name(name.as_bytes()));
        if let (Some(curve), Some((from, value))) = (curve, public_value(message)) {
            self.curve = Some(curve);
            let slot = match from {
                Role::Client => &mut self.client_point,
                Role::Server => &mut self.server_point,
            };
            *slot = on_curve(value, curve).unwrap_or(value).into();
        }
    }

    /// Octets that are kept.
    pub(crate) fn kept(&self) -> usize {
        let kept = [&self.host_key, &self.signature, &self.client_point, &self.server_point];
        kept.into_iter().map(|octets| octets.len()).fold(0, usize::saturating_add)
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

/// The public value in a message of a method that may be on a curve, and who sends it.
fn public_value<'p>(message: &ExchangeMessage<'p>) -> Option<(Role, &'p [u8])> {
    match message {
        ExchangeMessage::Ecdh(ecdh::Message::Init(init)) => Some((Role::Client, init.q_c.0)),
        ExchangeMessage::Ecdh(ecdh::Message::Reply(reply)) => Some((Role::Server, reply.q_s.0)),
        ExchangeMessage::Ecmqv(ecmqv::Message::Init(init)) => Some((Role::Client, init.q_c.0)),
        ExchangeMessage::Ecmqv(ecmqv::Message::Reply(reply)) => Some((Role::Server, reply.q_s.0)),
        ExchangeMessage::Gss(gss::Message::Init(init)) => Some((Role::Client, init.public_value.0)),
        ExchangeMessage::Gss(gss::Message::Complete(complete)) => {
            Some((Role::Server, complete.public_value.0))
        }
        _ => None,
    }
}
