//! What is wrong with the servers and clients that were seen.

use std::collections::{BTreeMap, BTreeSet};

use kexray_analyzer::grammar::{Identification, ProtocolVersion, ProtocolVersionSpeaks, words};

use crate::counts::Counts;
use crate::inventory::{is_short, offers_post_quantum};
use crate::report::{Client, Found, Seen, Server, Subject, endpoint};
use crate::{Finding, List, Standing};

/// Names, addresses and keys that a reason tells; of the others it tells how many there are.
const TOLD: usize = 8;

/// All findings, worst first. `shown` is what single sessions showed, of each server and of each client.
pub(crate) fn findings<'s>(
    servers: &[Server],
    clients: &[Client],
    shown_of_servers: impl Iterator<Item = &'s Counts<Finding>>,
    shown_of_clients: impl Iterator<Item = &'s Counts<Finding>>,
) -> Vec<Found> {
    let mut findings = Vec::new();
    for ((index, server), shown) in servers.iter().enumerate().zip(shown_of_servers) {
        let mut tell = teller(Subject::Server(index, name_of_server(server)), &mut findings);
        of_both(&server.seen, shown, &mut tell);
        of_server(server, &mut tell);
    }
    for ((index, client), shown) in clients.iter().enumerate().zip(shown_of_clients) {
        let mut tell = teller(Subject::Client(index, name_of_client(client)), &mut findings);
        of_both(&client.seen, shown, &mut tell);
    }
    of_keys(servers, &mut findings);
    of_addresses(servers, &mut findings);
    of_groups(servers, &mut findings);
    findings.sort_by(|one, other| {
        let order = |found: &Found| (std::cmp::Reverse(found.finding.severity()), found.finding);
        order(one).cmp(&order(other)).then_with(|| one.subject.cmp(&other.subject))
    });
    findings
}

/// Puts findings about a subject with the others.
fn teller(subject: Subject, findings: &mut Vec<Found>) -> impl FnMut(Finding, String, u64) {
    move |finding, reason, connections| {
        findings.push(Found { finding, subject: subject.clone(), reason, connections });
    }
}

fn name_of_server(server: &Server) -> String {
    let mut name = server.endpoint();
    if let Some(fingerprint) = &server.fingerprint {
        name.push(' ');
        name.push_str(fingerprint);
    }
    name
}

fn name_of_client(client: &Client) -> String {
    match &client.software {
        Some(software) => format!("{} {software}", client.address),
        None => client.address.to_string(),
    }
}

/// What may be found of servers and clients alike.
fn of_both(seen: &Seen, shown: &Counts<Finding>, tell: &mut impl FnMut(Finding, String, u64)) {
    for (finding, connections) in shown.iter() {
        tell(*finding, reason_of_shown(*finding).to_owned(), connections);
    }
    let mut offered = Names::default();
    let (mut offers, mut without) = (0_u64, 0_u64);
    for made in &seen.offers {
        offers = offers.saturating_add(made.connections);
        if !offers_post_quantum(&made.offer) {
            without = without.saturating_add(made.connections);
        }
        let names = |list: List| list.offered(&made.offer).names().iter().map(move |name| (list, name));
        offered.add(List::ALL.into_iter().flat_map(names), made.connections);
    }
    let mut negotiated = Names { tells_sha1: true, ..Names::default() };
    for agreed in &seen.negotiated {
        let names = |list: List| list.negotiated(&agreed.algorithms).map(move |name| (list, name));
        negotiated.add(List::ALL.into_iter().flat_map(names), agreed.connections);
    }
    negotiated.tell(Standing::Broken, Finding::BrokenAlgorithmNegotiated, tell);
    negotiated.tell(Standing::Deprecated, Finding::DeprecatedAlgorithmNegotiated, tell);
    offered.tell(Standing::Broken, Finding::BrokenAlgorithmOffered, tell);
    offered.tell(Standing::Deprecated, Finding::DeprecatedAlgorithmOffered, tell);
    if !negotiated.sha1.is_empty() {
        tell(Finding::Sha1Signature, listed(negotiated.sha1.iter().copied()), negotiated.sha1_connections);
    }
    if without > 0 {
        let reason = if without == offers { "in no session" } else { "not in all sessions" };
        tell(Finding::NoPostQuantumOffer, reason.to_owned(), without);
    }
}

/// Why, of what a single session shows.
fn reason_of_shown(finding: Finding) -> &'static str {
    match finding {
        Finding::FaultyRsaSignature => "a signature raised to the public exponent is not padded",
        Finding::Ssh1Spoken => "both ends agreed on version 1",
        Finding::ShortDhGroup => "the modulus that the server chose is short",
        Finding::DegeneratePublicValue => "a value is 0 or 1, no less than the modulus less 1, or all zeros",
        Finding::InvalidPoint => "its coordinates do not fit the curve's equation",
        Finding::Terrapin => "not both ends offer strict key exchange, and the cipher can be cut",
        Finding::PostQuantumNotNegotiated => "each end offers such a method, and agreed on another",
        Finding::SharedEphemeralKey => "another host sent the same public value before",
        Finding::ReusedEphemeralKey => "it sent the same public value before",
        Finding::NegotiationFailed => "a list of one end shares nothing with the other's",
        _ => "",
    }
}

/// What may be found of a server alone.
fn of_server(server: &Server, tell: &mut impl FnMut(Finding, String, u64)) {
    let connections = server.seen.connections;
    let rests_on_modulus = |family: &str| words::MODULUS_FAMILIES.contains(&family.as_bytes());
    if let Some(key) = server.host_key.filter(|key| rests_on_modulus(key.family) && is_short(key.bits)) {
        tell(Finding::ShortRsaKey, format!("{} bits", key.bits), connections);
    }
    let both = server.software.iter().filter_map(|software| Some((software, speaks_both(&software.line.0)?)));
    let (mut connections, mut version) = (0_u64, None);
    for (software, says) in both {
        connections = connections.saturating_add(software.connections);
        version = Some(says);
    }
    if let Some(version) = version {
        tell(Finding::Ssh1Offered, format!("it says {version}"), connections);
    }
}

