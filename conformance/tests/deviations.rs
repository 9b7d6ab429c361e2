//! `docs/deviations.md` says what `known-differences.toml` says.

use std::path::Path;

use kexray_conformance::{KnownDifferences, deviations};

#[test]
fn the_page_is_fresh() -> Result<(), Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/deviations.md");
    let fresh = deviations::page(&KnownDifferences::of_project()?);
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    if found.replace("\r\n", "\n") != fresh {
        std::fs::write(&path, &fresh)?;
        panic!("docs/deviations.md was stale and has been written anew; look at it and commit it");
    }
    Ok(())
}
