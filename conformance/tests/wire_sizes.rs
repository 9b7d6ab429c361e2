//! The arithmetic of sizes against what real peers sent encrypted: packets end where it says, and messages whose payload is
//! known are as long on the wire as it says.

use std::collections::{BTreeMap, HashMap};

use kexray_analyzer::grammar::{Cipher, Padding, Sealing, transport, words};
use kexray_analyzer::{Anomaly, Connection, Event, Excess, Side, Sink, Timestamp};
use kexray_conformance::streams::{self, Call, Piece};
use kexray_conformance::{Material, say};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The ciphertext of one connection.
struct Sealed {
    /// The cipher of each end, client first, and how it seals.
    sealings: [(Cipher, Sealing); 2],
    /// What each end sent, client first.
    ciphertext: [Vec<u8>; 2],
    /// Who sent how many octets in one go: whether it was the server.
    deliveries: Vec<(bool, usize)>,
    /// The identification lines, client first.
    lines: [Vec<u8>; 2],
}

/// Writes down where ciphertext is delivered.
#[derive(Default)]
struct Deliveries(Vec<(Side, usize)>);

impl Sink for Deliveries {
    fn event(&mut self, _: Timestamp, event: &Event<'_>) {
        if let Event::SshEncryptedPacket { orig, len } = *event {
            let side = if orig { Side::Originator } else { Side::Responder };
            self.0.push((side, usize::try_from(len).expect("it is in memory")));
        }
    }

    fn anomaly(&mut self, _: Timestamp, _: Anomaly, _: Option<Excess>) {}
}

/// The ciphertext of a flow, if nothing of it is missing and its algorithms are known.
fn sealed(calls: &[Call]) -> Option<Sealed> {
    let (mut connection, mut deliveries) = (Connection::new(), Deliveries::default());
    let mut octets = HashMap::<Side, Vec<u8>>::new();
    for Call { side, at, piece } in calls {
        let Piece::Octets(piece) = piece else { return None };
        connection.deliver(*side, *at, piece, &mut deliveries);
        octets.entry(*side).or_default().extend(piece);
    }
    let session = connection.session();
    let algorithms = session.algorithms.as_ref()?;
    let (ciphers, sealings) = (&algorithms.encryption, algorithms.sealing());
    let client = if session.role_reversed { Side::Responder } else { Side::Originator };
    let of = |side: Side| {
        let length =
            deliveries.0.iter().filter(|(by, _)| *by == side).map(|(_, length)| length).sum::<usize>();
        let octets = octets.get(&side)?;
        octets.get(octets.len().checked_sub(length)?..).map(<[u8]>::to_vec)
    };
    Some(Sealed {
        sealings: [
            (ciphers.client_to_server.as_ref()?.known()?, sealings.client_to_server?),
            (ciphers.server_to_client.as_ref()?.known()?, sealings.server_to_client?),
        ],
        ciphertext: [of(client)?, of(client.peer())?],
        deliveries: deliveries.0.iter().map(|(side, length)| (*side != client, *length)).collect(),
        lines: [session.client.as_deref()?.to_vec(), session.server.as_deref()?.to_vec()],
    })
}

/// What was found of a folder of captures.
#[derive(Debug, Default)]
struct Seen {
    /// Packets whose lengths are in clear, by cipher.
    packets: BTreeMap<&'static str, usize>,
    /// Octets behind the last whole packet, of an end that was cut off.
    cut: usize,
    /// Ends of which the first words are as long as expected, by cipher.
    first: BTreeMap<&'static str, usize>,
}

fn look(material: &Material) -> Result<Seen, Box<dyn std::error::Error>> {
    let mut seen = Seen::default();
    for capture in material.captures()? {
        let Ok(flows) = streams::of(&capture) else { continue };
        for flow in flows.iter().filter_map(|calls| sealed(calls)) {
            let whence = capture.display().to_string();
            for ((cipher, sealing), ciphertext) in flow.sealings.iter().zip(&flow.ciphertext) {
                seen.walk(*cipher, *sealing, ciphertext, &whence);
            }
            // Whose turn it is, is not told where segments overtake each other on purpose.
            if !whence.contains("reorder") {
                seen.first_words(&flow, &whence);
            }
        }
    }
    say(&format!("{}: {seen:?}", material.folder().display()));
    Ok(seen)
}

