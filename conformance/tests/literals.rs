//! What SSH looks like is written in the spec alone: what ships has no number, name or size of it in its own sources.
//!
//! Tests and comments may name what they like, and so may the crates that do not ship: they compare with captures, logs
//! and tools. The rules are:
//!
//! - A text is no name that the spec declares, and, where it is no sentence, has no longer one in it: of an algorithm or
//!   other thing of a table, a word, what a message or line always has, the tag of a keyed structure. `PLAIN` has the
//!   English words among them, where they mean nothing of SSH.
//! - A number of the sources that make something of SSH is no more than two, or `EXPLAINED` tells what it counts, or
//!   `ELSEWHERE` what all numbers of its file count. In `WEIGHED` there are points as well, small numbers that weigh one
//!   reading against another; but not where a size stands. `PEOPLE` is about those who use SSH.

#![allow(clippy::expect_used, reason = "a test may")]

#[path = "literals/sources.rs"]
mod sources;

use std::collections::BTreeSet;

use kexray_codegen::describe;
use kexray_codegen::description::{Constant, Description, Structure};
use sources::{Literal, sources};

/// Sources of what ships.
const SHIPS: [&str; 7] =
    ["analyzer/src", "audit/src", "capture/src", "cli/src", "codegen/src", "grammar/src", "report/src"];

/// Those of them that make something of what SSH says, or show it. Of `capture`, all else is about captures and TCP.
const KNOWS: [&str; 6] =
    ["analyzer/src", "audit/src", "capture/src/ssh.rs", "cli/src", "grammar/src", "report/src"];

/// Files of those, and folders, whose numbers all count something else.
const ELSEWHERE: &[(&str, &str)] = &[
    ("cli/src/audit.rs", "columns of tables"),
    ("cli/src/columns/session.rs", "units of time"),
    ("cli/src/events.rs", "octets of lines that wait"),
    ("cli/src/explain.rs", "units of time"),
    ("cli/src/input.rs", "octets of files, and how often progress is shown"),
    ("cli/src/lib.rs", "exit codes"),
    ("cli/src/live/", "HTTP, and what the kernel counts"),
    ("cli/src/logs/", "files, and how they are called"),
    ("cli/src/main.rs", "octets that are written at once"),
    ("cli/src/parquet/", "levels, widths and row groups of Parquet"),
    ("cli/src/quantity.rs", "units of time and of sizes"),
    ("cli/src/table.rs", "columns, rows and characters of tables"),
    ("cli/src/zeek.rs", "units of time"),
    ("report/src/algorithms.rs", "characters that are shown"),
    ("report/src/conversation.rs", "characters that are shown, units of time"),
    ("report/src/facts.rs", "oddities that are told, units of time"),
    ("report/src/findings.rs", "characters that are shown"),
    ("report/src/limits.rs", "what is kept, and what is shown"),
    ("report/src/notices.rs", "characters that are shown, units of time"),
    ("report/src/report.rs", "units of time"),
    ("report/src/text.rs", "octets of a character"),
    ("report/src/timeline.rs", "units of time, and steps of an axis"),
];

/// Where points are given.
const WEIGHED: &str = "analyzer/src/auth/dialogue/";
/// More points are not given.
const MOST_POINTS: u64 = 20;

/// How long names and passwords are that people choose: nothing that SSH knows of.
const PEOPLE: &str = "analyzer/src/auth/dialogue/rules/people.rs";

/// English words that are names in SSH too: where they stand, and for what.
const PLAIN: &[(&str, &str, &str)] = &[
    ("analyzer/src/connected/usage.rs", "none", "a session for nothing"),
    ("cli/src/table.rs", "session", "how many sessions there are"),
    ("codegen/src/vectors/json.rs", "null", "a value of JSON"),
];

