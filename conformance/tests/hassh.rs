//! HASSH fingerprints against those of `tshark`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use kexray_analyzer::Engine;
use kexray_conformance::{Material, replay, required, say};

type Fingerprints = BTreeSet<(String, String, String)>;

/// Side, MD5 and text of every KEXINIT that tshark reads in clear.
fn theirs(capture: &Path) -> Result<Fingerprints, Box<dyn std::error::Error>> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(capture).args([
        "-Y",
        "ssh.message_code == 20",
        "-T",
        "fields",
        "-E",
        "separator=/t",
    ]);
    for field in
        ["ssh.kex.hassh", "ssh.kex.hassh_algorithms", "ssh.kex.hasshserver", "ssh.kex.hasshserver_algorithms"]
    {
        command.args(["-e", field]);
    }
    let output = command.output()?;
    let text = String::from_utf8(output.stdout)?;
    let mut found = Fingerprints::new();
    for line in text.lines() {
        let fields: Vec<_> = line.split('\t').collect();
        for (side, pair) in ["client", "server"].into_iter().zip(fields.chunks(2)) {
            if let [digest, algorithms] = pair
                && !digest.is_empty()
                && !digest.contains(',')
            {
                found.insert((side.to_owned(), (*digest).to_owned(), (*algorithms).to_owned()));
            }
        }
    }
    Ok(found)
}

#[test]
fn fingerprints_are_tsharks() -> Result<(), Box<dyn std::error::Error>> {
    if Command::new("tshark").arg("--version").output().is_err() {
        return required("tshark is not installed").map_err(Into::into);
    }
    let (mut compared, mut paths) = (0, Vec::new());
    for material in [Material::lab()?, Material::reference()?] {
        let Some(material) = material else { return Ok(()) };
        paths.extend(material.captures()?);
    }
    let mut missing = Vec::new();
    for path in paths {
        let theirs = theirs(&path)?;
        let Ok(sessions) = replay::sessions(&path, Engine::default()) else { continue };
        let mut ours = Fingerprints::new();
        for session in &sessions {
            // tshark takes whoever listens on the port for the server.
            let reversed = session.get("role_reversed") == Some(&true.into());
            let [client, server] = if reversed { ["server", "client"] } else { ["client", "server"] };
            for (side, digest, algorithms) in
                [(client, "hassh", "hasshAlgorithms"), (server, "hasshServer", "hasshServerAlgorithms")]
            {
                if let (Some(digest), Some(algorithms)) = (session.text(digest), session.text(algorithms)) {
                    ours.insert((side.to_owned(), digest.to_owned(), algorithms.to_owned()));
                }
            }
        }
        // It does not find all that there are: not off port 22, nor all where one direction is missing.
        compared += theirs.intersection(&ours).count();
        let of_file = theirs.difference(&ours);
        missing.extend(of_file.map(|(side, digest, _)| format!("{}: {side} {digest}", path.display())));
    }
    say(&format!("{compared} fingerprints are the same"));
    assert!(missing.is_empty(), "{} of tshark's are not ours:\n{}", missing.len(), missing.join("\n"));
    assert!(compared > 400, "tshark told {compared}");
    Ok(())
}
