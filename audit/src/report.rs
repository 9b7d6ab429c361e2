//! What was gathered, put in order, with what is wrong with it.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use kexray_analyzer::{Algorithms, Group, Offer, Timestamp};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::inventory::{Entry, KeyKind};
use crate::{Audit, Dropped, Finding, List, Severity, assessment};

/// Servers, clients, and what was found. Written as JSON, text from the wire has its odd octets as `\xNN`.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Report {
    /// What was found, worst first.
    pub findings: Vec<Found>,
    /// The servers, by address, port and host key.
    pub servers: Vec<Server>,
    /// The clients, by address and identification line.
    pub clients: Vec<Client>,
    /// What was left out.
    pub dropped: Dropped,
}

/// A server with one of its host keys.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Server {
    /// The virtual network that the address is of; 0 where there is none.
    #[serde(skip_serializing_if = "is_zero")]
    pub network: u64,
    /// Its address.
    pub address: IpAddr,
    /// Its port.
    pub port: u16,
    /// SHA-256 of its host key, as `ssh-keygen -l` prints it; `None` where that was not seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Box<str>>,
    /// What the host key is made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_key: Option<KeyKind>,
    /// Its identification lines, with how often each was seen.
    pub software: Vec<Software>,
    /// What was seen of it.
    #[serde(flatten)]
    pub seen: Seen,
}

/// A client.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Client {
    /// The virtual network that the address is of; 0 where there is none.
    #[serde(skip_serializing_if = "is_zero")]
    pub network: u64,
    /// Its address.
    pub address: IpAddr,
    /// Its identification line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<Text>,
    /// What was seen of it.
    #[serde(flatten)]
    pub seen: Seen,
}

/// What was seen of a server or client.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Seen {
    /// When its first session began.
    #[serde(serialize_with = "seconds")]
    pub first_seen: Timestamp,
    /// When its last session began.
    #[serde(serialize_with = "seconds")]
    pub last_seen: Timestamp,
    /// Its sessions.
    pub connections: u64,
    /// What it offers.
    pub offers: Vec<Offered>,
    /// What its sessions agreed on.
    pub negotiated: Vec<Negotiated>,
    /// Groups without a name that the servers of its sessions chose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<ChosenGroup>,
}

/// An identification line, and how often it was seen.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Software {
    /// The line.
    pub line: Text,
    /// Sessions with it.
    pub connections: u64,
}

/// An offer, and how often it was made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Offered {
    /// The offer.
    pub offer: Arc<Offer>,
    /// Sessions with it.
    pub connections: u64,
}

/// What was agreed on, and how often.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Negotiated {
    /// The algorithms.
    pub algorithms: Arc<Algorithms>,
    /// Sessions with them.
    pub connections: u64,
}

/// A group that servers chose, and how often.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChosenGroup {
    /// The group.
    pub group: Group,
    /// Sessions with it.
    pub connections: u64,
}

/// Something that was found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Found {
    /// What it is.
    pub finding: Finding,
    /// Whom it is about.
    pub subject: Subject,
    /// Why, in words, without what is in [`subject`](Self::subject).
    pub reason: String,
    /// Sessions that show it.
    pub connections: u64,
}

/// Whom a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// The server of that index in [`Report::servers`], as text.
    Server(usize, String),
    /// The client of that index in [`Report::clients`], as text.
    Client(usize, String),
    /// The servers of these indices, all at one address and port, as text.
    Address(Vec<usize>, String),
    /// A host key, by its fingerprint.
    Key(Box<str>),
    /// A group that the servers of these indices chose, by the SHA-256 of its modulus in hexadecimal.
    Group(Vec<usize>, String),
}

/// Text from the wire: any octets. It is shown with the odd ones as `\xNN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub Box<[u8]>);

impl Audit {
    /// What was gathered so far.
    #[must_use]
    pub fn report(&self) -> Report {
        let servers: Vec<_> = self
            .servers
            .iter()
            .map(|(id, entry)| Server {
                network: id.network,
                address: id.address,
                port: id.port,
                fingerprint: id.fingerprint.clone(),
                host_key: entry.key,
                software: entry
                    .software
                    .iter()
                    .map(|(line, connections)| Software { line: Text(line.clone()), connections })
                    .collect(),
                seen: self.seen(entry),
            })
            .collect();
        let clients: Vec<_> = self
            .clients
            .iter()
            .map(|(id, entry)| Client {
                network: id.network,
                address: id.address,
                software: id.software.clone().map(Text),
                seen: self.seen(entry),
            })
            .collect();
        let shown = (
            self.servers.values().map(|entry| &entry.shown),
            self.clients.values().map(|entry| &entry.shown),
        );
        let findings = assessment::findings(&servers, &clients, shown.0, shown.1);
        let dropped = Dropped { forgotten: self.repeats.forgotten(), ..self.dropped };
        Report { findings, servers, clients, dropped }
    }

