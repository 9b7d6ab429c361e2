//! `generated/` is what is compiled, kept where a reviewer sees how it changes.

use std::fs;
use std::path::Path;

use kexray_codegen::{Diagnostics, generate, strategies};

fn check(name: &str, emit: fn(&str, &str) -> Result<String, Diagnostics>, compiled: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(root.join("ssh.grammar")).expect("the spec is text");
    let generated = emit(&source, "ssh.grammar")
        .unwrap_or_else(|mistakes| panic!("{}", mistakes.render("grammar/ssh.grammar", &source, false)));
    assert_eq!(emit(&source, "ssh.grammar").as_ref(), Ok(&generated), "two runs over one spec give the same");

    let mirror = root.join("generated").join(name);
    // A checkout may have other ends of lines.
    let mirrored = fs::read_to_string(&mirror).unwrap_or_default().replace("\r\n", "\n");
    if mirrored != generated {
        fs::create_dir_all(root.join("generated")).expect("the folder can be made");
        fs::write(&mirror, &generated).expect("the mirror can be written");
        panic!(
            "grammar/generated/{name} was not what grammar/ssh.grammar gives; it has been rewritten. Read what changed \
             with `git diff grammar/generated`, and commit it together with the spec or the generator."
        );
    }
    assert!(compiled == generated, "what was compiled is something else: build again");
}

#[test]
fn the_mirror_is_what_is_generated() {
    check("ssh.rs", generate, kexray_grammar::GENERATED);
}

#[test]
fn so_it_is_of_the_strategies() {
    check("strategies.rs", strategies, kexray_grammar::strategies::GENERATED);
}

#[test]
fn nothing_in_the_spec_is_warned_of() {
    let source = include_str!("../ssh.grammar");
    assert_eq!(kexray_codegen::check(source).render("grammar/ssh.grammar", source, false), "");
}

#[test]
fn the_spec_is_laid_out_as_all_are() {
    let source = include_str!("../ssh.grammar").replace("\r\n", "\n");
    let laid_out = kexray_codegen::format(&source).expect("it parses");
    let first = source.lines().zip(laid_out.lines()).position(|(is, should)| is != should);
    assert!(
        source == laid_out,
        "line {:?}: run `cargo run -p kexray-codegen -- fmt grammar/ssh.grammar`",
        first.map(|line| line + 1)
    );
}
