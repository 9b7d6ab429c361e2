//! Replay of captures through the command, and what comes out held against what is expected.
//!
//! - [`Material`]: captures that are not shipped, found by an environment variable.
//! - [`replay`]: runs the command on a capture, and reads what it writes.
//! - [`Record`]: one line of JSON, or one row of a log, with its connection and time.
//! - [`pairing`]: which of our connections is which of theirs.
//! - [`log`] and [`events`]: what differs, as [`Difference`]s.
//! - [`KnownDifferences`]: the differences that are meant, read from `known-differences.toml`.
//! - [`deviations`]: the same as a page for users who compare.
//! - [`score`]: how well authentication is told, on captures whose truth is known.
//! - [`streams`]: what the analyzer is given of a capture.
//! - [`in_clear`]: what a capture says in clear, message by message.

pub mod deviations;
mod difference;
pub mod events;
pub mod in_clear;
mod known;
pub mod log;
mod material;
pub mod pairing;
mod record;
pub mod replay;
pub mod score;
pub mod streams;
mod tally;
pub mod text;

pub use difference::Difference;
pub use known::{Entry, KnownDifferences, KnownError, Relation, Rule, Suite};
pub use material::{Material, MissingMaterial, required, say};
pub use record::{Endpoints, Record, RecordError, micros};
pub use tally::{Outcome, Tally};
