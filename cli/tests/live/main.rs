//! `kexray live` in networks that the tests make: real packets, real signals, and real sshd and clients.
//!
//! This takes root, `ip`, and for some tests OpenSSH, tcpdump and tcpreplay. Where these are missing the tests do nothing, and say so;
//! with `KEXRAY_REQUIRE_LIVE=1` they fail.

#![cfg(all(feature = "live", target_os = "linux"))]

mod kexray;
mod network;
mod openssh;
mod replay;
mod sessions;
mod signals;

use std::path::Path;

/// Makes missing rights and programs a failure instead of a reason to skip.
const REQUIRED: &str = "KEXRAY_REQUIRE_LIVE";

/// Whether a test that takes root and these programs can run.
#[expect(clippy::print_stdout, reason = "tests speak on standard output")]
fn possible(programs: &[&str]) -> bool {
    let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map(Path::new);
    let missing = programs.iter().find(|program| !folders.iter().any(|folder| folder.join(program).exists()));
    let why = match missing {
        None if nix::unistd::geteuid().is_root() => return true,
        None => "this takes root".to_owned(),
        Some(program) => format!("there is no {program}"),
    };
    assert!(std::env::var_os(REQUIRED).is_none_or(|value| value != "1"), "{REQUIRED} is set, but {why}");
    println!("skipped: {why}");
    false
}
