//! The test vectors in `vectors/` are what the spec gives, and both back ends read of them what they say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use kexray_grammar::strategies::{LINES, SAMPLES, Sample, Shown};
use kexray_grammar::{ParseErrorKind, Sender};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

fn files() -> BTreeMap<String, String> {
    let files =
        kexray_codegen::vectors(include_str!("../ssh.grammar"), "ssh.grammar").expect("the spec is right");
    files.into_iter().map(|file| (file.name, file.text)).collect()
}

#[test]
fn the_vectors_are_what_the_spec_gives() {
    let wanted = files();
    assert_eq!(files(), wanted, "two runs over one spec give the same");
    let entries = fs::read_dir(folder()).into_iter().flatten().flatten().map(|entry| entry.path());
    let there: BTreeMap<_, _> = entries
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .filter_map(|path| {
            let text = fs::read_to_string(&path).ok()?.replace("\r\n", "\n");
            Some((path.file_name()?.to_str()?.to_owned(), text))
        })
        .collect();
    if wanted == there {
        return;
    }
    for name in there.keys().filter(|name| !wanted.contains_key(*name)) {
        fs::remove_file(folder().join(name)).expect("it can be removed");
    }
    for (name, text) in wanted.iter().filter(|(name, text)| there.get(*name) != Some(text)) {
        fs::write(folder().join(name), text).expect("it can be written");
    }
    panic!(
        "grammar/vectors was not what grammar/ssh.grammar gives; it has been rewritten. Read what changed with \
         `git diff grammar/vectors`, and commit it together with the spec or the generator."
    );
}

/// A vector, and where it stands.
struct Vector<'v> {
    file: &'v str,
    family: Option<&'v str>,
    members: &'v Value,
}

impl Vector<'_> {
    fn text(&self, name: &str) -> &str {
        self.members[name].as_str().unwrap_or_else(|| panic!("{self} has no `{name}`"))
    }

    fn octets(&self) -> Vec<u8> {
        unhex(self.text("hex"))
    }

    fn number(&self, name: &str) -> Option<usize> {
        usize::try_from(self.members[name].as_u64()?).ok()
    }
}

impl std::fmt::Display for Vector<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} in {}", self.members["case"], self.members["message"], self.file)
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("it is hexadecimal");
    (0..text.len()).step_by(2).map(digits).collect()
}

fn each(mut check: impl FnMut(Vector<'_>)) {
    for (name, text) in files() {
        let file: Value = serde_json::from_str(&text).expect("it is JSON");
        for members in file["vectors"].as_array().expect("there are vectors") {
            check(Vector { file: &name, family: file["family"].as_str(), members });
        }
    }
}

fn sample(vector: &Vector<'_>) -> Option<&'static Sample> {
    let name = vector.text("message");
    // A frame is a family of its own.
    let family = vector.family.unwrap_or(name);
    SAMPLES.iter().find(|sample| sample.family == family && sample.name == name)
}

/// Whether a value is what JSON says.
fn same(shown: &Shown, json: &Value) -> bool {
    match shown {
        Shown::Number(number) => {
            json.as_u64() == Some(*number) || json.as_str() == Some(number.to_string().as_str())
        }
        Shown::Flag(flag) => json.as_bool() == Some(*flag),
        Shown::Octets(octets) => json.as_str().map(unhex).as_ref() == Some(octets),
        Shown::Names(names) => json.as_array().is_some_and(|json| {
            json.len() == names.len()
                && json.iter().zip(names).all(|(json, name)| json.as_str().map(str::as_bytes) == Some(name))
        }),
        Shown::Groups(groups) => json.as_array().is_some_and(|json| {
            json.len() == groups.len()
                && json.iter().zip(groups).all(|(json, group)| same_fields(group, json))
        }),
        Shown::Absent => json.is_null(),
        _ => false,
    }
}

fn same_fields(fields: &[(&str, Shown)], json: &Value) -> bool {
    json.as_object().is_some_and(|json| {
        json.len() == fields.len()
            && fields.iter().all(|(name, shown)| json.get(*name).is_some_and(|json| same(shown, json)))
    })
}

fn word(kind: ParseErrorKind) -> &'static str {
    match kind {
        ParseErrorKind::Truncated => "truncated",
        ParseErrorKind::Mismatch => "mismatch",
        ParseErrorKind::TooSmall => "too small",
        ParseErrorKind::TooLarge => "too large",
        ParseErrorKind::Contradiction => "contradiction",
        _ => "something new",
    }
}

#[test]
fn both_back_ends_read_what_the_vectors_say() {
    let mut seen = 0;
    each(|vector| {
        let Some(sample) = sample(&vector) else {
            assert_eq!(vector.file, "lines.json", "{vector}");
            return;
        };
        seen += 1;
        let octets = vector.octets();
        let fields = octets.strip_prefix(sample.head).unwrap_or_else(|| panic!("{vector} has another head"));
        assert!((sample.agree)(fields), "{vector}");
        match (sample.fields)(fields) {
            Ok(read) => {
                let json = &vector.members["fields"];
                assert!(same_fields(&read.value, json), "{vector}: {:?} {json}", read.value);
                assert_eq!(read.trailing, vector.number("trailing").unwrap_or(0), "{vector}");
            }
            Err(error) => {
                assert_eq!(word(error.kind), vector.text("error"), "{vector}");
                assert_eq!(Some(error.offset + sample.head.len()), vector.number("offset"), "{vector}");
            }
        }
    });
    assert!(seen > 1000, "{seen}");
}

#[test]
fn so_are_lines() {
    let mut seen = 0;
    each(|vector| {
        let Some(line) = LINES.iter().find(|line| line.name == vector.text("message")) else { return };
        seen += 1;
        match (line.fields)(&vector.octets()) {
            Some(fields) => assert!(same_fields(&fields, &vector.members["fields"]), "{vector}: {fields:?}"),
            None => assert_eq!(vector.text("error"), "mismatch", "{vector}"),
        }
    });
    assert!(seen >= 2 * LINES.len(), "{seen}");
}

#[test]
fn every_structure_has_vectors_of_every_kind() {
    let mut cases: BTreeMap<(String, String), BTreeSet<bool>> = BTreeMap::new();
    let mut errors = BTreeSet::new();
    each(|vector| {
        let name = vector.text("message").to_owned();
        let family = vector.family.unwrap_or(&name).to_owned();
        let error = vector.members["error"].as_str();
        errors.extend(error.map(str::to_owned));
        cases.entry((family, name)).or_default().insert(error.is_some());
        if let Some(sample) = sample(&vector).filter(|_| vector.members.get("sender").is_some()) {
            let sender = match sample.sender {
                Sender::Client => "client",
                Sender::Server => "server",
                Sender::Either => "either",
            };
            assert_eq!(vector.text("sender"), sender, "{vector}");
        }
    });
    let expected = ["contradiction", "mismatch", "too large", "too small", "truncated"];
    assert_eq!(errors.into_iter().collect::<Vec<_>>(), expected);
    for sample in SAMPLES {
        let cases = cases.get(&(sample.family.to_owned(), sample.name.to_owned()));
        let cases = cases.unwrap_or_else(|| panic!("{}::{} has no vector", sample.family, sample.name));
        // What has no fields takes anything, and so does what has only the rest.
        let takes_anything = (sample.fields)(&[]).is_ok();
        assert_eq!(cases.contains(&true), !takes_anything, "{}::{}", sample.family, sample.name);
        assert!(cases.contains(&false), "{}::{}", sample.family, sample.name);
    }
}
