//! Whether real sessions are seen, all of them and as in a capture.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::kexray::{Live, json_lines, read, wait_until};
use crate::network::{INTERFACE, Machine, Network};
use crate::openssh::Sshd;
use crate::possible;

const SESSIONS: usize = 200;

/// A tcpdump that writes what the machine's interface sees.
fn tcpdump(machine: &Machine, folder: &Path) -> Child {
    let log = folder.join("tcpdump.log");
    let mut command = Command::new("tcpdump");
    command.args(["-i", INTERFACE, "-n", "-U", "-s", "0", "-B", "65536", "-Z", "root"]);
    command.args(["--time-stamp-precision", "nano", "-w"]).arg(folder.join("capture.pcap"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log).unwrap());
    let child = machine.on(move || command.spawn().unwrap());
    wait_until("tcpdump", || fs::read_to_string(&log).unwrap().contains("listening on"));
    child
}

/// Sessions by the client's port, and which of that port's they are: a port may be used again once its session is over. Both
/// programs are told of a packet in turn, and may stamp it each for itself: what comes of the time is left out.
fn by_port(sessions: Vec<Value>) -> BTreeMap<(u64, usize), Value> {
    let mut by_port = BTreeMap::new();
    for mut session in sessions {
        let columns = session.as_object_mut().unwrap();
        columns.remove("ts");
        columns.remove("uid");
        for step in columns.get_mut("auth_steps").and_then(Value::as_array_mut).into_iter().flatten() {
            step.as_object_mut().unwrap().remove("ts");
        }
        let port = columns["id.orig_p"].as_u64().unwrap();
        let earlier = by_port.range((port, 0)..=(port, usize::MAX)).count();
        by_port.insert((port, earlier), session);
    }
    by_port
}

#[test]
fn two_hundred_sessions_at_once_are_those_of_a_capture() {
    if !possible(&["ip", "sshd", "ssh", "ssh-keygen", "tcpdump"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let network = Network::new();
    let sshd = Sshd::start(&network.server, folder.path());
    let mut tcpdump = tcpdump(&network.client, folder.path());
    let mut live = Live::start(&network.client, folder.path(), &["--auth", "dialogue"]);

    let clients: Vec<_> = (0..SESSIONS)
        .map(|number| {
            let may_enter = number % 8 != 0;
            let mut command = sshd.client(if may_enter { "right" } else { "wrong" });
            (may_enter, network.client.on(move || command.spawn().unwrap()))
        })
        .collect();
    for (may_enter, mut client) in clients {
        assert_eq!(client.wait().unwrap().success(), may_enter, "{}", sshd.log());
    }
    drop(sshd);
    // The last packets are on their way through both rings.
    std::thread::sleep(std::time::Duration::from_secs(1));
    kill(Pid::from_raw(i32::try_from(tcpdump.id()).unwrap()), Signal::SIGINT).unwrap();
    assert!(tcpdump.wait().unwrap().success());
    assert!(live.stop(Signal::SIGINT).success());

    let dumped = fs::read_to_string(folder.path().join("tcpdump.log")).unwrap();
    assert!(dumped.contains("\n0 packets dropped by kernel"), "{dumped}");
    let told = live.stderr();
    assert!(told.contains(", 0 dropped by the kernel,"), "{told}");
    let seen = by_port(json_lines(&live.stdout()));
    let succeeded = seen.values().filter(|session| session["auth_success"] == true).count();
    assert_eq!((seen.len(), succeeded), (SESSIONS, SESSIONS * 7 / 8));
    let captured = by_port(read(&folder.path().join("capture.pcap"), &["--auth", "dialogue"]));
    assert_eq!(seen, captured);
}
