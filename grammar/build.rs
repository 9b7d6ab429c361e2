//! Compiles the spec.

#![allow(clippy::print_stderr, reason = "what a build script prints there is what cargo shows when it fails")]

use std::path::PathBuf;
use std::process::ExitCode;

const SPEC: &str = "ssh.grammar";

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed={SPEC}");
    let (Ok(source), Some(out)) = (std::fs::read_to_string(SPEC), std::env::var_os("OUT_DIR")) else {
        eprintln!("grammar/{SPEC} could not be read");
        return ExitCode::FAILURE;
    };
    for warning in kexray_codegen::check(&source).iter().filter(|item| item.code.is_warning()) {
        let (line, column) = warning.place(&source);
        let (code, message) = (warning.code, &warning.message);
        println!("cargo::warning=[{code}] {message} (grammar/{SPEC}:{line}:{column})");
    }
    let generated = kexray_codegen::generate(&source, SPEC).and_then(|code| {
        Ok([("ssh.rs", code), ("strategies.rs", kexray_codegen::strategies(&source, SPEC)?)])
    });
    match generated {
        Ok(files) => {
            let out = PathBuf::from(out);
            match files.iter().try_for_each(|(name, code)| std::fs::write(out.join(name), code)) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("the generated code could not be written: {error}");
                    ExitCode::FAILURE
                }
            }
        }
        Err(diagnostics) => {
            eprint!("{}", diagnostics.render("grammar/ssh.grammar", &source, false));
            ExitCode::FAILURE
        }
    }
}
