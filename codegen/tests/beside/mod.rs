//! Specs in the folders beside the tests, and what stands beside each.

use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

/// The files of a folder beside this one that end in `.grammar`, in order.
pub(crate) fn specs(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let entries = fs::read_dir(&folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path());
    let mut paths: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "grammar")).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no specs in {}", folder.display());
    paths
}

/// The name of a file, without its folder.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().expect("it is a file").to_string_lossy().into_owned()
}

/// Compares with a file; rewrites it where `KEXRAY_UPDATE` is set. What differs, as a diff.
pub(crate) fn compare(path: &Path, actual: &str) -> Option<String> {
    if std::env::var_os("KEXRAY_UPDATE").is_some() {
        fs::write(path, actual).expect("it can be written");
        return None;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    (expected != actual).then(|| {
        let diff = TextDiff::from_lines(expected.as_str(), actual);
        diff.unified_diff().header(&format!("{} (expected)", name(path)), "now").to_string()
    })
}

/// Fails where files differ from what stands beside them.
pub(crate) fn assert_no_differences(differences: &[String]) {
    let hint = "set KEXRAY_UPDATE=1 to take this as right";
    assert!(differences.is_empty(), "{}\n{hint}", differences.join("\n"));
}
