//! Labelled captures: what the peers themselves said, and what we say.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use kexray_analyzer::Engine;
use kexray_analyzer::grammar::limits::IDENTIFICATION_LINE;
use kexray_conformance::pairing::{Account, Pair, accounts, pair};
use kexray_conformance::{Endpoints, Material, Outcome, Record, Tally, replay, say, text};

/// The capture of which every packet was cut to 96 octets: only the beginnings of identification lines are left.
const SHORTENED: &str = "net_snaplen96.pcap";
/// What is left of a segment there, behind the headers of Ethernet, IPv4 and TCP with its timestamps.
const LEFT: usize = 96 - 14 - 20 - 32;
/// How the names of captures begin from which a part was cut: what is missing in them is no failure, what is wrong is.
const CUT: &str = "cut_";

/// A connection as its peers logged it.
struct Label {
    endpoints: Endpoints,
    /// Microseconds since the epoch, of the first packet.
    at: i64,
    fields: Map<String, Value>,
}

impl Label {
    fn of(fields: Map<String, Value>) -> Option<Self> {
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        let port =
            |name: &str| fields.get(name).and_then(Value::as_u64).and_then(|port| u16::try_from(port).ok());
        let endpoints = Endpoints {
            orig_h: text("client_ip")?.parse().ok()?,
            orig_p: port("client_port")?,
            resp_h: text("server_ip")?.parse().ok()?,
            resp_p: port("server_port")?,
        };
        let at = kexray_conformance::micros(fields.get("ts")?)?;
        Some(Self { endpoints, at, fields })
    }

    /// A text; `None` where it is not known.
    fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    /// A label of the direction from the server, which is left out where it is the same as the other.
    fn text_of_server(&self, name: &str) -> Option<&str> {
        self.text(&format!("{name}_s2c")).or_else(|| self.text(name))
    }

    /// Message numbers seen in clear: `20` of `c20`.
    fn clear_messages(&self, name: &str) -> Option<Vec<u8>> {
        let messages = self.fields.get(name)?.as_array()?;
        messages.iter().map(|message| message.as_str()?.get(1..)?.parse().ok()).collect()
    }

    fn is_ssh(&self) -> bool {
        self.text("client_version").is_some() || self.text("server_version").is_some()
    }

    fn is_ssh1(&self) -> bool {
        self.fields.get("ssh_protocol").is_some_and(|version| version == 1)
    }
}

/// What we say of a connection.
struct Ours<'r> {
    row: Option<&'r Record>,
    events: Vec<&'r Record>,
}

impl Ours<'_> {
    fn column(&self, name: &str) -> Option<&str> {
        self.row?.text(name)
    }

    fn parameter(&self, event: &str, name: &str) -> Option<&str> {
        self.events.iter().find(|record| record.event() == event)?.text(name)
    }
}

/// One capture's part of the test.
struct Check<'t> {
    capture: &'t str,
    tally: &'t mut Tally,
    failures: &'t mut Vec<String>,
}

