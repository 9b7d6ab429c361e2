//! What an end offers, as a fingerprint of its software. HASSH: <https://github.com/salesforce/hassh>.

use kexray_grammar::transport::KexInit;
use kexray_grammar::{Role, words};
use md5::{Digest, Md5};

use crate::connection::Connection;
use crate::negotiation::offers;
use crate::{Side, host_key};

/// What an end offers in its first KEXINIT, lists as they were sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// HASSH of a client, HASSH server of a server: the MD5 of [`hassh_algorithms`](Self::hassh_algorithms), in
    /// hexadecimal.
    pub hassh: Box<str>,
    /// Key-exchange methods, and the ciphers, MACs and compression methods for what this end sends, separated by
    /// semicolons.
    pub hassh_algorithms: Box<[u8]>,
    /// Host-key algorithms.
    pub server_host_key_algorithms: Box<[u8]>,
    /// Whether strict key exchange is among it. OpenSSH PROTOCOL section 1.10.
    pub strict_kex: bool,
}

impl Offer {
    /// The version of HASSH, as its package for Zeek counts.
    pub const HASSH_VERSION: &'static str = "1.1";

    fn of(role: Role, kexinit: &KexInit<'_>) -> Self {
        let (cipher, mac, compression, strict) = match role {
            Role::Client => (
                kexinit.encryption_algorithms_client_to_server,
                kexinit.mac_algorithms_client_to_server,
                kexinit.compression_algorithms_client_to_server,
                words::STRICT_KEX_CLIENT,
            ),
            Role::Server => (
                kexinit.encryption_algorithms_server_to_client,
                kexinit.mac_algorithms_server_to_client,
                kexinit.compression_algorithms_server_to_client,
                words::STRICT_KEX_SERVER,
            ),
        };
        let algorithms = [kexinit.kex_algorithms.0, cipher.0, mac.0, compression.0].join(&b';');
        Self {
            hassh: host_key::hexadecimal(&Md5::digest(&algorithms)).into(),
            hassh_algorithms: algorithms.into(),
            server_host_key_algorithms: kexinit.server_host_key_algorithms.0.into(),
            strict_kex: offers(kexinit, strict),
        }
    }

    /// Octets that are kept.
    pub(crate) fn kept(&self) -> usize {
        let lists = [&self.hassh_algorithms, &self.server_host_key_algorithms];
        lists.into_iter().fold(self.hassh.len(), |kept, list| kept.saturating_add(list.len()))
    }
}

impl Connection {
    /// Puts into the session what a side offers, by the role that it is known to have now.
    pub(crate) fn note_offer(&mut self, side: Side) {
        let role = self.roles.of(side);
        let payload = self.streams.of(side).kexinit.as_deref().and_then(|payload| payload.get(1..));
        let kexinit = payload.and_then(|payload| KexInit::read_from(payload).ok());
        let offer = kexinit.map(|parsed| Box::new(Offer::of(role, &parsed.value)));
        match role {
            Role::Client => self.session.client_offer = offer,
            Role::Server => self.session.server_offer = offer,
        }
    }
}
