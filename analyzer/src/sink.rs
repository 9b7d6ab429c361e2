//! Where a connection's story goes.

use kexray_grammar::{Anomaly, Event};

use crate::Timestamp;

/// What was seen where a limit was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excess {
    /// How many there were.
    pub actual: u64,
    /// How many are passed on or kept.
    pub limit: u64,
}

/// Receives what a connection tells.
pub trait Sink {
    /// Something happened. What the event borrows is gone after the call.
    fn event(&mut self, at: Timestamp, event: &Event<'_>);

    /// Whether events are of any use here. Where they are not, digests that only they would tell are not worked out;
    /// events may still come.
    fn wants_events(&self) -> bool {
        true
    }

    /// Whether all of the [`Session`](crate::Session) is of any use here. Where it is not, its fields stay unset that say
    /// so.
    fn wants_details(&self) -> bool {
        true
    }

    /// Something odd happened. Each anomaly is told once a connection.
    fn anomaly(&mut self, at: Timestamp, anomaly: Anomaly, excess: Option<Excess>);
}
