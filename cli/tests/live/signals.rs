//! What a running process does when time passes, when it is asked, and when it is told to stop.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use nix::sys::signal::Signal;
use nix::unistd::User;

#[cfg(feature = "pcap")]
use crate::kexray::json_lines;
use crate::kexray::{Live, wait_until};
use crate::network::{INTERFACE, Network, SERVER};
use crate::possible;

/// A connection over the cable with two identification lines in it, open until it is dropped.
fn conversation(network: &Network, port: u16) -> (TcpStream, TcpStream) {
    let listener = network.server.on(|| TcpListener::bind((SERVER, port)).unwrap());
    let mut client = network.client.on(|| TcpStream::connect((SERVER, port)).unwrap());
    let (mut server, _) = listener.accept().unwrap();
    client.write_all(b"SSH-2.0-one\r\n").unwrap();
    server.write_all(b"SSH-2.0-other\r\n").unwrap();
    (client, server)
}

/// The rows of a log.
fn rows(log: &Path) -> Vec<String> {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The process is that user's, and can neither do nor become more than others.
fn has_no_rights(live: &Live, user: &User) {
    let status = fs::read_to_string(format!("/proc/{}/status", live.pid())).unwrap();
    let field =
        |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    let uid = user.uid.to_string();
    assert_eq!(field("Uid:").split_whitespace().collect::<Vec<_>>(), [&uid; 4]);
    for set in ["CapEff:", "CapPrm:", "CapInh:", "CapAmb:"] {
        assert_eq!(field(set), "0000000000000000", "{set}");
    }
    assert_eq!(field("NoNewPrivs:"), "1");
}

#[test]
fn a_service_takes_one_right_and_gives_it_up() {
    if !possible(&["ip", "setpriv"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let network = Network::new();
    let mut live = Live::start_as_nobody(&network.client, folder.path(), &[]);
    has_no_rights(&live, &User::from_name("nobody").unwrap().unwrap());
    drop(conversation(&network, 22));
    wait_until("the session", || live.stdout().contains("SSH-2.0-other"));
    assert!(live.stop(Signal::SIGTERM).success());
}

#[test]
fn several_interfaces_are_one_log() {
    if !possible(&["ip"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let network = Network::new();
    let mut live = Live::start(&network.client, folder.path(), &["lo"]);
    live.wait_to_say("listening on eth0, lo");
    drop(conversation(&network, 22));
    let listener = network.client.on(|| TcpListener::bind(("127.0.0.1", 22)).unwrap());
    let mut alone = network.client.on(|| TcpStream::connect(("127.0.0.1", 22)).unwrap());
    let (mut other, _) = listener.accept().unwrap();
    alone.write_all(b"SSH-2.0-one\r\n").unwrap();
    other.write_all(b"SSH-2.0-at-home\r\n").unwrap();
    drop((alone, other));
    for server in ["SSH-2.0-other", "SSH-2.0-at-home"] {
        wait_until(server, || live.stdout().contains(server));
    }
    assert!(live.stop(Signal::SIGTERM).success());
    assert_eq!(live.stdout().lines().count(), 2);
}

#[test]
fn quiet_sessions_are_written_in_time_and_open_ones_at_the_end() {
    if !possible(&["ip"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).unwrap();
    fs::write(logs.join("ssh.log"), "of an earlier run\n").unwrap();
    let network = Network::new();
    let output = logs.to_str().unwrap();
    let mut live = Live::start(&network.client, folder.path(), &["-o", output, "--idle-timeout", "1s"]);

    let quiet = conversation(&network, 1022);
    wait_until("the quiet session's row", || !rows(&logs.join("ssh.log")).is_empty());
    let open = conversation(&network, 2022);
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(live.stop(Signal::SIGTERM).success());

    let log = fs::read_to_string(logs.join("ssh.log")).unwrap();
    let ports: Vec<_> =
        rows(&logs.join("ssh.log")).iter().map(|row| row.split('\t').nth(5).unwrap().to_owned()).collect();
    assert_eq!(ports, ["1022", "2022"], "{log}");
    assert!(log.lines().last().unwrap().starts_with("#close\t"), "{log}");
    let names = names(&logs);
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names[0].starts_with("ssh.before-"), "{names:?}");
    assert_eq!(fs::read_to_string(logs.join(&names[0])).unwrap(), "of an earlier run\n");
    drop((quiet, open));
}

#[test]
fn logs_are_rotated_and_figures_told_without_rights() {
    if !possible(&["ip"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).unwrap();
    let nobody = User::from_name("nobody").unwrap().unwrap();
    chown(&logs, Some(nobody.uid.as_raw()), Some(nobody.gid.as_raw())).unwrap();
    // The way to it is for others too.
    fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let network = Network::new();
    let output = logs.to_str().unwrap();
    let arguments = [
        "-o",
        output,
        "-f",
        "json",
        "--user",
        "nobody",
        "--metrics",
        "127.0.0.1:9150",
        "--rotate-size",
        "100",
    ];
    let mut live = Live::start(&network.client, folder.path(), &arguments);

    has_no_rights(&live, &nobody);

    drop(conversation(&network, 22));
    wait_until("the file that was put aside", || names(&logs).len() == 4);
    let aside: Vec<_> = names(&logs).into_iter().filter(|name| name.starts_with("ssh.2")).collect();
    assert_eq!(rows(&logs.join(&aside[0])).len(), 1);
    assert_eq!(rows(&logs.join("ssh.log")).len(), 0);
    live.signal(Signal::SIGHUP);
    wait_until("the second file", || names(&logs).len() == 6);

    let metrics = network.client.on(|| {
        let mut stream = TcpStream::connect("127.0.0.1:9150").unwrap();
        stream.write_all(b"GET /metrics HTTP/1.1\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    for line in [
        "kexray_sessions_total 1",
        "kexray_events_total 2",
        "kexray_kernel_drops_total 0",
        "kexray_flows_total 1",
    ] {
        assert!(metrics.lines().any(|other| other == line), "{line} in {metrics}");
    }
    live.signal(Signal::SIGUSR1);
    live.wait_to_say("2 events, 1 sessions");
    live.wait_to_say("flows_with_data");

    // An interface that goes down is waited for; one that is taken away is not.
    network.client.ip(&format!("link set {INTERFACE} down"));
    std::thread::sleep(std::time::Duration::from_millis(500));
    network.client.ip(&format!("link set {INTERFACE} up"));
    drop(conversation(&network, 22));
    wait_until("the second session", || names(&logs).len() == 8);
    network.client.ip(&format!("link del {INTERFACE}"));
    assert_eq!(live.wait().code(), Some(1));
    assert!(live.stderr().contains("the interface is gone"), "{}", live.stderr());
}

#[cfg(feature = "pcap")]
#[test]
fn filters_choose_packets_and_snap_lengths_cut_them() {
    if !possible(&["ip"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let network = Network::new();
    // Ethernet, IPv4 and TCP with timestamps take 66 octets: the client's line is within, the end of the server's is not.
    let arguments = ["--filter", "tcp port 22", "--snaplen", "80", "--stats"];
    let mut live = Live::start(&network.client, folder.path(), &arguments);
    drop(conversation(&network, 1022));
    drop(conversation(&network, 22));
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert!(live.stop(Signal::SIGINT).success());
    let sessions = json_lines(&live.stdout());
    assert_eq!(sessions.len(), 1, "{sessions:?}");
    assert_eq!(sessions[0]["id.resp_p"], 22);
    assert_eq!(sessions[0]["client"], "SSH-2.0-one");
    assert!(
        live.stderr().lines().any(|line| line.starts_with("cut_packets") && line.ends_with(" 1")),
        "{}",
        live.stderr()
    );
}

#[cfg(not(feature = "pcap"))]
#[test]
fn without_libpcap_a_filter_is_refused_in_one_line() {
    if !possible(&[]) {
        return;
    }
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kexray"));
    let output = command.args(["live", "lo", "--filter", "tcp port 22"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("leave --filter out") && said.lines().count() == 1, "{said}");
}
