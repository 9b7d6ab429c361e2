//! What packets are taken for once the user is in, against what the peers' logs say they were.

use std::collections::{BTreeMap, BTreeSet};

use kexray_analyzer::grammar::Role;
use kexray_analyzer::{Config, Event, Explained, Meaning, Session, Timestamp};
use kexray_capture::{CaptureFile, Engine, Flow, Observer, Oddity, SshFlows};
use kexray_conformance::Material;
use kexray_conformance::score::labels::{CipherMode, Weight};
use kexray_conformance::score::{Label, Labels};

/// What the packets of each connection were taken for, by the port of the end that opened it.
#[derive(Default)]
struct Explanations(BTreeMap<u16, Vec<Explained>>);

impl Observer for Explanations {
    const EVENTS: bool = false;

    fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {}

    fn oddity(&mut self, _: &Flow, _: Timestamp, _: Oddity) {}

    fn session(&mut self, flow: &Flow, session: &mut Session) {
        self.0.insert(flow.originator.port, session.explanation.take().unwrap_or_default());
    }
}

fn explanations(path: &std::path::Path) -> Result<Explanations, Box<dyn std::error::Error>> {
    let mut config = Config::default();
    config.explain = true;
    let mut file = CaptureFile::open(path)?;
    let mut engine = Engine::new(SshFlows::with_config(Explanations::default(), config));
    while let Some(packet) = file.next_packet()? {
        engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
    }
    engine.finish();
    Ok(engine.into_application().into_observer())
}

/// CHANNEL_WINDOW_ADJUST, CHANNEL_DATA, CHANNEL_EXTENDED_DATA.
const UNLOGGED: [u8; 3] = [93, 94, 95];

/// The numbers that each message of a flight may have.
fn numbers(message: &str) -> Vec<&'static [u8]> {
    const ENDS: &[u8] = &[96, 97, 98];
    match message {
        "CHANNEL_REQUEST (exit-status), CHANNEL_EOF, CHANNEL_CLOSE" => vec![ENDS; 3],
        "CHANNEL_SUCCESS or CHANNEL_WINDOW_ADJUST" => vec![&[99, 93]],
        "CHANNEL_EOF or CHANNEL_CLOSE" => vec![&[96, 97]],
        "key exchange, NEWKEYS" => vec![&[21, 30, 31, 32, 33, 34]],
        several => several.split(", ").map(number).collect(),
    }
}

fn number(message: &str) -> &'static [u8] {
    match message.split(' ').next().unwrap_or_default() {
        "DISCONNECT" => &[1],
        "KEXINIT" => &[20],
        "GLOBAL_REQUEST" => &[80],
        "CHANNEL_OPEN" => &[90],
        "CHANNEL_OPEN_CONFIRMATION" => &[91],
        "CHANNEL_WINDOW_ADJUST" => &[93],
        // Of what a program puts out, some is for its users' eyes.
        "CHANNEL_DATA" => &[94, 95],
        "CHANNEL_REQUEST" => &[98],
        "CHANNEL_SUCCESS" => &[99],
        _ => &[],
    }
}

/// What an end said since the user is in.
fn said(label: &Label, role: Role) -> Option<Vec<u8>> {
    let messages = label.said()?;
    let success = messages.iter().position(|it| it == "s52")?;
    let sender = if role == Role::Client { 'c' } else { 's' };
    messages[success + 1..]
        .iter()
        .filter_map(|it| it.strip_prefix(sender))
        .map(|it| it.parse().ok())
        .collect()
}

/// How many of the messages there may be in these flights. `clear` says that each is one packet, `goes_first` that the log may
/// end before.
fn reached(told: &[&Explained], said: &[u8], clear: bool, goes_first: bool) -> BTreeSet<usize> {
    let mut places = BTreeSet::from([0]);
    for flight in told {
        let several = flight.message == "CHANNEL_DATA, and what came with it";
        if flight.meaning == Meaning::Unfollowed || several {
            let furthest = |place: usize| if clear { said.len().min(place + 1) } else { said.len() };
            places = places.into_iter().flat_map(|place| place..=furthest(place)).collect();
            continue;
        }
        for numbers in numbers(flight.message) {
            // Of these the logs of OpenSSH say nothing.
            let silent = numbers.iter().any(|number| UNLOGGED.contains(number));
            let step = |place: usize| {
                let next = said.get(place).is_some_and(|said| numbers.contains(said)).then_some(place + 1);
                let over = (goes_first && place == said.len()).then_some(place);
                silent.then_some(place).or(over).into_iter().chain(next)
            };
            places = places.into_iter().flat_map(step).collect();
        }
    }
    places
}

#[test]
fn nothing_that_packets_are_taken_for_is_wrong() -> Result<(), Box<dyn std::error::Error>> {
    let Some(material) = Material::lab()? else { return Ok(()) };
    let (mut wrong, mut known, mut all) = (Vec::new(), 0, 0);
    for (capture, labels) in Labels::of(material.folder())?.by_capture() {
        let labels: Vec<_> =
            labels.iter().filter(|it| it.weight() == Weight::Full && it.auth_success == Some(true)).collect();
        if labels.is_empty() {
            continue;
        }
        let Ok(explanations) = explanations(&material.folder().join(capture)) else { continue };
        for label in labels {
            let Some(packets) = explanations.0.get(&label.client_port) else { continue };
            let Some(success) = packets.iter().position(|it| it.meaning == Meaning::Success) else {
                continue;
            };
            for role in [Role::Client, Role::Server] {
                let Some(said) = said(label, role) else { continue };
                let told: Vec<_> = packets[success + 1..].iter().filter(|it| it.from == role).collect();
                let goes_first = role == Role::Server && label.client() != "openssh";
                let clear = matches!(label.mode(), CipherMode::Gcm | CipherMode::CtrEncryptThenMac);
                all += told.len();
                known += told.iter().filter(|it| it.meaning != Meaning::Unfollowed).count();
                if !reached(&told, &said, clear, goes_first).contains(&said.len()) {
                    let told: Vec<_> = told.iter().map(|it| (it.octets, it.message)).collect();
                    wrong
                        .push(format!("{capture}, port {}, {role:?}: {said:?}, {told:?}", label.client_port));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    // Most of the others are forwarded, or moved by SFTP.
    assert!(known * 100 >= all * 40, "{known} of {all}");
    Ok(())
}

/// The client's log has a second proposal.
#[test]
fn a_second_key_exchange_is_shown() -> Result<(), Box<dyn std::error::Error>> {
    let explanations = explanations(&Material::shipped().trace("rekeying"))?;
    let packets = explanations.0.values().next().ok_or("there is no session")?;
    let said: Vec<_> = packets.iter().filter(|it| it.from == Role::Client).map(|it| it.message).collect();
    assert!(said.windows(2).any(|it| it == ["KEXINIT", "key exchange, NEWKEYS"]), "{said:?}");
    // The server was in the middle of its output, and its own proposal went along with some of that.
    let carries = |it: &&Explained| it.from == Role::Server && it.meaning == Meaning::Data;
    assert_eq!(packets.iter().find(carries), None);
    Ok(())
}
