//! What is told of one session besides what was said in it.

use std::borrow::Cow;
use std::net::SocketAddr;

use kexray_analyzer::grammar::{KexMethod, numbers};
use kexray_analyzer::{Directions, Session};
use kexray_capture::{Endpoint, Flow, Oddity};
use serde::Serialize;

use crate::algorithms::NAME;
use crate::text::shown;

/// Characters of an identification line that are shown.
pub(crate) const LINE: usize = numbers::ALLOWED_IDENTIFICATION_LINE;
/// Different oddities of a session that are told.
const ODDITIES: usize = 64;

/// A session, as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Facts {
    pub(crate) uid: String,
    /// Microseconds since the epoch.
    pub(crate) at: u64,
    /// Who logs in, and to what, by role.
    pub(crate) client_end: String,
    pub(crate) server_end: String,
    pub(crate) client: Option<String>,
    pub(crate) server: Option<String>,
    pub(crate) outcome: &'static str,
    pub(crate) attempts: u64,
    pub(crate) method: Option<&'static str>,
    pub(crate) kex: Option<String>,
    pub(crate) post_quantum: Option<bool>,
    pub(crate) cipher: Option<String>,
    /// Everything else, as labels and values.
    pub(crate) more: Vec<(&'static str, String)>,
}

/// An end, as the standard library has it.
pub(crate) fn socket(end: Endpoint) -> SocketAddr {
    SocketAddr::new(end.address, end.port)
}

/// Address and port, as they are usually written.
pub(crate) fn written(end: Endpoint) -> String {
    socket(end).to_string()
}

