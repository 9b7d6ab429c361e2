//! Receivers that do nothing: what is measured is what comes before them.

use kexray_analyzer::{Anomaly, Event, Excess, Session, Side, Sink, Timestamp};
use kexray_capture::{Application, Flow, Interest, Observer, Oddity, TcpAnomaly};

/// Hears everything and says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Sink for Quiet {
    fn event(&mut self, _: Timestamp, _: &Event<'_>) {}

    fn wants_details(&self) -> bool {
        false
    }

    fn anomaly(&mut self, _: Timestamp, _: Anomaly, _: Option<Excess>) {}
}

impl Observer for Quiet {
    fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {}

    fn wants_details(&self) -> bool {
        false
    }

    fn oddity(&mut self, _: &Flow, _: Timestamp, _: Oddity) {}

    fn session(&mut self, _: &Flow, _: &mut Session) {}
}

impl Application for Quiet {
    type State = ();

    fn open(&mut self, _: &Flow) {}

    fn deliver(&mut self, _: &Flow, (): &mut (), _: Side, _: Timestamp, _: &[u8]) -> Interest {
        Interest::Continue
    }

    fn gap(&mut self, _: &Flow, (): &mut (), _: Side, _: Timestamp, _: u64) -> Interest {
        Interest::Continue
    }

    fn anomaly(&mut self, _: &Flow, _: Side, _: Timestamp, _: TcpAnomaly) {}

    fn close(&mut self, _: &Flow, (): (), _: Timestamp) {}
}
