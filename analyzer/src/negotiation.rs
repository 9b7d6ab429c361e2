//! What two KEXINITs come to. RFC 4253 section 7.1.

use std::collections::HashSet;

use kexray_grammar::transport::KexInit;
use kexray_grammar::{NameList, words};

/// An algorithm's name as it was sent: any octets.
pub type Name = Box<[u8]>;

/// One value for each direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directions<T> {
    /// Client to server.
    pub client_to_server: T,
    /// Server to client.
    pub server_to_client: T,
}

/// The negotiated algorithms; `None` where the lists share none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Algorithms {
    /// Key-exchange method.
    pub kex: Option<Name>,
    /// Host-key algorithm.
    pub server_host_key: Option<Name>,
    /// Ciphers.
    pub encryption: Directions<Option<Name>>,
    /// MACs. Where the cipher brings its own integrity they are negotiated, but not used: see [`Algorithms::mac_in_use`].
    pub mac: Directions<Option<Name>>,
    /// Compression methods.
    pub compression: Directions<Option<Name>>,
}

impl Algorithms {
    pub(crate) fn negotiate(client: &KexInit<'_>, server: &KexInit<'_>) -> Self {
        let choose = |of: for<'l, 'p> fn(&'l KexInit<'p>) -> NameList<'p>| {
            first_shared(of(client), of(server)).map(Box::from)
        };
        Self {
            kex: negotiate_kex(client, server).map(Box::from),
            server_host_key: choose(|kexinit| kexinit.server_host_key_algorithms),
            encryption: Directions {
                client_to_server: choose(|kexinit| kexinit.encryption_algorithms_client_to_server),
                server_to_client: choose(|kexinit| kexinit.encryption_algorithms_server_to_client),
            },
            mac: Directions {
                client_to_server: choose(|kexinit| kexinit.mac_algorithms_client_to_server),
                server_to_client: choose(|kexinit| kexinit.mac_algorithms_server_to_client),
            },
            compression: Directions {
                client_to_server: choose(|kexinit| kexinit.compression_algorithms_client_to_server),
                server_to_client: choose(|kexinit| kexinit.compression_algorithms_server_to_client),
            },
        }
    }

    /// The MACs in use: `implicit` where the cipher brings its own integrity.
    #[must_use]
    pub fn mac_in_use(&self) -> Directions<Option<&[u8]>> {
        let of = |cipher: &Option<Name>, mac| match cipher.as_deref() {
            Some(cipher) if words::AEAD_CIPHERS.contains(&cipher) => Some(&b"implicit"[..]),
            _ => mac,
        };
        Directions {
            client_to_server: of(&self.encryption.client_to_server, self.mac.client_to_server.as_deref()),
            server_to_client: of(&self.encryption.server_to_client, self.mac.server_to_client.as_deref()),
        }
    }

    /// Whether either direction is compressed, at once or after authentication.
    #[must_use]
    pub fn compressed(&self) -> bool {
        [&self.compression.client_to_server, &self.compression.server_to_client]
            .into_iter()
            .flatten()
            .any(|name| words::COMPRESSIONS.contains(&name.as_ref()))
    }
}

/// The key-exchange method: the client's first that the server has too. Markers in the lists are no methods.
pub(crate) fn negotiate_kex<'p>(client: &KexInit<'p>, server: &KexInit<'_>) -> Option<&'p [u8]> {
    first_wanted(client.kex_algorithms, server.kex_algorithms, |name| !is_marker(name))
}

/// Whether a name stands for no algorithm.
pub(crate) fn is_marker(name: &[u8]) -> bool {
    [words::CLIENT_MARKERS, words::SERVER_MARKERS, words::GUESS_MARKERS]
        .iter()
        .any(|markers| markers.contains(&name))
}

/// The product of two lists' lengths up to which a plain search beats building a set.
const SEARCHED: usize = 1 << 20;

/// The client's first name that the server lists too. Linear in the lengths of the lists.
fn first_shared<'p>(client: NameList<'p>, server: NameList<'_>) -> Option<&'p [u8]> {
    first_wanted(client, server, |_| true)
}

/// As [`first_shared`], of the names that are wanted.
fn first_wanted<'p>(
    client: NameList<'p>,
    server: NameList<'_>,
    wanted: impl Fn(&[u8]) -> bool,
) -> Option<&'p [u8]> {
    let mut names = client.names().iter().filter(|name| !name.is_empty() && wanted(name));
    if client.0.len().saturating_mul(server.0.len()) <= SEARCHED {
        names.find(|name| server.names().iter().any(|other| other == *name))
    } else {
        let offered: HashSet<&[u8]> = server.names().iter().collect();
        names.find(|name| offered.contains(name))
    }
}

/// Whether both ends offer strict key exchange, each by its own word. OpenSSH PROTOCOL section 1.10.
pub(crate) fn is_strict(client: &KexInit<'_>, server: &KexInit<'_>) -> bool {
    offers(client, words::STRICT_KEX_CLIENT) && offers(server, words::STRICT_KEX_SERVER)
}

/// Whether one of these words is among an end's key-exchange methods.
pub(crate) fn offers(kexinit: &KexInit<'_>, words: &[&[u8]]) -> bool {
    kexinit.kex_algorithms.names().iter().any(|name| words.contains(&name))
}

/// Whether a guessed packet is the one that was negotiated.
///
/// By RFC 4253 section 7 it is where both list the same method and the same host-key algorithm first. Where both list
/// Dropbear's marker it is where the client's first of either is the negotiated one.
pub(crate) fn guessed_right(client: &KexInit<'_>, server: &KexInit<'_>) -> bool {
    fn first<'p>(list: NameList<'p>) -> Option<&'p [u8]> {
        list.names().iter().next()
    }
    let marked = |kexinit: &KexInit<'_>| {
        kexinit.kex_algorithms.names().iter().any(|name| words::GUESS_MARKERS.contains(&name))
    };
    if marked(client) && marked(server) {
        first(client.kex_algorithms) == negotiate_kex(client, server)
            && first(client.server_host_key_algorithms)
                == first_shared(client.server_host_key_algorithms, server.server_host_key_algorithms)
    } else {
        first(client.kex_algorithms) == first(server.kex_algorithms)
            && first(client.server_host_key_algorithms) == first(server.server_host_key_algorithms)
    }
}
