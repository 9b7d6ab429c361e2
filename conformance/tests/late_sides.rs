//! Captures in which all packets of one side come late, as two taps or two interfaces give them, or some packets of either,
//! as queues do.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use kexray_analyzer::{Event, Session, Timestamp};
use kexray_capture::{CaptureFile, Engine, Flow, LinkType, Observer, Oddity, SshFlows};
use kexray_conformance::{Material, say};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// What became of authentication in each connection, by the numbers of the ends' ports.
#[derive(Debug, Default)]
struct Verdicts(BTreeMap<(u16, u16), Option<bool>>);

impl Observer for Verdicts {
    const EVENTS: bool = false;

    fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {}

    fn oddity(&mut self, _: &Flow, _: Timestamp, _: Oddity) {}

    fn session(&mut self, flow: &Flow, session: &mut Session) {
        self.0.insert((flow.originator.port, flow.responder.port), session.auth_success);
    }
}

/// A packet of a capture.
#[derive(Clone, Debug)]
struct Packet {
    link_type: LinkType,
    at: Timestamp,
    data: Vec<u8>,
    original_length: u32,
}

/// What is late: all of the end whose port has the higher number, as clients' have, or all of the other; or one packet in
/// five.
#[derive(Clone, Copy, Debug)]
enum Late {
    Higher,
    Lower,
    Some,
}

impl Late {
    /// Whether this frame of Ethernet is among it.
    fn has(self, frame: &[u8]) -> bool {
        let header = match frame.get(12..15) {
            Some([0x08, 0x00, version]) => usize::from(version & 15) * 4,
            Some([0x86, 0xdd, _]) => 40,
            _ => return false,
        };
        let Some(&[s0, s1, d0, d1]) = frame.get(14 + header..).and_then(|tcp| tcp.first_chunk()) else {
            return false;
        };
        let (source, destination) = (u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1]));
        match self {
            Self::Higher => source > destination,
            Self::Lower => source < destination,
            // Which, is as good as by chance.
            Self::Some => {
                frame.iter().fold(0_u32, |sum, octet| sum.wrapping_mul(31) ^ u32::from(*octet)) % 5 == 0
            }
        }
    }
}

fn packets(capture: &Path) -> Result<Vec<Packet>, Box<dyn std::error::Error>> {
    let mut file = CaptureFile::open(capture)?;
    let mut packets = Vec::new();
    while let Some(packet) = file.next_packet()? {
        packets.push(Packet {
            link_type: packet.link_type,
            at: packet.timestamp,
            data: packet.data.to_vec(),
            original_length: packet.original_length,
        });
    }
    Ok(packets)
}

/// The same packets, some of them later; with the times that they had, or with those that they have then.
fn delayed(packets: &[Packet], late: Late, by: Duration, stamped: bool) -> Vec<Packet> {
    let by = u64::try_from(by.as_nanos()).unwrap_or(0);
    let mut order: Vec<_> = packets
        .iter()
        .map(|packet| packet.at.as_nanos() + if late.has(&packet.data) { by } else { 0 })
        .zip(packets)
        .collect();
    order.sort_by_key(|(at, _)| *at);
    let stamp = |(at, packet): (u64, &Packet)| {
        let at = if stamped { Timestamp::from_nanos(at) } else { packet.at };
        Packet { at, ..packet.clone() }
    };
    order.into_iter().map(stamp).collect()
}

fn verdicts(packets: &[Packet]) -> BTreeMap<(u16, u16), Option<bool>> {
    let mut engine = Engine::new(SshFlows::new(Verdicts::default()));
    for packet in packets {
        engine.packet(packet.link_type, packet.at, &packet.data, packet.original_length);
    }
    engine.into_application().into_observer().0
}

/// No verdict is turned round by lateness. Where one side is late most are kept, but for sessions that are over before
/// anything of it is captured; where packets of one side are in disorder among themselves, more is lost.
fn check(material: &Material, largest: u64) -> Outcome {
    let mut captures = material.captures()?;
    captures.retain(|path| path.metadata().is_ok_and(|file| file.len() < largest));
    let mut turned = Vec::new();
    let mut kept: BTreeMap<(bool, u64), (usize, usize)> = BTreeMap::new();
    for path in captures {
        let in_order = packets(&path)?;
        let expected = verdicts(&in_order);
        let sides = [Late::Higher, Late::Lower].into_iter();
        for (late, millis, stamped) in sides
            .flat_map(|late| [1, 10, 50].map(|millis| (late, millis)))
            .chain([(Late::Some, 1), (Late::Some, 5)])
            .flat_map(|(late, millis)| [true, false].map(|stamped| (late, millis, stamped)))
        {
            let told = verdicts(&delayed(&in_order, late, Duration::from_millis(millis), stamped));
            for (ports, verdict) in expected.iter().filter_map(|(ports, it)| Some((ports, (*it)?))) {
                let (kept, all) = kept.entry((matches!(late, Late::Some), millis)).or_default();
                *all += 1;
                match told.get(ports).copied().flatten() {
                    Some(told) if told != verdict => turned.push(format!(
                        "{}, port {}, {late:?} {millis} ms late, stamped {stamped}: {told}",
                        path.display(),
                        ports.0
                    )),
                    Some(_) => *kept += 1,
                    None => {}
                }
            }
        }
    }
    say(&format!("verdicts kept: {kept:?}"));
    assert!(turned.is_empty(), "{} verdicts were turned round:\n{}", turned.len(), turned.join("\n"));
    for ((some, millis), (kept, all)) in kept {
        let percent = match millis {
            _ if some => 50,
            50.. => 80,
            _ => 97,
        };
        assert!(kept * 100 >= all * percent && all > 100, "{millis} ms: {kept} of {all} verdicts were kept");
    }
    Ok(())
}

#[test]
fn a_late_side_turns_no_verdict_of_the_shipped_traces() -> Outcome {
    check(&Material::shipped(), u64::MAX)
}

#[test]
fn a_late_side_turns_no_verdict_of_the_lab() -> Outcome {
    match Material::lab()? {
        Some(material) => check(&material, 1_000_000),
        None => Ok(()),
    }
}
