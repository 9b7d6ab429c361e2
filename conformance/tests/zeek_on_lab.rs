//! Labelled captures: what Zeek's log says of them, and what ours says.

use kexray_analyzer::Engine;
use kexray_conformance::{KnownDifferences, Material, Record, Suite, log, replay};

#[test]
fn rows_are_zeeks() -> Result<(), Box<dyn std::error::Error>> {
    let Some(material) = Material::lab()? else { return Ok(()) };
    let mut logs: Vec<_> = material.folder().join("zeek").read_dir()?.collect::<Result<_, _>>()?;
    logs.sort_by_key(std::fs::DirEntry::file_name);
    assert!(!logs.is_empty(), "there are no logs of Zeek");
    let mut differences = Vec::new();
    for log in logs {
        let path = log.path();
        let capture = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let theirs = Record::lines(&std::fs::read_to_string(&path)?)?;
        let path = material.folder().join(&capture);
        let (ours, events) =
            (replay::sessions(&path, Engine::Classic)?, replay::events(&path, Engine::Classic)?);
        let of_capture = log::differences(&theirs, &ours).into_iter();
        differences.extend(of_capture.map(|it| (capture.clone(), it.among_those_of(&events))));
    }
    let left = KnownDifferences::of_project()?.check(Suite::Lab, &differences);
    assert!(left.is_empty(), "{} differences are not known:\n{}", left.len(), left.join("\n"));
    Ok(())
}
