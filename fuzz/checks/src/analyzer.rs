//! One connection, told anything in any pieces.
//!
//! The input is a conversation in a compact encoding: see [`Step`]. Whole messages take a few bytes in it, so that a
//! fuzzer gets behind the key exchange. What holds:
//!
//! - Nothing panics, and what is kept stays within the limits of the spec.
//! - Nothing is told before an identification line, no anomaly twice, and nothing with a time that is yet to come.
//! - The parts of a session agree with each other.
//! - The story is the same if deliveries are cut into smaller ones. (After a gap the place in the stream is looked for at
//!   the start of a delivery, so from there on that direction is not cut. What is inferred from the lengths of
//!   deliveries is left out.)
//! - A sink that wants no events gets the same session and the same anomalies.

use kexray_analyzer::{Anomaly, Connection, Event, Excess, Session, Side, Sink, Timestamp, Verdict};
use kexray_grammar::transport::{KexInit, Message, NewKeys};
use kexray_grammar::{BinaryPacket, NameList, Ssh1Packet, limits};

use crate::draw::Draw;
use crate::grammar::walk;

/// Steps of a conversation that are taken.
const STEPS: usize = 96;
/// Bytes that one side sends, at most.
const SENT: usize = 1 << 20;

/// What one direction may keep: a packet and the KEXINIT, what waits, an identification line, and the text before it, of
/// which the last line may pass the bound.
const PER_DIRECTION: usize = 2 * (limits::PACKET_LENGTH + 4)
    + limits::WAITING_OCTETS
    + 3 * limits::IDENTIFICATION_LINE
    + limits::PRE_BANNER_OCTETS;

const LINES: &[&[u8]] = &[
    b"SSH-2.0-OpenSSH_9.9\r\n",
    b"SSH-2.0-x comment\n",
    b"SSH-1.99-both\r\n",
    b"SSH-1.5-old\n",
    b"SSH-3.7-unheard\n",
    b"SSH-\n",
    b"SSH-2.0-no-end",
    b"some text\r\n",
    b"\n",
    b"\0\n",
    b"SSH",
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
];

const METHODS: &[&[u8]] = &[
    b"curve25519-sha256",
    b"diffie-hellman-group14-sha256",
    b"diffie-hellman-group-exchange-sha256",
    b"rsa2048-sha256",
    b"ecmqv-sha2",
    b"gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==",
    b"gss-gex-sha1-toWM5Slw5Ew8Mqkay+al2g==",
    b"sntrup761x25519-sha512@openssh.com",
    b"unheard-of",
    b"ext-info-c",
    b"ext-info-s",
    b"kex-strict-c-v00@openssh.com",
    b"kex-strict-s-v00@openssh.com",
    b"",
];
const HOST_KEYS: &[&[u8]] = &[b"ssh-ed25519", b"ssh-rsa", b"ssh-ed25519-cert-v01@openssh.com", b"null", b""];
const CIPHERS: &[&[u8]] = &[b"aes128-ctr", b"aes256-gcm@openssh.com", b"chacha20-poly1305@openssh.com", b""];
const MACS: &[&[u8]] = &[b"hmac-sha2-256", b"hmac-sha2-256-etm@openssh.com", b""];
const COMPRESSIONS: &[&[u8]] = &[b"none", b"zlib@openssh.com", b"zlib", b""];

/// One step. Its first byte is `joined << 5 | kind << 1 | responder`; what follows is its own. What is joined comes in the same
/// delivery as the step before it, if that is a delivery of the same side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A delivery of that side.
    Say(Side, Vec<u8>),
    /// So many bytes of that side are missing.
    Lose(Side, u64),
    /// Time passes, in microseconds.
    Wait(u64),
}

/// Takes an input apart: how deliveries are cut up, and the steps.
#[must_use]
pub fn conversation(input: &[u8]) -> (Vec<usize>, Vec<Step>) {
    let mut draw = Draw::new(input);
    let cuts = usize::from(draw.octet() % 8);
    let cuts = (0..cuts).map(|_| usize::from(draw.octet()).max(1)).collect();
    let mut steps: Vec<Step> = Vec::new();
    let mut sent = [0; 2];
    while !draw.is_empty() && steps.len() < STEPS {
        let (joined, step) = step(&mut draw);
        if let Step::Say(side, octets) = &step {
            let sent = &mut sent[usize::from(side.is_originator())];
            *sent += octets.len();
            if *sent > SENT {
                break;
            }
            if let (true, Some(Step::Say(before, delivery))) = (joined, steps.last_mut())
                && before == side
            {
                delivery.extend(octets);
                continue;
            }
        }
        steps.push(step);
    }
    (cuts, steps)
}

