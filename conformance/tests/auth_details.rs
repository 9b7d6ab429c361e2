//! What is told of authentication besides its verdict, against captures whose truth is known.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use kexray_conformance::{Endpoints, Material, Record, replay};

fn octets(row: &Record, column: &str) -> Option<u64> {
    row.get(column)?.as_u64()
}

/// Each session of the lab with its label.
fn labelled(folder: &Path) -> Result<Vec<(Value, Record)>, Box<dyn std::error::Error>> {
    let mut labels: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in std::fs::read_to_string(folder.join("labels.jsonl"))?.lines() {
        let label: Value = serde_json::from_str(line)?;
        labels.entry(label["pcap"].as_str().unwrap_or_default().to_owned()).or_default().push(label);
    }
    let mut pairs = Vec::new();
    for (capture, labels) in labels {
        for row in replay::sessions(&folder.join(&capture), kexray_analyzer::Engine::Dialogue)? {
            let Endpoints { orig_h, orig_p, .. } = row.endpoints;
            let same = |label: &&Value| {
                label["client_port"] == orig_p && label["client_ip"] == orig_h.to_string().as_str()
            };
            // Where a port was used twice it is not known which label is meant.
            if let [label] = labels.iter().filter(same).collect::<Vec<_>>()[..] {
                pairs.push((label.clone(), row));
            }
        }
    }
    Ok(pairs)
}

#[test]
fn names_banners_and_factors_are_those_of_the_lab() -> Result<(), Box<dyn std::error::Error>> {
    let Some(material) = Material::lab()? else { return Ok(()) };
    let (mut named, mut users, mut banners, mut factors) = (0, 0, 0, 0);
    for (label, row) in labelled(material.folder())? {
        let user = label["user"].as_str().map(|user| user.len() as u64);
        if let (Some(user), Some(least), Some(most)) =
            (user, octets(&row, "auth_user_min"), octets(&row, "auth_user_max"))
        {
            assert!((least..=most).contains(&user), "{row:?}");
            named += 1;
        }
        users += usize::from(user.is_some());
        let messages = label["msgs"].as_array().cloned().unwrap_or_default();
        if row.get("auth_banner").is_some() {
            assert!(messages.iter().any(|message| message == "s53"), "{row:?}");
            banners += 1;
        }
        let tried = label["auth_methods_tried"].as_array().cloned().unwrap_or_default();
        let taken = tried.iter().filter(|step| step[1] == "partial" || step[1] == "success").count() as u64;
        factors += usize::from(taken > 1 && octets(&row, "auth_factors") == Some(taken));
    }
    assert!(named * 100 >= users * 80, "{named} of {users}");
    // Those of `auth_banner.pcap`, and of `auth_mfa.pcap`.
    assert!(banners >= 20, "{banners}");
    assert!(factors >= 2, "{factors}");
    Ok(())
}

/// OpenSSH's server answers `publickey,password` to the probe, and the client then shows an Ed25519 key.
#[test]
fn keys_and_lists_are_known_by_their_sizes() -> Result<(), Box<dyn std::error::Error>> {
    let rows =
        replay::sessions(&Material::shipped().trace("publickey-success"), kexray_analyzer::Engine::Dialogue)?;
    let steps = rows[0].get("auth_steps").and_then(Value::as_array).ok_or("no steps")?;
    let (least, most) = (steps[0]["offered_min"].as_u64(), steps[0]["offered_max"].as_u64());
    let list = Some("publickey,password".len() as u64);
    assert!(least <= list && list <= most, "{steps:?}");
    let shown: Vec<_> = steps.iter().filter(|step| step["method"] == "publickey").collect();
    assert!(!shown.is_empty() && shown.iter().all(|step| step["key"] == "ed25519"), "{steps:?}");
    Ok(())
}
