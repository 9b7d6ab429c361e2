//! `docs/columns.md`, which is made of the declarations.

use std::fmt::Write;
use std::path::Path;

use super::{Column, Kind, Log, Notices, Oddities, Sessions};

const HEAD: &str = "<!-- Made of cli/src/columns/ by its tests. Do not edit. -->

# Columns

What the logs hold. `kexray read --format json` and `--format parquet` write all columns, `--format zeek` those whose source is Zeek.
`--fields a,b,c` chooses others, in that order; `--fields +a,b` adds them to those that the format has; `all` stands for
every column. What is not known is left out of JSON, is `-` in Zeek's logs, and null in Parquet.

Types are those of Zeek's logs. Where it says object, there is a list of objects with these members; Zeek's log has it as
JSON. In Parquet a time is a timestamp in nanoseconds, a count an unsigned integer of 64 bits, a port one of 16, a vector a
list, and an object a group; everything else is a string.
";

/// The whole page.
fn page() -> String {
    let mut page = HEAD.to_owned();
    add::<Sessions>(&mut page, "One row for each SSH session.");
    add::<Oddities>(&mut page, "One row for each oddity. `docs/limits.md` says what the limits are.");
    add::<Notices>(
        &mut page,
        "One row for each notice, with `--notices`. `docs/notices.md` says what they mean.",
    );
    page
}

fn add<L: Log>(page: &mut String, meaning: &str) {
    let name = L::NAME;
    write!(page, "\n## `{name}`\n\n{meaning}\n\n| column | type | meaning | source |\n|---|---|---|---|\n")
        .unwrap();
    for Column { name, kind, meaning, source, .. } in L::COLUMNS {
        writeln!(page, "| `{name}` | {} | {meaning} | {source} |", shown(*kind)).unwrap();
    }
}

fn shown(kind: Kind) -> String {
    match kind {
        Kind::Objects(members) => {
            let members: Vec<_> =
                members.iter().map(|(name, kind)| format!("`{name}`: {}", kind.of_zeek())).collect();
            format!("object ({})", members.join(", "))
        }
        kind => kind.of_zeek().to_owned(),
    }
}

#[test]
fn the_page_is_what_is_declared() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/columns.md");
    let page = page();
    let there = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if there != page {
        std::fs::write(&path, page).unwrap();
        panic!("docs/columns.md was not what cli/src/columns/ declares; it has been rewritten");
    }
}

/// The names of all columns are names for whoever reads them: distinct, and without what separates.
#[test]
fn names_are_distinct_and_plain() {
    fn check<L: Log>() {
        let mut names: Vec<_> = L::COLUMNS.iter().map(|column| column.name).collect();
        assert!(
            names.iter().all(|name| name
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || b"._".contains(&octet)))
        );
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), L::COLUMNS.len());
    }
    check::<Sessions>();
    check::<Oddities>();
    check::<Notices>();
}
