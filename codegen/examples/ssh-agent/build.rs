//! Compiles the spec.

use std::error::Error;
use std::path::PathBuf;

const SPEC: &str = "agent.grammar";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={SPEC}");
    let source = std::fs::read_to_string(SPEC)?;
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo says where to write")?);
    let shown = |mistakes: kexray_codegen::Diagnostics| mistakes.render(SPEC, &source, false);
    std::fs::write(out.join("agent.rs"), kexray_codegen::generate(&source, SPEC).map_err(shown)?)?;
    std::fs::write(out.join("strategies.rs"), kexray_codegen::strategies(&source, SPEC).map_err(shown)?)?;
    Ok(())
}
