//! The README and the book are true: their commands print what they show, and their links lead somewhere.
//!
//! `KEXRAY_UPDATE=1` writes what commands print into the pages, but where an ellipsis stands in for a part of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The pages, from the top of the repository.
const PAGES: [&str; 8] = [
    "README.md",
    "book/src/introduction.md",
    "book/src/tour.md",
    "book/src/zeek.md",
    "book/src/suricata.md",
    "book/src/ssh-audit.md",
    "book/src/embedding.md",
    "book/src/verdicts.md",
];
/// Commands that take minutes, and which CI runs in its own way.
const NOT_RUN: [&str; 2] = ["cargo install --path cli", "cargo test --workspace"];
/// What is said of commands that a default build lacks.
const NOT_IN_EVERY_BUILD: &str = "a build with `--features parquet`";
fn top() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn updates() -> bool {
    std::env::var_os("KEXRAY_UPDATE").is_some_and(|value| value == "1")
}

/// A command, and what is shown of what it prints.
struct Shown {
    command: String,
    output: Vec<String>,
}

/// A page in pieces: text as it is, and what stands in its blocks of commands.
enum Piece {
    Text(String),
    Command(Shown),
}

fn pieces(page: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut in_block = false;
    for line in page.lines() {
        if line.starts_with("```") {
            in_block = line == "```console";
        } else if in_block {
            if let Some(command) = line.strip_prefix("$ ") {
                pieces.push(Piece::Command(Shown { command: command.to_owned(), output: Vec::new() }));
                continue;
            }
            // What root types is not run.
            let by_root = line.starts_with("# ");
            if let Some(Piece::Command(shown)) = pieces.last_mut().filter(|_| !by_root) {
                shown.output.push(line.to_owned());
                continue;
            }
        }
        pieces.push(Piece::Text(line.to_owned()));
    }
    pieces
}

#[test]
fn commands_print_what_is_shown() {
    for name in PAGES {
        let path = top().join(name);
        let page = fs::read_to_string(&path).unwrap();
        let folder = folder();
        let mut told = String::new();
        for piece in pieces(&page) {
            let shown = match piece {
                Piece::Text(line) => {
                    told.push_str(&line);
                    told.push('\n');
                    continue;
                }
                Piece::Command(shown) => shown,
            };
            let printed = run(&shown, folder.path(), name);
            let agrees = printed.as_ref().is_none_or(|printed| fits(&shown.output, printed));
            assert!(
                agrees || updates(),
                "{name}: `{}` prints\n{}\nwhere the page shows\n{}",
                shown.command,
                printed.unwrap_or_default().join("\n"),
                shown.output.join("\n")
            );
            let output = printed.filter(|_| !agrees).unwrap_or(shown.output);
            told.push_str(&format!("$ {}\n", shown.command));
            output.iter().for_each(|line| told.push_str(&format!("{line}\n")));
        }
        if updates() && told != page {
            fs::write(&path, told).unwrap();
        }
    }
}

/// A place to work in: the repository's captures, and the files that the README speaks of.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    symlink(top().join("conformance").canonicalize().unwrap(), folder.path().join("conformance")).unwrap();
    for (name, trace) in [("trace.pcap", "publickey-success"), ("x.pcap", "ipv6")] {
        let trace = format!("conformance/traces/{trace}/trace.pcap");
        fs::copy(top().join(trace), folder.path().join(name)).unwrap();
    }
    for name in ["trace.pcapng.gz", "big.pcap.gz"] {
        let command = format!("gzip -c trace.pcap > {name}");
        assert!(
            Command::new("sh").args(["-c", &command]).current_dir(folder.path()).status().unwrap().success()
        );
    }
    folder
}

