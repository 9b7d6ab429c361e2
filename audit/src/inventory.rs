//! What was seen of each server and client, gathered session by session.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use kexray_analyzer::grammar::{HostKeyAlgorithm, KexMethod, numbers};
use kexray_analyzer::{Algorithms, Group, Offer, Proof, Session, Timestamp};
use serde::Serialize;

use crate::counts::Counts;
use crate::limits::LINE;
use crate::store::Store;
use crate::{Finding, Limits, List, Repeat, Repeated, Repeats, point, rsa};

/// Whether a modulus of so many bits, of RSA or of Diffie-Hellman, is short.
pub(crate) const fn is_short(bits: u64) -> bool {
    bits < numbers::SHORTEST_MODULUS as u64
}

/// Gathers what sessions tell of servers and clients, and [reports](Self::report) it. It opens nothing and reads no clock.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    limits: Limits,
    pub(crate) offers: Store<Offer>,
    pub(crate) suites: Store<Algorithms>,
    pub(crate) servers: BTreeMap<ServerId, Entry>,
    pub(crate) clients: BTreeMap<ClientId, Entry>,
    pub(crate) repeats: Repeats,
    pub(crate) dropped: Dropped,
}

/// What was left out, for want of room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Dropped {
    /// Sessions of servers of which nothing is kept.
    pub servers: u64,
    /// Sessions of clients of which nothing is kept.
    pub clients: u64,
    /// Offers that are not kept.
    pub offers: u64,
    /// Results of negotiation that are not kept.
    pub negotiated: u64,
    /// Identification lines that are not kept.
    pub software: u64,
    /// Groups that servers chose and that are not kept.
    pub groups: u64,
    /// Public values and groups that were forgotten: when they came again they counted as new.
    pub forgotten: u64,
}

/// What tells one server from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ServerId {
    pub(crate) network: u64,
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    pub(crate) fingerprint: Option<Box<str>>,
}

/// What tells one client from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ClientId {
    pub(crate) network: u64,
    pub(crate) address: IpAddr,
    pub(crate) software: Option<Box<[u8]>>,
}

/// What a host key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct KeyKind {
    /// What it is of: `rsa`, `ed25519`.
    pub family: &'static str,
    /// Its length.
    pub bits: u64,
    /// Its curve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curve: Option<&'static str>,
    /// Whether it came in a certificate.
    pub certificate: bool,
}

/// What was seen of a server or a client.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) connections: u64,
    pub(crate) key: Option<KeyKind>,
    pub(crate) software: Counts<Box<[u8]>>,
    /// By their numbers in the store.
    pub(crate) offers: Counts<u32>,
    /// By their numbers in the store.
    pub(crate) suites: Counts<u32>,
    /// Groups without a name.
    pub(crate) groups: Counts<Group>,
    /// What single sessions showed.
    pub(crate) shown: Counts<Finding>,
}

