//! `kexray report` as a user meets it; what the page says is tested where it is made.

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn a_page_in_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let (page, trace) =
        (directory.path().join("report.html"), "conformance/traces/password-one-try-each/trace.pcap");
    let output = Command::new(env!("CARGO_BIN_EXE_kexray"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .args(["report", trace, "-o"])
        .arg(&page)
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told, format!("kexray: 4 SSH sessions in {}\n", page.display()));
    let page = fs::read_to_string(page).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert!(page.contains(&format!("\"sources\":[\"{trace}\"],\"outcomes\":{{\"success\":1,\"failure\":3,")));
}

#[test]
fn what_cannot_be_written_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_kexray"))
        .args(["report", concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/traces/ipv6/trace.pcap"), "-o"])
        .arg(directory.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.starts_with("kexray: cannot write "), "{told}");
}
