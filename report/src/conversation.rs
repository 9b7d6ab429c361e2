//! What was said in one session: the messages in clear, and the sizes of all packets.

use std::collections::BTreeMap;

use kexray_analyzer::{Event, Explained, InClear, Meaning, Parameters, Session, Side, Timestamp, Value};
use serde::Serialize;

use crate::limits::Limits;
use crate::text::{hex, shown};

/// Characters of one text of a message that are shown.
const TEXT: usize = 512;
/// Octets of a binary field that are shown.
const OCTETS: usize = 96;
/// What packets are called that were taken for nothing.
const CIPHERTEXT: &str = "ciphertext";

/// Gathers what one session says, while it goes on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conversation {
    messages: Vec<Said>,
    /// Octets of text in them.
    octets: usize,
    messages_beyond: u64,
    /// Identification lines and ciphertext, by who sent them.
    chunks: Vec<Chunk>,
    beyond: Beyond,
}

#[derive(Clone, Debug)]
struct Said {
    at: Timestamp,
    by: By,
    name: &'static str,
    fields: BTreeMap<String, Field>,
}

#[derive(Clone, Copy, Debug)]
struct Chunk {
    at: Timestamp,
    side: Side,
    octets: u64,
    line: bool,
}

/// Who said something: known by role, or by who opened the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Side(Side),
    Role(Speaker),
}

/// An end, by its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Speaker {
    Client,
    Server,
}

/// Packets that are not told one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Beyond {
    pub(crate) packets: u64,
    pub(crate) octets: u64,
}

/// What a field of a message holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Field {
    Text(String),
    Names(Vec<String>),
}

/// A message in clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Message {
    /// Microseconds since the session began.
    pub(crate) after: u64,
    pub(crate) from: Speaker,
    /// The event that it raised.
    pub(crate) name: &'static str,
    pub(crate) fields: BTreeMap<String, Field>,
}

/// A packet, or what came in one go where packets cannot be told apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Packet {
    /// Microseconds since the session began.
    pub(crate) after: u64,
    pub(crate) from: Speaker,
    /// Octets on the wire; `None` where they follow from nothing.
    pub(crate) octets: Option<u64>,
    pub(crate) taken_for: String,
    pub(crate) kind: Kind,
    /// What that rests on: `clear`, or the name of the evidence; `None` where it was taken for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) evidence: Option<&'static str>,
}

/// What packets are coloured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Identification lines, and packets in clear.
    Clear,
    /// The transport layer's messages, encrypted.
    Transport,
    /// A request for authentication.
    Request,
    /// What is said between request and answer.
    Dialogue,
    /// It was refused.
    Refused,
    /// The user is in.
    Granted,
    /// What is opened, asked for and closed after that.
    Connection,
    /// What is carried.
    Data,
    /// Ciphertext of which nothing is known but its size.
    Ciphertext,
}

impl From<Meaning> for Kind {
    fn from(meaning: Meaning) -> Self {
        match meaning {
            Meaning::Transport => Self::Transport,
            Meaning::Request => Self::Request,
            Meaning::Exchange => Self::Dialogue,
            Meaning::Refusal => Self::Refused,
            Meaning::Success => Self::Granted,
            Meaning::Connection => Self::Connection,
            Meaning::Data => Self::Data,
            _ => Self::Ciphertext,
        }
    }
}

/// The whole of it, as the page shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Told {
    pub(crate) messages: Vec<Message>,
    pub(crate) messages_beyond: u64,
    pub(crate) packets: Vec<Packet>,
    pub(crate) packets_beyond: Beyond,
}

