//! Conversations, written with the grammar's own writers.

#![allow(dead_code)]

use kexray_analyzer::grammar::transport::{KexInit, Message, NewKeys};
use kexray_analyzer::grammar::{BinaryPacket, NameList, Ssh1Packet, SshString, dh, ecdh};
use kexray_analyzer::{
    Anomaly, Config, Connection, Engine, Event, Excess, Parameters, Side, Sink, Timestamp, Value,
};

/// All that was told, a line each: `event(parameter=value, …)` or `!anomaly`.
#[derive(Debug, Default)]
pub(crate) struct Told(pub(crate) Vec<String>);

impl Sink for Told {
    fn event(&mut self, _: Timestamp, event: &Event<'_>) {
        let mut line = String::from(event.name());
        event.visit(&mut |name, value| {
            let value = match value {
                Value::Bytes(octets) => octets.iter().map(|octet| format!("{octet:02x}")).collect(),
                Value::Text(text) => text.escape_ascii().to_string(),
                Value::Boolean(value) => value.to_string(),
                Value::Count(value) => value.to_string(),
                _ => return,
            };
            line.push_str(&format!(" {name}={value}"));
        });
        self.0.push(line);
    }

    fn anomaly(&mut self, _: Timestamp, anomaly: Anomaly, excess: Option<Excess>) {
        let excess =
            excess.map_or_else(String::new, |excess| format!(" {} > {}", excess.actual, excess.limit));
        self.0.push(format!("!{}{excess}", anomaly.name()));
    }
}

impl Told {
    /// How many lines begin so.
    pub(crate) fn count(&self, start: &str) -> usize {
        self.0.iter().filter(|line| line.starts_with(start)).count()
    }

    /// Whether a line is there.
    pub(crate) fn has(&self, line: &str) -> bool {
        self.0.iter().any(|told| told == line)
    }
}

/// A connection under test, with a clock of its own: a millisecond a step.
#[derive(Debug, Default)]
pub(crate) struct Talk {
    pub(crate) connection: Connection,
    pub(crate) told: Told,
    step: u64,
}

impl Talk {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// With an engine of one's own choice.
    pub(crate) fn by(engine: Engine) -> Self {
        let mut config = Config::default();
        config.engine = engine;
        Self { connection: Connection::with_config(config), ..Self::default() }
    }

    fn tick(&mut self) -> Timestamp {
        self.step += 1;
        Timestamp::from_micros(1_700_000_000_000_000 + 1000 * self.step)
    }

    pub(crate) fn say(&mut self, side: Side, bytes: &[u8]) -> &mut Self {
        let at = self.tick();
        self.connection.deliver(side, at, bytes, &mut self.told);
        self
    }

    pub(crate) fn lose(&mut self, side: Side, length: u64) -> &mut Self {
        let at = self.tick();
        self.connection.gap(side, at, length, &mut self.told);
        self
    }

    pub(crate) fn end(&mut self) -> &mut Self {
        let at = self.tick();
        self.connection.finish(at, &mut self.told);
        self
    }
}

/// A message in a packet.
pub(crate) fn packet(payload: &[u8]) -> Vec<u8> {
    let padding = vec![0; 4 + (8 - (5 + payload.len() + 4) % 8) % 8];
    let packet_length = u32::try_from(1 + payload.len() + padding.len()).unwrap();
    let padding_length = u8::try_from(padding.len()).unwrap();
    BinaryPacket { packet_length, padding_length, payload, padding: &padding }.to_octets().unwrap()
}

/// A message in an SSH-1 packet.
pub(crate) fn ssh1_packet(payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len() + 4).unwrap();
    let padding = vec![0; 8 - payload.len().wrapping_add(4) % 8];
    Ssh1Packet { length, padding: &padding, payload, crc: 0 }.to_octets().unwrap()
}

/// A KEXINIT with these methods and host-key algorithms, and one of each of the rest.
pub(crate) fn kexinit(methods: &str, host_keys: &str, guess: bool) -> Vec<u8> {
    let ciphers = NameList(b"aes128-ctr");
    let macs = NameList(b"hmac-sha2-256");
    let none = NameList(b"none");
    let message = KexInit {
        cookie: [7; 16],
        kex_algorithms: NameList(methods.as_bytes()),
        server_host_key_algorithms: NameList(host_keys.as_bytes()),
        encryption_algorithms_client_to_server: ciphers,
        encryption_algorithms_server_to_client: ciphers,
        mac_algorithms_client_to_server: macs,
        mac_algorithms_server_to_client: macs,
        compression_algorithms_client_to_server: none,
        compression_algorithms_server_to_client: none,
        languages_client_to_server: NameList(b""),
        languages_server_to_client: NameList(b""),
        first_kex_packet_follows: guess,
        reserved: 0,
    };
    packet(&Message::KexInit(message).to_octets().unwrap())
}

pub(crate) fn newkeys() -> Vec<u8> {
    packet(&Message::NewKeys(NewKeys {}).to_octets().unwrap())
}

pub(crate) fn ecdh_init(public: &[u8]) -> Vec<u8> {
    packet(&ecdh::Message::Init(ecdh::Init { q_c: SshString(public) }).to_octets().unwrap())
}

pub(crate) fn ecdh_reply(host_key: &[u8], public: &[u8]) -> Vec<u8> {
    let reply =
        ecdh::Reply { host_key: SshString(host_key), q_s: SshString(public), signature: SshString(b"sig") };
    packet(&ecdh::Message::Reply(reply).to_octets().unwrap())
}

pub(crate) fn dh_init() -> Vec<u8> {
    let e = kexray_analyzer::grammar::Mpint(&[1, 2, 3]);
    packet(&dh::Message::Init(dh::Init { e }).to_octets().unwrap())
}