/// The input that holds these deliveries as they are.
#[must_use]
pub fn encode(cuts: &[u8], steps: &[Step]) -> Vec<u8> {
    let mut input = vec![u8::try_from(cuts.len() % 8).unwrap_or_default()];
    input.extend(cuts.iter().take(7));
    let kind = |kind: u8, side: &Side| kind << 1 | u8::from(!side.is_originator());
    for step in steps {
        match step {
            Step::Say(side, octets) => {
                for octets in octets.chunks(usize::from(u16::MAX)) {
                    input.push(kind(1, side));
                    input.extend(u16::try_from(octets.len()).unwrap_or_default().to_be_bytes());
                    input.extend(octets);
                }
            }
            Step::Lose(side, length) => {
                input.push(kind(10, side));
                input.extend(u16::try_from(*length).unwrap_or(u16::MAX).to_be_bytes());
            }
            Step::Wait(micros) => {
                input.push(12 << 1);
                input.push(u8::try_from(*micros).unwrap_or(u8::MAX));
            }
        }
    }
    input
}

/// A step, and whether it is joined to the one before.
fn step(draw: &mut Draw<'_>) -> (bool, Step) {
    let selector = draw.octet();
    let joined = selector & 0x20 != 0;
    let side = if selector & 1 == 0 { Side::Originator } else { Side::Responder };
    let octets = match selector >> 1 & 15 {
        0 => {
            let length = draw.octet();
            draw.octets(length.into()).to_vec()
        }
        1 => {
            let length = draw.pair();
            draw.octets(length.into()).to_vec()
        }
        // What is long.
        2 => {
            let (octet, length) = (draw.octet(), draw.octet());
            vec![octet; usize::from(length) << 8]
        }
        3 => draw.one_of(LINES).to_vec(),
        4 => {
            let length = draw.octet();
            packet(draw.octets(length.into()))
        }
        5 => {
            let length = draw.octet();
            ssh1_packet(draw.octets(length.into()))
        }
        6 => kexinit(draw),
        7 => packet(&Message::NewKeys(NewKeys {}).to_octets().unwrap_or_default()),
        8 => packet(&strings(draw)),
        // Ciphertext.
        9 => vec![0xa5; usize::from(draw.pair() % 4096)],
        10 => return (false, Step::Lose(side, draw.pair().into())),
        11 => return (false, Step::Lose(side, u64::from(draw.word()) << 16)),
        12 => return (false, Step::Wait(draw.octet().into())),
        // Two messages and more in one delivery.
        13 => [kexinit(draw), packet(&strings(draw))].concat(),
        14 => [draw.one_of(LINES).to_vec(), kexinit(draw)].concat(),
        _ => [packet(&strings(draw)), packet(&[21])].concat(),
    };
    (joined, Step::Say(side, octets))
}

/// A message number, and strings of any length.
fn strings(draw: &mut Draw<'_>) -> Vec<u8> {
    let mut payload = vec![draw.octet()];
    for _ in 0..draw.octet() % 5 {
        let length = draw.octet();
        let octets = draw.octets(length.into());
        payload.extend(u32::try_from(octets.len()).unwrap_or_default().to_be_bytes());
        payload.extend(octets);
    }
    payload
}

