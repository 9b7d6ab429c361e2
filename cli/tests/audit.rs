//! `kexray audit` on captures that come with the repository: what it lists, what it finds, and how it exits.

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use support::trace;

fn audit(arguments: &[&str], traces: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kexray"));
    command.arg("audit").args(arguments).args(traces.iter().map(|name| trace(name)));
    command.stdin(Stdio::null()).output().unwrap()
}

fn report(traces: &[&str]) -> Value {
    serde_json::from_slice(&audit(&["--format", "json"], traces).stdout).unwrap()
}

/// Finding, whom it is about, and how many sessions show it.
fn findings(report: &Value) -> Vec<(String, String, u64)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let about =
        |found: &Value| ["server", "client", "address", "host_key"].map(|kind| text(&found[kind])).concat();
    let found = report["findings"].as_array().unwrap().iter();
    found
        .map(|found| (text(&found["finding"]), about(found), found["connections"].as_u64().unwrap()))
        .collect()
}

#[test]
fn servers_and_clients_are_listed_once() {
    let report = report(&["password-one-try-each"]);
    let [server] = &report["servers"].as_array().unwrap()[..] else { panic!("{report}") };
    assert_eq!(server["connections"], 4);
    assert!(server["fingerprint"].as_str().unwrap().starts_with("SHA256:"));
    assert_eq!(server["software"][0]["connections"], 4);
    assert!(server["offers"][0]["kex"].as_array().unwrap().len() > 3);
    assert_eq!(server["negotiated"][0]["connections"], 4);
    assert!(server["negotiated"][0].get("compression").is_some());
    assert_eq!(report["clients"].as_array().unwrap().len(), 1);
    assert_eq!(report["dropped"]["servers"], 0);
}

#[test]
fn what_is_wrong_is_found() {
    let about_lsh = "10.77.0.2:22 SHA256:PQ97MKMSOo1nJDueE4AYxGq6tbUeYiTGePxYYt8aqVs";
    let report = report(&["lsh-server"]);
    let findings = findings(&report);
    for name in [
        "sha1_signature",
        "broken_algorithm_offered",
        "deprecated_algorithm_negotiated",
        "deprecated_algorithm_offered",
        "no_post_quantum_offer",
    ] {
        assert!(findings.contains(&(name.to_owned(), about_lsh.to_owned(), 1)), "{name}: {findings:?}");
    }
    let negotiated = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["finding"] == "deprecated_algorithm_negotiated");
    // That it signs with SHA-1 has a finding of its own.
    assert_eq!(negotiated.unwrap()["reason"], "aes256-cbc, diffie-hellman-group14-sha1");
    let severities: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| found["severity"].as_str().unwrap())
        .collect();
    let low = severities.iter().position(|severity| *severity == "low").unwrap();
    assert!(
        severities[..low].iter().all(|severity| *severity == "medium")
            && severities[low..].iter().all(|severity| *severity == "low")
    );
}

#[test]
fn what_takes_two_sessions_is_found() {
    let key = "SHA256:RKpcKsBh9FIpFNtD30BbRDm+ape4qRgK5uRJrOenuPM";
    let shared = findings(&report(&["ipv6", "password-one-try-each"]));
    assert!(shared.contains(&("shared_host_key".to_owned(), key.to_owned(), 5)), "{shared:?}");
    let changed = findings(&report(&["node-ssh2-server", "lsh-server"]));
    assert!(!changed.iter().any(|(finding, ..)| finding == "changed_host_key"), "{changed:?}");
}

#[test]
fn the_exit_code_tells_of_severity() {
    let code = |severity: &str| audit(&["--fail-on", severity], &["lsh-server"]).status.code();
    let codes = ["critical", "high", "medium", "low", "info"].map(code);
    assert_eq!(codes, [Some(0), Some(0), Some(3), Some(3), Some(3)]);
    assert_eq!(code("terrible"), Some(2));
    let nothing = audit(&["--fail-on", "info"], &["http-on-port-22"]);
    assert_eq!(
        (nothing.status.code(), nothing.stdout),
        (Some(0), b"0 servers, 0 clients, 0 findings\n".to_vec())
    );
    let missing = audit(&["--fail-on", "critical"], &["lsh-server", "not-there"]);
    assert_eq!(missing.status.code(), Some(1));
}