impl Conversation {
    pub(crate) fn add(&mut self, at: Timestamp, event: &Event<'_>, limits: &Limits) {
        let by = match *event {
            Event::SshEncryptedPacket { orig, len } => {
                return self.chunk(Chunk { at, side: side(orig), octets: len, line: false }, limits);
            }
            Event::SshClientVersion { version } => {
                self.line(at, Side::Originator, version, limits);
                By::Side(Side::Originator)
            }
            Event::SshServerVersion { version } => {
                self.line(at, Side::Responder, version, limits);
                By::Side(Side::Responder)
            }
            Event::SshCapabilities { capabilities, .. } if !capabilities.is_server => {
                By::Role(Speaker::Client)
            }
            Event::Ssh2DhGexInit { is_orig }
            | Event::Ssh2EccInit { is_orig }
            | Event::Ssh2EccKey { is_orig, .. }
            | Event::Ssh2GssInit { is_orig }
            | Event::Ssh2RsaSecret { is_orig } => By::Side(side(is_orig)),
            // What was inferred was not said in clear.
            Event::SshAuthAttempted { .. }
            | Event::SshAuthSuccessful { .. }
            | Event::SshAuthFailed
            | Event::SshAuthResult { .. } => return,
            _ => By::Role(Speaker::Server),
        };
        if self.messages.len() >= limits.messages || self.octets >= limits.message_octets {
            self.messages_beyond = self.messages_beyond.saturating_add(1);
            return;
        }
        let mut fields =
            Fields { fields: BTreeMap::new(), room: limits.message_octets.saturating_sub(self.octets) };
        let room = fields.room;
        fields.take("", event);
        self.octets = self.octets.saturating_add(room.saturating_sub(fields.room));
        self.messages.push(Said { at, by, name: event.name(), fields: fields.fields });
    }

    /// An identification line, and the two octets of its end.
    fn line(&mut self, at: Timestamp, side: Side, line: &[u8], limits: &Limits) {
        let octets = (line.len() as u64).saturating_add(2);
        self.chunk(Chunk { at, side, octets, line: true }, limits);
    }

    fn chunk(&mut self, chunk: Chunk, limits: &Limits) {
        if self.chunks.len() < limits.packets {
            self.chunks.push(chunk);
        } else {
            self.beyond.add(chunk.octets);
        }
    }

    /// All that was said, once the session is over. `start` is when it began.
    pub(crate) fn told(self, session: &Session, start: Timestamp, limits: &Limits) -> Told {
        let speaker = |side: Side| {
            if side.is_originator() == session.role_reversed { Speaker::Server } else { Speaker::Client }
        };
        let after = |at: Timestamp| at.as_nanos().saturating_sub(start.as_nanos()) / 1000;
        let messages = self.messages.into_iter().map(|said| Message {
            after: after(said.at),
            from: match said.by {
                By::Role(speaker) => speaker,
                By::Side(side) => speaker(side),
            },
            name: said.name,
            fields: said.fields,
        });
        let explained = session.explanation.as_deref().unwrap_or_default();
        // Up to here packets are known, and beyond it only what came in one go.
        let mut known_until: BTreeMap<Speaker, Timestamp> = BTreeMap::new();
        for packet in explained {
            let until = known_until.entry(speaker_of(packet)).or_default();
            *until = packet.at.max(*until);
        }
        let unknown = |chunk: &Chunk| {
            chunk.line || known_until.get(&speaker(chunk.side)).is_none_or(|until| chunk.at > *until)
        };
        let chunks = self.chunks.iter().copied().filter(unknown).map(|chunk| {
            let (taken_for, kind, evidence) = if chunk.line {
                ("identification", Kind::Clear, Some("clear"))
            } else {
                (CIPHERTEXT, Kind::Ciphertext, None)
            };
            let packet = Packet {
                after: after(chunk.at),
                from: speaker(chunk.side),
                octets: Some(chunk.octets),
                taken_for: taken_for.to_owned(),
                kind,
                evidence,
            };
            (chunk.at, packet)
        });
        let in_clear = session.in_clear.iter().flatten().map(|packet| {
            (
                packet.at,
                Packet {
                    after: after(packet.at),
                    from: speaker(packet.side),
                    octets: Some(packet.octets.into()),
                    taken_for: name(packet),
                    kind: Kind::Clear,
                    evidence: Some("clear"),
                },
            )
        });
        let explained = explained.iter().map(|packet| {
            let told = packet.meaning != Meaning::Unfollowed;
            let method = packet.method.map_or_else(String::new, |method| format!(" {}", method.name()));
            (
                packet.at,
                Packet {
                    after: after(packet.at),
                    from: speaker_of(packet),
                    octets: packet.octets.map(u64::from),
                    taken_for: if told {
                        format!("{}{method}", packet.message)
                    } else {
                        CIPHERTEXT.to_owned()
                    },
                    kind: packet.meaning.into(),
                    evidence: told.then(|| packet.evidence.name()),
                },
            )
        });
        let (lines, ciphertext): (Vec<_>, Vec<_>) =
            chunks.partition(|(_, packet)| packet.kind == Kind::Clear);
        let mut packets: Vec<_> =
            lines.into_iter().chain(in_clear).chain(explained).chain(ciphertext).collect();
        packets.sort_by_key(|(at, _)| *at);
        let mut beyond = self.beyond;
        for (_, packet) in packets.drain(limits.packets.min(packets.len())..) {
            beyond.add(packet.octets.unwrap_or(0));
        }
        Told {
            messages: messages.collect(),
            messages_beyond: self.messages_beyond,
            packets: packets.into_iter().map(|(_, packet)| packet).collect(),
            packets_beyond: beyond,
        }
    }
}

