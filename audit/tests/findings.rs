//! `docs/findings.md` is made of the table of findings.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use kexray_audit::{Finding, Severity};

const HEAD: &str = "<!-- Made of audit/src/finding.rs by its tests. Do not edit. -->

# Findings

What `kexray audit` finds in what was seen of servers, clients and host keys. `--fail-on SEVERITY` makes it exit with 3 if
something of that severity or a worse one is found.

| finding | severity | meaning | see |
|---|---|---|---|
";

#[test]
fn the_page_is_what_is_declared() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/findings.md");
    let mut page = HEAD.to_owned();
    for finding in Finding::ALL {
        let (name, severity) = (finding.name(), finding.severity());
        writeln!(page, "| `{name}` | {severity} | {} | {} |", finding.meaning(), finding.reference())
            .unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if there != page {
        std::fs::write(&path, page).unwrap();
        panic!("docs/findings.md was not what audit/src/finding.rs declares; it has been rewritten");
    }
}

#[test]
fn names_are_distinct_and_meanings_are_sentences() {
    let names: BTreeSet<_> = Finding::ALL.iter().map(|finding| finding.name()).collect();
    assert_eq!(names.len(), Finding::ALL.len());
    for finding in Finding::ALL {
        assert_eq!(Finding::of_name(finding.name()), Some(*finding));
        let meaning = finding.meaning();
        assert!(meaning.ends_with('.') && !meaning.contains("  ") && !meaning.contains('|'), "{meaning}");
        assert!(meaning.starts_with(|first: char| first.is_uppercase()), "{meaning}");
    }
    assert!(Severity::ALL.is_sorted());
}
