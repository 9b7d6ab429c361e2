//! The page for users who compare: `docs/deviations.md`, from the rules of `known-differences.toml`.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::{KnownDifferences, Rule, Suite};

const HEAD: &str = "\
# Where kexray and Zeek differ

<!-- Generated from conformance/known-differences.toml by `cargo test -p kexray-conformance`; edit that file. -->

kexray's events, their parameters and the columns of its `ssh.log` are Zeek's.
Where the two say different things of the same capture, it is for one of these reasons, and no other: the replay of
Zeek's own test traces fails on any difference that is not listed.
";

/// The page.
#[must_use]
pub fn page(known: &KnownDifferences) -> String {
    let mut page = HEAD.to_owned();
    table(&mut page, &["Zeek", "kexray", "why"], known.rules.iter().filter(|rule| !rule.of_peers), |rule| {
        vec![name(rule), rule.zeek.clone(), rule.kexray.clone(), rule.reason.clone()]
    });
    page.push_str(
        "\n## Where kexray and a peer's own log differ\n\n\
         The shipped traces, and the labelled captures, come with what client and server logged. What kexray says is that, but for:\n",
    );
    table(
        &mut page,
        &["the peers", "kexray", "why"],
        known.rules.iter().filter(|rule| rule.of_peers),
        |rule| vec![name(rule), rule.zeek.clone(), rule.kexray.clone(), rule.reason.clone()],
    );
    page.push_str("\n## Where it shows\n\nIn the replay of Zeek's traces, of labelled captures on which Zeek was run as well, and of the shipped traces:\n");
    let mut seen = HashSet::new();
    let entries = known.entries.iter();
    let entries = entries
        .filter(|entry| seen.insert((&entry.suite, &entry.what, &entry.trace, &entry.rule, &entry.reason)));
    table(&mut page, &["what", "traces", "particularly"], entries, |entry| {
        let traces = match entry.suite {
            Suite::Reference => format!("`{}` of Zeek", entry.trace),
            Suite::ReferenceByDialogue => format!("`{}` of Zeek, by the dialogue engine", entry.trace),
            Suite::Lab => format!("labelled `{}`", entry.trace),
            Suite::Traces => format!("`{}`", entry.trace),
        };
        let reason = entry.reason.clone().unwrap_or_default();
        vec![format!("`{}`", entry.rule), format!("`{}`", entry.what), traces, reason]
    });
    page
}

fn name(rule: &Rule) -> String {
    format!("`{}`", rule.id)
}

/// Appends a table of which the first column is the rule's name.
fn table<T>(
    page: &mut String,
    columns: &[&str],
    items: impl Iterator<Item = T>,
    cells: impl Fn(T) -> Vec<String>,
) {
    page.push('\n');
    let _ = writeln!(page, "| rule | {} |", columns.join(" | "));
    let _ = writeln!(page, "|---|{}", "---|".repeat(columns.len()));
    for item in items {
        let cells: Vec<_> = cells(item).iter().map(|cell| cell.replace('|', "\\|")).collect();
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
}
