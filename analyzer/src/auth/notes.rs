//! What is taken down of a dialogue while it is followed.

use super::Evidence;
use super::dialogue::Told;
use super::explained::{self, Explained};
use super::record::Record;
use super::steps::Step;

/// Takes down what became certain.
pub(crate) struct Notes<'a> {
    record: &'a mut Record,
    explanation: &'a mut Option<Vec<Explained>>,
    /// Whether anyone wants the steps.
    wanted: bool,
    /// Requests that were answered, if anyone wants them.
    pub(crate) steps: Vec<Step>,
}

impl<'a> Notes<'a> {
    /// Takes down in these; `wanted` says whether the steps are of any use.
    pub(crate) const fn new(
        record: &'a mut Record,
        explanation: &'a mut Option<Vec<Explained>>,
        wanted: bool,
    ) -> Self {
        Self { record, explanation, wanted, steps: Vec::new() }
    }

    /// Takes the next packet.
    pub(crate) fn take(&mut self, packet: &Told, evidence: Evidence) {
        let step = self.record.take(packet, evidence);
        if self.wanted {
            self.steps.extend(step);
        }
    }

    /// Adds what a packet was taken for, if anyone wants it explained.
    pub(crate) fn explain(&mut self, explained: impl FnOnce() -> Explained) {
        explained::add(self.explanation, explained);
    }
}
