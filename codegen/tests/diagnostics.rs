//! What is said about specs with mistakes: each file in `fail/` is one, with what is shown for it beside it. Those in
//! `warn/` have none, but something odd.
//!
//! `KEXRAY_UPDATE=1 cargo test -p kexray-codegen` rewrites what is shown.

mod beside;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use beside::{assert_no_differences, compare, name, specs};
use kexray_codegen::{Code, Diagnostics, check, generate};

fn mistakes(path: &Path) -> (String, Diagnostics) {
    let source = fs::read_to_string(path).expect("it is text");
    let mistakes = generate(&source, &name(path)).expect_err(&format!("{} has a mistake", name(path)));
    (source, mistakes)
}

/// What is said of a spec that has no mistakes.
fn warnings(path: &Path) -> (String, Diagnostics) {
    let source = fs::read_to_string(path).expect("it is text");
    let warnings = check(&source);
    assert!(generate(&source, &name(path)).is_ok(), "{}", warnings.render(&name(path), &source, false));
    assert!(!warnings.has_errors());
    (source, warnings)
}

/// All specs of which something is said.
fn told() -> Vec<(PathBuf, String, Diagnostics)> {
    let fail = specs("fail").into_iter().map(|path| (path.clone(), mistakes(&path)));
    let warn = specs("warn").into_iter().map(|path| (path.clone(), warnings(&path)));
    fail.chain(warn).map(|(path, (source, told))| (path, source, told)).collect()
}

#[test]
fn mistakes_are_shown_as_before() {
    let mut differences = Vec::new();
    for (path, source, mistakes) in told() {
        differences
            .extend(compare(&path.with_extension("stderr"), &mistakes.render(&name(&path), &source, false)));
    }
    assert_no_differences(&differences);
}

#[test]
fn every_kind_of_mistake_has_a_case() {
    let mut shown = BTreeSet::new();
    for (path, _, mistakes) in told() {
        let codes: BTreeSet<_> = mistakes.iter().map(|mistake| mistake.code).collect();
        if let Some(wanted) = Code::ALL.iter().find(|code| name(&path).starts_with(code.id())) {
            assert_eq!(codes, BTreeSet::from([*wanted]), "{} shows its own kind and no other", name(&path));
        }
        shown.extend(codes);
    }
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !shown.contains(code)).collect();
    assert!(missing.is_empty(), "no file in fail/ or warn/ shows {missing:?}");
}

#[test]
fn a_mistake_is_shown_with_code_place_line_and_caret() {
    for (path, source, mistakes) in told() {
        let shown = mistakes.render(&name(&path), &source, false);
        let shown: Vec<&str> = shown.trim_end().split("\n\n").collect();
        assert_eq!(shown.len(), mistakes.iter().count(), "one paragraph a mistake: {shown:#?}");
        for (mistake, shown) in mistakes.iter().zip(shown) {
            let before = &source[..mistake.span.start];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            assert_eq!(mistake.place(&source), (line, column));
            let text = source.lines().nth(line - 1).unwrap_or_default().trim();
            let level = if mistake.code.is_warning() { "warning" } else { "error" };
            assert!(shown.starts_with(&format!("{level}[{}]: {}", mistake.code, mistake.message)), "{shown}");
            assert!(
                shown.contains(&format!("{}:{line}:{column}\n", name(&path))),
                "{line}:{column} in {shown}"
            );
            assert!(shown.contains(text) && shown.contains('^'), "{shown}");
        }
    }
}

#[test]
fn mistakes_are_shown_together_in_the_order_of_the_text() {
    let (_, mistakes) = specs("fail")
        .iter()
        .find(|path| name(path).starts_with("five"))
        .map(|path| mistakes(path))
        .expect("it is there");
    let places: Vec<_> = mistakes.iter().map(|mistake| mistake.span.start).collect();
    let codes: BTreeSet<_> = mistakes.iter().map(|mistake| mistake.code).collect();
    assert!(places.is_sorted());
    assert_eq!((places.len(), codes.len()), (5, 5));
}

#[test]
fn colours_change_nothing_but_the_colours() {
    for (path, source, mistakes) in told() {
        let coloured = mistakes.render(&name(&path), &source, true);
        assert!(coloured.contains("\u{1b}["), "{coloured}");
        let mut pieces = coloured.split("\u{1b}[");
        let mut plain = pieces.next().unwrap_or_default().to_owned();
        plain.extend(pieces.filter_map(|piece| Some(piece.split_once('m')?.1)));
        let trim = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        assert_eq!(trim(&plain), trim(&mistakes.render(&name(&path), &source, false)));
    }
}

#[test]
fn what_is_marked_is_not_warned_of() {
    for path in specs("pass") {
        let (source, warnings) = warnings(&path);
        assert_eq!(warnings.render(&name(&path), &source, false), "");
    }
}
