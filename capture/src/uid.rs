//! Identifiers of connections.

use std::fmt;
use std::net::IpAddr;

use sha2::{Digest, Sha256};

use crate::flow::{Endpoint, Flow};
use crate::overlay::Overlay;

/// An identifier of a connection, as Zeek's look: `C` and seventeen letters and digits.
///
/// It follows from the four-tuple, the virtual network, the time of the first packet and a seed, so that two runs over
/// one capture agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Uid([u8; Self::LENGTH]);

impl Uid {
    const LENGTH: usize = 18;
    const DIGITS: [u8; 62] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// The identifier of a flow.
    #[must_use]
    pub fn of(flow: &Flow, seed: u64) -> Self {
        let mut hash = Sha256::new()
            .chain_update(seed.to_be_bytes())
            .chain_update(flow.first_packet.as_nanos().to_be_bytes())
            .chain_update(endpoint(flow.originator))
            .chain_update(endpoint(flow.responder));
        if flow.overlay != Overlay::NONE {
            hash.update(flow.overlay.as_u64().to_be_bytes());
        }
        let digest = hash.finalize();
        let mut uid = [b'C'; Self::LENGTH];
        for (letter, octet) in uid.iter_mut().skip(1).zip(digest) {
            // 256 is no multiple of 62, so some letters are a little likelier; there are enough of them.
            let digit =
                usize::from(octet).checked_rem(Self::DIGITS.len()).and_then(|digit| Self::DIGITS.get(digit));
            if let Some(digit) = digit {
                *letter = *digit;
            }
        }
        Self(uid)
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Address, as IPv6, and port.
fn endpoint(endpoint: Endpoint) -> [u8; 18] {
    let address = match endpoint.address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    let mut octets = [0; 18];
    for (octet, value) in
        octets.iter_mut().zip(address.octets().into_iter().chain(endpoint.port.to_be_bytes()))
    {
        *octet = value;
    }
    octets
}
