//! How well the engines tell what happened in authentication, on a folder of captures whose truth is known.
//!
//! - [`labels`]: the truth of each connection, and what of it counts.
//! - [`account`]: what an engine says of a connection.
//! - [`engine`]: who is asked: our engines, or logs of Zeek.
//! - [`card`]: what was right, wrong or not said, in total and by kind.
//! - [`report`]: cards as text, Markdown or JSON.

pub mod account;
pub mod card;
pub mod engine;
pub mod labels;
pub mod report;

use std::path::Path;

use crate::pairing::{Pair, pair};
use crate::record::{Record, RecordError};
use crate::replay::ReplayError;

pub use account::Account;
pub use card::Card;
pub use engine::Engine;
pub use labels::{Label, Labels};

/// A folder could not be scored.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// A file could not be read.
    #[error("{path}: {error}")]
    File {
        /// Which one.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// A line of `labels.jsonl` makes no sense.
    #[error("labels.jsonl, line {line}: {error}")]
    Label {
        /// Which one, from 1.
        line: usize,
        /// Why.
        error: serde_json::Error,
    },
    /// The command failed on a capture.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A log of another tool makes no sense.
    #[error("{path}: {error}")]
    Log {
        /// Which one.
        path: String,
        /// Why.
        error: RecordError,
    },
    /// A record has a field of another type than the name promises.
    #[error("{capture}: {error}")]
    Account {
        /// The capture it is of.
        capture: String,
        /// Why.
        error: serde_json::Error,
    },
}

/// Holds what one engine says of every capture of a folder against its labels.
///
/// # Errors
///
/// When a capture, a label or a log cannot be read.
pub fn score(folder: &Path, labels: &Labels, engine: &Engine) -> Result<Card, ScoreError> {
    let mut card = Card::new(&engine.to_string());
    for (capture, labels) in labels.by_capture() {
        let accounts = read(capture, &engine.records(&folder.join(capture))?)?;
        let pairs = pair(
            labels.iter().collect(),
            accounts,
            |label: &&Label| (label.endpoints(), label.at()),
            |(endpoints, at, _)| (*endpoints, *at),
        );
        for pair in pairs {
            match pair {
                Pair::Both(label, (_, _, account)) => card.add(label, &account),
                Pair::Theirs(label) => card.add(label, &Account::default()),
                // Connections that no label speaks of have no truth.
                Pair::Ours(_) => {}
            }
        }
    }
    Ok(card)
}

type Placed = (crate::Endpoints, i64, Account);

fn read(capture: &str, records: &[Record]) -> Result<Vec<Placed>, ScoreError> {
    let placed = records.iter().map(|record| {
        let account = Account::of(record)
            .map_err(|error| ScoreError::Account { capture: capture.to_owned(), error })?;
        Ok((record.endpoints, record.at, account))
    });
    placed.collect()
}