/// The protocol version of an identification line, if it is that of a server that understands SSH-1 too. RFC 4253 section 5.1.
fn speaks_both(line: &[u8]) -> Option<&'static str> {
    let version = ProtocolVersion::like(Identification::of_line(line)?.protocol_version)?;
    (version.speaks() == ProtocolVersionSpeaks::Both).then(|| version.name())
}

/// Host keys that are used at several addresses.
fn of_keys(servers: &[Server], findings: &mut Vec<Found>) {
    let mut keys: BTreeMap<&str, (BTreeSet<_>, u64)> = BTreeMap::new();
    for server in servers {
        let Some(fingerprint) = &server.fingerprint else { continue };
        let (addresses, connections) = keys.entry(fingerprint).or_default();
        addresses.insert((server.network, server.address));
        *connections = connections.saturating_add(server.seen.connections);
    }
    for (fingerprint, (addresses, connections)) in keys {
        if addresses.len() > 1 {
            let addresses = listed(addresses.iter().map(|(_, address)| address));
            findings.push(Found {
                finding: Finding::SharedHostKey,
                subject: Subject::Key(fingerprint.into()),
                reason: format!("it is used at {addresses}"),
                connections,
            });
        }
    }
}

/// Addresses that showed several host keys of one kind. A server may have one of each kind.
fn of_addresses(servers: &[Server], findings: &mut Vec<Found>) {
    let mut addresses: BTreeMap<_, Vec<(usize, &Server)>> = BTreeMap::new();
    for (index, server) in servers.iter().enumerate() {
        if let Some(key) = server.host_key {
            let place = (server.network, server.address, server.port, key.family, key.curve);
            addresses.entry(place).or_default().push((index, server));
        }
    }
    for ((_, address, port, family, _), mut servers) in addresses {
        if servers.len() > 1 {
            servers.sort_by_key(|(_, server)| server.seen.first_seen);
            let keys = servers.iter().filter_map(|(_, server)| server.fingerprint.as_deref());
            let connections = servers.iter().map(|(_, server)| server.seen.connections);
            findings.push(Found {
                finding: Finding::ChangedHostKey,
                subject: Subject::Address(
                    servers.iter().map(|(index, _)| *index).collect(),
                    endpoint(address, port),
                ),
                reason: format!("its {family} keys, in order of time: {}", listed(keys)),
                connections: connections.fold(0, u64::saturating_add),
            });
        }
    }
}

/// Groups without a name that several servers chose.
fn of_groups(servers: &[Server], findings: &mut Vec<Found>) {
    let mut groups: BTreeMap<_, (BTreeSet<_>, Vec<_>, u64)> = BTreeMap::new();
    for (index, server) in servers.iter().enumerate() {
        for chosen in &server.seen.groups {
            let Some(fingerprint) = chosen.group.fingerprint.as_deref() else { continue };
            let (addresses, indices, connections) =
                groups.entry((fingerprint, chosen.group.bits)).or_default();
            addresses.insert((server.network, server.address));
            indices.push(index);
            *connections = connections.saturating_add(chosen.connections);
        }
    }
    for ((fingerprint, bits), (addresses, indices, connections)) in groups {
        if addresses.len() > 1 {
            let addresses = listed(addresses.iter().map(|(_, address)| address));
            findings.push(Found {
                finding: Finding::SharedGroup,
                subject: Subject::Group(indices, fingerprint.to_owned()),
                reason: format!("its {bits} bits are used at {addresses}"),
                connections,
            });
        }
    }
}

/// Algorithms that were offered or agreed on.
#[derive(Default)]
struct Names {
    /// Those with a standing, and the sessions that show it.
    standings: BTreeMap<Standing, (BTreeSet<&'static str>, u64)>,
    /// Whether that an algorithm signs with SHA-1 is told apart from other deprecation.
    tells_sha1: bool,
    /// Those that sign with SHA-1.
    sha1: BTreeSet<&'static str>,
    sha1_connections: u64,
}

impl Names {
    /// Adds the names of an offer or of what was agreed on, which so many sessions show.
    fn add<'n>(&mut self, names: impl Iterator<Item = (List, &'n [u8])>, connections: u64) {
        let (mut standings, mut sha1) = (BTreeSet::new(), false);
        for known in names.filter_map(|(list, name)| list.known(name)) {
            if known.sha1 {
                sha1 = true;
                self.sha1.insert(known.name);
                if self.tells_sha1 && known.standing == Standing::Deprecated {
                    continue;
                }
            }
            if known.standing != Standing::Current {
                standings.insert(known.standing);
                self.standings.entry(known.standing).or_default().0.insert(known.name);
            }
        }
        for standing in standings {
            let (_, count) = self.standings.entry(standing).or_default();
            *count = count.saturating_add(connections);
        }
        if sha1 {
            self.sha1_connections = self.sha1_connections.saturating_add(connections);
        }
    }

    fn tell(&self, standing: Standing, finding: Finding, tell: &mut impl FnMut(Finding, String, u64)) {
        if let Some((names, connections)) = self.standings.get(&standing) {
            tell(finding, listed(names.iter().copied()), *connections);
        }
    }
}

/// The first few, and how many more there are.
fn listed<T: std::fmt::Display>(items: impl Iterator<Item = T>) -> String {
    let items: Vec<_> = items.map(|item| item.to_string()).collect();
    let told = items.iter().take(TOLD).cloned().collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(TOLD) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}
