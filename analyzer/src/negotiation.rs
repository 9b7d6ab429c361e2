//! What two KEXINITs come to. RFC 4253 section 7.1.

use kexray_grammar::transport::KexInit;
use kexray_grammar::{
    Algorithm, Cipher, CipherMode, Compression, HostKeyAlgorithm, KexMethod, Mac, NameList, Named, Sealing,
    words,
};

use crate::listed::listed;

/// One value for each direction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Directions<T> {
    /// Client to server.
    pub client_to_server: T,
    /// Server to client.
    pub server_to_client: T,
}

/// The negotiated algorithms; `None` where the lists share none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Algorithms {
    /// Key-exchange method.
    pub kex: Option<Named<KexMethod>>,
    /// Host-key algorithm.
    pub server_host_key: Option<Named<HostKeyAlgorithm>>,
    /// Ciphers.
    pub encryption: Directions<Option<Named<Cipher>>>,
    /// MACs. Where the cipher brings its own integrity they are negotiated, but not used: see [`Algorithms::mac_in_use`].
    pub mac: Directions<Option<Named<Mac>>>,
    /// Compression methods.
    pub compression: Directions<Option<Named<Compression>>>,
}

impl Algorithms {
    pub(crate) fn negotiate(client: &KexInit<'_>, server: &KexInit<'_>) -> Self {
        Self {
            kex: negotiate_kex(client, server),
            server_host_key: choose(client.server_host_key_algorithms, server.server_host_key_algorithms),
            encryption: choose_both(ciphers(client), ciphers(server)),
            mac: choose_both(macs(client), macs(server)),
            compression: choose_both(compressions(client), compressions(server)),
        }
    }

    /// The MACs in use: `implicit` where the cipher brings its own integrity.
    #[must_use]
    pub fn mac_in_use(&self) -> Directions<Option<&[u8]>> {
        fn of<'a>(cipher: &Option<Named<Cipher>>, mac: &'a Option<Named<Mac>>) -> Option<&'a [u8]> {
            match cipher.as_ref().and_then(Named::known).map(Cipher::mode) {
                Some(CipherMode::Aead) => Some(b"implicit"),
                _ => mac.as_deref(),
            }
        }
        self.encryption.with(&self.mac, of)
    }

    /// How packets are sealed once the keys are in use; `None` where that is not known of the cipher or the MAC.
    #[must_use]
    pub fn sealing(&self) -> Directions<Option<Sealing>> {
        fn of(cipher: &Option<Named<Cipher>>, mac: &Option<Named<Mac>>) -> Option<Sealing> {
            let cipher = cipher.as_ref()?.known()?;
            match (cipher.seal(), cipher.mode()) {
                // Its tag is part of what is declared.
                (Some(seal), _) => Some(seal.with(cipher.block(), 0)),
                (None, CipherMode::Aead) => None,
                (None, _) => {
                    let mac = mac.as_ref()?.known()?;
                    Some(mac.seal().with(cipher.block(), mac.tag()))
                }
            }
        }
        self.encryption.with(&self.mac, of)
    }

    /// The first list of KEXINIT of which both ends share nothing, by its name in RFC 4253 section 7.1; `None` where the
    /// negotiation succeeded. A MAC that the cipher does without may be missing.
    #[must_use]
    pub fn failed_on(&self) -> Option<&'static str> {
        let mac = self.mac_in_use();
        let (encryption, compression) = (&self.encryption, &self.compression);
        let lists = [
            ("kex_algorithms", self.kex.is_some()),
            ("server_host_key_algorithms", self.server_host_key.is_some()),
            ("encryption_algorithms_client_to_server", encryption.client_to_server.is_some()),
            ("encryption_algorithms_server_to_client", encryption.server_to_client.is_some()),
            ("mac_algorithms_client_to_server", mac.client_to_server.is_some()),
            ("mac_algorithms_server_to_client", mac.server_to_client.is_some()),
            ("compression_algorithms_client_to_server", compression.client_to_server.is_some()),
            ("compression_algorithms_server_to_client", compression.server_to_client.is_some()),
        ];
        lists.into_iter().find(|(_, shared)| !shared).map(|(name, _)| name)
    }

    /// Whether either direction is compressed, at once or after authentication.
    #[must_use]
    pub fn compressed(&self) -> bool {
        let directions = [&self.compression.client_to_server, &self.compression.server_to_client];
        directions.into_iter().flatten().filter_map(Named::known).any(Compression::compresses)
    }
}

impl<T> Directions<T> {
    /// Puts each direction together with that of another pair.
    pub(crate) fn with<'a, U, V>(
        &'a self,
        other: &'a Directions<U>,
        of: impl Fn(&'a T, &'a U) -> V,
    ) -> Directions<V> {
        Directions {
            client_to_server: of(&self.client_to_server, &other.client_to_server),
            server_to_client: of(&self.server_to_client, &other.server_to_client),
        }
    }
}

