//! Folders of captures: those that are shipped, and those that are not.

use std::env;
use std::path::{Path, PathBuf};

/// Makes missing captures a failure instead of a reason to skip.
const REQUIRED: &str = "KEXRAY_REQUIRE_REFERENCES";

/// Names the folder of the labelled lab.
const LAB: &str = "KEXRAY_LAB";
/// Names the folder of Zeek's reference traces, or one that holds it.
const REFERENCE: &str = "KEXRAY_REFERENCE";

/// How the names of captures end.
const CAPTURES: [&str; 3] = ["pcap", "pcapng", "trace"];

/// A folder of captures.
#[derive(Clone, Debug)]
pub struct Material {
    folder: PathBuf,
}

/// The captures that a test needs are required, but not there.
#[derive(Debug, thiserror::Error)]
#[error("{REQUIRED} is set, but {why}")]
pub struct MissingMaterial {
    why: String,
}

impl Material {
    /// The traces that are shipped.
    #[must_use]
    pub fn shipped() -> Self {
        Self { folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("traces") }
    }

    /// The labelled lab, which `KEXRAY_LAB` names. `None`, said on standard output, where that is not set or names no
    /// folder: then the test has nothing to do.
    ///
    /// # Errors
    ///
    /// The same with `KEXRAY_REQUIRE_REFERENCES=1`: then the test must fail.
    pub fn lab() -> Result<Option<Self>, MissingMaterial> {
        Self::named_by(LAB)
    }

    /// Zeek's reference traces, in the folder that `KEXRAY_REFERENCE` names, or in that folder's folder `zeek`; as
    /// [`Self::lab`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn reference() -> Result<Option<Self>, MissingMaterial> {
        let material = Self::named_by(REFERENCE)?;
        Ok(material.map(|Self { folder }| {
            let inner = folder.join("zeek");
            Self { folder: if inner.is_dir() { inner } else { folder } }
        }))
    }

    fn named_by(variable: &str) -> Result<Option<Self>, MissingMaterial> {
        let why = match env::var_os(variable).map(PathBuf::from) {
            Some(folder) if folder.is_dir() => return Ok(Some(Self { folder })),
            Some(folder) => format!("{variable} names no folder: {}", folder.display()),
            None => format!("{variable} is not set"),
        };
        required(&why).map(|()| None)
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The capture of a trace that has a folder of its own.
    #[must_use]
    pub fn trace(&self, name: &str) -> PathBuf {
        self.folder.join(name).join("trace.pcap")
    }

    /// All captures in the folder and in those that it holds, in the order of their names.
    ///
    /// # Errors
    ///
    /// When a folder cannot be read.
    pub fn captures(&self) -> std::io::Result<Vec<PathBuf>> {
        let (mut found, mut folders) = (Vec::new(), vec![self.folder.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir()? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| CAPTURES.iter().any(|capture| end == *capture)) {
                    found.push(path);
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

/// Something that a test needs is missing, for this reason: it is skipped, and that is said on standard output.
///
/// # Errors
///
/// With `KEXRAY_REQUIRE_REFERENCES=1`: then the test must fail.
pub fn required(why: &str) -> Result<(), MissingMaterial> {
    if env::var_os(REQUIRED).is_some_and(|value| value == "1") {
        return Err(MissingMaterial { why: why.to_owned() });
    }
    say(&format!("skipped: {why}"));
    Ok(())
}

/// Says something to whoever runs the tests.
#[expect(clippy::print_stdout, reason = "tests speak on standard output")]
pub fn say(text: &str) {
    println!("{text}");
}
