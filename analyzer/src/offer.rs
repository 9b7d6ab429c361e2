//! What an end offers, as a fingerprint of its software. HASSH: <https://github.com/salesforce/hassh>.

use kexray_grammar::transport::KexInit;
use kexray_grammar::{NameList, Role, words};
use md5::{Digest, Md5};

use crate::connection::Connection;
use crate::negotiation::offers;
use crate::{Side, host_key};

/// What an end offers in its first KEXINIT, lists as they were sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Offer {
    /// HASSH of a client, HASSH server of a server: the MD5 of [`hassh_algorithms`](Self::hassh_algorithms), in
    /// hexadecimal.
    pub hassh: Box<str>,
    /// Key-exchange methods, and the ciphers, MACs and compression methods for what this end sends, separated by
    /// semicolons.
    pub hassh_algorithms: Box<[u8]>,
    /// Where the lists in it end.
    pub(crate) ends: [usize; 3],
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
        let lists = [kexinit.kex_algorithms.0, cipher.0, mac.0, compression.0];
        let algorithms = lists.join(&b';');
        let [kex, cipher, mac, _] = lists.map(<[u8]>::len);
        let ends = [kex, kex.saturating_add(cipher), kex.saturating_add(cipher).saturating_add(mac)];
        Self {
            hassh: host_key::hexadecimal(&Md5::digest(&algorithms)).into(),
            hassh_algorithms: algorithms.into(),
            ends,
            server_host_key_algorithms: kexinit.server_host_key_algorithms.0.into(),
            strict_kex: offers(kexinit, strict),
        }
    }

    /// Key-exchange methods, with the markers among them.
    #[must_use]
    pub fn kex_algorithms(&self) -> NameList<'_> {
        self.list(0)
    }

    /// Ciphers for what this end sends.
    #[must_use]
    pub fn encryption_algorithms(&self) -> NameList<'_> {
        self.list(1)
    }

    /// MACs for what this end sends.
    #[must_use]
    pub fn mac_algorithms(&self) -> NameList<'_> {
        self.list(2)
    }

    /// Compression methods for what this end sends.
    #[must_use]
    pub fn compression_algorithms(&self) -> NameList<'_> {
        self.list(3)
    }

    /// One of the lists of [`hassh_algorithms`](Self::hassh_algorithms). Names may hold semicolons, so these do not tell.
    fn list(&self, index: usize) -> NameList<'_> {
        // So many semicolons are in front.
        let behind = |end: usize| end.saturating_add(index);
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = start.map_or(0, |end| behind(*end));
        let end = self.ends.get(index).map_or(self.hassh_algorithms.len(), |end| behind(*end));
        NameList(self.hassh_algorithms.get(start..end).unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_told_apart_whatever_their_names() {
        let lists = [&b"a;b,c"[..], b"", b"d;", b";"];
        let [kex, cipher, mac, compression] = lists.map(NameList);
        let kexinit = KexInit {
            cookie: [0; 16],
            kex_algorithms: kex,
            server_host_key_algorithms: NameList(b"e"),
            encryption_algorithms_client_to_server: cipher,
            encryption_algorithms_server_to_client: NameList(b"x"),
            mac_algorithms_client_to_server: mac,
            mac_algorithms_server_to_client: NameList(b"y"),
            compression_algorithms_client_to_server: compression,
            compression_algorithms_server_to_client: NameList(b"z"),
            languages_client_to_server: NameList(b""),
            languages_server_to_client: NameList(b""),
            first_kex_packet_follows: false,
            reserved: 0,
        };
        let told = |offer: &Offer| {
            [
                offer.kex_algorithms().0.to_vec(),
                offer.encryption_algorithms().0.to_vec(),
                offer.mac_algorithms().0.to_vec(),
                offer.compression_algorithms().0.to_vec(),
            ]
        };
        assert_eq!(told(&Offer::of(Role::Client, &kexinit)), lists);
        assert_eq!(told(&Offer::of(Role::Server, &kexinit)), [&b"a;b,c"[..], b"x", b"y", b"z"]);
    }
}
