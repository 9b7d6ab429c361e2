//! Captures that are not shipped.

use std::env;
use std::path::{Path, PathBuf};

/// Makes missing captures a failure instead of a reason to skip.
const REQUIRED: &str = "KEXRAY_REQUIRE_REFERENCES";

/// A folder of captures that an environment variable names.
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
    /// The folder that `variable` names. `None`, said on standard output, where the variable is not set or names no
    /// folder: then the test has nothing to do.
    ///
    /// # Errors
    ///
    /// The same with `KEXRAY_REQUIRE_REFERENCES=1`: then the test must fail.
    pub fn named_by(variable: &str) -> Result<Option<Self>, MissingMaterial> {
        let why = match env::var_os(variable).map(PathBuf::from) {
            Some(folder) if folder.is_dir() => return Ok(Some(Self { folder })),
            Some(folder) => format!("{variable} names no folder: {}", folder.display()),
            None => format!("{variable} is not set"),
        };
        required(&why).map(|()| None)
    }

    /// As [`Self::named_by`], where the variable may also name the folder that holds `inner`.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn named_by_or_within(variable: &str, inner: &str) -> Result<Option<Self>, MissingMaterial> {
        let material = Self::named_by(variable)?;
        Ok(material.map(|Self { folder }| {
            let inner = folder.join(inner);
            Self { folder: if inner.is_dir() { inner } else { folder } }
        }))
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
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
