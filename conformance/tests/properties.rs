//! What holds for the analyzer whatever it is given: how a stream is cut up does not matter, and nothing makes it panic.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;

use kexray_analyzer::{Anomaly, Connection, Event, Excess, Session, Side, Sink, Timestamp, Verdict};
use kexray_conformance::Material;
use kexray_conformance::streams::{self, Call, Piece};

/// What a connection told.
#[derive(Debug, Default, PartialEq)]
struct Story {
    /// Time and text of each event of the handshake.
    handshake: Vec<(Timestamp, String)>,
    anomalies: Vec<&'static str>,
    /// Octets of ciphertext of each direction.
    encrypted: [u64; 2],
}

impl Sink for Story {
    fn event(&mut self, at: Timestamp, event: &Event<'_>) {
        match event {
            Event::SshEncryptedPacket { orig, len } => self.encrypted[usize::from(*orig)] += len,
            // Inferred from the lengths of deliveries.
            _ if event.name().starts_with("ssh_auth_") => {}
            _ => self.handshake.push((at, format!("{event:?}"))),
        }
    }

    fn anomaly(&mut self, _: Timestamp, anomaly: Anomaly, _: Option<Excess>) {
        self.anomalies.push(anomaly.name());
    }
}

/// Tells a connection's story.
fn story(calls: &[Call]) -> (Story, Connection) {
    let mut connection = Connection::new();
    let mut story = Story::default();
    let mut last = Timestamp::default();
    for Call { side, at, piece } in calls {
        last = *at;
        match piece {
            Piece::Octets(octets) => connection.deliver(*side, *at, octets, &mut story),
            Piece::Gap(length) => connection.gap(*side, *at, *length, &mut story),
        }
        check_session(connection.session(), connection.verdict());
    }
    connection.finish(last, &mut story);
    check_session(connection.session(), connection.verdict());
    (story, connection)
}

/// What holds between the parts of a session.
fn check_session(session: &Session, verdict: Verdict) {
    let Session { started, version, client, server, algorithms, host_key_fingerprint, .. } = session;
    let identified = client.is_some() || server.is_some();
    assert_eq!(started.is_some(), identified, "a session begins with an identification line");
    assert_eq!(verdict == Verdict::Ssh, identified, "an identification line, and nothing else, makes it SSH");
    assert!(version.is_none() || client.is_some() && server.is_some(), "a version is what two agree on");
    assert!(algorithms.is_none() || identified, "nothing is negotiated before");
    assert!(host_key_fingerprint.is_none() || identified, "no key is shown before");
    // A "none" that failed is no attempt.
    assert!(session.auth_attempts > 0 || session.auth_success != Some(true), "success needs an attempt");
}

/// The flows of the shipped traces.
static FLOWS: LazyLock<Vec<(String, Vec<Call>)>> = LazyLock::new(|| {
    let mut flows = Vec::new();
    for capture in Material::shipped().captures().expect("there are traces") {
        let name = capture.display().to_string();
        let of_trace = streams::of(&capture).expect("a shipped trace can be read");
        flows.extend(of_trace.into_iter().map(|calls| (name.clone(), calls)));
    }
    assert!(!flows.is_empty());
    flows
});

/// Cuts deliveries up: each into pieces of the lengths that `lengths` gives in turn.
fn cut_up(calls: &[Call], lengths: &mut dyn FnMut() -> usize) -> Vec<Call> {
    let mut cut = Vec::new();
    for call in calls {
        let Piece::Octets(octets) = &call.piece else {
            cut.push(call.clone());
            continue;
        };
        let mut rest = &octets[..];
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(lengths().clamp(1, rest.len()));
            cut.push(Call { piece: Piece::Octets(piece.to_vec()), ..*call });
            rest = behind;
        }
    }
    cut
}

/// Joins deliveries that follow each other in one direction. The time is then the last one's, so times are lost.
fn join(calls: &[Call]) -> Vec<Call> {
    let mut joined: Vec<Call> = Vec::new();
    for call in calls {
        match (joined.last_mut(), &call.piece) {
            (Some(Call { side, at, piece: Piece::Octets(octets) }), Piece::Octets(more))
                if *side == call.side =>
            {
                octets.extend_from_slice(more);
                *at = call.at;
            }
            _ => joined.push(call.clone()),
        }
    }
    joined
}

fn timeless(story: Story) -> Story {
    let handshake = story.handshake.into_iter().map(|(_, event)| (Timestamp::default(), event)).collect();
    Story { handshake, ..story }
}