/// The key-exchange method: the client's first that the server has too. Markers in the lists are no methods.
pub(crate) fn negotiate_kex(client: &KexInit<'_>, server: &KexInit<'_>) -> Option<Named<KexMethod>> {
    first_shared(client.kex_algorithms, server.kex_algorithms, |name| !is_marker(name))
}

/// Whether a name stands for no algorithm.
pub(crate) fn is_marker(name: &[u8]) -> bool {
    [words::CLIENT_MARKERS, words::SERVER_MARKERS, words::GUESS_MARKERS]
        .iter()
        .any(|markers| markers.contains(&name))
}

/// The client's first name that the server lists too. Linear in the lengths of the lists.
fn choose<A: Algorithm>(client: NameList<'_>, server: NameList<'_>) -> Option<Named<A>> {
    first_shared(client, server, |_| true)
}

/// What [`choose`] comes to in each direction. Most ends list the same in both.
fn choose_both<A: Algorithm + Clone>(
    client: Directions<NameList<'_>>,
    server: Directions<NameList<'_>>,
) -> Directions<Option<Named<A>>> {
    let client_to_server = choose(client.client_to_server, server.client_to_server);
    let same = |lists: &Directions<NameList<'_>>| lists.client_to_server == lists.server_to_client;
    let server_to_client = if same(&client) && same(&server) {
        client_to_server.clone()
    } else {
        choose(client.server_to_client, server.server_to_client)
    };
    Directions { client_to_server, server_to_client }
}

fn ciphers<'p>(kexinit: &KexInit<'p>) -> Directions<NameList<'p>> {
    Directions {
        client_to_server: kexinit.encryption_algorithms_client_to_server,
        server_to_client: kexinit.encryption_algorithms_server_to_client,
    }
}

fn macs<'p>(kexinit: &KexInit<'p>) -> Directions<NameList<'p>> {
    Directions {
        client_to_server: kexinit.mac_algorithms_client_to_server,
        server_to_client: kexinit.mac_algorithms_server_to_client,
    }
}

fn compressions<'p>(kexinit: &KexInit<'p>) -> Directions<NameList<'p>> {
    Directions {
        client_to_server: kexinit.compression_algorithms_client_to_server,
        server_to_client: kexinit.compression_algorithms_server_to_client,
    }
}

/// As [`choose`], where of the names that no table knows those are left out that are not `wanted`.
fn first_shared<A: Algorithm>(
    client: NameList<'_>,
    server: NameList<'_>,
    wanted: fn(&[u8]) -> bool,
) -> Option<Named<A>> {
    let mut listed = listed(server, client.0.len());
    let mut names = client.names().iter().filter(|name| !name.is_empty());
    names.find_map(|name| match A::of_name(name) {
        Some(algorithm) => listed.has(algorithm).then_some(Named::Known(algorithm)),
        None => (wanted(name) && listed.has_unknown(name)).then(|| Named::Unknown(name.into())),
    })
}

/// Whether an end takes EXT_INFO. RFC 8308 section 2.1.
pub(crate) fn takes_extensions(kexinit: &KexInit<'_>) -> bool {
    kexinit.kex_algorithms.names().iter().any(|name| words::EXTENSION_MARKERS.contains(&name))
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
        let host_key: Option<Named<HostKeyAlgorithm>> =
            choose(client.server_host_key_algorithms, server.server_host_key_algorithms);
        first(client.kex_algorithms) == negotiate_kex(client, server).as_deref()
            && first(client.server_host_key_algorithms) == host_key.as_deref()
    } else {
        first(client.kex_algorithms) == first(server.kex_algorithms)
            && first(client.server_host_key_algorithms) == first(server.server_host_key_algorithms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_direction_is_chosen_by_its_own_lists() {
        let lists = |client_to_server, server_to_client| Directions {
            client_to_server: NameList(client_to_server),
            server_to_client: NameList(server_to_client),
        };
        let same = lists(b"aes256-ctr,aes128-ctr", b"aes256-ctr,aes128-ctr");
        let chosen = |client, server| {
            let both = choose_both::<Cipher>(client, server);
            let name = |cipher: &Option<Named<Cipher>>| {
                cipher.as_deref().unwrap_or_default().escape_ascii().to_string()
            };
            [name(&both.client_to_server), name(&both.server_to_client)]
        };
        assert_eq!(chosen(same.clone(), same.clone()), ["aes256-ctr", "aes256-ctr"]);
        let other = lists(b"aes128-ctr", b"aes256-ctr");
        assert_eq!(chosen(same.clone(), other.clone()), ["aes128-ctr", "aes256-ctr"]);
        assert_eq!(chosen(other, same), ["aes128-ctr", "aes256-ctr"]);
    }
}
