//! What was negotiated, and how often.

use kexray_analyzer::Session;
use kexray_analyzer::grammar::{Algorithm, Cipher, HostKeyAlgorithm, KexMethod, Mac, Named};
use serde::Serialize;

use crate::limits::Limits;
use crate::outcomes::Outcomes;
use crate::tally::{Rows, Tally};
use crate::text::shown;

/// Characters of a name that are shown. RFC 4251 section 6 allows 64.
pub(crate) const NAME: usize = 96;

/// Totals of each kind of algorithm.
#[derive(Clone, Debug, Default)]
pub(crate) struct Algorithms {
    kex: Tally<Name>,
    host_key: Tally<Name>,
    cipher: Tally<Name>,
    mac: Tally<Name>,
    quantum: Quantum,
}

/// A name, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Name {
    text: String,
    standing: Option<&'static str>,
    post_quantum: bool,
}

/// Sessions by whether the negotiated key exchange resists quantum computers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Quantum {
    pub(crate) post_quantum: u64,
    pub(crate) classical: u64,
    /// Those where a method was agreed on that is not known.
    pub(crate) unknown: u64,
    /// Those where none was agreed on, or seen to be.
    pub(crate) none: u64,
}

/// A row of a total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) sessions: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) standing: Option<&'static str>,
    pub(crate) post_quantum: bool,
}

/// All totals, as the page shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Totals {
    pub(crate) kex: Rows<Row>,
    pub(crate) host_key: Rows<Row>,
    pub(crate) cipher: Rows<Row>,
    pub(crate) mac: Rows<Row>,
    pub(crate) quantum: Quantum,
}

impl Name {
    fn of<A: Algorithm>(named: &Named<A>, standing: fn(A) -> &'static str, quantum: fn(A) -> bool) -> Self {
        let known = named.known();
        Self {
            text: shown(named, NAME),
            standing: known.map(standing),
            post_quantum: known.is_some_and(quantum),
        }
    }

    fn of_cipher(cipher: &Named<Cipher>) -> Self {
        Self::of(cipher, |cipher| cipher.standing().name(), |_| false)
    }

    fn of_mac(name: &[u8]) -> Self {
        Self::of(&Named::<Mac>::of(name), |mac| mac.standing().name(), |_| false)
    }
}

impl Algorithms {
    pub(crate) fn add(&mut self, session: &Session, outcomes: Outcomes, limits: &Limits) {
        let Some(algorithms) = &session.algorithms else {
            self.quantum.none = self.quantum.none.saturating_add(1);
            return;
        };
        let count = match algorithms.kex.as_ref().map(|kex| kex.known().map(KexMethod::post_quantum)) {
            Some(Some(true)) => &mut self.quantum.post_quantum,
            Some(Some(false)) => &mut self.quantum.classical,
            Some(None) => &mut self.quantum.unknown,
            None => &mut self.quantum.none,
        };
        *count = count.saturating_add(1);
        if let Some(kex) = &algorithms.kex {
            let name = Name::of(kex, |kex| kex.standing().name(), KexMethod::post_quantum);
            self.kex.add(name, outcomes, limits.names);
        }
        if let Some(host_key) = &algorithms.server_host_key {
            let name = Name::of(host_key, |it| it.standing().name(), HostKeyAlgorithm::post_quantum);
            self.host_key.add(name, outcomes, limits.names);
        }
        let ciphers = &algorithms.encryption;
        let ciphers = [&ciphers.client_to_server, &ciphers.server_to_client];
        for name in once_each(ciphers.map(|cipher| cipher.as_ref().map(Name::of_cipher))) {
            self.cipher.add(name, outcomes, limits.names);
        }
        let macs = algorithms.mac_in_use();
        for name in once_each([macs.client_to_server, macs.server_to_client].map(|mac| mac.map(Name::of_mac)))
        {
            self.mac.add(name, outcomes, limits.names);
        }
    }

    pub(crate) fn totals(&self, limits: &Limits) -> Totals {
        let rows = |tally: &Tally<Name>| {
            tally.rows(limits.rows, |name, outcomes| Row {
                name: name.text.clone(),
                sessions: outcomes.all(),
                standing: name.standing,
                post_quantum: name.post_quantum,
            })
        };
        Totals {
            kex: rows(&self.kex),
            host_key: rows(&self.host_key),
            cipher: rows(&self.cipher),
            mac: rows(&self.mac),
            quantum: self.quantum,
        }
    }
}

/// What is used in both directions counts once.
fn once_each([one, other]: [Option<Name>; 2]) -> impl Iterator<Item = Name> {
    let other = other.filter(|other| one.as_ref() != Some(other));
    one.into_iter().chain(other)
}