#[test]
fn one_octet_at_a_time_tells_the_same() {
    for (trace, calls) in FLOWS.iter() {
        let cut = cut_up(calls, &mut || 1);
        assert_eq!(story(&cut).0, story(calls).0, "{trace}");
    }
}

#[test]
fn larger_deliveries_tell_the_same() {
    for (trace, calls) in FLOWS.iter() {
        assert_eq!(timeless(story(&join(calls)).0), timeless(story(calls).0), "{trace}");
    }
}

fn call(side: Side, piece: Piece) -> Call {
    Call { side, at: Timestamp::from_micros(1_700_000_000_000_000), piece }
}

fn octets_from(side: Side, octets: &[u8]) -> Call {
    call(side, Piece::Octets(octets.to_vec()))
}

/// The first delivery of the originator that is a KEXINIT.
fn a_kexinit() -> Vec<u8> {
    let deliveries = FLOWS.iter().flat_map(|(_, calls)| calls).filter_map(|call| match &call.piece {
        Piece::Octets(octets) => Some(octets),
        Piece::Gap(_) => None,
    });
    let mut kexinits = deliveries.filter(|octets| octets.starts_with(&[0, 0]) && octets.get(5) == Some(&20));
    kexinits.next().cloned().expect("the traces hold a KEXINIT")
}

#[test]
fn nothing_is_told_of_what_may_not_be_ssh() {
    let kexinit = a_kexinit();
    let calls = [
        call(Side::Originator, Piece::Gap(41)),
        call(Side::Responder, Piece::Gap(41)),
        octets_from(Side::Originator, &kexinit),
        octets_from(Side::Responder, &kexinit),
    ];
    let (story, connection) = story(&calls);
    if connection.session().started.is_none() {
        assert_eq!(story.handshake, [], "there is no session to tell of");
    }
}

#[test]
fn a_zero_octet_in_a_long_text_is_found_wherever_it_is_delivered() {
    let calls = [
        octets_from(Side::Originator, &[b'x'; 5000]),
        octets_from(Side::Originator, b"\0\n"),
        octets_from(Side::Responder, b"SSH-2.0-x\r\n"),
    ];
    assert_eq!(story(&cut_up(&calls, &mut || 1)).0, story(&calls).0);
}

#[test]
fn a_packet_length_is_judged_as_soon_as_it_is_there() {
    let calls =
        [octets_from(Side::Responder, b"SSH-2.0-x\r\n"), octets_from(Side::Responder, &[0x7f, 0, 0, 0])];
    assert_eq!(story(&cut_up(&calls, &mut || 1)).0, story(&calls).0);
}

/// A flow of the shipped traces.
fn flow() -> impl Strategy<Value = &'static (String, Vec<Call>)> {
    (0..FLOWS.len()).prop_map(|index| &FLOWS[index])
}

/// What may happen to a stream.
#[derive(Clone, Debug)]
enum Damage {
    /// An octet is changed.
    Flip { call: prop::sample::Index, octet: prop::sample::Index, with: u8 },
    /// A delivery's octets are lost, from some octet on.
    Lose { call: prop::sample::Index, from: prop::sample::Index },
    /// A delivery was never sent, nor was anything that it took the place of.
    Drop { call: prop::sample::Index },
    /// Two deliveries change places.
    Swap { one: prop::sample::Index, other: prop::sample::Index },
    /// The rest is not there.
    End { call: prop::sample::Index },
    /// The other side sent it.
    Turn { call: prop::sample::Index },
}

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        6 => (index(), index(), 1_u8..).prop_map(|(call, octet, with)| Damage::Flip { call, octet, with }),
        4 => (index(), index()).prop_map(|(call, from)| Damage::Lose { call, from }),
        1 => index().prop_map(|call| Damage::Drop { call }),
        1 => (index(), index()).prop_map(|(one, other)| Damage::Swap { one, other }),
        1 => index().prop_map(|call| Damage::End { call }),
        1 => index().prop_map(|call| Damage::Turn { call }),
    ]
}

