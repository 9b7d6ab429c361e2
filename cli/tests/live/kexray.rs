//! The command while it runs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::network::{INTERFACE, Machine};

/// What is waited for comes within this time, or never.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `kexray live`, whose output goes into files.
pub(crate) struct Live {
    child: Child,
    folder: PathBuf,
}

impl Live {
    /// Starts it, and waits until it listens.
    pub(crate) fn start(machine: &Machine, folder: &Path, arguments: &[&str]) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_kexray")), machine, folder, arguments)
    }

    /// Starts it as the user `nobody`, who has no right but `CAP_NET_RAW`: as a service does.
    pub(crate) fn start_as_nobody(machine: &Machine, folder: &Path, arguments: &[&str]) -> Self {
        // Where that user may run it.
        let copy = folder.join("kexray");
        fs::copy(env!("CARGO_BIN_EXE_kexray"), &copy).unwrap();
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "nobody", "--clear-groups", "--inh-caps", "-all,+net_raw"]);
        command.args(["--ambient-caps", "-all,+net_raw", "--bounding-set", "-all,+net_raw"]).arg(copy);
        Self::start_by(command, machine, folder, arguments)
    }

    fn start_by(mut command: Command, machine: &Machine, folder: &Path, arguments: &[&str]) -> Self {
        let file = |name| File::create(folder.join(name)).unwrap();
        command.args(["live", INTERFACE]).args(arguments);
        command.stdin(Stdio::null()).stdout(file("stdout")).stderr(file("stderr"));
        let child = machine.on(move || command.spawn().unwrap());
        let live = Self { child, folder: folder.to_owned() };
        live.wait_to_say("listening on");
        live
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn stdout(&self) -> String {
        fs::read_to_string(self.folder.join("stdout")).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(self.folder.join("stderr")).unwrap()
    }

    pub(crate) fn wait_to_say(&self, text: &str) {
        wait_until(&format!("{text:?} on standard error"), || self.stderr().contains(text));
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.pid()).unwrap()), signal).unwrap();
    }

    /// Sends the signal, and waits for the end.
    pub(crate) fn stop(&mut self, signal: Signal) -> ExitStatus {
        self.signal(signal);
        self.wait()
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The sessions that `kexray read` finds in a capture.
pub(crate) fn read(capture: &Path, arguments: &[&str]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kexray"));
    let output = command.args(["read", "--format", "json"]).args(arguments).arg(capture).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    json_lines(std::str::from_utf8(&output.stdout).unwrap())
}

pub(crate) fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
