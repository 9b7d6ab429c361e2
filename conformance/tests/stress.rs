//! The dialogue engine, where ciphertext is cut otherwise, comes late, or is missing.

use std::path::PathBuf;

use kexray_analyzer::{Anomaly, Connection, Event, Excess, Side, Sink, Timestamp};
use kexray_conformance::Material;
use kexray_conformance::streams::{self, Call, Piece};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Listens to nothing.
struct Deaf;

impl Sink for Deaf {
    fn event(&mut self, _: Timestamp, _: &Event<'_>) {}
    fn anomaly(&mut self, _: Timestamp, _: Anomaly, _: Option<Excess>) {}
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    /// One below `below`.
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % below.max(1)
    }
}

/// What happens to ciphertext on its way.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    None,
    /// It is cut at any octet.
    Cut,
    /// One in twenty pieces is missing.
    Lost,
    /// One end's pieces come later.
    Late(Side),
    /// One in five pieces comes behind what the other end says next, and that is told.
    Misplaced,
    /// Segments are small.
    Small,
    /// Nothing is seen of the end.
    Unfinished,
}

/// Octets of a small segment.
const SMALL: usize = 100;

/// The verdict on a flow.
fn verdict(calls: &[Call], trouble: Trouble, seed: u64) -> Option<bool> {
    let mut numbers = Numbers(seed);
    let mut connection = Connection::new();
    let mut last = Timestamp::default();
    let mut held: Option<(Side, &[u8])> = None;
    let calls = match trouble {
        Trouble::Unfinished => calls.get(..numbers.next(calls.len())).unwrap_or_default(),
        _ => calls,
    };
    for call in calls {
        last = last.max(call.at);
        let sealed = connection.only_measures(call.side);
        let octets = match &call.piece {
            Piece::Gap(length) => {
                connection.gap(call.side, call.at, *length, &mut Deaf);
                continue;
            }
            Piece::Octets(octets) => octets,
        };
        if held.is_some_and(|(side, _)| side != call.side) {
            connection.lose_order();
        } else if let Some((side, octets)) = held.take() {
            connection.deliver(side, call.at, octets, &mut Deaf);
        }
        match trouble {
            Trouble::Misplaced if sealed && held.is_none() && numbers.next(5) == 0 => {
                held = Some((call.side, octets));
                continue;
            }
            Trouble::Cut if sealed => {
                let (one, two) = octets.split_at(numbers.next(octets.len()));
                connection.deliver(call.side, call.at, one, &mut Deaf);
                connection.deliver(call.side, call.at, two, &mut Deaf);
            }
            Trouble::Lost if sealed && numbers.next(20) == 0 => {
                connection.gap(call.side, call.at, octets.len() as u64, &mut Deaf);
            }
            Trouble::Late(side) if sealed && side == call.side => {
                let at = Timestamp::from_nanos(call.at.as_nanos() + 1_000 * numbers.next(40_000) as u64);
                connection.deliver(call.side, at, octets, &mut Deaf);
            }
            Trouble::Small if sealed => {
                octets
                    .chunks(SMALL)
                    .for_each(|octets| connection.deliver(call.side, call.at, octets, &mut Deaf));
            }
            _ => connection.deliver(call.side, call.at, octets, &mut Deaf),
        }
        if let Some((side, octets)) = held.take() {
            connection.deliver(side, call.at, octets, &mut Deaf);
        }
    }
    if let Some((side, octets)) = held {
        connection.deliver(side, last, octets, &mut Deaf);
    }
    if !matches!(trouble, Trouble::Unfinished) {
        connection.end();
    }
    connection.finish(last, &mut Deaf);
    connection.session().auth_success
}

/// Captures of the lab that hold little but authentication.
fn captures(material: &Material) -> std::io::Result<Vec<PathBuf>> {
    let mut found = material.captures()?;
    found.retain(|path| path.metadata().is_ok_and(|file| file.len() < 1_000_000));
    Ok(found)
}

#[test]
fn trouble_on_the_way_leaves_a_verdict_unsaid_but_turns_none_round() -> Outcome {
    let Some(material) = Material::lab()? else { return Ok(()) };
    let troubles = [
        Trouble::Cut,
        Trouble::Lost,
        Trouble::Late(Side::Originator),
        Trouble::Late(Side::Responder),
        Trouble::Misplaced,
        Trouble::Small,
        Trouble::Unfinished,
    ];
    let mut turned = Vec::new();
    let mut kept = [0_usize; 7];
    for path in captures(&material)? {
        for (index, calls) in streams::of(&path)?.iter().enumerate() {
            let Some(whole) = verdict(calls, Trouble::None, 0) else { continue };
            for (trouble, kept) in troubles.iter().zip(&mut kept) {
                for seed in 1..=2 {
                    match verdict(calls, *trouble, seed) {
                        Some(other) if other != whole => {
                            turned.push(format!(
                                "{}, flow {index}, {trouble:?} {seed}: {other}",
                                path.display()
                            ));
                        }
                        Some(_) => *kept += 1,
                        None => {}
                    }
                }
            }
        }
    }
    assert!(turned.is_empty(), "{} verdicts were turned round:\n{}", turned.len(), turned.join("\n"));
    assert!(kept.iter().all(|kept| *kept > 100), "verdicts that were kept: {kept:?}");
    Ok(())
}
