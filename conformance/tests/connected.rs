//! What is told of sessions once their users are in, against captures whose truth is known.

use std::collections::BTreeSet;

use kexray_conformance::score::card::Aspect;
use kexray_conformance::score::{Engine, Labels, score};
use kexray_conformance::{Material, Record, replay};

fn trace(name: &str) -> Result<Vec<Record>, Box<dyn std::error::Error>> {
    Ok(replay::sessions(&Material::shipped().trace(name), kexray_analyzer::Engine::Dialogue)?)
}

fn text<'r>(row: &'r Record, column: &str) -> Option<&'r str> {
    row.get(column)?.as_str()
}

#[test]
fn on_the_lab_nothing_that_is_told_of_sessions_is_wrong() -> Result<(), Box<dyn std::error::Error>> {
    let Some(material) = Material::lab()? else { return Ok(()) };
    let folder = material.folder();
    let card = score(folder, &Labels::of(folder)?, &Engine::Dialogue)?;
    // A command of a few octets that puts nothing out cannot be told from an unused subsystem, and many of the lab are of that kind.
    // The one wrong count is of a connection whose authentication was misread: PuTTY's with GSS-API, then a password.
    let reached =
        [(Aspect::Session, 0, 55), (Aspect::Agent, 0, 0), (Aspect::Rekeys, 1, 85), (Aspect::Scan, 0, 99)];
    for (aspect, wrong, percent) in reached {
        let marks = card.total.of(aspect);
        assert!(marks.wrong <= wrong, "{aspect:?}: {marks:?}, {:#?}", card.misses);
        assert!(marks.right * 100 >= marks.total() * percent, "{aspect:?}: {marks:?}");
    }
    Ok(())
}

/// Every trace with a session is of a command, but for those of curl, which speaks SFTP.
#[test]
fn what_sessions_are_for_is_told_of_the_traces() -> Result<(), Box<dyn std::error::Error>> {
    let mut told = BTreeSet::new();
    for name in
        ["curl-libssh2-client", "group14-aes256-gcm", "password-second-accepted", "go-x-crypto-client"]
    {
        for row in trace(name)? {
            told.extend(text(&row, "session_kind").map(|kind| format!("{name}: {kind}")));
        }
    }
    let expected = [
        "curl-libssh2-client: subsystem",
        "go-x-crypto-client: exec",
        "group14-aes256-gcm: exec",
        "password-second-accepted: exec",
    ];
    assert_eq!(told.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    Ok(())
}

/// The client's log has two proposals.
#[test]
fn a_second_exchange_of_keys_is_counted_though_it_is_encrypted() -> Result<(), Box<dyn std::error::Error>> {
    let rekeys = |name: &str| Ok::<_, Box<dyn std::error::Error>>(trace(name)?[0].get("rekeys").cloned());
    assert_eq!(rekeys("rekeying")?, Some(1.into()));
    assert_eq!(rekeys("publickey-success")?, Some(0.into()));
    Ok(())
}

/// A scanner that reads the server's line, one that sends its own, and `ssh-keyscan`; then a client that agrees on no key
/// exchange, one that is refused, and one that is not.
#[test]
fn how_far_a_scan_came_is_told_by_both_engines() -> Result<(), Box<dyn std::error::Error>> {
    let expected: [(&str, &[Option<&str>]); 4] = [
        ("scan", &[Some("version"), Some("version"), Some("capabilities")]),
        ("no-common-kex", &[Some("capabilities")]),
        ("password-three-refused", &[Some("authentication")]),
        ("publickey-success", &[None]),
    ];
    for (name, scans) in expected {
        let trace = Material::shipped().trace(name);
        for rows in [
            replay::sessions(&trace, kexray_analyzer::Engine::Classic)?,
            replay::sessions(&trace, kexray_analyzer::Engine::Dialogue)?,
        ] {
            assert_eq!(rows.iter().map(|row| text(row, "scan")).collect::<Vec<_>>(), scans, "{name}");
        }
    }
    Ok(())
}

/// A file of 20 MB (`2e7` octets) was copied; SSH's own messages come to less than a hundredth of that.
#[test]
fn octets_are_told_without_what_seals_them() -> Result<(), Box<dyn std::error::Error>> {
    let Some(material) = Material::lab()? else { return Ok(()) };
    let rows = replay::sessions(
        &material.folder().join("sess_scp_large_up.pcap"),
        kexray_analyzer::Engine::Dialogue,
    )?;
    let octets = |row: &Record| row.get("bytes_c2s").and_then(serde_json::Value::as_u64);
    assert!(octets(&rows[0]).is_some_and(|octets| (20_000_000..20_200_000).contains(&octets)), "{rows:?}");
    assert_eq!(rows[0].get("bulk").and_then(serde_json::Value::as_str), Some("upload"));
    Ok(())
}

/// Zeek's rule follows no packets: it knows nothing of what comes after.
#[test]
fn the_classic_engine_tells_nothing_of_sessions() -> Result<(), Box<dyn std::error::Error>> {
    let rows =
        replay::sessions(&Material::shipped().trace("publickey-success"), kexray_analyzer::Engine::Classic)?;
    for column in ["session_kind", "agent_forwarding", "rekeys", "bytes_c2s", "bytes_s2c"] {
        assert_eq!(rows[0].get(column), None, "{column}");
    }
    Ok(())
}
