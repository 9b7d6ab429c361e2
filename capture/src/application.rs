//! Where the streams go.

use kexray_analyzer::{Side, Timestamp};

use crate::flow::Flow;
use crate::tcp::TcpAnomaly;

/// Whether more of a flow is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Go on.
    Continue,
    /// Nothing more is wanted of this flow. [`Application::close`] is called at once, the flow's
    /// buffers are freed, and its packets are skipped from then on.
    Ignore,
}

/// The consumer of the streams that an [`Engine`](crate::Engine) puts together.
///
/// For each flow, in this order: `open` once, `deliver`, `gap` and `misplaced` any number of times, `close`
/// once. A flow without data, such as a port scan, is never opened.
/// The bytes and gaps of one side, in the order of the calls, are that side's whole stream: what
/// is neither delivered nor a gap has not been sent yet, as far as the capture tells.
pub trait Application {
    /// What the application keeps for a flow.
    type State;

    /// Packet `number` of the capture is taken in next, counted from 1: what is called until the next such call comes from
    /// it.
    fn packet(&mut self, number: u64) {
        let _ = number;
    }

    /// The first data of a flow, or the first known gap, is about to come.
    fn open(&mut self, flow: &Flow) -> Self::State;

    /// The next bytes of `side`'s stream: what is new in one TCP segment, never several segments
    /// in one call. They are never empty.
    ///
    /// `at` is the time of the packet that made it possible: the segment's own, or that of the
    /// packet that closed the hole before it.
    fn deliver(
        &mut self,
        flow: &Flow,
        state: &mut Self::State,
        side: Side,
        at: Timestamp,
        bytes: &[u8],
    ) -> Interest;

    /// The next `length` bytes of `side`'s stream were sent, but the capture lacks them.
    fn gap(
        &mut self,
        flow: &Flow,
        state: &mut Self::State,
        side: Side,
        at: Timestamp,
        length: u64,
    ) -> Interest;

    /// What `side` says next answers what the other side said, and that has not come: it may still come, too late, or be a
    /// gap. What was said before what is not known.
    fn misplaced(&mut self, flow: &Flow, state: &mut Self::State, side: Side, at: Timestamp) {
        let _ = (flow, state, side, at);
    }

    /// Bytes that the application holds for a flow, beyond what it holds for any. It is asked after
    /// each `deliver` and `gap`, and counts for [`Limits::buffered_in_total`](crate::Limits).
    fn held(&self, state: &Self::State) -> usize {
        let _ = state;
        0
    }

    /// Data of flow `number` waits since a time, or does not wait any more: it came before what it answers. It may still be
    /// told with that time. `before` is what was said of the flow last.
    fn waits(&mut self, number: u64, before: Option<Timestamp>, since: Option<Timestamp>) {
        let _ = (number, before, since);
    }

    /// `side` did something odd. It may come before `open`, and after `close`.
    fn anomaly(&mut self, flow: &Flow, side: Side, at: Timestamp, anomaly: TcpAnomaly);

    /// The flow is given up, and nothing is waited for any more. `at` is the time of the packet that shows it.
    /// [`close`](Self::close) follows.
    fn give_up(&mut self, flow: &Flow, state: &mut Self::State, at: Timestamp) {
        let _ = (flow, state, at);
    }

    /// The flow is over. `at` is the time of its last packet.
    fn close(&mut self, flow: &Flow, state: Self::State, at: Timestamp);
}
