//! The differences that are meant.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::{Difference, Record, text};

/// The differences that are meant: what is read from `known-differences.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownDifferences {
    /// In what kexray deviates, and why.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
    /// Where that shows.
    #[serde(rename = "difference", default)]
    pub entries: Vec<Entry>,
}

/// Something in which kexray deviates on purpose.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A short name.
    pub id: String,
    /// What Zeek, or a peer's log, says.
    pub zeek: String,
    /// What kexray says.
    pub kexray: String,
    /// Why.
    pub reason: String,
    /// Whether it deviates from what the peers of a session logged, not from Zeek.
    #[serde(default)]
    pub of_peers: bool,
}

/// Differences that a rule explains.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The rule's name.
    pub rule: String,
    /// The test in which it shows.
    pub suite: Suite,
    /// Names of the traces; `*` stands for any text.
    pub trace: String,
    /// What differs: see [`Difference::what`]; `*` stands for any text.
    pub what: String,
    /// What must hold between both values. A value that is wrong in another way is still a failure.
    pub relation: Relation,
    /// Only connections from these ports, if any are given.
    #[serde(default)]
    pub orig_p: Vec<u16>,
    /// Their value, for [`Relation::Given`].
    #[serde(default)]
    pub theirs: Option<Value>,
    /// Our value, for [`Relation::Given`].
    #[serde(default)]
    pub ours: Option<Value>,
    /// How often it shows, where that is to be exact.
    #[serde(default)]
    pub times: Option<usize>,
    /// What is particular here.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The tests that know of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Suite {
    /// `tests/reference.rs`: Zeek's own traces.
    Reference,
    /// The same, of verdicts only, by the dialogue engine; with the suite above that is Zeek's rule.
    ReferenceByDialogue,
    /// `tests/zeek_on_lab.rs`: labelled captures, and what Zeek says of them.
    Lab,
    /// `tests/traces.rs`: the shipped traces.
    Traces,
}

/// What must hold between their value and ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// Only we say something.
    OnlyOurs,
    /// Only they say something.
    OnlyTheirs,
    /// Only we say something, and of the capture that this one was cut from we say just the same.
    OnlyOursAsInWhole,
    /// The same, but for a later time.
    OnlyOursLaterThanInWhole,
    /// Theirs is a fingerprint of which 32 characters are left, and ours goes on.
    TheirsIsCut,
    /// Theirs is the fingerprint, cut, of the whole of the host key that the same connection tells of, and ours another:
    /// it is a certificate.
    TheirsIsOfCertificate,
    /// Theirs is 0, and ours is more.
    TheirsIsZero,
    /// Both are the same but for `is_server`.
    OtherRole,
    /// Theirs is a later time, by less than a minute.
    TheirsIsLater,
    /// Ours is the MD5 of the modulus and the exponent that the same connection tells of.
    Md5OfModulusAndExponent,
    /// Both are the same octets; only we write control characters as `\xNN`.
    OursIsEscaped,
    /// Both are the values that the entry gives.
    Given,
}

/// `known-differences.toml` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// It is not what it should be.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    /// An entry names a rule that is not there, or gives values that its relation does not ask for.
    #[error("the entry for {what} of rule {rule:?} {why}")]
    Entry {
        /// The entry's rule.
        rule: String,
        /// What it is about.
        what: String,
        /// What is wrong.
        why: &'static str,
    },
}

/// A shorter fingerprint: `SHA256:` and 32 characters.
const CUT_FINGERPRINT: usize = "SHA256:".len() + 32;
/// The same of 43.
const FINGERPRINT: usize = "SHA256:".len() + 43;
/// Microseconds by which detection may be late.
const LATE: i64 = 60_000_000;

impl KnownDifferences {
    /// Those of this project.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or makes no sense.
    pub fn of_project() -> Result<Self, KnownError> {
        Self::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("known-differences.toml"))
    }

    fn read(path: &Path) -> Result<Self, KnownError> {
        Self::parse(&std::fs::read_to_string(path)?)
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    ///
    /// When it makes no sense.
    pub fn parse(text: &str) -> Result<Self, KnownError> {
        let known: Self = toml::from_str(text)?;
        let rules: BTreeSet<&str> = known.rules.iter().map(|rule| rule.id.as_str()).collect();
        for entry in &known.entries {
            let error = |why| KnownError::Entry { rule: entry.rule.clone(), what: entry.what.clone(), why };
            if !rules.contains(entry.rule.as_str()) {
                return Err(error("names a rule that is not there"));
            }
            let gives = entry.theirs.is_some() || entry.ours.is_some();
            if gives != (entry.relation == Relation::Given) {
                return Err(error("must give values if, and only if, its relation is \"given\""));
            }
        }
        Ok(known)
    }

    /// What is left of a test's differences, each with its trace, and the entries that nothing matched.
    #[must_use]
    pub fn check(&self, suite: Suite, differences: &[(String, Difference)]) -> Vec<String> {
        let entries: Vec<&Entry> = self.entries.iter().filter(|entry| entry.suite == suite).collect();
        let mut used = vec![0_usize; entries.len()];
        let mut left = Vec::new();
        for (trace, difference) in differences {
            match entries.iter().position(|entry| entry.explains(trace, difference)) {
                Some(place) => used[place] += 1,
                None => left.push(format!("{trace}: {difference}")),
            }
        }
        for (entry, used) in entries.iter().zip(used) {
            let expected = entry.times;
            if used == 0 || expected.is_some_and(|times| times != used) {
                let Entry { what, trace, rule, .. } = entry;
                left.push(format!(
                    "known-differences.toml: {used} differences match {what} in {trace} (rule {rule:?})"
                ));
            }
        }
        left
    }
}