    fn seen(&self, entry: &Entry) -> Seen {
        let offers = entry.offers.iter().filter_map(|(number, connections)| {
            Some(Offered { offer: Arc::clone(self.offers.value(*number)?), connections })
        });
        let negotiated = entry.suites.iter().filter_map(|(number, connections)| {
            Some(Negotiated { algorithms: Arc::clone(self.suites.value(*number)?), connections })
        });
        Seen {
            first_seen: entry.first,
            last_seen: entry.last,
            connections: entry.connections,
            offers: offers.collect(),
            negotiated: negotiated.collect(),
            groups: entry
                .groups
                .iter()
                .map(|(group, connections)| ChosenGroup { group: group.clone(), connections })
                .collect(),
        }
    }
}

impl Report {
    /// How bad the worst finding is; `None` where nothing was found.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|found| found.finding.severity()).max()
    }
}

impl Server {
    /// Address and port, as in a URL.
    #[must_use]
    pub fn endpoint(&self) -> String {
        endpoint(self.address, self.port)
    }
}

pub(crate) fn endpoint(address: IpAddr, port: u16) -> String {
    std::net::SocketAddr::new(address, port).to_string()
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.escape_ascii(), f)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(_, text) => write!(f, "server {text}"),
            Self::Client(_, text) => write!(f, "client {text}"),
            Self::Address(_, text) => write!(f, "address {text}"),
            Self::Key(fingerprint) => write!(f, "host key {fingerprint}"),
            Self::Group(_, fingerprint) => write!(f, "group {fingerprint}"),
        }
    }
}

/// With what the table says of the finding.
impl Serialize for Found {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("finding", &self.finding)?;
        map.serialize_entry("severity", &self.finding.severity())?;
        let (kind, text) = match &self.subject {
            Subject::Server(_, text) => ("server", text.as_str()),
            Subject::Client(_, text) => ("client", text.as_str()),
            Subject::Address(_, text) => ("address", text.as_str()),
            Subject::Key(fingerprint) => ("host_key", &**fingerprint),
            Subject::Group(_, fingerprint) => ("group", fingerprint.as_str()),
        };
        map.serialize_entry(kind, text)?;
        map.serialize_entry("reason", &self.reason)?;
        map.serialize_entry("connections", &self.connections)?;
        map.serialize_entry("reference", self.finding.reference())?;
        map.end()
    }
}

/// HASSH, and the lists of names.
impl Serialize for Offered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("hassh", &*self.offer.hassh)?;
        for list in List::ALL {
            let names = list.offered(&self.offer).names().iter().map(shown);
            map.serialize_entry(&list, &names.collect::<Vec<_>>())?;
        }
        map.serialize_entry("connections", &self.connections)?;
        map.end()
    }
}

/// A name, or the two of the directions, client to server first.
impl Serialize for Negotiated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for list in List::ALL {
            let mut names: Vec<_> = list.negotiated(&self.algorithms).map(shown).collect();
            names.dedup();
            if !names.is_empty() {
                map.serialize_entry(&list, &names)?;
            }
        }
        map.serialize_entry("connections", &self.connections)?;
        map.end()
    }
}

/// Its length, and what tells it from others.
impl Serialize for ChosenGroup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("bits", &self.group.bits)?;
        map.serialize_entry("sha256", &self.group.fingerprint)?;
        map.serialize_entry("connections", &self.connections)?;
        map.end()
    }
}

/// Text from the wire, fit to be shown.
pub(crate) fn shown(text: &[u8]) -> String {
    text.escape_ascii().to_string()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "so serde asks")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A time as seconds since the epoch, to the microsecond.
fn seconds<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    let micros = f64::from(at.subsec_micros()) / 1e6;
    #[expect(clippy::cast_precision_loss, reason = "seconds since the epoch are far from it")]
    serializer.serialize_f64(at.seconds() as f64 + micros)
}
