//! What one engine is to do in a round.

use std::ops::Range;

use kexray_analyzer::Timestamp;

use super::notes::Notes;
use crate::engine::Engine;
use crate::flow::Tick;
use crate::link::LinkType;
use crate::ssh::SshFlows;

/// An engine over a share of the flows.
pub(super) type Share = Engine<SshFlows<Notes>>;

/// Steps, in order.
pub(super) type Batch = Vec<Step>;

#[derive(Debug)]
pub(super) enum Step {
    /// A packet, which stands there in the round's octets.
    Packet {
        number: u64,
        link_type: LinkType,
        at: Timestamp,
        original_length: u32,
        data: Range<usize>,
        in_common: bool,
    },
    /// Time has passed, says that packet.
    Time { number: u64, at: Timestamp, now: Tick },
    /// The capture is over, whose last packet had that time.
    Finish { at: Timestamp },
}

/// Works a batch off.
pub(super) fn work(engine: &mut Share, octets: &[u8], batch: &mut Batch) {
    for step in batch.drain(..) {
        match step {
            Step::Packet { number, link_type, at, original_length, data, in_common } => {
                let data = octets.get(data).unwrap_or_default();
                engine.begin(number, at);
                if in_common {
                    engine.take_in_common(link_type, at, data, original_length);
                } else {
                    engine.take(link_type, at, data, original_length);
                }
            }
            Step::Time { number, at, now } => {
                engine.begin(number, at);
                engine.expire(now);
            }
            Step::Finish { at } => {
                engine.begin(u64::MAX, at);
                engine.finish();
            }
        }
    }
}
