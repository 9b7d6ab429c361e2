//! Replays labelled captures and compares the streams' lengths with their labels.
//!
//! The captures are not part of the repository: `KEXRAY_LAB` names their directory.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kexray_capture::CaptureFile;
use serde_json::Value;
use support::{Finished, replay};

fn lab() -> Option<PathBuf> {
    let lab = std::env::var_os("KEXRAY_LAB").map(PathBuf::from);
    if lab.is_none() {
        println!("skipped: KEXRAY_LAB is not set");
    }
    lab
}

/// Which directions a capture holds whole: up, down.
fn whole(name: &str) -> (bool, bool) {
    match name {
        "cut_up_only.pcap" => (true, false),
        "cut_down_only.pcap" => (false, true),
        _ => (!name.starts_with("cut_"), !name.starts_with("cut_")),
    }
}

fn labels(lab: &Path) -> BTreeMap<String, Vec<Value>> {
    let mut labels: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in std::fs::read_to_string(lab.join("labels.jsonl")).unwrap().lines() {
        let label: Value = serde_json::from_str(line).unwrap();
        labels.entry(label["pcap"].as_str().unwrap().to_owned()).or_default().push(label);
    }
    labels
}

fn belongs(flow: &Finished, label: &Value) -> bool {
    let is = |address: &str, port: &str, end: kexray_capture::Endpoint| {
        label[address].as_str() == Some(&end.address.to_string())
            && label[port].as_u64() == Some(end.port.into())
    };
    is("client_ip", "client_port", flow.flow.originator)
        && is("server_ip", "server_port", flow.flow.responder)
        && (label["ts"].as_f64().unwrap() - flow.flow.first_packet.as_nanos() as f64 / 1e9).abs() < 1.0
}

#[test]
fn streams_are_as_long_as_the_labels_say() {
    let Some(lab) = lab() else { return };
    let (mut captures, mut connections, mut gaps) = (0, 0, 0);
    let mut complaints = Vec::new();
    for (name, labels) in labels(&lab) {
        let mut file = CaptureFile::open(&lab.join(&name)).unwrap();
        let (collector, _, error) = replay(&mut file);
        if let Some(error) = error {
            complaints.push(format!("{name}: {error}"));
        }
        let (whole_up, whole_down) = whole(&name);
        if !whole_up && !whole_down {
            continue;
        }
        captures += 1;
        for label in &labels {
            let (up, down) = (label["bytes_up"].as_u64(), label["bytes_down"].as_u64());
            let (Some(up), Some(down)) = (up, down) else {
                continue;
            };
            connections += 1;
            let found: Vec<_> = collector.flows.iter().filter(|flow| belongs(flow, label)).collect();
            match found[..] {
                [flow] => {
                    gaps += flow.up.gap_length() + flow.down.gap_length();
                    let wrong_up = whole_up && flow.up.length() != up;
                    let wrong_down = whole_down && flow.down.length() != down;
                    if wrong_up || wrong_down {
                        complaints.push(format!(
                            "{name}: {:?} has {} ({} in gaps) and {} ({} in gaps), not {up} and {down}",
                            flow.flow.originator,
                            flow.up.length(),
                            flow.up.gap_length(),
                            flow.down.length(),
                            flow.down.gap_length(),
                        ));
                    }
                }
                [] if up == 0 && down == 0 => {}
                _ => complaints.push(format!(
                    "{name}: {} flows for {}:{}",
                    found.len(),
                    label["client_ip"],
                    label["client_port"]
                )),
            }
        }
    }
    println!(
        "{captures} captures, {connections} connections, {gaps} bytes in gaps, {} complaints",
        complaints.len()
    );
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
