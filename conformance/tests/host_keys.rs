//! Host keys of the labelled captures, against `ssh-keygen -l`.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kexray_conformance::{Material, replay, required, say};

/// Length and fingerprint that `ssh-keygen -l` tells of a key; `None` where it cannot read it.
fn theirs(blob: &[u8]) -> Result<Option<(u64, String)>, Box<dyn std::error::Error>> {
    let Some(tag) = blob.get(4..4 + usize::from(blob[3])) else { return Ok(None) };
    let mut child = Command::new("ssh-keygen")
        .args(["-l", "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let line = format!("{} {}\n", String::from_utf8_lossy(tag), STANDARD.encode(blob));
    child.stdin.take().ok_or("there is no input")?.write_all(line.as_bytes())?;
    let output = child.wait_with_output()?;
    let text = String::from_utf8(output.stdout)?;
    let mut words = text.split(' ');
    Ok(words.next().and_then(|bits| bits.parse().ok()).zip(words.next().map(str::to_owned)))
}

fn octets(hexadecimal: &str) -> Vec<u8> {
    let digits = hexadecimal.as_bytes().chunks(2);
    digits.filter_map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[test]
fn lengths_and_fingerprints_are_ssh_keygens() -> Result<(), Box<dyn std::error::Error>> {
    let Some(material) = Material::lab()? else { return Ok(()) };
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        return required("ssh-keygen is not installed").map_err(Into::into);
    }
    // By blob, what we say of it.
    let mut ours = BTreeMap::new();
    for path in material.captures()? {
        let (Ok(events), Ok(sessions)) = (
            replay::events(&path, kexray_analyzer::Engine::default()),
            replay::sessions(&path, kexray_analyzer::Engine::default()),
        ) else {
            continue;
        };
        for event in events.iter().filter(|event| event.event() == "ssh2_server_host_key") {
            let session = sessions.iter().find(|session| session.uid == event.uid);
            let session = session.ok_or("an event has no session")?;
            let bits = session.get("host_key_bits").and_then(serde_json::Value::as_u64);
            let fingerprint = session.text("host_key_fingerprint").map(str::to_owned);
            ours.insert(octets(event.text("key").ok_or("there is no key")?), (bits, fingerprint));
        }
    }
    let (mut compared, mut unknown) = (0, Vec::new());
    for (blob, (bits, fingerprint)) in ours {
        match theirs(&blob)? {
            Some((length, text)) => {
                assert_eq!((bits, fingerprint), (Some(length), Some(text)));
                compared += 1;
            }
            None => unknown.push(String::from_utf8_lossy(&blob[4..23]).into_owned()),
        }
    }
    say(&format!("{compared} host keys are the same; ssh-keygen cannot read {unknown:?}"));
    assert!(unknown.is_empty(), "{unknown:?}");
    assert!(compared >= 12, "{compared} were compared");
    Ok(())
}