impl Audit {
    /// Of nothing yet, with bounds of one's own.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self { limits, repeats: Repeats::with_limits(limits), ..Self::default() }
    }

    /// Takes in a session between the end that opened its TCP connection and the one that accepted it. `network` names the
    /// virtual network that both addresses are of, 0 where there is none. Tells what it shares with those before.
    ///
    /// Offers and host keys are only known of sessions for which [details were wanted](kexray_analyzer::Sink::wants_details);
    /// signatures and points are only looked at where the session has its [proof](kexray_analyzer::Config::proof).
    pub fn add(
        &mut self,
        originator: SocketAddr,
        responder: SocketAddr,
        network: u64,
        session: &Session,
    ) -> Repeated {
        let (client, server) = session.by_role(originator, responder);
        let suite = session.algorithms.as_ref().and_then(|algorithms| self.suite(algorithms));
        let repeated = self.repeats.see(client.ip(), server.ip(), network, session);
        let shown = shown(session);
        let seen = |line, offer, own| Seen { session, line, offer, suite, shown: &shown, own };
        if session.server.is_some() || session.server_offer.is_some() || session.host_key.is_some() {
            let offer = session.server_offer.as_ref().and_then(|offer| self.offer(offer));
            let own = [
                faulty_signature(session),
                invalid_point(session, point::server_is_valid),
                repeat(repeated.server),
            ];
            let own = own.into_iter().flatten().collect();
            let id = ServerId {
                network,
                address: server.ip(),
                port: server.port(),
                fingerprint: session.host_key_fingerprint.clone(),
            };
            if let Some(entry) = entry(&mut self.servers, id, self.limits.servers, session) {
                entry.add(
                    &seen(session.server.as_deref(), offer, own),
                    self.limits.values,
                    &mut self.dropped,
                );
            } else {
                self.dropped.servers = self.dropped.servers.saturating_add(1);
            }
        }
        if session.client.is_some() || session.client_offer.is_some() {
            let offer = session.client_offer.as_ref().and_then(|offer| self.offer(offer));
            let own = [invalid_point(session, point::client_is_valid), repeat(repeated.client)];
            let own = own.into_iter().flatten().collect();
            let id = ClientId {
                network,
                address: client.ip(),
                software: session.client.as_deref().map(|line| cut(line).into()),
            };
            if let Some(entry) = entry(&mut self.clients, id, self.limits.clients, session) {
                entry.add(&seen(None, offer, own), self.limits.values, &mut self.dropped);
            } else {
                self.dropped.clients = self.dropped.clients.saturating_add(1);
            }
        }
        repeated
    }

    fn offer(&mut self, offer: &Offer) -> Option<u32> {
        let lists = offer.hassh_algorithms.len().saturating_add(offer.server_host_key_algorithms.len());
        let number = self.offers.number(offer, lists, self.limits.offers, self.limits.offer_octets);
        if number.is_none() {
            self.dropped.offers = self.dropped.offers.saturating_add(1);
        }
        number
    }

    fn suite(&mut self, algorithms: &Algorithms) -> Option<u32> {
        let names = List::ALL.into_iter().flat_map(|list| list.negotiated(algorithms));
        let octets = names.map(<[u8]>::len).fold(0, usize::saturating_add);
        let number = self.suites.number(algorithms, octets, self.limits.offers, self.limits.offer_octets);
        if number.is_none() {
            self.dropped.negotiated = self.dropped.negotiated.saturating_add(1);
        }
        number
    }
}

/// What a session tells of one of its ends.
struct Seen<'s> {
    session: &'s Session,
    /// The identification line, where it does not tell the end from others.
    line: Option<&'s [u8]>,
    offer: Option<u32>,
    suite: Option<u32>,
    shown: &'s [Finding],
    /// What this end alone shows.
    own: Vec<Finding>,
}

impl Entry {
    fn add(&mut self, seen: &Seen<'_>, values: usize, dropped: &mut Dropped) {
        let at = seen.session.started.unwrap_or_default();
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        self.connections = self.connections.saturating_add(1);
        if self.key.is_none() {
            self.key = key_kind(seen.session);
        }
        if let Some(line) = seen.line
            && !self.software.add(cut(line).into(), values)
        {
            dropped.software = dropped.software.saturating_add(1);
        }
        if seen.offer.is_some_and(|offer| !self.offers.add(offer, values)) {
            dropped.offers = dropped.offers.saturating_add(1);
        }
        if seen.suite.is_some_and(|suite| !self.suites.add(suite, values)) {
            dropped.negotiated = dropped.negotiated.saturating_add(1);
        }
        let group = seen.session.agreement.as_ref().and_then(|agreement| agreement.group.as_ref());
        if group.is_some_and(|group| group.fingerprint.is_some() && !self.groups.add(group.clone(), values)) {
            dropped.groups = dropped.groups.saturating_add(1);
        }
        for finding in seen.shown.iter().copied().chain(seen.own.iter().copied()) {
            self.shown.add(finding, Finding::ALL.len());
        }
    }
}