/// Numbers that count nothing of SSH: where they stand, and what they are.
const EXPLAINED: &[(&str, u64, &str)] = &[
    ("analyzer/src/auth/dialogue/clock.rs", 22_000_000, "nanoseconds: what a slow hash takes"),
    ("analyzer/src/auth/dialogue/clock.rs", 2_000_000, "nanoseconds: what it takes to ask for a password"),
    ("analyzer/src/auth/dialogue/mod.rs", 256, "readings kept of what is undecided"),
    ("analyzer/src/auth/dialogue/ssh1/mod.rs", 512, "packets that are kept"),
    ("analyzer/src/auth/dialogue/search.rs", 4096, "messages that are tried"),
    ("analyzer/src/auth/explained.rs", 1024, "packets that are kept"),
    ("analyzer/src/connected/bulk.rs", 20, "shift: a mebibyte that is moved"),
    ("analyzer/src/connected/bulk.rs", 10, "times what comes back"),
    ("analyzer/src/auth/dialogue/ssh1/mod.rs", 24, "readings that are followed"),
    ("analyzer/src/auth/dialogue/turns.rs", 2048, "turns that are kept"),
    ("analyzer/src/connected/session.rs", 3, "keys until someone is said to type"),
    ("analyzer/src/connected/opening.rs", 40, "flights that are kept"),
    ("analyzer/src/connected/rekeys.rs", 4, "sizes that are looked for, as many as the array has"),
    ("analyzer/src/connected/resumption.rs", 3, "packets in a row that prove where they are"),
    ("analyzer/src/connected/resumption.rs", 4, "places that are tried, and octets of a length"),
    ("analyzer/src/connected/trail.rs", 256, "flights that are kept"),
    ("analyzer/src/escape.rs", 4, "octets of a character, bits of a hexadecimal digit"),
    ("analyzer/src/escape.rs", 15, "the greatest hexadecimal digit"),
    ("analyzer/src/escape.rs", 16, "hexadecimal"),
    ("analyzer/src/in_clear.rs", 256, "packets that are kept"),
    ("analyzer/src/host_key.rs", 4, "bits of a hexadecimal digit"),
    ("analyzer/src/host_key.rs", 15, "the greatest hexadecimal digit"),
    ("analyzer/src/host_key.rs", 16, "hexadecimal"),
    ("analyzer/src/host_key.rs", 47, "characters of an MD5 with colons"),
    ("analyzer/src/host_key.rs", 50, "characters of a SHA-256 in base64 behind its name"),
    ("analyzer/src/listed.rs", 20, "a power of two: comparisons that are worth it"),
    ("analyzer/src/listed.rs", 256, "algorithms of one table, which a test counts"),
    ("analyzer/src/offer.rs", 3, "lists in front of the last"),
    ("analyzer/src/stream.rs", 1200, "octets of a full TCP segment"),
    ("analyzer/src/time.rs", 1000, "units of time"),
    ("analyzer/src/time.rs", 1_000_000_000, "units of time"),
    ("audit/src/assessment.rs", 8, "names that a reason tells"),
    ("audit/src/limits.rs", 14, "a power of two: what is kept"),
    ("audit/src/limits.rs", 16, "a power of two: what is kept"),
    ("audit/src/limits.rs", 17, "a power of two: what is remembered"),
    ("audit/src/limits.rs", 20, "a power of two: octets"),
    ("audit/src/limits.rs", 32, "MiB that are kept"),
    ("audit/src/limits.rs", 64, "values that are kept"),
    ("audit/src/list.rs", 5, "lists"),
    ("audit/src/notices/mod.rs", 4, "keys that are kept"),
    ("audit/src/notices/mod.rs", 10, "attempts that are many"),
    ("audit/src/notices/mod.rs", 16, "a power of two: what is kept"),
    ("audit/src/notices/mod.rs", 25, "hosts that are a scan"),
    ("audit/src/notices/mod.rs", 30, "failures that are guesses; minutes"),
    ("audit/src/notices/mod.rs", 60, "seconds"),
    ("audit/src/notices/room.rs", 8, "a part of what is kept"),
    ("audit/src/notices/window.rs", 5, "samples"),
    ("audit/src/point.rs", 3, "in the equation of a curve, and the form of a point. SEC 1 section 2.3.3"),
    ("audit/src/point.rs", 4, "the form of a point. SEC 1 section 2.3.3"),
    ("audit/src/point.rs", 16, "hexadecimal"),
    ("audit/src/rsa.rs", 4, "octets of an exponent"),
    ("audit/src/rsa.rs", 8, "octets of padding, bits of an octet. RFC 8017 section 9.2"),
    ("audit/src/rsa.rs", 128, "octets of a modulus that is worth it"),
    ("audit/src/rsa.rs", 255, "the octet of padding. RFC 8017 section 9.2"),
    ("audit/src/rsa.rs", 1024, "octets of a modulus that can be afforded"),
    ("audit/src/severity.rs", 5, "severities"),
    ("capture/src/ssh.rs", 4096, "flows of which anomalies are kept"),
];

fn structures(spec: &Description) -> impl Iterator<Item = &Structure> {
    let layers = spec.layers.iter().flat_map(|layer| &layer.messages);
    let exchanges = spec.exchanges.iter().flat_map(|exchange| &exchange.messages);
    let variants = spec.keyed.iter().flat_map(|keyed| &keyed.variants).map(|(_, structure)| structure);
    layers.chain(exchanges).map(|message| &message.structure).chain(variants).chain(&spec.frames)
}