impl Facts {
    pub(crate) fn of(uid: &str, flow: &Flow, session: &Session, oddities: &[&'static str]) -> Self {
        let (client_end, server_end) = session.by_role(written(flow.originator), written(flow.responder));
        let line = |line: &Option<Box<[u8]>>| line.as_deref().map(|line| shown(line, LINE));
        let algorithms = session.algorithms.as_ref();
        let kex = algorithms.and_then(|algorithms| algorithms.kex.as_ref());
        Self {
            uid: uid.to_owned(),
            at: session.started.unwrap_or(flow.first_packet).as_nanos() / 1000,
            client_end,
            server_end,
            client: line(&session.client),
            server: line(&session.server),
            outcome: match session.auth_success {
                Some(true) => "success",
                Some(false) => "failure",
                None => "unknown",
            },
            attempts: session.auth_attempts,
            method: session.auth_method.map(kexray_analyzer::Method::name),
            kex: kex.map(|kex| shown(kex, NAME)),
            post_quantum: kex.and_then(|kex| kex.known()).map(KexMethod::post_quantum),
            cipher: algorithms.and_then(|algorithms| {
                both(&algorithms.encryption, |cipher| Some(shown(cipher.as_ref()?, NAME)))
            }),
            more: more(flow, session, oddities),
        }
    }
}

fn more(flow: &Flow, session: &Session, oddities: &[&'static str]) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let mut add = |label, value: Option<String>| facts.extend(value.map(|value| (label, value)));
    add("protocol", session.version.map(|version| format!("SSH-{version}")));
    add("verdict rests on", session.auth_evidence.map(|evidence| evidence.name().to_owned()));
    add("steps", steps(session));
    add("used for", session.session_kind.map(|kind| kind.name().to_owned()));
    add(
        "agent forwarding",
        session.agent_forwarding.map(|asked| if asked { "asked for" } else { "no" }.to_owned()),
    );
    add("key exchanges after the first", session.rekeys.map(|rekeys| rekeys.to_string()));
    add("carried after the login", carried(session));
    add("left after", session.scan.map(|scan| scan.name().to_owned()));
    if let Some(algorithms) = &session.algorithms {
        add("negotiation failed on", algorithms.failed_on().map(str::to_owned));
        add("host-key algorithm", algorithms.server_host_key.as_ref().map(|name| shown(name, NAME)));
        add("MAC", both(&algorithms.mac_in_use(), |mac| Some(shown((*mac)?, NAME))));
        add("compression", both(&algorithms.compression, |name| Some(shown(name.as_ref()?, NAME))));
    }
    add("host key", host_key(session));
    add("certificate", certificate(session));
    add("Terrapin", terrapin(session));
    add("strict key exchange", strict(session));
    add("HASSH", session.client_offer.as_ref().map(|offer| offer.hassh.to_string()));
    add("HASSH server", session.server_offer.as_ref().map(|offer| offer.hassh.to_string()));
    add("Community ID", Some(flow.community_id(0)));
    add(
        "roles",
        session
            .role_reversed
            .then(|| "reversed: the end that opened the connection is the server".to_owned()),
    );
    add("anomalies", (!oddities.is_empty()).then(|| oddities.join(", ")));
    facts
}

/// One value where both directions agree, else both with their directions.
fn both<T>(values: &Directions<T>, text: impl Fn(&T) -> Option<String>) -> Option<String> {
    let [to_server, to_client] = [&values.client_to_server, &values.server_to_client].map(text);
    if to_server == to_client {
        return to_server;
    }
    let known = |value: Option<String>| value.map_or(Cow::Borrowed("none in common"), Cow::Owned);
    Some(format!("{} to the server, {} to the client", known(to_server), known(to_client)))
}

fn steps(session: &Session) -> Option<String> {
    let steps =
        session.auth_steps.iter().map(|step| format!("{}: {}", step.method.name(), step.answer.name()));
    let steps: Vec<_> = steps.collect();
    (!steps.is_empty()).then(|| steps.join(", "))
}

fn carried(session: &Session) -> Option<String> {
    let octets = |octets: Option<u64>| octets.map(|octets| format!("about {octets} octets"));
    let to_server = octets(session.octets.client_to_server).map(|text| format!("{text} to the server"));
    let to_client = octets(session.octets.server_to_client).map(|text| format!("{text} to the client"));
    let known: Vec<_> = to_server.into_iter().chain(to_client).collect();
    (!known.is_empty()).then(|| known.join(", "))
}

fn host_key(session: &Session) -> Option<String> {
    let mut text = session.host_key_fingerprint.as_deref()?.to_owned();
    if let Some(key) = &session.host_key {
        text = format!("{} {} bits {text}", key.format, key.bits);
    }
    Some(text)
}

fn certificate(session: &Session) -> Option<String> {
    let certificate = session.host_key.as_ref()?.certificate.as_deref()?;
    Some(format!(
        "{:?} serial {}, signed by {}",
        shown(&certificate.key_id, LINE),
        certificate.serial,
        certificate.authority_fingerprint
    ))
}

fn terrapin(session: &Session) -> Option<String> {
    let open = session.terrapin();
    let text = match (open.client_to_server?, open.server_to_client?) {
        (true, true) => "open in both directions (CVE-2023-48795)",
        (true, false) => "open from client to server (CVE-2023-48795)",
        (false, true) => "open from server to client (CVE-2023-48795)",
        (false, false) => "not open",
    };
    Some(text.to_owned())
}

fn strict(session: &Session) -> Option<String> {
    let offers = [session.client_offer.as_ref()?, session.server_offer.as_ref()?];
    let text = match offers.map(|offer| offer.strict_kex) {
        [true, true] => "both ends",
        [true, false] => "offered by the client only",
        [false, true] => "offered by the server only",
        [false, false] => "no",
    };
    Some(text.to_owned())
}

/// The names of what was odd in a session, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Oddities(Vec<&'static str>);

impl Oddities {
    /// Takes a name in. Tells whether it is new.
    pub(crate) fn add(&mut self, oddity: &Oddity) -> bool {
        let name = oddity.name();
        let new = self.0.len() < ODDITIES && !self.0.contains(&name);
        if new {
            self.0.push(name);
        }
        new
    }

    pub(crate) fn names(&self) -> &[&'static str] {
        &self.0
    }
}