impl Check<'_> {
    fn fail(&mut self, endpoints: Endpoints, why: &str) {
        self.failures.push(format!("{}: {endpoints}: {why}", self.capture));
    }

    /// Compares a value with its label, if there is one.
    fn value(&mut self, label: &Label, field: &'static str, expected: Option<&[u8]>, got: Option<&[u8]>) {
        let Some(expected) = expected else { return };
        let outcome = Outcome::of(&expected, got.as_ref());
        self.tally.add(field, outcome, self.capture);
        let excused = outcome == Outcome::Missing && self.capture.starts_with(CUT);
        if outcome != Outcome::Right && !excused {
            let shown = |octets: &[u8]| {
                let text = octets.escape_ascii().to_string();
                text.get(..200).map_or(text.clone(), str::to_owned)
            };
            let got = got.map_or("nothing".to_owned(), shown);
            self.fail(label.endpoints, &format!("{field}: expected {}, got {got}", shown(expected)));
        }
    }

    fn connection(&mut self, label: &Label, ours: &Ours<'_>) {
        let shortened = self.capture == SHORTENED;
        for (field, name) in [("client", "client_version"), ("server", "server_version")] {
            let mut expected = label.text(name).and_then(text::octets_of_label);
            if let Some(line) = &mut expected {
                // A longer line is cut, by a declared limit.
                line.truncate(if shortened { LEFT } else { IDENTIFICATION_LINE });
            }
            let got = ours.column(field).map(text::octets_of_ours);
            self.value(label, field, expected.as_deref(), got.as_deref());
        }
        if shortened {
            return;
        }
        if label.is_ssh1() {
            return self.ssh1(label, ours);
        }
        let columns = [
            ("kex_alg", label.text("kex")),
            ("host_key_alg", label.text("host_key_alg")),
            ("cipher_c2s", label.text("cipher")),
            ("cipher_s2c", label.text_of_server("cipher")),
            ("mac_c2s", label.text("mac")),
            ("mac_s2c", label.text_of_server("mac")),
            ("compression_c2s", label.text("compression")),
            ("compression_s2c", label.text_of_server("compression")),
            ("host_key_fingerprint", label.text("host_key_sha256")),
        ];
        for (column, expected) in columns {
            self.value(label, column, expected.map(str::as_bytes), ours.column(column).map(str::as_bytes));
        }
        let md5 = ours.parameter("ssh_server_host_key", "hash");
        self.value(label, "hash", label.text("host_key_blob_md5").map(str::as_bytes), md5.map(str::as_bytes));
        let sha256 = ours.parameter("ssh_server_host_key_fingerprint", "fingerprint");
        self.value(
            label,
            "fingerprint",
            label.text("host_key_sha256").map(str::as_bytes),
            sha256.map(str::as_bytes),
        );

        let reversed = label.fields.get("tcp_client_is_ssh_server") == Some(&Value::Bool(true));
        let told = ours.row.and_then(|row| row.get("role_reversed")) == Some(&Value::Bool(true));
        if told != reversed {
            self.fail(label.endpoints, &format!("role_reversed: expected {reversed}, got {told}"));
        }
        self.events(label, ours);
    }

    fn ssh1(&mut self, label: &Label, ours: &Ours<'_>) {
        if ours.row.and_then(|row| row.get("version")) != Some(&Value::from(1)) {
            self.fail(label.endpoints, "the version is not 1");
        }
        let md5 = ours.parameter("ssh_server_host_key", "hash");
        self.value(label, "hash", label.text("host_key_md5").map(str::as_bytes), md5.map(str::as_bytes));
        let modulus = ours.parameter("ssh1_server_host_key", "modulus").and_then(text::octets_of_hex);
        let modulus_md5 = modulus.map(|modulus| text::md5(&[&modulus]));
        let expected = label.text("host_key_modulus_md5").map(str::as_bytes);
        self.value(label, "modulus", expected, modulus_md5.as_deref().map(str::as_bytes));
        if ours.column("host_key_fingerprint").is_none() {
            self.fail(label.endpoints, "there is no fingerprint");
        }
    }

    /// The events of the exchange are those of the messages that were seen in clear.
    fn events(&mut self, label: &Label, ours: &Ours<'_>) {
        let (Some(kex), Some(client), Some(server)) = (
            label.text("kex"),
            label.clear_messages("clear_msgs_c2s"),
            label.clear_messages("clear_msgs_s2c"),
        ) else {
            return;
        };
        let mut expected = BTreeMap::new();
        let wrong_guess = label.fields.get("first_kex_packet_follows").is_some_and(|guess| {
            guess.get("client") == Some(&Value::Bool(true))
                && guess.get("guess_right") == Some(&Value::Bool(false))
        });
        // The packet that was guessed wrong is the client's first of the exchange.
        let mut dropped = client.iter().position(|number| *number >= 30).filter(|_| wrong_guess);
        for (place, number) in client.iter().enumerate() {
            if dropped.take_if(|dropped| *dropped == place).is_none() {
                for event in events_of_client(kex, *number) {
                    *expected.entry((*event, Some(true))).or_insert(0_usize) += 1;
                }
            }
        }
        for number in &server {
            for (event, told) in events_of_server(kex, *number) {
                *expected.entry((*event, told.then_some(false))).or_insert(0) += 1;
            }
        }
        let mut got = BTreeMap::new();
        for event in &ours.events {
            if let name @ ("ssh2_rsa_secret"
            | "ssh2_gss_init"
            | "ssh2_gss_error"
            | "ssh2_server_host_key"
            | "ssh2_ecc_init"
            | "ssh2_ecc_key"
            | "ssh2_dh_gex_init"
            | "ssh2_dh_server_params") = event.event()
            {
                let is_orig = event.get("is_orig").and_then(Value::as_bool);
                *got.entry((name, is_orig)).or_insert(0_usize) += 1;
            }
        }
        let outcome = Outcome::of(&expected, Some(&got));
        self.tally.add("events of exchange", outcome, self.capture);
        if outcome != Outcome::Right {
            self.fail(label.endpoints, &format!("events of {kex}: expected {expected:?}, got {got:?}"));
        }
        for error in ours.events.iter().filter(|event| event.event() == "ssh2_gss_error") {
            let says_something = error.text("err_msg").is_some_and(|text| !text.is_empty());
            let has_status = ["major_status", "minor_status"]
                .iter()
                .all(|name| error.get(name).is_some_and(Value::is_u64));
            if !says_something || !has_status {
                self.fail(label.endpoints, "ssh2_gss_error says nothing");
            }
        }
    }
}