/// The entry of an id, new if there is room.
fn entry<'e, I: Ord>(
    entries: &'e mut BTreeMap<I, Entry>,
    id: I,
    at_most: usize,
    session: &Session,
) -> Option<&'e mut Entry> {
    if entries.len() >= at_most && !entries.contains_key(&id) {
        return None;
    }
    let at = session.started.unwrap_or_default();
    Some(entries.entry(id).or_insert_with(|| Entry {
        first: at,
        last: at,
        connections: 0,
        key: None,
        software: Counts::default(),
        offers: Counts::default(),
        suites: Counts::default(),
        groups: Counts::default(),
        shown: Counts::default(),
    }))
}

/// What is wrong with a single session, whichever end is to blame.
fn shown(session: &Session) -> Vec<Finding> {
    let mut shown = Vec::new();
    if session.version == Some(1) {
        shown.push(Finding::Ssh1Spoken);
    }
    if let Some(agreement) = &session.agreement {
        if agreement.is_chosen() && agreement.group.as_ref().is_some_and(|group| is_short(group.bits)) {
            shown.push(Finding::ShortDhGroup);
        }
        if agreement.degenerate() == Some(true) {
            shown.push(Finding::DegeneratePublicValue);
        }
    }
    let terrapin = session.terrapin();
    if [terrapin.client_to_server, terrapin.server_to_client].contains(&Some(true)) {
        shown.push(Finding::Terrapin);
    }
    if let Some(algorithms) = &session.algorithms {
        let method = algorithms.kex.as_ref().and_then(|kex| kex.known());
        let offers = [&session.client_offer, &session.server_offer];
        if method.is_some_and(|method| !method.post_quantum())
            && offers.into_iter().all(|offer| offer.as_deref().is_some_and(offers_post_quantum))
        {
            shown.push(Finding::PostQuantumNotNegotiated);
        }
        if algorithms.failed_on().is_some() {
            shown.push(Finding::NegotiationFailed);
        }
    }
    shown
}

/// What is wrong with the server's signature, where it is kept.
fn faulty_signature(session: &Session) -> Option<Finding> {
    let faulty = rsa::is_faulty(session.proof.as_deref()?)?;
    faulty.then_some(Finding::FaultyRsaSignature)
}

/// What is wrong with an end's points, where they are kept.
fn invalid_point(session: &Session, is_valid: fn(&Proof) -> Option<bool>) -> Option<Finding> {
    let valid = is_valid(session.proof.as_deref()?)?;
    (!valid).then_some(Finding::InvalidPoint)
}

/// What is wrong with a public value that was sent before.
fn repeat(repeat: Option<Repeat>) -> Option<Finding> {
    match repeat? {
        Repeat::New => None,
        Repeat::BySame => Some(Finding::ReusedEphemeralKey),
        Repeat::ByAnother => Some(Finding::SharedEphemeralKey),
    }
}

/// Whether a method is among it that resists quantum computers.
pub(crate) fn offers_post_quantum(offer: &Offer) -> bool {
    let mut names = offer.kex_algorithms().names().iter();
    names.any(|name| {
        let method = KexMethod::of_name(name).or_else(|| KexMethod::like(name));
        method.is_some_and(KexMethod::post_quantum)
    })
}

pub(crate) fn key_kind(session: &Session) -> Option<KeyKind> {
    let key = session.host_key.as_deref()?;
    let family =
        HostKeyAlgorithm::of_name(key.format.as_bytes()).map_or(key.format, HostKeyAlgorithm::family);
    Some(KeyKind { family, bits: key.bits, curve: key.curve, certificate: key.certificate.is_some() })
}

/// An identification line, as much as is kept of it.
fn cut(line: &[u8]) -> &[u8] {
    line.get(..LINE).unwrap_or(line)
}
