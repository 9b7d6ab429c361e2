//! `docs/limits.md` says what the code does.

use std::fs;
use std::path::{Path, PathBuf};

use kexray_capture::{Limits, Stats};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page() -> String {
    fs::read_to_string(root().join("docs/limits.md")).unwrap()
}

/// `1,024` for 1024.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn bytes(number: usize) -> String {
    if number.is_multiple_of(1 << 20) {
        format!("{} MiB", number >> 20)
    } else {
        format!("{} KiB", number >> 10)
    }
}

fn time(time: std::time::Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds if seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        seconds if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

/// Cells of the rows of all tables.
fn rows(page: &str) -> Vec<Vec<String>> {
    let rows = page.lines().filter(|line| line.starts_with('|'));
    rows.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// The texts between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_limit_stands_there_with_its_default() {
    let limits = Limits::default();
    let expected = [
        ("encapsulations", grouped(limits.encapsulations as u64)),
        ("flows", grouped(limits.flows as u64)),
        ("opening_timeout", time(limits.opening_timeout)),
        ("idle_timeout", time(limits.idle_timeout)),
        ("linger", time(limits.linger)),
        ("buffered_per_direction", bytes(limits.buffered_per_direction)),
        ("buffered_in_total", bytes(limits.buffered_in_total)),
        ("one_sided_bytes", bytes(limits.one_sided_bytes)),
        ("one_sided_segments", grouped(limits.one_sided_segments as u64)),
        ("one_sided_patience", time(limits.one_sided_patience)),
        ("order_segments", grouped(limits.order_segments as u64)),
        ("order_patience", time(limits.order_patience)),
        ("datagrams", grouped(limits.datagrams as u64)),
        ("datagram_bytes", bytes(limits.datagram_bytes)),
        ("datagram_timeout", time(limits.datagram_timeout)),
    ];
    assert_eq!(format!("{limits:?}").matches(": ").count(), expected.len(), "a limit is not checked here");
    let rows = rows(&page());
    for (name, default) in expected {
        let row =
            rows.iter().find(|row| row[0] == format!("`{name}`")).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(row[1], default, "{name}");
    }
}

#[test]
fn every_limit_of_the_spec_stands_there() {
    let spec = fs::read_to_string(root().join("grammar/ssh.grammar")).unwrap();
    let page = page();
    let mut count = 0;
    for line in spec.lines().filter_map(|line| line.strip_prefix("limit ")) {
        let words: Vec<_> = line.trim_end_matches(';').split_whitespace().collect();
        let [name, "=", value, rest @ ..] = &words[..] else { panic!("{line}") };
        let anomaly = rest.get(1).map_or(String::new(), |anomaly| format!("`{anomaly}`"));
        let row = format!("| `{name}` | {} | {anomaly} |", grouped(value.parse().unwrap()));
        assert!(page.contains(&row), "lacks {row}");
        count += 1;
    }
    assert!(count > 5);
}

#[test]
fn what_it_refers_to_exists() {
    let mut sources = Vec::new();
    for directory in ["capture", "analyzer", "audit", "cli", "report"] {
        collect(&root().join(directory), &mut sources);
    }
    let counters: Vec<_> = Stats::default().rows().map(|(name, _)| name).collect();
    let page = page();
    for text in quoted(&page) {
        // `file::test`
        if let Some((file, test)) = text.split_once("::").filter(|(file, _)| !file.starts_with("kexray")) {
            let is_in = |(path, source): &(PathBuf, String)| {
                path.iter().any(|part| Path::new(part).file_stem().is_some_and(|stem| stem == file))
                    && source.contains(&format!("fn {test}("))
            };
            assert!(sources.iter().any(is_in), "no test {text}");
        }
        if let Some(flag) = text.strip_prefix("--") {
            let field = flag.split(' ').next().unwrap_or_default().replace('-', "_");
            assert!(
                sources.iter().any(|(_, source)| source.contains(&format!("{field}:"))),
                "no flag {text}"
            );
        }
    }
    for row in rows(&page).iter().filter(|row| row.len() == 5 && row[0].starts_with('`')) {
        for counter in quoted(&row[3]) {
            assert!(counters.contains(&counter), "no counter {counter}");
        }
    }
}

fn collect(directory: &Path, sources: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            sources.push((path, source));
        }
    }
}