impl Seen {
    /// Goes from packet to packet, where their lengths are in clear: each is as long as some payload makes it, and the last
    /// ends where the stream does.
    fn walk(&mut self, cipher: Cipher, sealing: Sealing, ciphertext: &[u8], whence: &str) {
        if sealing.clear() == 0 {
            return;
        }
        let mut rest = ciphertext;
        while let Some((length, _)) = rest.split_first_chunk() {
            let length = usize::try_from(u32::from_be_bytes(*length)).expect("it fits");
            let wire = sealing.clear() + length + sealing.tag();
            let sizes = sealing.payload_sizes(wire, Padding::Any);
            assert!(sizes.is_some(), "{whence}: {} makes no packet of {wire} octets", cipher.name());
            let Some((_, behind)) = rest.split_at_checked(wire) else { break };
            *self.packets.entry(cipher.name()).or_default() += 1;
            rest = behind;
        }
        self.cut += usize::from(!rest.is_empty());
    }

    /// What OpenSSH says first under new keys: SERVICE_REQUEST and SERVICE_ACCEPT, of a service whose name is known. EXT_INFO
    /// may stand in front, and is whole blocks at least.
    fn first_words(&mut self, flow: &Sealed, whence: &str) {
        let [user_auth, _] = words::SERVICES else { return };
        let payloads = [
            transport::ServiceRequest::payload_size(user_auth.len()),
            transport::ServiceAccept::payload_size(user_auth.len()),
        ];
        for (end, first) in flow.first_turns().into_iter().enumerate() {
            let (cipher, sealing) = flow.sealings[end];
            let openssh = flow.lines[end].starts_with(b"SSH-2.0-OpenSSH_");
            let Some(first) = first.filter(|_| openssh) else { continue };
            let wire = sealing.wire_size(payloads[end]);
            let in_front = first.checked_sub(wire);
            let right = in_front
                .is_some_and(|octets| octets == 0 || sealing.payload_sizes(octets, Padding::Least).is_some());
            assert!(right, "{whence}: {} gives {first} octets, with {wire} of the service", cipher.name());
            *self.first.entry(cipher.name()).or_default() += usize::from(in_front == Some(0));
        }
    }
}

impl Sealed {
    /// Octets that each end sent before the other answered what the client asked: of the client until the server's answer, of
    /// the server until the client goes on.
    fn first_turns(&self) -> [Option<usize>; 2] {
        let mut turns = self.deliveries.chunk_by(|one, other| one.0 == other.0);
        let mut turns = turns.by_ref().skip_while(|turn| turn.first().is_some_and(|(server, _)| *server));
        let mut next = || Some(turns.next()?.iter().map(|(_, length)| length).sum());
        let (client, server) = (next(), next());
        [client, server]
    }
}

#[test]
fn packets_of_the_shipped_traces_end_where_sizes_say() -> Outcome {
    let seen = look(&Material::shipped())?;
    assert_eq!((seen.packets.len(), seen.cut), (4, 0), "{seen:?}");
    assert!(seen.packets.values().sum::<usize>() > 400, "{seen:?}");
    assert!(seen.first.len() >= 6 && seen.first.values().sum::<usize>() > 80, "{seen:?}");
    Ok(())
}

#[test]
fn packets_of_the_lab_end_where_sizes_say() -> Outcome {
    let Some(material) = Material::lab()? else { return Ok(()) };
    let seen = look(&material)?;
    assert_eq!((seen.packets.len(), seen.cut), (9, 0), "{seen:?}");
    assert!(seen.packets.values().sum::<usize>() > 2500, "{seen:?}");
    assert!(seen.first.len() >= 10 && seen.first.values().sum::<usize>() > 1200, "{seen:?}");
    Ok(())
}
