//! Whether anything is lost of a capture that is played as fast as it goes.

use std::fs;
use std::path::Path;
use std::process::Command;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::kexray::{Live, json_lines, read, wait_until};
use crate::network::{INTERFACE, Network};
use crate::possible;

/// Captures of the repository, one session each.
const TRACES: [&str; 4] = ["publickey-success", "group14-aes256-gcm", "paramiko-client", "dropbear-server"];
/// How often each is played, each time between other machines.
const COPIES: u16 = 1000;

/// A pcap's header, and that of a packet.
const FILE: usize = 24;
const PACKET: usize = 16;
/// Where, in a packet's Ethernet frame, the addresses of IPv4 stand whose first octets are the same in all traces.
const ADDRESSES: [usize; 2] = [26, 30];

/// One capture of them all. Address and port tell the copies apart.
fn capture() -> Vec<u8> {
    let traces = TRACES.map(|name| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/traces").join(name);
        fs::read(path.join("trace.pcap")).unwrap()
    });
    let mut capture = traces[0][..FILE].to_vec();
    for copy in 0..COPIES {
        for (trace, octets) in (0_u8..).zip(&traces) {
            assert_eq!(octets[..FILE], traces[0][..FILE], "they are of one kind");
            let mut rest = &octets[FILE..];
            while let Some((header, behind)) = rest.split_at_checked(PACKET) {
                let length = u32::from_le_bytes(header[8..12].try_into().unwrap());
                let (frame, next) = behind.split_at(usize::try_from(length).unwrap());
                let mut frame = frame.to_vec();
                for address in ADDRESSES {
                    let [high, low] = copy.to_be_bytes();
                    frame[address..address + 3].copy_from_slice(&[100 + trace, high, low]);
                }
                capture.extend([header, &frame].concat());
                rest = next;
            }
        }
    }
    capture
}

/// Sessions without what the time of each packet tells, in an order of their own.
fn timeless(sessions: Vec<Value>) -> Vec<String> {
    let timeless = sessions.into_iter().map(|mut session| {
        let columns = session.as_object_mut().unwrap();
        columns.remove("ts");
        columns.remove("uid");
        session.to_string()
    });
    let mut timeless: Vec<_> = timeless.collect();
    timeless.sort();
    timeless
}

#[test]
fn a_capture_that_is_replayed_loses_nothing() {
    if !possible(&["ip", "tcpreplay"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capture.pcap");
    fs::write(&path, capture()).unwrap();
    let network = Network::new();
    for machine in [&network.client, &network.server] {
        // Captures of a sender have packets that its network card would have cut.
        machine.ip(&format!("link set {INTERFACE} mtu 65535"));
    }
    let mut live = Live::start(&network.server, folder.path(), &["--auth", "classic"]);
    let mut command = Command::new("tcpreplay");
    command.args(["--preload-pcap", "--topspeed", "--intf1", INTERFACE]).arg(&path);
    let played = network.client.on(move || command.output().unwrap());
    let told = String::from_utf8_lossy(&played.stdout);
    assert!(played.status.success() && told.contains("Failed packets:            0"), "{told}");

    let expected = timeless(read(&path, &["--auth", "classic"]));
    assert_eq!(expected.len(), TRACES.len() * usize::from(COPIES));
    wait_until("the last session", || live.stdout().lines().count() >= expected.len());
    assert!(live.stop(Signal::SIGINT).success());
    assert!(live.stderr().contains(", 0 dropped by the kernel,"), "{}", live.stderr());
    let seen = timeless(json_lines(&live.stdout()));
    assert!(seen == expected, "{} sessions were seen, {} are in the capture", seen.len(), expected.len());
}
