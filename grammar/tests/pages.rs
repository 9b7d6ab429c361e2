//! `docs/protocol/` is what `kexray-codegen doc` makes of the spec, and its links lead somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use kexray_codegen::{MARK, Page};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol")
}

fn pages() -> Vec<Page> {
    kexray_codegen::document(include_str!("../ssh.grammar"), "ssh.grammar").expect("the spec is right")
}

/// The generated pages that are there, by name.
fn there() -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder()).into_iter().flatten();
    let files = entries.filter_map(|entry| {
        let path = entry.ok()?.path();
        let text = fs::read_to_string(&path).ok()?.replace("\r\n", "\n");
        Some((path.file_name()?.to_str()?.to_owned(), text))
    });
    files.filter(|(_, text)| text.starts_with(MARK)).collect()
}

#[test]
fn the_pages_are_what_the_spec_says() {
    let wanted: BTreeMap<_, _> = pages().into_iter().map(|page| (page.name, page.text)).collect();
    let there = there();
    if wanted == there {
        return;
    }
    fs::create_dir_all(folder()).expect("the folder can be made");
    for (name, text) in wanted.iter().filter(|(name, text)| there.get(*name) != Some(text)) {
        fs::write(folder().join(name), text).expect("the page can be written");
    }
    for name in there.keys().filter(|name| !wanted.contains_key(*name)) {
        fs::remove_file(folder().join(name)).expect("the page can be removed");
    }
    panic!(
        "docs/protocol was not what grammar/ssh.grammar gives; it has been rewritten. Read what changed with \
         `git diff docs/protocol`, and commit it together with the spec or the generator."
    );
}

/// The chapter of the book below which the pages are listed.
const CHAPTER: &str = "- [SSH on the wire](docs/protocol/README.md)\n";

#[test]
fn the_book_lists_the_pages() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/src/SUMMARY.md");
    let summary = fs::read_to_string(&path).expect("the book has a summary").replace("\r\n", "\n");
    let (before, behind) = summary.split_once(CHAPTER).expect("the book has a chapter on the protocol");
    let mut pages = pages();
    pages.retain(|page| page.name != "README.md");
    pages.sort_by(|one, other| one.name.cmp(&other.name));
    let title = |page: &Page| page.text.lines().find_map(|line| line.strip_prefix("# ")).map(str::to_owned);
    let mut wanted = format!("{before}{CHAPTER}");
    for page in &pages {
        let title = title(page).expect("every page has a title");
        wanted.push_str(&format!("  - [{title}](docs/protocol/{})\n", page.name));
    }
    wanted.extend(behind.split_inclusive('\n').skip_while(|line| line.starts_with("  - ")));
    if wanted != summary {
        fs::write(&path, wanted).expect("the summary can be written");
        panic!("the book did not list the pages of docs/protocol; its summary has been rewritten");
    }
}

/// The addresses of all links of a page.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(address, _)| address)
}

/// What a heading is called in an address.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let headings = headings.map(|line| line.trim_start_matches(['#', ' ']));
    let mut anchors = BTreeSet::new();
    for heading in headings {
        let kept =
            heading.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
        let anchor: String = kept.collect::<String>().to_lowercase().replace(' ', "-");
        assert!(anchors.insert(anchor), "two headings are called {heading}");
    }
    anchors
}

#[test]
fn links_lead_somewhere() {
    let pages = pages();
    let anchors: BTreeMap<_, _> =
        pages.iter().map(|page| (page.name.as_str(), anchors(&page.text))).collect();
    let mut followed = 0;
    for page in &pages {
        for link in links(&page.text) {
            if link.starts_with("https://") {
                assert!(
                    ["https://www.rfc-editor.org/rfc/rfc", "https://datatracker.ietf.org/doc/draft-"]
                        .iter()
                        .any(|start| link.starts_with(start)),
                    "{link}"
                );
                continue;
            }
            let (name, anchor) = link.split_once('#').unwrap_or((link, ""));
            let name = if name.is_empty() { page.name.as_str() } else { name };
            let known = anchors.get(name).unwrap_or_else(|| panic!("{} links to no page {name}", page.name));
            assert!(anchor.is_empty() || known.contains(anchor), "{} links to {link}", page.name);
            followed += 1;
        }
    }
    assert!(followed > 300, "{followed}");
}

#[test]
fn every_rfc_that_is_named_is_linked() {
    for page in pages() {
        for (at, _) in page.text.match_indices("RFC ") {
            let digit = page.text[at + 4..].starts_with(|letter: char| letter.is_ascii_digit());
            assert!(!digit || page.text[..at].ends_with('['), "{}: {}", page.name, &page.text[at..at + 12]);
        }
    }
}