fn kexinit(draw: &mut Draw<'_>) -> Vec<u8> {
    let names = |draw: &mut Draw<'_>, of: &[&[u8]]| {
        let times = draw.octet();
        // The upper half makes long lists.
        let repeat = if times & 0x80 == 0 { 1 } else { usize::from(times & 0x7f) };
        let some: Vec<&[u8]> = (0..times % 4).map(|_| draw.one_of(of)).collect();
        let list = some.join(&b","[..]);
        vec![list; repeat].join(&b","[..])
    };
    let methods = names(draw, METHODS);
    let host_keys = names(draw, HOST_KEYS);
    let [ciphers_up, ciphers_down] = [names(draw, CIPHERS), names(draw, CIPHERS)];
    let [macs_up, macs_down] = [names(draw, MACS), names(draw, MACS)];
    let compressions = names(draw, COMPRESSIONS);
    let flags = draw.octet();
    let languages = match flags & 0x42 {
        0 => Vec::new(),
        2 => b"de,en".to_vec(),
        _ => b"de,".repeat(limits::KEXINIT_LANGUAGES),
    };
    let message = KexInit {
        cookie: [7; 16],
        kex_algorithms: NameList(&methods),
        server_host_key_algorithms: NameList(&host_keys),
        encryption_algorithms_client_to_server: NameList(&ciphers_up),
        encryption_algorithms_server_to_client: NameList(&ciphers_down),
        mac_algorithms_client_to_server: NameList(&macs_up),
        mac_algorithms_server_to_client: NameList(&macs_down),
        compression_algorithms_client_to_server: NameList(&compressions),
        compression_algorithms_server_to_client: NameList(&compressions),
        languages_client_to_server: NameList(&languages),
        languages_server_to_client: NameList(b""),
        first_kex_packet_follows: flags & 1 == 1,
        reserved: u32::from(flags >> 2),
    };
    let mut payload = Message::KexInit(message).to_octets().unwrap_or_default();
    if flags & 0x80 != 0 {
        payload.push(flags);
    }
    packet(&payload)
}

fn packet(payload: &[u8]) -> Vec<u8> {
    let padding = vec![0; 4 + (8 - (payload.len() + 9) % 8) % 8];
    let packet = BinaryPacket {
        packet_length: u32::try_from(1 + payload.len() + padding.len()).unwrap_or_default(),
        padding_length: u8::try_from(padding.len()).unwrap_or_default(),
        payload,
        padding: &padding,
    };
    packet.to_octets().unwrap_or_default()
}

fn ssh1_packet(payload: &[u8]) -> Vec<u8> {
    let length = payload.len() + 4;
    let padding = vec![0; 8 - length % 8];
    let length = u32::try_from(length).unwrap_or_default();
    Ssh1Packet { length, padding: &padding, payload, crc: 0 }.to_octets().unwrap_or_default()
}

/// What a connection told.
#[derive(Debug, Default, PartialEq)]
struct Story {
    /// The time of what is dealt with now.
    now: Timestamp,
    /// Time and text of what was told.
    told: Vec<(Timestamp, String)>,
    /// The anomalies, in order.
    anomalies: Vec<(Timestamp, Anomaly)>,
    /// Octets of ciphertext of each direction.
    encrypted: [u64; 2],
    mute: bool,
}

impl Sink for Story {
    fn event(&mut self, at: Timestamp, event: &Event<'_>) {
        assert!(at <= self.now, "{} comes from the future", event.name());
        walk(event);
        if self.mute {
            return;
        }
        match event {
            Event::SshEncryptedPacket { orig, len } => self.encrypted[usize::from(*orig)] += len,
            // Inferred from the lengths of deliveries.
            _ if event.name().starts_with("ssh_auth_") => {}
            _ => self.told.push((at, format!("{event:?}"))),
        }
    }

    fn wants_events(&self) -> bool {
        !self.mute
    }

    fn anomaly(&mut self, at: Timestamp, anomaly: Anomaly, excess: Option<Excess>) {
        assert!(at <= self.now, "{} comes from the future", anomaly.name());
        if let Some(excess) = excess {
            assert!(excess.actual > excess.limit, "{} is none", anomaly.name());
        }
        assert!(self.anomalies.iter().all(|(_, told)| *told != anomaly), "{} is told twice", anomaly.name());
        self.anomalies.push((at, anomaly));
        if !self.mute {
            self.told.push((at, anomaly.name().to_owned()));
        }
    }
}

fn tell(steps: &[Step], mute: bool) -> (Story, Connection) {
    let mut connection = Connection::new();
    let mut story = Story { mute, now: Timestamp::from_micros(1_700_000_000_000_000), ..Story::default() };
    for step in steps {
        match step {
            Step::Say(side, octets) => connection.deliver(*side, story.now, octets, &mut story),
            Step::Lose(side, length) => connection.gap(*side, story.now, *length, &mut story),
            Step::Wait(micros) => {
                story.now = Timestamp::from_nanos(story.now.as_nanos() + micros * 1000);
            }
        }
        check_connection(&connection, &story);
    }
    connection.finish(story.now, &mut story);
    check_connection(&connection, &story);
    assert!(!connection.holds_verdict(), "all verdicts are told at the end");
    let told = (story.told.len(), story.anomalies.len(), story.encrypted);
    connection.finish(story.now, &mut story);
    assert_eq!(told, (story.told.len(), story.anomalies.len(), story.encrypted), "it ended before");
    (story, connection)
}

