//! What tells a flow from the others, in the little room that the table has for it.

use kexray_analyzer::Timestamp;

use super::{End, Flow, Key};

/// What a [`Flow`] is made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity {
    pub(super) key: Key,
    pub(super) first_packet: Timestamp,
    pub(super) number: u64,
    pub(super) originator: End,
    pub(super) opening_seen: bool,
}

impl Identity {
    /// The flow as applications see it.
    pub(super) fn flow(&self) -> Flow {
        Flow {
            originator: self.key.endpoint(self.originator),
            responder: self.key.endpoint(self.originator.other()),
            overlay: self.key.overlay(),
            first_packet: self.first_packet,
            number: self.number,
            opening_seen: self.opening_seen,
            ended: false,
        }
    }
}
