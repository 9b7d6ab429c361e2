//! What should be new in each session, and is met again.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn trace(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/traces").join(name).join("trace.pcap")
}

fn json(arguments: &[&dyn AsRef<OsStr>]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kexray"));
    command.args(arguments.iter().map(|argument| argument.as_ref()));
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

/// The capture with other cookies in both KEXINITs: another key exchange, with the same public values.
fn with_other_cookies(capture: &Path) -> tempfile::NamedTempFile {
    let mut octets = std::fs::read(capture).unwrap();
    let first_method = b"sntrup761x25519-sha512";
    let places = octets.windows(first_method.len()).enumerate().filter(|(_, it)| it == first_method);
    // In front of each list are its length and the cookie.
    let places: Vec<_> =
        places.map(|(place, _)| place - 4 - 16).filter(|place| octets[place - 1] == 20).collect();
    assert_eq!(places.len(), 2);
    places.into_iter().for_each(|place| octets[place] ^= 1);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, octets).unwrap();
    file
}

#[test]
fn public_values_are_known_again() {
    let capture = trace("publickey-success");
    let other = with_other_cookies(&capture);
    let files: [&dyn AsRef<OsStr>; 2] = [&capture, &other.path()];
    let read = |more: &[&dyn AsRef<OsStr>]| {
        json(&[&[&"read" as &dyn AsRef<OsStr>, &"-fjson"], more, &files].concat())
    };
    let rows: Vec<Value> = read(&[]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let reused = |row: &Value| (row["kex_reused_client"].as_bool(), row["kex_reused_server"].as_bool());
    assert_eq!(
        rows.iter().map(reused).collect::<Vec<_>>(),
        [(Some(false), Some(false)), (Some(true), Some(true))]
    );
    assert_eq!(read(&[&"--threads", &"2"]), read(&[]));

    let report: Value = serde_json::from_str(&json(&[&"audit", &"-fjson", &files[0], &files[1]])).unwrap();
    let found = report["findings"].as_array().unwrap().iter();
    let about = found.filter(|found| found["finding"] == "reused_ephemeral_key");
    assert_eq!(
        about.map(|found| &found["connections"]).collect::<Vec<_>>(),
        [1, 1],
        "of the server, and of the client"
    );
}

#[test]
fn what_was_recorded_twice_is_not_reused() {
    let capture = trace("publickey-success");
    let rows = json(&[&"read", &"-fjson", &capture, &capture]);
    assert_eq!(rows.matches("\"kex_reused_server\":false").count(), 2, "{rows}");
}

#[test]
fn methods_that_stand_for_a_group_tell_it() {
    let row: Value =
        serde_json::from_str(&json(&[&"read", &"-fjson", &trace("group14-aes256-gcm")])).unwrap();
    assert_eq!((&row["dh_group_bits"], &row["dh_generator"]), (&2048.into(), &2.into()));
    assert_eq!((&row["dh_group"], row.get("dh_group_digest")), (&"modp2048".into(), None));
    let row: Value =
        serde_json::from_str(&json(&[&"read", &"-fjson", &trace("group-exchange-etm")])).unwrap();
    assert_eq!(
        (row["dh_group_digest"].as_str().map(str::len), &row["dh_group_shared"]),
        (Some(64), &false.into())
    );
}
