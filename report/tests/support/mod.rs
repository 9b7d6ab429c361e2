//! Pages of captures, for the tests.

pub(crate) mod browser;

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::{Path, PathBuf};

use kexray_analyzer::Timestamp;
use kexray_capture::{CaptureFile, Engine, LinkType, SshFlows};
use kexray_report::{Limits, Report};
use serde_json::Value;

/// A capture of the repository.
pub(crate) fn trace(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/traces").join(name).join("trace.pcap")
}

/// What was seen in captures.
pub(crate) fn report(limits: Limits, captures: &[PathBuf]) -> Report {
    captures.iter().fold(Report::new(limits, 0), |report, path| {
        let mut file = CaptureFile::open(path).unwrap();
        let mut engine = Engine::new(SshFlows::with_config(report, Report::config()));
        while let Some(packet) = file.next_packet().unwrap() {
            engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
        }
        engine.finish();
        engine.into_application().into_observer()
    })
}

/// The page.
pub(crate) fn page(report: &Report) -> String {
    let mut page = Vec::new();
    report.write(&["trace.pcap"], &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

/// What its script is given.
pub(crate) fn data(page: &str) -> Value {
    let (_, behind) = page.split_once("id=\"data\">").unwrap();
    serde_json::from_str(behind.split_once("</script>").unwrap().0).unwrap()
}

/// The ends of a made-up connection.
pub(crate) const CLIENT: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 1), 40_000));
pub(crate) const SERVER: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 2), 22));

/// Adds a connection in which the ends say that.
pub(crate) fn talk(report: Report, said: &[(SocketAddr, &[u8])]) -> Report {
    let mut engine = Engine::new(SshFlows::with_config(report, Report::config()));
    let mut sent = [0_u32; 2];
    let mut micros = 1_700_000_000_000_000;
    for (from, octets) in said {
        for part in octets.chunks(1400) {
            let [own, other] = if *from == CLIENT { [0, 1] } else { [1, 0] };
            let to = if *from == CLIENT { SERVER } else { CLIENT };
            micros += 1000;
            let packet = segment(*from, to, sent[own], sent[other], part);
            engine.packet(LinkType::RAW, Timestamp::from_micros(micros), &packet, packet.len() as u32);
            sent[own] += part.len() as u32;
        }
    }
    engine.finish();
    engine.into_application().into_observer()
}

/// A TCP segment over IPv4.
fn segment(from: SocketAddr, to: SocketAddr, sequence: u32, acknowledged: u32, octets: &[u8]) -> Vec<u8> {
    let (SocketAddr::V4(from), SocketAddr::V4(to)) = (from, to) else { unreachable!("both are of IPv4") };
    let mut packet = vec![0x45, 0];
    packet.extend_from_slice(&(octets.len() as u16 + 40).to_be_bytes());
    packet.extend_from_slice(&[0, 7, 0, 0, 64, 6, 0, 0]);
    packet.extend_from_slice(&from.ip().octets());
    packet.extend_from_slice(&to.ip().octets());
    packet.extend_from_slice(&from.port().to_be_bytes());
    packet.extend_from_slice(&to.port().to_be_bytes());
    packet.extend_from_slice(&sequence.to_be_bytes());
    packet.extend_from_slice(&acknowledged.to_be_bytes());
    packet.extend_from_slice(&[5 << 4, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
    packet.extend_from_slice(octets);
    packet
}