/// All names that the spec declares, as octets that some end sends.
fn declared() -> BTreeSet<String> {
    let spec = describe(include_str!("../../grammar/ssh.grammar")).expect("it is right");
    let constants = structures(&spec).flat_map(|structure| &structure.fields).filter_map(|field| match field
        .constant
        .as_ref()?
    {
        Constant::Text(text) => Some(text.clone()),
        _ => None,
    });
    let tags = spec.keyed.iter().flat_map(|keyed| &keyed.variants).map(|(tag, _)| tag.clone());
    let names = spec.names.iter().flat_map(|names| &names.names);
    // What a pattern begins or ends with is as much of a name.
    let names = names.flat_map(|name| name.split('*')).filter(|part| part.len() > 2).map(str::to_owned);
    names.chain(constants).chain(tags).chain(spec.line_texts.iter().cloned()).collect()
}

#[test]
fn no_name_is_written_outside_the_spec() {
    let declared = declared();
    assert!(declared.len() > 300, "{}", declared.len());
    let mut needed = BTreeSet::new();
    let mut found = Vec::new();
    for source in SHIPS.into_iter().flat_map(sources) {
        for (literal, _) in &source.literals {
            let Literal::Text(text) = literal else { continue };
            // A sentence is for people to read.
            let within =
                || !text.contains(' ') && declared.iter().any(|name| name.len() > 7 && text.contains(name));
            let is_name = declared.contains(text) || within();
            if !is_name {
                continue;
            }
            match PLAIN.iter().find(|(file, word, _)| *file == source.name && word == text) {
                Some(plain) => _ = needed.insert(plain),
                None => found.push(format!("{}: {text:?}", source.name)),
            }
        }
    }
    assert!(found.is_empty(), "names of SSH:\n{}", found.join("\n"));
    assert_eq!(needed, PLAIN.iter().collect());
}

#[test]
fn no_number_is_written_outside_the_spec() {
    let (mut needed, mut needed_elsewhere) = (BTreeSet::new(), BTreeSet::new());
    let mut found = Vec::new();
    for source in KNOWS.into_iter().flat_map(sources).filter(|source| source.name != PEOPLE) {
        let elsewhere = ELSEWHERE.iter().find(|(place, _)| source.name.starts_with(place));
        for (literal, is_size) in &source.literals {
            let Literal::Number(number) = literal else { continue };
            let points = source.name.starts_with(WEIGHED) && *number <= MOST_POINTS && !is_size;
            if *number <= 2 || points {
                continue;
            }
            let explained = EXPLAINED.iter().find(|(file, known, _)| *file == source.name && known == number);
            match (explained, elsewhere) {
                (Some(explained), _) => _ = needed.insert(explained),
                (None, Some(elsewhere)) => _ = needed_elsewhere.insert(elsewhere),
                (None, None) => found.push(format!("{}: {number}", source.name)),
            }
        }
    }
    assert!(found.is_empty(), "numbers:\n{}", found.join("\n"));
    assert_eq!(needed, EXPLAINED.iter().collect());
    assert_eq!(needed_elsewhere, ELSEWHERE.iter().collect());
}

/// The rules find what they are for.
#[test]
fn literals_are_found_where_they_stand() {
    let text = r#"
        #![doc = "not this"]
        //! Nor this: 4096.
        const NAME: &[u8] = b"password";
        #[cfg(test)]
        mod tests { const N: u8 = 77; }
        fn f(x: u32) -> Octets {
            put(Saturating(4), 5);
            Interval::from(least, 0x20);
            match x { 6..=7 => "eight", _ => return octets(9) };
            if length == 10 || x > 11 { n.is_multiple_of(12) }
            macros!(13, "x");
        }
        #[cfg(test)]
        const ONE: u8 = 78;
        const TWO: u8 = b'A';
    "#;
    let found = sources::literals(text);
    let text = |text: &str| (Literal::Text(text.to_owned()), false);
    let (points, size) =
        (|number| (Literal::Number(number), false), |number| (Literal::Number(number), true));
    let wanted = [
        text("password"),
        size(4),
        points(5),
        size(32),
        size(6),
        size(7),
        text("eight"),
        size(9),
        size(10),
        size(11),
        size(12),
        points(13),
        text("x"),
        text("A"),
    ];
    assert_eq!(found, wanted);
}
