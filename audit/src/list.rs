//! The lists of a KEXINIT, and what the tables of the grammar know of the names in them.

use kexray_analyzer::grammar::{
    Algorithm, Cipher, CipherStanding, Compression, HostKeyAlgorithm, HostKeyAlgorithmStanding, KexMethod,
    KexMethodStanding, Mac, MacStanding, NameList,
};
use kexray_analyzer::{Algorithms, Offer};
use serde::Serialize;

/// A list of a KEXINIT. RFC 4253 section 7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// Key-exchange methods.
    Kex,
    /// Host-key algorithms.
    HostKey,
    /// Ciphers.
    Encryption,
    /// MACs.
    Mac,
    /// Compression methods.
    Compression,
}

/// What stands for a MAC where the cipher does without.
const IMPLICIT: &[u8] = b"implicit";

/// How good an algorithm is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Nothing is wrong with it.
    Current,
    /// Its authors or the RFCs advise against it.
    Deprecated,
    /// Attackers are known to afford breaking it.
    Broken,
}

impl Standing {
    /// It in a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Deprecated => "deprecated",
            Self::Broken => "broken",
        }
    }
}

/// What is known of an algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its name in the table, or the pattern of its names.
    pub name: &'static str,
    /// What it is made of.
    pub family: &'static str,
    /// How good it is.
    pub standing: Standing,
    /// Where it is specified.
    pub reference: &'static str,
    /// Whether a quantum computer alone does not break it; `None` where that is no question of it.
    pub post_quantum: Option<bool>,
    /// Whether it signs with SHA-1.
    pub sha1: bool,
}

impl List {
    /// All of them, in the order of a KEXINIT.
    pub const ALL: [Self; 5] = [Self::Kex, Self::HostKey, Self::Encryption, Self::Mac, Self::Compression];

    /// What its algorithms are.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kex => "key exchange",
            Self::HostKey => "host key",
            Self::Encryption => "cipher",
            Self::Mac => "MAC",
            Self::Compression => "compression",
        }
    }

    /// It in an offer.
    #[must_use]
    pub fn offered(self, offer: &Offer) -> NameList<'_> {
        match self {
            Self::Kex => offer.kex_algorithms(),
            Self::HostKey => NameList(&offer.server_host_key_algorithms),
            Self::Encryption => offer.encryption_algorithms(),
            Self::Mac => offer.mac_algorithms(),
            Self::Compression => offer.compression_algorithms(),
        }
    }

    /// What was agreed on and is in use, client to server first; MACs that the cipher does without are not.
    pub fn negotiated<'a>(self, algorithms: &'a Algorithms) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mac = algorithms.mac_in_use();
        let names = match self {
            Self::Kex => [algorithms.kex.as_deref(), None],
            Self::HostKey => [algorithms.server_host_key.as_deref(), None],
            Self::Encryption => [
                algorithms.encryption.client_to_server.as_deref(),
                algorithms.encryption.server_to_client.as_deref(),
            ],
            Self::Mac => [mac.client_to_server, mac.server_to_client],
            Self::Compression => [
                algorithms.compression.client_to_server.as_deref(),
                algorithms.compression.server_to_client.as_deref(),
            ],
        };
        names.into_iter().flatten().filter(|name| *name != IMPLICIT)
    }

    /// All names, and patterns of names, of which something is known.
    #[must_use]
    pub fn table(self) -> Vec<Known> {
        match self {
            Self::Kex => KexMethod::all().map(Known::from).collect(),
            Self::HostKey => HostKeyAlgorithm::all().map(Known::from).collect(),
            Self::Encryption => Cipher::all().map(Known::from).collect(),
            Self::Mac => Mac::all().map(Known::from).collect(),
            Self::Compression => Compression::all().map(Known::from).collect(),
        }
    }

    /// What is known of a name in it.
    #[must_use]
    pub fn known(self, name: &[u8]) -> Option<Known> {
        match self {
            Self::Kex => find::<KexMethod>(name).map(Known::from),
            Self::HostKey => find::<HostKeyAlgorithm>(name).map(Known::from),
            Self::Encryption => find::<Cipher>(name).map(Known::from),
            Self::Mac => find::<Mac>(name).map(Known::from),
            Self::Compression => find::<Compression>(name).map(Known::from),
        }
    }
}

fn find<A: Algorithm>(name: &[u8]) -> Option<A> {
    A::of_name(name).or_else(|| A::like(name))
}

/// The tables have these columns in common, but their standings are types of their own.
macro_rules! known {
    ($table:ident, $standing:ident, $post_quantum:expr, $sha1:expr) => {
        impl From<$table> for Known {
            fn from(algorithm: $table) -> Self {
                Self {
                    name: algorithm.name(),
                    family: algorithm.family(),
                    standing: match algorithm.standing() {
                        $standing::Current => Standing::Current,
                        $standing::Deprecated => Standing::Deprecated,
                        $standing::Broken => Standing::Broken,
                    },
                    reference: algorithm.reference(),
                    post_quantum: $post_quantum(algorithm),
                    sha1: $sha1(algorithm),
                }
            }
        }
    };
}

known!(KexMethod, KexMethodStanding, |method: KexMethod| Some(method.post_quantum()), |_| false);
known!(
    HostKeyAlgorithm,
    HostKeyAlgorithmStanding,
    |algorithm: HostKeyAlgorithm| Some(algorithm.post_quantum()),
    HostKeyAlgorithm::sha1
);
known!(Cipher, CipherStanding, |_| None, |_| false);
known!(Mac, MacStanding, |_| None, |_| false);

impl From<Compression> for Known {
    fn from(algorithm: Compression) -> Self {
        Self {
            name: algorithm.name(),
            family: "compression",
            standing: Standing::Current,
            reference: algorithm.reference(),
            post_quantum: None,
            sha1: false,
        }
    }
}
