//! What time it is, told by packets.

use kexray_analyzer::Timestamp;

use crate::flow::Tick;

/// The time up to which all is over, in ticks.
///
/// A packet may carry any time. Time has passed only when two packets in a row say so: one with a wrong time cannot make
/// everything old.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    previous: Option<Tick>,
    passed: Option<Tick>,
}

impl Clock {
    /// A packet came. Gives the new time, if time has passed.
    pub(crate) fn packet(&mut self, at: Timestamp) -> Option<Tick> {
        let tick = Tick::of(at);
        let sure = self.previous.replace(tick).map_or(tick, |previous| previous.min(tick));
        if self.passed.is_some_and(|passed| passed >= sure) {
            return None;
        }
        self.passed = Some(sure);
        self.passed
    }

    /// It is this time, by a clock that is to be trusted. Gives the new time, if time has passed.
    pub(crate) fn trusted(&mut self, at: Timestamp) -> Option<Tick> {
        let tick = Tick::of(at);
        if self.passed.is_some_and(|passed| passed >= tick) {
            return None;
        }
        self.passed = Some(tick);
        self.passed
    }
}
