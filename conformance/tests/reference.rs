//! Zeek's own traces: what Zeek says of them, and what we say.

use std::path::{Path, PathBuf};

use kexray_analyzer::Engine;
use kexray_conformance::{Difference, KnownDifferences, Material, Record, Suite, events, log, replay};

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[test]
fn rows_events_and_anomalies_are_zeeks() -> Outcome {
    let Some(material) = Material::reference()? else { return Ok(()) };
    let known = KnownDifferences::of_project()?;
    let mut differences = Vec::new();
    for folder in folders(material.folder())? {
        let trace = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut of_trace = compare(&folder)?;
        // `ssh.client-side-half-duplex` was cut from `ssh`.
        if let Some((whole, _)) = trace.split_once('.') {
            let capture = capture(&material.folder().join(whole))?;
            let mut records = replay::sessions(&capture, Engine::Classic)?;
            records.extend(replay::events(&capture, Engine::Classic)?);
            for difference in &mut of_trace {
                let same = |record: &&Record| record.endpoints == difference.endpoints;
                difference.whole = records.iter().filter(same).cloned().collect();
            }
        }
        differences.extend(of_trace.into_iter().map(|difference| (trace.clone(), difference)));
    }
    let left = known.check(Suite::Reference, &differences);
    assert!(left.is_empty(), "{} differences are not known:\n{}", left.len(), left.join("\n"));
    Ok(())
}

/// No verdict contradicts Zeek's but those that are listed; where only one of them gives one, nothing is contradicted.
#[test]
fn no_verdict_of_the_dialogue_contradicts_zeeks() -> Outcome {
    let Some(material) = Material::reference()? else { return Ok(()) };
    let mut differences = Vec::new();
    for folder in folders(material.folder())? {
        let trace = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let theirs = Record::lines(&text_of(&folder.join("ssh.json"))?)?;
        let ours = replay::sessions(&capture(&folder)?, Engine::Dialogue)?;
        let of_trace = log::differences(&theirs, &ours);
        let one_sided =
            |it: &&Difference| it.what == "log:auth_success" && (it.theirs.is_none() || it.ours.is_none());
        let silent: Vec<_> = of_trace.iter().filter(one_sided).map(|it| it.endpoints).collect();
        let verdicts = of_trace
            .into_iter()
            .filter(|it| it.what.starts_with("log:auth_") && !silent.contains(&it.endpoints));
        differences.extend(verdicts.map(|it| (trace.clone(), it)));
    }
    let left = KnownDifferences::of_project()?.check(Suite::ReferenceByDialogue, &differences);
    assert!(left.is_empty(), "{} differences are not known:\n{}", left.len(), left.join("\n"));
    Ok(())
}

#[test]
fn logs_have_zeeks_columns() -> Outcome {
    let Some(material) = Material::reference()? else { return Ok(()) };
    for folder in folders(material.folder())? {
        let ours = replay::zeek_logs(&capture(&folder)?, Engine::Classic)?;
        for (name, ours) in [("ssh.log", &ours.ssh), ("weird.log", &ours.weird)] {
            let theirs = text_of(&folder.join(name))?;
            if theirs.is_empty() || ours.is_empty() {
                continue;
            }
            for head in
                ["#separator", "#set_separator", "#empty_field", "#unset_field", "#path", "#fields", "#types"]
            {
                let line = |text: &str| text.lines().find(|line| line.starts_with(head)).map(str::to_owned);
                assert_eq!(line(ours), line(&theirs), "{head} of {name} of {}", folder.display());
            }
        }
    }
    Ok(())
}

fn folders(of: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in of.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    assert!(!folders.is_empty(), "{} holds no traces", of.display());
    Ok(folders)
}

fn capture(folder: &Path) -> std::io::Result<PathBuf> {
    let candidates = ["trace.pcap", "trace.pcap.gz"].map(|name| folder.join(name));
    let found = candidates.into_iter().find(|path| path.is_file());
    found.ok_or_else(|| std::io::Error::other(format!("{} holds no trace", folder.display())))
}

/// The text of a file; empty where Zeek wrote none.
fn text_of(path: &Path) -> std::io::Result<String> {
    if path.exists() { std::fs::read_to_string(path) } else { Ok(String::new()) }
}

fn compare(folder: &Path) -> Result<Vec<Difference>, Box<dyn std::error::Error>> {
    let capture = capture(folder)?;
    let theirs = |name: &str| -> Result<Vec<Record>, Box<dyn std::error::Error>> {
        Ok(Record::lines(&text_of(&folder.join(name))?)?)
    };
    let our_events = replay::events(&capture, Engine::Classic)?;
    let of_rows = log::differences(&theirs("ssh.json")?, &replay::sessions(&capture, Engine::Classic)?);
    let mut differences: Vec<_> = of_rows.into_iter().map(|it| it.among_those_of(&our_events)).collect();
    differences.extend(events::differences(&theirs("events.jsonl")?, &our_events));
    let weird = Record::rows(&replay::zeek_logs(&capture, Engine::Classic)?.weird)?;
    differences.extend(log::weird_differences(&theirs("weird.json")?, &weird));
    Ok(differences)
}