/// Events that a message of the client raises. RFC 4253 section 8, RFC 4419, 4432, 4462, 5656.
fn events_of_client(kex: &str, number: u8) -> &'static [&'static str] {
    match number {
        30 if kex.starts_with("gss-") => &["ssh2_gss_init"],
        31 if kex.starts_with("rsa") => &["ssh2_rsa_secret"],
        32 if kex.starts_with("diffie-hellman-group-exchange-") => &["ssh2_dh_gex_init"],
        30 if kex.starts_with("diffie-hellman-group-exchange-") => &[],
        30 if kex.starts_with("diffie-hellman-") => &["ssh2_dh_gex_init"],
        30 => &["ssh2_ecc_init", "ssh2_ecc_key"],
        _ => &[],
    }
}

/// Events that a message of the server raises, and whether they tell who sent it.
fn events_of_server(kex: &str, number: u8) -> &'static [(&'static str, bool)] {
    const HOST_KEY: (&str, bool) = ("ssh2_server_host_key", false);
    match number {
        33 if kex.starts_with("gss-") => &[HOST_KEY],
        34 if kex.starts_with("gss-") => &[("ssh2_gss_error", false)],
        41 if kex.starts_with("gss-gex-") => &[("ssh2_dh_server_params", false)],
        _ if kex.starts_with("gss-") => &[],
        30 if kex.starts_with("rsa") => &[HOST_KEY],
        _ if kex.starts_with("rsa") => &[],
        31 if kex.starts_with("diffie-hellman-group-exchange-") => &[("ssh2_dh_server_params", false)],
        33 if kex.starts_with("diffie-hellman-group-exchange-") => &[HOST_KEY],
        31 if kex.starts_with("diffie-hellman-") => &[HOST_KEY],
        31 => &[HOST_KEY, ("ssh2_ecc_key", true)],
        _ => &[],
    }
}

#[test]
fn handshakes_are_what_the_peers_logged() -> Result<(), Box<dyn std::error::Error>> {
    let Some(material) = Material::lab()? else { return Ok(()) };
    let (mut tally, mut failures) = (Tally::default(), Vec::new());
    for (capture, labels) in labels(material.folder())? {
        let path = material.folder().join(&capture);
        let (rows, events) =
            (replay::sessions(&path, Engine::default())?, replay::events(&path, Engine::default())?);
        let mut check = Check { capture: &capture, tally: &mut tally, failures: &mut failures };
        let expected: Vec<Label> = labels.into_iter().filter(Label::is_ssh).collect();
        for pair in join(expected, &rows, &events) {
            match pair {
                Pair::Both(label, ours) => check.connection(&label, &ours),
                Pair::Theirs(_) if capture.starts_with(CUT) => {}
                Pair::Theirs(label) => check.fail(label.endpoints, "there is no row"),
                Pair::Ours(ours) => {
                    if let Some(row) = ours.row.or_else(|| ours.events.first().copied()) {
                        check.fail(row.endpoints, "nobody logged such a connection");
                    }
                }
            }
        }
    }
    say(&tally.to_string());
    assert!(failures.is_empty(), "{tally}\n{} failures:\n{}", failures.len(), failures.join("\n"));
    Ok(())
}

/// Puts labels, rows and events of the same connections together.
fn join<'r>(labels: Vec<Label>, rows: &'r [Record], events: &'r [Record]) -> Vec<Pair<Label, Ours<'r>>> {
    let place = |account: &Account<'_>| (account.endpoints, account.begins);
    let ours = pair(accounts(rows), accounts(events), place, place);
    let ours: Vec<(Endpoints, i64, Ours<'_>)> = ours
        .into_iter()
        .map(|pair| match pair {
            Pair::Both(row, events) => (
                row.endpoints,
                row.begins,
                Ours { row: row.records.first().copied(), events: events.records },
            ),
            Pair::Theirs(row) => {
                (row.endpoints, row.begins, Ours { row: row.records.first().copied(), events: Vec::new() })
            }
            Pair::Ours(events) => {
                (events.endpoints, events.begins, Ours { row: None, events: events.records })
            }
        })
        .collect();
    let pairs =
        pair(labels, ours, |label| (label.endpoints, label.at), |(endpoints, at, _)| (*endpoints, *at));
    pairs
        .into_iter()
        .map(|pair| match pair {
            Pair::Both(label, (_, _, ours)) => Pair::Both(label, ours),
            Pair::Theirs(label) => Pair::Theirs(label),
            Pair::Ours((_, _, ours)) => Pair::Ours(ours),
        })
        .collect()
}

/// The labels of each capture.
fn labels(folder: &Path) -> Result<BTreeMap<String, Vec<Label>>, Box<dyn std::error::Error>> {
    let mut labels: BTreeMap<String, Vec<Label>> = BTreeMap::new();
    for line in std::fs::read_to_string(folder.join("labels.jsonl"))?.lines() {
        let fields: Map<String, Value> = serde_json::from_str(line)?;
        let capture =
            fields.get("pcap").and_then(Value::as_str).ok_or("a label names no capture")?.to_owned();
        let label = Label::of(fields).ok_or("a label lacks its connection or time")?;
        labels.entry(capture).or_default().push(label);
    }
    Ok(labels)
}
