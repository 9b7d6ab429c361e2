//! The dialogue engine against captures whose truth is known.

use kexray_conformance::score::card::Aspect;
use kexray_conformance::score::{Engine, Labels, score};
use kexray_conformance::{Material, say};

/// Where the labelled lab is, if it is anywhere.
const LAB: &str = "KEXRAY_LAB";

#[test]
fn no_verdict_on_the_lab_is_wrong_and_few_are_missing() -> Result<(), Box<dyn std::error::Error>> {
    let Some(material) = Material::named_by(LAB)? else {
        say("KEXRAY_LAB is not set: the lab is not scored");
        return Ok(());
    };
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
