//! No end of any capture says anything out of order, but those that were made to.

use std::collections::BTreeMap;
use std::path::Path;

use kexray_analyzer::{Anomaly, Connection, Event, Excess, Sink, Timestamp};
use kexray_conformance::streams::{self, Piece};
use kexray_conformance::{Material, say};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// How often each anomaly was told of one capture.
#[derive(Debug, Default)]
struct Anomalies(BTreeMap<&'static str, u32>);

impl Sink for Anomalies {
    fn event(&mut self, _: Timestamp, _: &Event<'_>) {}

    fn anomaly(&mut self, _: Timestamp, anomaly: Anomaly, _: Option<Excess>) {
        *self.0.entry(anomaly.name()).or_default() += 1;
    }
}

fn anomalies(capture: &Path) -> Result<Anomalies, Box<dyn std::error::Error>> {
    let mut told = Anomalies::default();
    for calls in streams::of(capture)? {
        let mut connection = Connection::new();
        let mut last = Timestamp::default();
        for call in &calls {
            last = call.at;
            match &call.piece {
                Piece::Octets(octets) => connection.deliver(call.side, call.at, octets, &mut told),
                Piece::Gap(length) => connection.gap(call.side, call.at, *length, &mut told),
            }
        }
        connection.finish(last, &mut told);
    }
    Ok(told)
}

/// No anomaly about the order of messages is told of a capture of the folder.
fn check(material: &Material) -> Outcome {
    let mut all: BTreeMap<&str, u32> = BTreeMap::new();
    let mut wrong = Vec::new();
    let captures = material.captures()?;
    assert!(!captures.is_empty(), "{} holds captures", material.folder().display());
    for capture in captures {
        let told = anomalies(&capture)?;
        for (name, count) in told.0 {
            *all.entry(name).or_default() += count;
            if [Anomaly::SshMessageOutOfOrder, Anomaly::SshStrictKexViolated, Anomaly::SshUnexpectedMessage]
                .iter()
                .any(|anomaly| anomaly.name() == name)
            {
                wrong.push(format!("{}: {name} {count} times", capture.display()));
            }
        }
    }
    say(&format!("{all:?}"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn the_shipped_traces_are_in_order() -> Outcome {
    check(&Material::shipped())
}

#[test]
fn the_reference_traces_are_in_order() -> Outcome {
    match Material::reference()? {
        Some(material) => check(&material),
        None => Ok(()),
    }
}

#[test]
fn the_lab_is_in_order() -> Outcome {
    match Material::lab()? {
        Some(material) => check(&material),
        None => Ok(()),
    }
}