impl Beyond {
    fn add(&mut self, octets: u64) {
        self.packets = self.packets.saturating_add(1);
        self.octets = self.octets.saturating_add(octets);
    }
}

fn side(originator: bool) -> Side {
    if originator { Side::Originator } else { Side::Responder }
}

fn speaker_of(packet: &Explained) -> Speaker {
    match packet.from {
        kexray_analyzer::Role::Client => Speaker::Client,
        kexray_analyzer::Role::Server => Speaker::Server,
    }
}

/// What the message of a packet in clear is called.
fn name(packet: &InClear) -> String {
    match (packet.exchange, packet.message, packet.number) {
        (Some(exchange), Some(message), _) => format!("{} {message}", exchange.name()),
        (None, Some(message), _) => message.to_owned(),
        (_, None, Some(number)) => format!("message {number}"),
        (_, None, None) => "no message".to_owned(),
    }
}

/// The fields of a message, as long as there is room.
struct Fields {
    fields: BTreeMap<String, Field>,
    room: usize,
}

impl Fields {
    fn take(&mut self, prefix: &str, record: &dyn Parameters) {
        record.visit(&mut |name, value| {
            let name = format!("{prefix}{name}");
            let field = match value {
                Value::Bytes(octets) => Field::Text(hex(octets, OCTETS)),
                Value::Text(text) => Field::Text(shown(text, TEXT)),
                Value::Boolean(value) => Field::Text(if value { "yes" } else { "no" }.to_owned()),
                Value::Count(count) => Field::Text(count.to_string()),
                Value::Names(names) => Field::Names(self.names(names.iter())),
                Value::Record(record) => return self.take(&format!("{name}."), record),
                _ => return,
            };
            if let Field::Text(text) = &field {
                self.room = self.room.saturating_sub(text.len());
            }
            self.fields.insert(name, field);
        });
    }

    fn names<'n>(&mut self, names: impl Iterator<Item = &'n [u8]>) -> Vec<String> {
        let mut taken = Vec::new();
        for name in names {
            if self.room == 0 {
                taken.push("…".to_owned());
                break;
            }
            let name = shown(name, TEXT);
            self.room = self.room.saturating_sub(name.len().saturating_add(1));
            taken.push(name);
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_packets_the_first_are_kept() {
        let (mut conversation, limits) = (Conversation::default(), Limits::default());
        for number in 0..10_000 {
            let event = Event::SshEncryptedPacket { orig: number % 2 == 0, len: 100 };
            conversation.add(Timestamp::from_micros(number), &event, &limits);
        }
        assert_eq!(conversation.chunks.len(), limits.packets);
        assert_eq!(conversation.chunks.last().map(|chunk| chunk.at), Some(Timestamp::from_micros(399)));
        assert_eq!((conversation.beyond.packets, conversation.beyond.octets), (9_600, 960_000));
    }
}
