//! What was found by fuzzing, and what is worth starting from, goes on holding.

use std::path::{Path, PathBuf};

use kexray_fuzz_checks::TARGETS;

/// The files of a folder, which need not be there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn replay(kind: &str) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(kind);
    let mut replayed = 0;
    for (name, check) in TARGETS {
        for file in files(&folder.join(name)) {
            let input = std::fs::read(&file).expect("it can be read");
            let outcome = std::panic::catch_unwind(|| check(&input));
            assert!(outcome.is_ok(), "{} breaks {name}", file.display());
            replayed += 1;
        }
    }
    replayed
}

#[test]
fn the_corpus_holds() {
    assert!(replay("corpus") > 0);
}

#[test]
fn what_was_found_stays_right() {
    replay("regressions");
}

#[test]
fn every_target_is_checked() {
    for folder in ["corpus", "regressions"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
        for file in files(&folder).iter().filter(|file| file.is_dir()) {
            let name = file.file_name().unwrap_or_default();
            assert!(TARGETS.iter().any(|(target, _)| *target == name), "{} is of no target", file.display());
        }
    }
}

#[test]
fn nothing_is_no_trouble() {
    for (_, check) in TARGETS {
        check(b"");
    }
}
