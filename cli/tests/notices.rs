//! `--notices`: what is written to `notice.log`.

mod support;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use support::trace;

fn read(arguments: &[&str], directory: &Path, traces: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kexray"));
    command.arg("read").args(arguments).arg("--output").arg(directory);
    command.args(traces.iter().map(|name| trace(name))).output().unwrap()
}

fn notices(arguments: &[&str], traces: &[&str]) -> Vec<Value> {
    let directory = tempfile::tempdir().unwrap();
    let arguments = [&["--notices", "--format", "json"], arguments].concat();
    let output = read(&arguments, directory.path(), traces);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let log = std::fs::read_to_string(directory.path().join("notice.log")).unwrap();
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn guessing_and_its_success() {
    // Three failures, then a success.
    let notices = notices(&["--guesses", "3"], &["password-one-try-each"]);
    let names: Vec<_> = notices.iter().map(|notice| notice["note"].as_str().unwrap()).collect();
    assert_eq!(names, ["SSH::Password_Guessing", "SSH::Login_By_Password_Guesser"]);
    assert_eq!((&notices[0]["src"], &notices[0]["n"]), (&"10.77.0.1".into(), &3.into()));
    assert_eq!(notices[0].get("dst"), None);
    assert_eq!((&notices[1]["dst"], &notices[1]["sub"]), (&"10.77.0.2".into(), &"servers: 10.77.0.2".into()));
}

#[test]
fn the_usual_thresholds_are_higher() {
    assert_eq!(notices(&[], &["password-one-try-each", "scan"]), Vec::<Value>::new());
    let scans = notices(&["--scans", "2"], &["scan"]);
    assert_eq!(scans.iter().map(|scan| &scan["note"]).collect::<Vec<_>>(), ["SSH::Scan"]);
    let attempts = notices(&["--attempts", "3"], &["password-three-refused"]);
    assert_eq!(attempts.iter().map(|notice| &notice["note"]).collect::<Vec<_>>(), ["SSH::Many_Attempts"]);
}

#[test]
fn they_are_a_log_of_zeek_too() {
    let directory = tempfile::tempdir().unwrap();
    assert!(
        read(&["--notices", "--guesses", "3"], directory.path(), &["password-one-try-each"]).status.success()
    );
    let log = std::fs::read_to_string(directory.path().join("notice.log")).unwrap();
    assert!(log.contains("#path\tnotice\n") && log.contains("\tSSH::Password_Guessing\t"), "{log}");
}

#[test]
fn there_is_no_log_unless_it_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    assert!(read(&[], directory.path(), &["password-one-try-each"]).status.success());
    assert!(!directory.path().join("notice.log").exists());
    let alone = read(&["--guesses", "3"], directory.path(), &["password-one-try-each"]);
    assert_eq!(alone.status.code(), Some(2));
}

#[test]
fn where_there_is_a_table_they_stand_below() {
    let command = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kexray"));
        command
            .args(["read", "--notices", "--guesses", "3"])
            .args(arguments)
            .arg(trace("password-one-try-each"));
        command.stdin(Stdio::null()).output().unwrap()
    };
    let shown = String::from_utf8(command(&[]).stdout).unwrap();
    let lines: Vec<_> = shown.lines().collect();
    assert!(lines.iter().any(|line| line.starts_with("TIME ") && line.contains(" NOTICE ")), "{shown}");
    assert!(
        lines
            .iter()
            .any(|line| line.contains("SSH::Password_Guessing ") && line.contains(" guesses passwords: ")),
        "{shown}"
    );
    assert_eq!(lines.last(), Some(&"4 SSH sessions, 2 notices"));
    // Logs are not mixed.
    assert_eq!(command(&["--format", "json"]).status.code(), Some(2));
}