fn check_connection(connection: &Connection, story: &Story) {
    let kept = connection.kept();
    assert!(kept <= 2 * PER_DIRECTION, "{kept} octets are kept");
    assert!(connection.holds_events_since().is_none_or(|since| since <= story.now));
    let Session { started, version, client, server, algorithms, host_key_fingerprint, .. } =
        connection.session();
    let identified = client.is_some() || server.is_some();
    if !identified {
        let quiet = story.told.is_empty() && story.anomalies.is_empty() && story.encrypted == [0; 2];
        assert!(quiet, "{:?} is told of what may not be SSH", story.told);
    }
    assert_eq!(started.is_some(), identified, "a session begins with an identification line");
    assert_eq!(connection.verdict() == Verdict::Ssh, identified, "an identification line makes it SSH");
    assert!(version.is_none() || client.is_some() && server.is_some(), "a version is what two agree on");
    assert!(algorithms.is_none() || identified, "nothing is negotiated before");
    assert!(host_key_fingerprint.is_none() || identified, "no key is shown before");
    let session = connection.session();
    // A "none" that failed is no attempt.
    assert!(session.auth_attempts > 0 || session.auth_success != Some(true), "success needs an attempt");
}

/// Cuts the deliveries of each side up to its first gap.
fn cut_up(steps: &[Step], lengths: &[usize]) -> Vec<Step> {
    let mut lengths = lengths.iter().cycle();
    let mut holed = [false; 2];
    let mut cut = Vec::new();
    for step in steps {
        match step {
            Step::Say(side, octets) if !holed[usize::from(side.is_originator())] => {
                let mut rest = &octets[..];
                while !rest.is_empty() {
                    // A long delivery in pieces of a few octets takes too long.
                    let length = lengths.next().map_or(1, |length| *length).max(octets.len() >> 10);
                    let (piece, behind) = rest.split_at(length.clamp(1, rest.len()));
                    cut.push(Step::Say(*side, piece.to_vec()));
                    rest = behind;
                }
            }
            Step::Lose(side, length) => {
                holed[usize::from(side.is_originator())] |= *length > 0;
                cut.push(step.clone());
            }
            _ => cut.push(step.clone()),
        }
    }
    cut
}

/// A session without what is inferred from the lengths of deliveries.
fn handshake(connection: &Connection) -> Session {
    let (mut session, inferred) = (connection.session().clone(), Session::default());
    session.auth_success = inferred.auth_success;
    session.auth_attempts = inferred.auth_attempts;
    session.auth_evidence = inferred.auth_evidence;
    session.auth_method = inferred.auth_method;
    session.auth_steps = inferred.auth_steps;
    session.auth_user = inferred.auth_user;
    session.auth_banner = inferred.auth_banner;
    session.session_kind = inferred.session_kind;
    session.agent_forwarding = inferred.agent_forwarding;
    session.rekeys = inferred.rekeys;
    session.octets = inferred.octets;
    session.scan = inferred.scan;
    session
}

/// Tells a connection a conversation.
pub fn check(input: &[u8]) {
    let (cuts, steps) = conversation(input);
    let (story, connection) = tell(&steps, false);
    if cuts.is_empty() {
        let (muted, silent) = tell(&steps, true);
        assert_eq!(silent.session(), connection.session(), "the session depends on who listens");
        assert_eq!(muted.anomalies, story.anomalies, "anomalies depend on who listens");
        return;
    }
    let (other, cut) = tell(&cut_up(&steps, &cuts), false);
    assert_eq!(other, story, "the story depends on how it is cut up");
    assert_eq!(handshake(&cut), handshake(&connection), "the session depends on how it is cut up");
    assert_eq!(cut.verdict(), connection.verdict());
    assert_eq!(cut.role(Side::Originator), connection.role(Side::Originator));
    assert_eq!(cut.holds_events_since(), connection.holds_events_since());
}
