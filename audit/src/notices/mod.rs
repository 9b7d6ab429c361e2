//! What should be looked at while sessions end: [`Watch`] takes them in, one after the other, and tells [`Noticed`].

mod lately;
mod notice;
mod room;
mod window;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use kexray_analyzer::{Session, Timestamp};

use lately::{Id, Lately, Turn};
pub use notice::Notice;
use room::Room;
use window::Window;

use crate::inventory::key_kind;
use crate::{Repeat, Repeated};

/// From where on something is noticed, and how much is remembered for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Thresholds {
    /// Connections in which a host fails to authenticate within [`window`](Self::window), as Zeek counts them.
    pub guesses: u64,
    /// Connections of a host within the window that end without an attempt to authenticate.
    pub scans: u64,
    /// How long connections of a host count together.
    pub window: Duration,
    /// Attempts in one connection.
    pub attempts: u64,
    /// Hosts that are watched at once. Of others nothing is noticed that takes more than one connection.
    pub hosts: usize,
    /// Servers whose host keys are remembered.
    pub servers: usize,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            guesses: 30,
            scans: 25,
            window: Duration::from_secs(30 * 60),
            attempts: 10,
            hosts: 1 << 16,
            servers: 1 << 16,
        }
    }
}

/// Host keys of one kind that are remembered of one server.
const KEYS: usize = 4;

/// What was noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Noticed {
    /// What it is.
    pub notice: Notice,
    /// When the session began that showed it.
    pub at: Timestamp,
    /// In words.
    pub message: String,
    /// More of it: servers, keys.
    pub detail: Option<String>,
    /// The host that did it.
    pub source: IpAddr,
    /// The host that it was done to, where it is one.
    pub destination: Option<IpAddr>,
    /// How often it was done.
    pub count: Option<u64>,
}

/// Watches over sessions as they end. It reads no clock: the times of sessions are all it knows.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    thresholds: Thresholds,
    hosts: Room<(u64, IpAddr), Host>,
    keys: HashMap<Place, Vec<Box<str>>>,
    lately: Lately,
    dropped: u64,
}

/// Where a key of some kind is.
type Place = (u64, IpAddr, u16, &'static str, Option<&'static str>);

/// What a host did lately.
#[derive(Clone, Debug, Default)]
struct Host {
    guesses: Window,
    scans: Window,
}

impl Watch {
    /// With thresholds of one's own.
    #[must_use]
    pub fn new(thresholds: Thresholds) -> Self {
        Self { thresholds, ..Self::default() }
    }

    /// Sessions of which not all could be noticed, for as many hosts or servers were watched as may be.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Takes in a session between the end that opened its TCP connection and the one that accepted it, and what it
    /// [shares with those before](crate::Repeats::see); `network` as in [`Audit::add`](crate::Audit::add). Tells what it shows.
    pub fn add(
        &mut self,
        originator: SocketAddr,
        responder: SocketAddr,
        network: u64,
        session: &Session,
        repeated: Repeated,
        tell: &mut dyn FnMut(Noticed),
    ) {
        let (client, server) = session.by_role(originator, responder);
        let at = session.started.unwrap_or_default();
        let mut notice = |notice, message: String, detail: Option<String>, count| {
            let (source, destination) = (client.ip(), Some(server.ip()));
            tell(Noticed { notice, at, message, detail, source, destination, count });
        };
        if session.role_reversed {
            notice(Notice::RolesReversed, format!("{server} connected to its client {client}"), None, None);
        }
        if session.auth_attempts >= self.thresholds.attempts {
            let attempts = session.auth_attempts;
            let message = format!("{} tried {attempts} times to authenticate in one connection", client.ip());
            notice(Notice::ManyAttempts, message, None, Some(attempts));
        }
        if let Some((before, now)) = self.new_key(server, network, session) {
            let message = format!("{server} showed another host key");
            notice(Notice::HostKeyChanged, message, Some(format!("{now} instead of {before}")), None);
        }
        for (host, other, repeat) in [(client, server, repeated.client), (server, client, repeated.server)] {
            self.repeat(host.ip(), other.ip(), network, at, repeat, tell);
        }
        self.host(client.ip(), server.ip(), network, session, tell);
    }

