//! The shipped traces: what the peers themselves logged, and what we say.

use std::path::PathBuf;

use serde_json::{Map, Value};

use kexray_analyzer::Engine;
use kexray_conformance::pairing::{Pair, pair};
use kexray_conformance::{Difference, Endpoints, KnownDifferences, Material, Record, Suite, replay, text};

/// Fields of a label that are columns of ours, of the same name.
const COLUMNS: [&str; 12] = [
    "version",
    "client",
    "server",
    "kex_alg",
    "host_key_alg",
    "cipher_c2s",
    "cipher_s2c",
    "mac_c2s",
    "mac_s2c",
    "compression_c2s",
    "compression_s2c",
    "host_key_fingerprint",
];

#[test]
fn sessions_are_what_the_peers_logged() -> Result<(), Box<dyn std::error::Error>> {
    let known = KnownDifferences::of_project()?;
    let mut differences = Vec::new();
    for folder in folders()? {
        let trace = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let labels: Vec<Map<String, Value>> =
            serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json"))?)?;
        let rows = replay::sessions(&folder.join("trace.pcap"), Engine::Dialogue)?;
        assert_eq!(rows.len(), labels.len(), "rows of {trace}");
        // Labels have no time: no trace uses a port twice.
        let labels = labels.into_iter().map(|label| endpoints(&label).map(|endpoints| (endpoints, label)));
        let labels: Option<Vec<_>> = labels.collect();
        let labels = labels.ok_or_else(|| format!("a label of {trace} lacks its connection"))?;
        for pair in pair(labels, rows, |(endpoints, _)| (*endpoints, 0), |row| (row.endpoints, 0)) {
            let Pair::Both((_, label), row) = pair else {
                panic!("{trace}: rows and labels are of different connections")
            };
            differences
                .extend(compare(&label, &row).into_iter().map(|difference| (trace.clone(), difference)));
        }
    }
    let left = known.check(Suite::Traces, &differences);
    assert!(left.is_empty(), "{} differences are not known:\n{}", left.len(), left.join("\n"));
    Ok(())
}

fn folders() -> std::io::Result<Vec<PathBuf>> {
    let entries: Result<Vec<_>, _> = Material::shipped().folder().read_dir()?.collect();
    let mut folders: Vec<PathBuf> =
        entries?.into_iter().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(!folders.is_empty());
    Ok(folders)
}

fn endpoints(label: &Map<String, Value>) -> Option<Endpoints> {
    let address = |name| label.get(name)?.as_str()?.parse().ok();
    let port = |name| label.get(name)?.as_u64()?.try_into().ok();
    Some(Endpoints {
        orig_h: address("orig_h")?,
        orig_p: port("orig_p")?,
        resp_h: address("resp_h")?,
        resp_p: port("resp_p")?,
    })
}

fn compare(label: &Map<String, Value>, row: &Record) -> Vec<Difference> {
    let mut differences = Vec::new();
    for column in COLUMNS {
        let (Some(expected), got) = (label.get(column).filter(|value| !value.is_null()), row.get(column))
        else {
            continue;
        };
        let same = match (expected.as_str(), got.and_then(Value::as_str)) {
            (Some(expected), Some(got)) => expected.as_bytes() == text::octets_of_ours(got),
            _ => Some(expected) == got,
        };
        if !same {
            differences.push(Difference::of(
                row,
                format!("log:{column}"),
                Some(expected.clone()),
                got.cloned(),
            ));
        }
    }
    differences.extend(compare_authentication(label, row));
    differences.extend(compare_steps(label, row));
    differences
}

/// Compares the verdict, and the attempts that failed or succeeded; both are set out together, for the one explains the
/// other.
fn compare_authentication(label: &Map<String, Value>, row: &Record) -> Option<Difference> {
    let success = label.get("auth_success").cloned().unwrap_or(Value::Null);
    let failures = label.get("auth_failures").and_then(Value::as_u64);
    let attempts = failures.map(|failures| failures + u64::from(success == true));
    let expected = told(success, attempts);
    let got = told(
        row.get("auth_success").cloned().unwrap_or(Value::Null),
        row.get("auth_attempts").and_then(Value::as_u64),
    );
    (expected != got).then(|| Difference::of(row, "log:auth", Some(expected), Some(got)))
}

/// Compares what was tried, in order, where the peers logged it; the method that decided is that of the last step.
fn compare_steps(label: &Map<String, Value>, row: &Record) -> Vec<Difference> {
    let Some(tried) = label.get("auth_methods_tried").and_then(Value::as_array) else { return Vec::new() };
    let tried = tried.iter().map(|step| (step[0].clone(), step[1].clone()));
    let expected: Vec<(Value, Value)> = tried.filter(|(_, outcome)| outcome != "no_reply").collect();
    let steps = row.get("auth_steps").and_then(Value::as_array).into_iter().flatten();
    let steps = steps.map(|step| (step["method"].clone(), step["outcome"].clone()));
    let got: Vec<(Value, Value)> = steps.filter(|(_, outcome)| outcome != "no_reply").collect();
    let deciding = expected.iter().rfind(|(_, outcome)| outcome != "pk_ok").map(|(method, _)| method.clone());
    let told = |what: &str, expected: Value, got: Option<&Value>| {
        (Some(&expected) != got).then(|| Difference::of(row, what, Some(expected.clone()), got.cloned()))
    };
    let shown = |steps: &[(Value, Value)]| -> Value {
        let shown = steps.iter().map(|(method, outcome)| [text_of(method), text_of(outcome)].join(" "));
        shown.collect::<Vec<_>>().join(", ").into()
    };
    let method = deciding.and_then(|method| told("log:auth_method", method, row.get("auth_method")));
    method.into_iter().chain(told("log:auth_steps", shown(&expected), Some(&shown(&got)))).collect()
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

fn told(success: Value, attempts: Option<u64>) -> Value {
    let success = match success {
        Value::Bool(true) => "success",
        Value::Bool(false) => "failure",
        _ => "unknown",
    };
    attempts.map_or_else(|| success.into(), |attempts| format!("{success}, {attempts} attempts").into())
}