impl Entry {
    fn explains(&self, trace: &str, difference: &Difference) -> bool {
        text::fits(&self.trace, trace)
            && text::fits(&self.what, &difference.what)
            && (self.orig_p.is_empty() || self.orig_p.contains(&difference.endpoints.orig_p))
            && self.holds(difference)
    }

    fn holds(&self, difference: &Difference) -> bool {
        let (theirs, ours) = (&difference.theirs, &difference.ours);
        match self.relation {
            Relation::OnlyOurs => theirs.is_none() && ours.is_some(),
            Relation::OnlyTheirs => theirs.is_some() && ours.is_none(),
            Relation::TheirsIsCut => texts(theirs, ours).is_some_and(|(theirs, ours)| {
                theirs.len() == CUT_FINGERPRINT && ours.len() == FINGERPRINT && ours.starts_with(theirs)
            }),
            Relation::OnlyOursAsInWhole => theirs.is_none() && is_told_of_whole(difference, 0..=0),
            Relation::OnlyOursLaterThanInWhole => theirs.is_none() && is_told_of_whole(difference, 1..=LATE),
            Relation::TheirsIsOfCertificate => texts(theirs, ours).is_some_and(|(theirs, ours)| {
                let key =
                    ours_of(&difference.context, "ssh2_server_host_key").and_then(|event| event.text("key"));
                let whole = key.and_then(text::octets_of_hex).map(|key| text::fingerprint(&key));
                whole.is_some_and(|whole| whole != ours && whole.get(..CUT_FINGERPRINT) == Some(theirs))
            }),
            Relation::TheirsIsZero => {
                let count = |value: &Option<Value>| value.as_ref().and_then(Value::as_u64);
                count(theirs) == Some(0) && count(ours).is_some_and(|ours| ours > 0)
            }
            Relation::OtherRole => theirs.as_ref().zip(ours.as_ref()).is_some_and(|(theirs, ours)| {
                let mut flipped = ours.clone();
                if let Some(is_server) = flipped.get_mut("is_server") {
                    *is_server = Value::Bool(is_server != &Value::Bool(true));
                }
                flipped == *theirs && flipped != *ours
            }),
            Relation::TheirsIsLater => {
                let time = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64);
                time(theirs)
                    .zip(time(ours))
                    .is_some_and(|(theirs, ours)| (1..=LATE).contains(&(theirs - ours)))
            }
            Relation::Md5OfModulusAndExponent => {
                let ours = ours.as_ref().and_then(Value::as_str);
                ours.is_some() && ours == modulus_and_exponent(difference).as_deref()
            }
            Relation::OursIsEscaped => texts(theirs, ours).is_some_and(|(theirs, ours)| {
                theirs != ours && theirs.as_bytes() == text::octets_of_ours(ours)
            }),
            Relation::Given => *theirs == self.theirs && *ours == self.ours,
        }
    }
}

fn texts<'v>(theirs: &'v Option<Value>, ours: &'v Option<Value>) -> Option<(&'v str, &'v str)> {
    theirs.as_ref()?.as_str().zip(ours.as_ref()?.as_str())
}

fn ours_of<'r>(records: &'r [Record], event: &str) -> Option<&'r Record> {
    records.iter().find(|record| record.event() == event)
}

/// Whether what we say is what we say of the whole capture, so much earlier.
fn is_told_of_whole(difference: &Difference, earlier: RangeInclusive<i64>) -> bool {
    let mut whole = difference.whole.iter();
    match difference.what.split_once(':') {
        Some(("event", name)) => whole.any(|record| {
            record.event() == name
                && earlier.contains(&(difference.at - record.at))
                && Some(record.parameters()) == difference.ours
        }),
        Some(("log", column)) => whole.any(|record| {
            record.event().is_empty()
                && difference.ours.is_some()
                && record.get(column) == difference.ours.as_ref()
        }),
        _ => false,
    }
}

/// The MD5 of the SSH-1 key that the connection tells of.
fn modulus_and_exponent(difference: &Difference) -> Option<String> {
    let event = ours_of(&difference.context, "ssh1_server_host_key")?;
    let modulus = text::octets_of_hex(event.text("modulus")?)?;
    let exponent = text::octets_of_hex(event.text("exponent")?)?;
    Some(text::md5(&[&modulus, &exponent]))
}
