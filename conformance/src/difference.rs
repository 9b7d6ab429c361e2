//! One thing that two accounts of a connection do not agree on.

use std::fmt;

use serde_json::Value;

use crate::{Endpoints, Record};

/// One thing that two accounts of a connection do not agree on.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The connection.
    pub endpoints: Endpoints,
    /// When, in microseconds since the epoch: ours, or theirs if only they say something.
    pub at: i64,
    /// What it is about: `row`, `log:COLUMN`, `event:NAME`, `event:NAME.PARAMETER`, `weird:NAME` or `label:NAME`.
    pub what: String,
    /// What they say; `None` where they say nothing.
    pub theirs: Option<Value>,
    /// What we say; `None` where we say nothing.
    pub ours: Option<Value>,
    /// All that we say of the connection, to check one thing against another.
    pub context: Vec<Record>,
    /// All that we say of the same connection in the capture that this one was cut from, if it was.
    pub whole: Vec<Record>,
}

impl Difference {
    /// A difference about the connection of a record.
    #[must_use]
    pub fn of(record: &Record, what: impl Into<String>, theirs: Option<Value>, ours: Option<Value>) -> Self {
        Self {
            endpoints: record.endpoints,
            at: record.at,
            what: what.into(),
            theirs,
            ours,
            context: Vec::new(),
            whole: Vec::new(),
        }
    }

    /// The same, with those of our records that are of the same connection; for captures that use no port twice.
    #[must_use]
    pub fn among_those_of(mut self, records: &[Record]) -> Self {
        let same = |record: &&Record| record.endpoints == self.endpoints;
        self.context = records.iter().filter(same).cloned().collect();
        self
    }

    /// The same, with all that we say of the connection.
    #[must_use]
    pub fn among(mut self, records: &[&Record]) -> Self {
        self.context = records.iter().copied().cloned().collect();
        self
    }
}

/// Characters of a value that are shown.
const SHOWN: usize = 160;

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<Value>| match value {
            None => "nothing".to_owned(),
            Some(value) => {
                let text = value.to_string();
                match text.char_indices().nth(SHOWN) {
                    Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
                    None => text,
                }
            }
        };
        let Self { endpoints, what, theirs, ours, .. } = self;
        write!(f, "{endpoints}: {what}: expected {}, got {}", shown(theirs), shown(ours))
    }
}