#[test]
fn a_table_for_people() {
    let output = audit(&[], &["lsh-server"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for start in ["SERVER ", "10.77.0.2:22  rsa 2048 SHA256:", "CLIENT ", "SEVERITY ", "medium "] {
        assert!(text.lines().any(|line| line.starts_with(start)), "lacks {start}:\n{text}");
    }
    assert!(text.ends_with("1 server, 1 client, 9 findings: 6 medium, 3 low\n"), "{text}");
}

#[test]
fn a_bill_of_materials() {
    let bill: Value =
        serde_json::from_slice(&audit(&["--format", "cyclonedx"], &["lsh-server", "ipv6"]).stdout).unwrap();
    assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&"CycloneDX".into(), &"1.6".into()));
    let components = bill["components"].as_array().unwrap();
    let references: Vec<_> = components
        .iter()
        .chain(bill["services"].as_array().unwrap())
        .map(|one| one["bom-ref"].as_str().unwrap())
        .collect();
    let mut distinct = references.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), references.len());
    // Whatever is referred to is there.
    let mut referred = Vec::new();
    collect(&bill, &mut referred);
    assert!(referred.len() > 100);
    for reference in referred {
        assert!(references.contains(&&*reference), "{reference}");
    }
    let cipher = components.iter().find(|component| component["name"] == "aes256-cbc").unwrap();
    let properties = &cipher["cryptoProperties"]["algorithmProperties"];
    assert_eq!((&properties["mode"], &properties["parameterSetIdentifier"]), (&"cbc".into(), &"256".into()));
}

/// The references that a bill makes.
fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("ref", Value::String(reference)) => references.push(reference.clone()),
                    ("algorithms" | "cryptoRefArray" | "dependsOn", Value::Array(list)) => {
                        references.extend(list.iter().map(|one| one.as_str().unwrap().to_owned()));
                    }
                    _ => collect(member, references),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|one| collect(one, references)),
        _ => {}
    }
}

/// Servers that were set up on purpose, with what is wrong with them, and with nothing else. `KEXRAY_LAB` names the captures.
#[test]
fn real_servers_sign_without_fault() {
    let Some(lab) = std::env::var_os("KEXRAY_LAB").map(PathBuf::from) else { return };
    let entries = fs::read_dir(lab).unwrap().map(|entry| entry.unwrap().path());
    let captures = entries.filter(|path| path.to_string_lossy().contains(".pcap"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_kexray"));
    command.args(["audit", "--format", "json"]).args(captures);
    let report: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    let findings = findings(&report);
    let has = |name: &str| findings.iter().any(|(finding, ..)| finding == name);
    for name in
        ["short_rsa_key", "ssh1_spoken", "terrapin", "changed_host_key", "broken_algorithm_negotiated"]
    {
        assert!(has(name), "{name}");
    }
    for name in ["faulty_rsa_signature", "degenerate_public_value", "invalid_point"] {
        assert!(!has(name), "{name}");
    }
}

/// A trace with points of NIST P-384, in which one octet of a point is another.
#[test]
fn points_beside_their_curve_are_found() {
    let trace = fs::read(trace("ecdh-nistp384-aes128-ctr")).unwrap();
    // The count of a point's octets, and its form.
    let point = [0, 0, 0, 97, 4];
    let places: Vec<_> = (0..trace.len()).filter(|place| trace[*place..].starts_with(&point)).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.pcap");
    let whose = |octets: &[u8]| {
        fs::write(&path, octets).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_kexray"))
            .args(["audit", "--format", "json"])
            .arg(&path)
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = findings(&report).into_iter().filter(|(name, ..)| name == "invalid_point");
        found.map(|(_, about, _)| about).collect::<Vec<_>>()
    };
    assert_eq!(whose(&trace), Vec::<String>::new());
    for (place, end) in places.iter().zip(["10.77.0.1", "10.77.0.2:22"]) {
        let mut other = trace.clone();
        other[place + 20] ^= 1;
        let found = whose(&other);
        assert!(found.len() == 1 && found[0].starts_with(end), "{end}: {found:?}");
    }
    assert_eq!(places.len(), 2);
}

#[test]
fn threads_change_nothing_and_what_would_do_nothing_is_refused() {
    let traces = ["password-one-try-each", "host-certificate", "group-exchange-etm", "rsa-kex"];
    let alone = audit(&["--format", "json"], &traces).stdout;
    assert!(!alone.is_empty());
    assert_eq!(audit(&["--format", "json", "--threads", "3"], &traces).stdout, alone);
    for flag in [["--seed", "1"], ["--auth", "classic"]] {
        assert_eq!(audit(&flag, &traces).status.code(), Some(2), "{flag:?}");
    }
}
