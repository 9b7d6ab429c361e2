//! Scoring a labelled folder.

use kexray_conformance::Material;
use kexray_conformance::score::card::{Aspect, Marks};
use kexray_conformance::score::{Engine, Labels, report, score};

/// A folder with one capture, which holds one connection with a wrong password, then the right one.
fn folder() -> Result<tempfile::TempDir, Box<dyn std::error::Error>> {
    let trace = Material::shipped().folder().join("password-second-accepted");
    let folder = tempfile::tempdir()?;
    std::fs::copy(trace.join("trace.pcap"), folder.path().join("trace.pcap"))?;
    let expected: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(trace.join("expected.json"))?)?;
    let row =
        kexray_conformance::replay::sessions(&trace.join("trace.pcap"), kexray_analyzer::Engine::Classic)?;
    #[expect(clippy::cast_precision_loss, reason = "a time of a trace fits")]
    let label = serde_json::json!({
        "pcap": "trace.pcap", "ts": row[0].at as f64 / 1e6,
        "client_ip": expected[0]["orig_h"], "client_port": expected[0]["orig_p"],
        "server_ip": expected[0]["resp_h"], "server_port": expected[0]["resp_p"],
        "cipher": expected[0]["cipher_c2s"], "mac": expected[0]["mac_c2s"], "auth_success": true,
        "auth_methods_tried": [["none", "fail"], ["password", "fail"], ["password", "success"]],
    });
    std::fs::write(folder.path().join("labels.jsonl"), format!("{label}\n"))?;
    Ok(folder)
}

#[test]
fn a_verdict_that_is_right_counts_as_such() -> Result<(), Box<dyn std::error::Error>> {
    let folder = folder()?;
    let card = score(folder.path(), &Labels::of(folder.path())?, &Engine::Classic)?;
    let right = Marks { right: 1, wrong: 0, unknown: 0 };
    assert_eq!((card.total.of(Aspect::Verdict), card.total.of(Aspect::Attempts)), (right, right));
    assert_eq!(card.by_mode["CTR, encrypt-then-MAC"].of(Aspect::Verdict), right);
    assert!(report::markdown(&[card], true).contains("100.0 % (1/0/0)"));
    Ok(())
}

#[test]
fn a_capture_without_a_log_of_zeek_is_unknown() -> Result<(), Box<dyn std::error::Error>> {
    let folder = folder()?;
    let engine = Engine::Zeek(folder.path().join("zeek"));
    let card = score(folder.path(), &Labels::of(folder.path())?, &engine)?;
    assert_eq!(card.total.of(Aspect::Verdict), Marks { right: 0, wrong: 0, unknown: 1 });
    assert_eq!((card.misses.len(), card.misses[0].capture.as_str()), (1, "trace.pcap"));
    Ok(())
}

/// Counted by someone else with the same rules: 72.4 % of 946 right, 25.1 % unknown, 11 false successes, 13 false
/// failures, 63.8 % of the attempts exact.
#[test]
fn zeek_scores_what_the_lab_says() -> Result<(), Box<dyn std::error::Error>> {
    let Some(material) = Material::lab()? else { return Ok(()) };
    let engine = Engine::Zeek(material.folder().join("zeek"));
    let card = score(material.folder(), &Labels::of(material.folder())?, &engine)?;
    assert_eq!((card.false_successes.len(), card.false_failures.len()), (11, 13));
    let share = |aspect| report::share(card.total.of(aspect));
    assert_eq!(share(Aspect::Verdict).as_deref(), Some("72.4"), "{:?}", card.total);
    assert_eq!(share(Aspect::Attempts).as_deref(), Some("63.8"), "{:?}", card.total);
    Ok(())
}