impl Damage {
    fn apply(&self, calls: &mut Vec<Call>) {
        // The handshake is where something can go wrong.
        let handshake = calls.len().min(20);
        if handshake == 0 {
            return;
        }
        match self {
            Self::Flip { call, octet, with } => {
                if let Piece::Octets(octets) = &mut calls[call.index(handshake)].piece {
                    let octet = octet.index(octets.len());
                    octets[octet] ^= with;
                }
            }
            Self::Lose { call, from } => {
                let place = call.index(handshake);
                if let Piece::Octets(octets) = &mut calls[place].piece {
                    let from = from.index(octets.len());
                    let lost = octets.len() - from;
                    octets.truncate(from);
                    let Call { side, at, .. } = calls[place];
                    calls.insert(place + 1, Call { side, at, piece: Piece::Gap(lost as u64) });
                    if from == 0 {
                        calls.remove(place);
                    }
                }
            }
            Self::Drop { call } => {
                calls.remove(call.index(handshake));
            }
            Self::Swap { one, other } => calls.swap(one.index(handshake), other.index(handshake)),
            Self::End { call } => calls.truncate(call.index(handshake)),
            Self::Turn { call } => {
                let call = &mut calls[call.index(handshake)];
                call.side = call.side.peer();
            }
        }
    }
}

/// Pieces of what SSH says, and of what it does not.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 1..200),
        Just(b"SSH-2.0-x\r\n".to_vec()),
        Just(b"SSH-1.99-x\n".to_vec()),
        Just(b"SSH-1.5-x\r\n".to_vec()),
        Just(b"SSH-".to_vec()),
        Just(b"text\r\n".to_vec()),
        Just(vec![b'x'; 9000]),
        // A packet of any message number.
        (any::<u8>(), vec(any::<u8>(), 0..64)).prop_map(|(number, fields)| {
            let mut packet = u32::try_from(fields.len() + 6).unwrap_or_default().to_be_bytes().to_vec();
            packet.extend([4, number]);
            packet.extend(fields);
            packet.extend([0; 4]);
            packet
        }),
        // A packet of a shipped trace.
        (flow(), any::<prop::sample::Index>()).prop_map(|((_, calls), index)| {
            match calls.get(index.index(calls.len().max(1))).map(|call| &call.piece) {
                Some(Piece::Octets(octets)) => octets.clone(),
                _ => vec![0],
            }
        }),
    ]
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let piece = prop_oneof![
        8 => octets().prop_map(Piece::Octets),
        1 => prop_oneof![0..300_u64, any::<u64>()].prop_map(Piece::Gap),
    ];
    let call = (any::<bool>(), 0..3_u64, piece);
    vec(call, 0..40).prop_map(|calls| {
        let mut now = 1_700_000_000_000_000;
        calls
            .into_iter()
            .map(|(from_originator, later, piece)| {
                now += later;
                let side = if from_originator { Side::Originator } else { Side::Responder };
                Call { side, at: Timestamp::from_micros(now), piece }
            })
            .collect()
    })
}

fn without_gaps(calls: Vec<Call>) -> Vec<Call> {
    calls.into_iter().filter(|call| matches!(call.piece, Piece::Octets(_))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn how_a_real_stream_is_cut_up_does_not_matter(
        (trace, calls) in flow(),
        lengths in vec(prop_oneof![4 => 1..20_usize, 1 => 1..2000_usize], 1..50),
    ) {
        let mut lengths = lengths.into_iter().cycle();
        let cut = cut_up(calls, &mut || lengths.next().unwrap_or(1));
        prop_assert_eq!(story(&cut).0, story(calls).0, "{}", trace);
    }

    #[test]
    fn how_any_stream_is_cut_up_does_not_matter(calls in calls(), lengths in vec(1..40_usize, 1..20)) {
        let calls = without_gaps(calls);
        let mut lengths = lengths.into_iter().cycle();
        let cut = cut_up(&calls, &mut || lengths.next().unwrap_or(1));
        prop_assert_eq!(story(&cut).0, story(&calls).0);
    }

    #[test]
    fn damaged_streams_do_no_harm((_, calls) in flow(), damages in vec(damage(), 1..6)) {
        let mut calls = calls.clone();
        for damage in damages {
            damage.apply(&mut calls);
        }
        story(&calls);
    }

    #[test]
    fn how_a_damaged_stream_is_cut_up_does_not_matter(
        (_, calls) in flow(),
        damages in vec(damage(), 1..6),
        lengths in vec(1..200_usize, 1..20),
    ) {
        let mut calls = calls.clone();
        for damage in damages {
            damage.apply(&mut calls);
        }
        let calls = without_gaps(calls);
        let mut lengths = lengths.into_iter().cycle();
        let cut = cut_up(&calls, &mut || lengths.next().unwrap_or(1));
        prop_assert_eq!(story(&cut).0, story(&calls).0);
    }

    #[test]
    fn nothing_does_harm(calls in calls()) {
        story(&calls);
    }
}
