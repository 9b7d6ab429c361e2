//! What is known of a connection, gathered while it goes on.

use kexray_grammar::{Anomaly, Event, ExchangeMessage, KexMethod};

use crate::auth::{Evidence, Explained, Method, Step};
use crate::connected::SessionKind;
use crate::group::Agreement;
use crate::in_clear::InClear;
use crate::key_facts::HostKey;
use crate::negotiation::{Algorithms, Directions};
use crate::offer::Offer;
use crate::proof::Proof;
use crate::scan::Scan;
use crate::sink::{Excess, Sink};
use crate::wire::OctetRange;
use crate::{Config, Timestamp, host_key};

/// What a connection came to: one row of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// Time of the packet with the first identification line; `None` until there is one.
    pub started: Option<Timestamp>,
    /// 1 or 2; `None` unless both ends' versions are known and agree.
    pub version: Option<u8>,
    /// Identification line of the SSH client.
    pub client: Option<Box<[u8]>>,
    /// Identification line of the SSH server.
    pub server: Option<Box<[u8]>>,
    /// Whether the TCP server is proven to be the SSH client.
    pub role_reversed: bool,
    /// What the client offers; `None` unless its KEXINIT was seen, and details are
    /// [wanted](crate::Sink::wants_details).
    pub client_offer: Option<Box<Offer>>,
    /// What the server offers, likewise.
    pub server_offer: Option<Box<Offer>>,
    /// What was negotiated; `None` unless both KEXINITs were seen.
    pub algorithms: Option<Algorithms>,
    /// SHA-256 of the server's host key, as `ssh-keygen -l` prints it.
    pub host_key_fingerprint: Option<Box<str>>,
    /// What the host key is made of; `None` unless it was seen and could be read, and details are
    /// [wanted](crate::Sink::wants_details).
    pub host_key: Option<Box<HostKey>>,
    /// What the key exchange goes by; `None` unless messages of it were seen, and details are
    /// [wanted](crate::Sink::wants_details).
    pub agreement: Option<Box<Agreement>>,
    /// Whether the packet was right that an end sent on a guess of what would be negotiated (RFC 4253 section 7); `None`
    /// where none did, or the negotiation was not seen.
    pub guessed_right: Option<bool>,
    /// The host key, its signature and points of curves as they were sent, if they were [asked for](crate::Config::proof).
    pub proof: Option<Box<Proof>>,
    /// Whether the last attempt at authentication succeeded; `None` where that is not known.
    pub auth_success: Option<bool>,
    /// Attempts at authentication, the successful one included; a "none" that was refused is none.
    pub auth_attempts: u64,
    /// What the verdict rests on; `None` where there is none, and of Zeek's rule.
    pub auth_evidence: Option<Evidence>,
    /// Method of the last request that was decided.
    pub auth_method: Option<Method>,
    /// What was tried, in order; bounded by [`AUTH_STEPS`](kexray_grammar::limits::AUTH_STEPS), beyond which the last one
    /// replaces the one before. Empty unless details are [wanted](crate::Sink::wants_details).
    pub auth_steps: Vec<Step>,
    /// Octets of the user's name; `None` where sizes do not tell.
    pub auth_user: Option<OctetRange>,
    /// Whether the server sent a banner before the user was in; `None` where that is not known.
    pub auth_banner: Option<bool>,
    /// What the connection is for, once the user was let in; `None` where sizes do not tell, or details are not
    /// [wanted](crate::Sink::wants_details); likewise what follows.
    pub session_kind: Option<SessionKind>,
    /// Whether the client asked for its agent to be forwarded; `None` where sizes do not prove it.
    pub agent_forwarding: Option<bool>,
    /// Key exchanges after the first; `None` where it is not known.
    pub rekeys: Option<u64>,
    /// Octets of what was carried once the user was let in, without padding, lengths and MACs: an estimate, to within a
    /// block a packet. `None` where octets are missing, or authentication is not known to have succeeded.
    pub octets: Directions<Option<u64>>,
    /// How far the client came, if it left without being let in; `None` where that is not known.
    pub scan: Option<Scan>,
    /// What encrypted packets were taken for, if that was [asked for](crate::Config::explain): the first 1,024 of authentication,
    /// and the first 256 flights of what came once the user was in.
    pub explanation: Option<Vec<Explained>>,
    /// The packets in clear, in the order in which they were read, if that was asked for, likewise; the first 256.
    pub in_clear: Option<Vec<InClear>>,
    told: Told,
}

/// The anomalies that were told already, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Told(u64);

impl Session {
    /// Of a connection of which nothing was seen.
    pub(crate) fn begin(config: Config) -> Self {
        Self {
            explanation: config.explain.then(Vec::new),
            in_clear: config.explain.then(Vec::new),
            proof: config.proof.then(Box::default),
            ..Self::default()
        }
    }

    /// What belongs to the client, and what to the server, of two things: that of the end that opened the TCP connection, and
    /// that of the one that accepted it.
    #[must_use]
    pub fn by_role<T>(&self, originator: T, responder: T) -> (T, T) {
        if self.role_reversed { (responder, originator) } else { (originator, responder) }
    }

    /// Keeps what an end proves, if that was asked for.
    pub(crate) fn note_proof(&mut self, message: &ExchangeMessage<'_>, method: Option<KexMethod>) {
        if let Some(proof) = &mut self.proof {
            proof.note(message, method);
        }
    }

    /// Tells an event, and those that follow from it.
    pub(crate) fn tell(&mut self, at: Timestamp, event: &Event<'_>, sink: &mut (impl Sink + ?Sized)) {
        match *event {
            Event::Ssh2ServerHostKey { key } => {
                let (fingerprint, readable) = host_key::fingerprint(key);
                if sink.wants_events() {
                    sink.event(at, &Event::SshServerHostKey { hash: host_key::md5(&[key]).as_bytes() });
                    sink.event(at, event);
                    sink.event(
                        at,
                        &Event::SshServerHostKeyFingerprint { fingerprint: fingerprint.as_bytes() },
                    );
                }
                self.host_key_fingerprint = Some(fingerprint.into());
                self.host_key = if sink.wants_details() { HostKey::of(key).map(Box::new) } else { None };
                if !readable {
                    self.note(at, Anomaly::SshMalformedHostKey, None, sink);
                }
            }
            Event::Ssh1ServerHostKey { modulus, exponent } => {
                let fingerprint = host_key::sha256(&[modulus, exponent]);
                sink.event(
                    at,
                    &Event::SshServerHostKey { hash: host_key::md5(&[modulus, exponent]).as_bytes() },
                );
                sink.event(at, &Event::SshServerHostKeyFingerprint { fingerprint: fingerprint.as_bytes() });
                sink.event(at, event);
                self.host_key_fingerprint = Some(fingerprint.into());
                self.host_key = sink.wants_details().then(|| Box::new(HostKey::of_ssh1(modulus)));
            }
            _ => sink.event(at, event),
        }
    }

    /// Tells an anomaly, unless it was told before.
    pub(crate) fn note(
        &mut self,
        at: Timestamp,
        anomaly: Anomaly,
        excess: Option<Excess>,
        sink: &mut (impl Sink + ?Sized),
    ) {
        let bit = 1_u64.checked_shl(anomaly as u32).unwrap_or(0);
        if self.told.0 & bit == 0 {
            self.told.0 |= bit;
            sink.anomaly(at, anomaly, excess);
        }
    }
}
