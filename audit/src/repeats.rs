//! What should be new in each session, or of one server alone, and was seen before.

use std::net::IpAddr;

use kexray_analyzer::{PublicValue, Session};

use crate::Limits;
use crate::recent::Recent;

/// Remembers public values of key exchanges, and groups that servers chose, from session to session.
///
/// Before means: in a session that was taken in before, by the same `Repeats`. It reads no clock and rolls no dice: the same
/// sessions in the same order give the same answers.
#[derive(Clone, Debug)]
pub struct Repeats {
    values: Recent<u128, Sent>,
    groups: Recent<Box<str>, Chosen>,
}

/// What a session shares with earlier ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repeated {
    /// Whether the client's public value was sent before; `None` where there is none, or it hides nothing anyway.
    pub client: Option<Repeat>,
    /// The same, of the server's.
    pub server: Option<Repeat>,
    /// Whether another server chose that group before; `None` where none was chosen, or one that has a name.
    pub group: Option<bool>,
}

/// Whether a public value was sent before, in another key exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It was not.
    New,
    /// By the same host.
    BySame,
    /// By another host.
    ByAnother,
}

/// A host, and the virtual network that its address is of.
type Host = (u64, IpAddr);

/// Who sent a value first, and in which exchange.
#[derive(Clone, Copy, Debug)]
struct Sent {
    cookies: [u128; 2],
    by: Host,
}

impl Sent {
    /// Whether it may be of the same exchange: captures overlap, and some have one direction only. Cookies are random, so one
    /// in common will do.
    fn is_of(&self, other: &Self) -> bool {
        let differ = |(one, other): (&u128, &u128)| one != other && *one != 0 && *other != 0;
        let agree = |(one, other): (&u128, &u128)| one == other && *one != 0;
        let mut pairs = self.cookies.iter().zip(&other.cookies);
        !pairs.clone().any(differ) && pairs.any(agree)
    }
}

/// Who chose a group first, and whether someone else did as well.
#[derive(Clone, Copy, Debug)]
struct Chosen {
    by: Host,
    shared: bool,
}

impl Default for Repeats {
    fn default() -> Self {
        Self::with_limits(Limits::default())
    }
}

impl Repeats {
    /// Of nothing yet, with bounds of one's own.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self { values: Recent::with_room(limits.public_values), groups: Recent::with_room(limits.groups) }
    }

    /// Public values and groups that were forgotten for want of room: when they come again they count as new.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.values.forgotten().saturating_add(self.groups.forgotten())
    }

    /// Takes in a session between these hosts; `network` as in [`Audit::add`](crate::Audit::add).
    pub fn see(&mut self, client: IpAddr, server: IpAddr, network: u64, session: &Session) -> Repeated {
        let Some(agreement) = &session.agreement else { return Repeated::default() };
        let sent = |host| Sent { cookies: agreement.cookies, by: (network, host) };
        let group = agreement.group.as_ref().and_then(|group| group.fingerprint.as_deref());
        Repeated {
            client: agreement.client.and_then(|value| self.value(value, sent(client))),
            server: agreement.server.and_then(|value| self.value(value, sent(server))),
            group: group.map(|fingerprint| self.group(fingerprint, (network, server))),
        }
    }

    fn value(&mut self, value: PublicValue, sent: Sent) -> Option<Repeat> {
        if value.degenerate {
            return None;
        }
        let Some(first) = self.values.recall(&value.digest).copied() else {
            self.values.remember(value.digest, sent);
            return Some(Repeat::New);
        };
        Some(match first {
            first if first.is_of(&sent) => Repeat::New,
            first if first.by == sent.by => Repeat::BySame,
            _ => Repeat::ByAnother,
        })
    }

    fn group(&mut self, fingerprint: &str, by: Host) -> bool {
        let Some(first) = self.groups.recall(fingerprint) else {
            self.groups.remember(fingerprint.into(), Chosen { by, shared: false });
            return false;
        };
        first.shared |= first.by != by;
        first.shared
    }
}
