//! Captures that come with the repository.

use std::path::{Path, PathBuf};

/// The capture of a trace.
pub(crate) fn trace(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/traces").join(name).join("trace.pcap")
}