/// Runs a command, and gives the lines that it printed, if any are shown; if none are, it must succeed.
fn run(shown: &Shown, folder: &Path, page: &str) -> Option<Vec<String>> {
    let command = shown.command.split(" #").next().unwrap().trim_end();
    let lacking = shown.command.contains(NOT_IN_EVERY_BUILD) && !cfg!(feature = "parquet");
    if NOT_RUN.contains(&command) || lacking {
        return None;
    }
    let kexray = Path::new(env!("CARGO_BIN_EXE_kexray"));
    let command = command.replace("cargo run --release -p kexray --", "kexray");
    let command = example(&command, kexray).unwrap_or(command);
    let path = std::env::join_paths(
        std::iter::once(kexray.parent().unwrap().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(folder)
        .env("PATH", path.unwrap())
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    if shown.output.is_empty() {
        assert!(output.status.success(), "{page}: `{}` fails: {printed}", shown.command);
        return None;
    }
    Some(printed.lines().map(|line| line.trim_end().to_owned()).collect())
}

/// An example, as it was built together with this test; where it was not, it is built now.
fn example(command: &str, kexray: &Path) -> Option<String> {
    let (package, rest) = command.strip_prefix("cargo run -q -p ")?.split_once(" --example ")?;
    let (name, arguments) = rest.split_once(' ').unwrap_or((rest, ""));
    let built = kexray.with_file_name("examples").join(name);
    if built.exists() {
        return Some(format!("'{}' {arguments}", built.display()));
    }
    let manifest = top().join("Cargo.toml");
    let cargo = env!("CARGO");
    Some(format!(
        "'{cargo}' run -q --offline --manifest-path '{}' -p {package} --example {name} {arguments}",
        manifest.display()
    ))
}

/// Whether that is what is shown. A line `…` stands for any lines, and a line that ends in `…` for those that begin so.
fn fits(shown: &[String], printed: &[String]) -> bool {
    match shown {
        [] => printed.is_empty(),
        [any, rest @ ..] if any == "…" => {
            (0..=printed.len()).any(|skipped| fits(rest, &printed[skipped..]))
        }
        [line, rest @ ..] => printed.split_first().is_some_and(|(first, behind)| {
            let same = match line.strip_suffix('…') {
                Some(start) => first.starts_with(start),
                None => line.trim_end() == first.trim_end(),
            };
            same && fits(rest, behind)
        }),
    }
}

#[test]
fn what_is_shown_is_compared() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let printed = lines("one\ntwo two\nthree");
    for shown in ["one\ntwo two\nthree", "one\n…\nthree", "…", "one\ntwo…\nthree", "one\n…\ntwo two\n…"]
    {
        assert!(fits(&lines(shown), &printed), "{shown}");
    }
    for shown in ["one", "one\ntwo\nthree", "…\ntwo…", "one\ntwo two\nthree\nfour"] {
        assert!(!fits(&lines(shown), &printed), "{shown}");
    }
}

#[test]
fn every_page_is_in_the_summary_and_its_commands_are_run() {
    let source = top().join("book/src");
    let summary = fs::read_to_string(source.join("SUMMARY.md")).unwrap();
    for page in fs::read_dir(&source).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap())
    {
        if page.ends_with(".md") && page != "SUMMARY.md" {
            assert!(summary.contains(&format!("({page})")), "{page} is in no chapter");
            assert!(PAGES.contains(&&*format!("book/src/{page}")), "the commands of {page} are not run");
        }
    }
}

#[test]
fn links_lead_somewhere() {
    let mut pages: Vec<PathBuf> = PAGES.iter().map(|page| top().join(page)).collect();
    pages.extend(["book/src/SUMMARY.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(|page| top().join(page)));
    for folder in ["docs", "docs/protocol"] {
        pages.extend(fs::read_dir(top().join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    let mut count = 0;
    for path in pages.iter().filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        let page = fs::read_to_string(path).unwrap();
        let folder = path.parent().unwrap();
        let includes = page.split("{{#include ").skip(1).filter_map(|rest| rest.split(['}', ':']).next());
        let links = page.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        for link in links.chain(includes).filter(|link| !link.is_empty() && !link.contains("://")) {
            count += 1;
            assert!(folder.join(link).exists(), "{}: {link} does not exist", path.display());
        }
    }
    assert!(count > 100, "{count} links are too few to be all");
}
