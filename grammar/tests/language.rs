//! Every example of LANGUAGE.md is what it is said to be: right, or wrong in the one way that stands at its fence.

use std::collections::BTreeSet;

use kexray_codegen::{Code, KEYWORDS, check, format, generate};

const PAGE: &str = include_str!("../LANGUAGE.md");

/// What stands at each fence of `grammar`, and in it.
fn examples() -> Vec<(&'static str, String)> {
    let fences = PAGE.split("```grammar").skip(1);
    fences
        .map(|rest| {
            let (mark, rest) = rest.split_once('\n').expect("a fence is a line");
            let (source, _) = rest.split_once("```").expect("a fence is closed");
            (mark.trim(), source.replace("\r\n", "\n"))
        })
        .collect()
}

#[test]
fn examples_are_right_or_wrong_as_they_say() {
    let examples = examples();
    assert!(examples.len() > 20);
    for (mark, source) in examples {
        let told = check(&source);
        let shown = told.render("LANGUAGE.md", &source, false);
        if mark.is_empty() {
            assert_eq!(shown, "", "{source}");
            assert!(generate(&source, "example.grammar").is_ok());
            assert_eq!(format(&source).as_ref(), Ok(&source), "examples are laid out as all specs are");
            continue;
        }
        let wanted = Code::of_id(mark).unwrap_or_else(|| panic!("there is no code {mark}"));
        let codes: BTreeSet<_> = told.iter().map(|item| item.code).collect();
        assert_eq!(codes, BTreeSet::from([wanted]), "{source}\n{shown}");
    }
}

#[test]
fn every_declaration_is_shown() {
    let right: String =
        examples().into_iter().filter(|(mark, _)| mark.is_empty()).map(|(_, source)| source).collect();
    for keyword in KEYWORDS {
        assert!(right.lines().any(|line| line.starts_with(&format!("{keyword} "))), "{keyword}");
    }
    for words in [
        " by hand",
        " at most ",
        " in ",
        " if ",
        " until ",
        " certifies ",
        " sealed ",
        ": optional ",
        " as ",
        " of ",
        "octets",
    ] {
        assert!(right.contains(words), "{words}");
    }
}
