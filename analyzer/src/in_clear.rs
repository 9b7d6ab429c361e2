//! Packets in clear, one by one, for who wants a verdict explained.

use kexray_grammar::{Exchange, ssh1, transport};

use crate::connection::Connection;
use crate::version::Protocol;
use crate::{Side, Timestamp};

/// Packets in clear that a session tells of; what comes beyond them is left out.
const PACKETS: usize = 256;

/// A packet in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InClear {
    /// When its last octet was read.
    pub at: Timestamp,
    /// Who sent it.
    pub side: Side,
    /// Octets on the wire.
    pub octets: u32,
    /// The number of its message; `None` where it holds none.
    pub number: Option<u8>,
    /// The message, by its name in the spec; `None` where it is not known.
    pub message: Option<&'static str>,
    /// The exchange that gives its number a meaning.
    pub exchange: Option<Exchange>,
}

impl Connection {
    /// Takes down a packet, if that is wanted. It has been read.
    pub(crate) fn note_in_clear(
        &mut self,
        protocol: Protocol,
        side: Side,
        at: Timestamp,
        packet: &[u8],
        payload: &[u8],
    ) {
        let Some(noted) = self.session.in_clear.as_mut().filter(|noted| noted.len() < PACKETS) else {
            return;
        };
        let role = self.roles.of(side);
        let of_transport =
            || transport::Message::parse(role, payload).ok().flatten().map(|it| it.value.name());
        let of_exchange =
            |exchange: Exchange| Some((exchange, exchange.parse(role, payload).ok().flatten()?.value.name()));
        let (exchange, message) = match protocol {
            Protocol::Ssh1 => {
                (None, ssh1::Message::parse(role, payload).ok().flatten().map(|it| it.value.name()))
            }
            Protocol::Ssh2 => match self.exchange.and_then(of_exchange) {
                Some((exchange, message)) => (Some(exchange), Some(message)),
                None => (None, of_transport()),
            },
        };
        let octets = crate::wire::octets(packet.len());
        noted.push(InClear { at, side, octets, number: payload.first().copied(), message, exchange });
    }
}
