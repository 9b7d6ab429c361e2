//! What a command costs.
//!
//! The kernel adds up the use of all children of a process, so each command gets a process of its own between it and
//! the comparison: `kexray-bench measure`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use serde_json::{Value, json};

/// What a command used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Seconds of processor time, its own and the kernel's for it, in all threads.
    pub cpu: f64,
    /// Seconds from start to end.
    pub wall: f64,
    /// Most memory held at once, in KiB.
    pub peak: u64,
}

impl Usage {
    /// As an object of JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "cpu_seconds": self.cpu, "wall_seconds": self.wall, "peak_kib": self.peak })
    }

    fn of_json(value: &Value) -> Option<Self> {
        Some(Self {
            cpu: value.get("cpu_seconds")?.as_f64()?,
            wall: value.get("wall_seconds")?.as_f64()?,
            peak: value.get("peak_kib")?.as_u64()?,
        })
    }
}

/// Runs a command, and tells what it used. To be called in a process that has run no other.
///
/// # Errors
///
/// Where it cannot be run, or fails.
pub fn here(command: &[impl AsRef<std::ffi::OsStr>]) -> anyhow::Result<Usage> {
    let [program, arguments @ ..] = command else { bail!("no command") };
    let started = Instant::now();
    let status = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).status();
    let wall = started.elapsed().as_secs_f64();
    let status = status.with_context(|| format!("cannot run {}", program.as_ref().display()))?;
    ensure!(status.success(), "{}: {status}", program.as_ref().display());
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    Ok(Usage {
        cpu: seconds(usage.user_time()) + seconds(usage.system_time()),
        wall,
        peak: u64::try_from(usage.max_rss()).unwrap_or(0),
    })
}

/// Runs a command by way of a process of its own, in `directory`.
///
/// # Errors
///
/// Where it cannot be run, or fails; then with what it said.
pub fn apart(command: &[String], directory: &Path) -> anyhow::Result<Usage> {
    let output = Command::new(std::env::current_exe()?)
        .arg("measure")
        .arg("--")
        .args(command)
        .current_dir(directory)
        .output()?;
    ensure!(
        output.status.success(),
        "{}: {}",
        command.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let value: Value = serde_json::from_slice(&output.stdout)?;
    Usage::of_json(&value).context("no usage was told")
}

fn seconds(time: TimeVal) -> f64 {
    time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6
}