    /// That a host sent a public value that was sent before.
    fn repeat(
        &mut self,
        host: IpAddr,
        other: IpAddr,
        network: u64,
        at: Timestamp,
        repeat: Option<Repeat>,
        tell: &mut dyn FnMut(Noticed),
    ) {
        let (notice, by) = match repeat {
            None | Some(Repeat::New) => return,
            Some(Repeat::BySame) => (Notice::EphemeralKeyReused, "it"),
            Some(Repeat::ByAnother) => (Notice::EphemeralKeyShared, "another host"),
        };
        let Thresholds { window, hosts, .. } = self.thresholds;
        let id = Id { notice, network, source: host, destination: None };
        match self.lately.turn(id, at, window, hosts) {
            Turn::Again => {}
            Turn::Dropped => self.dropped = self.dropped.saturating_add(1),
            Turn::Told => tell(Noticed {
                notice,
                at,
                message: format!("{host} sent a public value that {by} sent in another session"),
                detail: None,
                source: host,
                destination: Some(other),
                count: None,
            }),
        }
    }

    /// What a session shows together with others of the same host.
    fn host(
        &mut self,
        client: IpAddr,
        server: IpAddr,
        network: u64,
        session: &Session,
        tell: &mut dyn FnMut(Noticed),
    ) {
        let at = session.started.unwrap_or_default();
        let Thresholds { guesses, scans, window, hosts, .. } = self.thresholds;
        let (failed, succeeded) = (
            session.auth_success == Some(false) && session.auth_attempts > 0,
            session.auth_success == Some(true),
        );
        let scanned = session.scan.filter(|_| session.auth_attempts == 0);
        if succeeded {
            let guessing = self.hosts.get(&(network, client)).map(|host| &host.guesses);
            let (notice, destination) = (Notice::LoginByPasswordGuesser, Some(server));
            let id = Id { notice, network, source: client, destination };
            let lately = &mut self.lately;
            // Where it cannot be remembered it is told again.
            let mut is_new = || lately.turn(id, at, window, hosts) != Turn::Again;
            if let Some(guessed) = guessing.filter(|guesses| guesses.is_reached(at, window) && is_new()) {
                tell(Noticed {
                    notice,
                    at,
                    message: format!("{client} was let in by {server} after {} failures", guessed.count()),
                    detail: Some(format!("servers: {}", guessed.servers())),
                    source: client,
                    destination,
                    count: Some(guessed.count()),
                });
            }
        }
        if !failed && scanned.is_none() {
            return;
        }
        let Some(host) = self.watched(network, client, at) else { return };
        if failed && host.guesses.add(at, server, window, guesses) {
            tell(Noticed {
                notice: Notice::PasswordGuessing,
                at,
                message: format!(
                    "{client} guesses passwords: it failed in {} connections",
                    host.guesses.count()
                ),
                detail: Some(format!("servers: {}", host.guesses.servers())),
                source: client,
                destination: None,
                count: Some(host.guesses.count()),
            });
        }
        if let Some(scan) = scanned.filter(|_| host.scans.add(at, server, window, scans)) {
            tell(Noticed {
                notice: Notice::Scan,
                at,
                message: format!("{client} scans for {}: {} connections", scan.name(), host.scans.count()),
                detail: Some(format!("servers: {}", host.scans.servers())),
                source: client,
                destination: None,
                count: Some(host.scans.count()),
            });
        }
    }

    /// What is known of a host, new if there is room.
    fn watched(&mut self, network: u64, client: IpAddr, at: Timestamp) -> Option<&mut Host> {
        let Thresholds { window, hosts, .. } = self.thresholds;
        let is_over = |host: &Host| host.guesses.is_over(at, window) && host.scans.is_over(at, window);
        let host = self.hosts.get_or_make((network, client), hosts, is_over);
        if host.is_none() {
            self.dropped = self.dropped.saturating_add(1);
        }
        host
    }

    /// The last key of a server, and the one that it shows now, if that was never seen there.
    fn new_key(
        &mut self,
        server: SocketAddr,
        network: u64,
        session: &Session,
    ) -> Option<(Box<str>, Box<str>)> {
        let (kind, now) = (key_kind(session)?, session.host_key_fingerprint.as_ref()?);
        let place = (network, server.ip(), server.port(), kind.family, kind.curve);
        if self.keys.len() >= self.thresholds.servers && !self.keys.contains_key(&place) {
            self.dropped = self.dropped.saturating_add(1);
            return None;
        }
        let keys = self.keys.entry(place).or_default();
        if keys.contains(now) {
            return None;
        }
        let before = keys.last().cloned();
        if keys.len() >= KEYS {
            keys.remove(0);
        }
        keys.push(now.clone());
        before.map(|before| (before, now.clone()))
    }
}
