//! The dialogue engine against captures whose truth is known.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use kexray_conformance::score::card::Aspect;
use kexray_conformance::score::{Engine, Labels, score};
use kexray_conformance::{Material, Record, replay};

#[test]
fn no_verdict_on_the_lab_is_wrong_and_few_are_missing() -> Result<(), Box<dyn std::error::Error>> {
    let Some(material) = Material::lab()? else { return Ok(()) };
    let folder = material.folder();
    let card = score(folder, &Labels::of(folder)?, &Engine::Dialogue)?;
    assert_eq!(
        card.total.of(Aspect::Verdict).wrong,
        0,
        "{:?} {:?}",
        card.false_successes,
        card.false_failures
    );
    for (aspect, percent) in [(Aspect::Verdict, 98), (Aspect::Attempts, 97), (Aspect::Method, 95)] {
        let marks = card.total.of(aspect);
        assert!(marks.right * 100 >= marks.total() * percent, "{aspect:?}: {marks:?}");
    }
    Ok(())
}

/// What nobody asks for is not worked out; that changes no verdict.
#[test]
fn verdicts_are_the_same_where_no_details_are_written() -> Result<(), Box<dyn std::error::Error>> {
    let engine = kexray_analyzer::Engine::Dialogue;
    let mut decided = 0;
    for capture in Material::shipped().captures()? {
        let brief = Record::rows(&replay::zeek_logs(&capture, engine)?.ssh)?;
        let full = replay::sessions(&capture, engine)?;
        for (brief, full) in brief.iter().zip(&full) {
            let success = full.get("auth_success").and_then(Value::as_bool);
            assert_eq!(brief.text("auth_success").map(|it| it == "T"), success, "{}", capture.display());
            let attempts = full.get("auth_attempts").map(Value::to_string);
            assert_eq!(brief.text("auth_attempts"), attempts.as_deref(), "{}", capture.display());
            assert_eq!(brief.uid, full.uid);
            decided += usize::from(success.is_some());
        }
        assert_eq!(brief.len(), full.len());
    }
    assert!(decided > 80, "{decided}");
    Ok(())
}

/// `misses.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Misses {
    miss: Vec<Miss>,
}

/// Connections of a capture, and why they are missed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Miss {
    capture: String,
    /// The clients' ports.
    ports: Vec<u16>,
    reason: String,
}

#[test]
fn each_miss_on_the_lab_is_explained_by_name() -> Result<(), Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("misses.toml");
    let listed: Misses = toml::from_str(&std::fs::read_to_string(path)?)?;
    assert!(listed.miss.iter().all(|miss| miss.reason.len() > 20), "a reason says something");
    let Some(material) = Material::lab()? else { return Ok(()) };
    let folder = material.folder();
    let card = score(folder, &Labels::of(folder)?, &Engine::Dialogue)?;
    let main =
        card.misses.iter().filter(|miss| miss.wrong.iter().chain(&miss.unknown).any(|it| it.is_main()));
    let found: BTreeSet<_> = main.map(|miss| (miss.capture.clone(), miss.port)).collect();
    let listed = listed.miss.iter();
    let listed: BTreeSet<_> =
        listed.flat_map(|miss| miss.ports.iter().map(|port| (miss.capture.clone(), *port))).collect();
    assert_eq!(found, listed, "misses on the left, those in misses.toml on the right");
    Ok(())
}
