//! What is wished of a running process.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};
use signal_hook::flag;

/// The signals that came.
pub(super) struct Signals {
    stop: Arc<AtomicBool>,
    report: Arc<AtomicBool>,
    turn_over: Arc<AtomicBool>,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        let flags = || Arc::new(AtomicBool::new(false));
        let signals = Self { stop: flags(), report: flags(), turn_over: flags() };
        for signal in [SIGINT, SIGTERM] {
            // The second one ends the process where the first one does not.
            flag::register_conditional_default(signal, Arc::clone(&signals.stop))?;
            flag::register(signal, Arc::clone(&signals.stop))?;
        }
        flag::register(SIGUSR1, Arc::clone(&signals.report))?;
        flag::register(SIGHUP, Arc::clone(&signals.turn_over))?;
        Ok(signals)
    }

    /// SIGINT or SIGTERM came: it is time to stop.
    pub(super) fn stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// SIGUSR1 came since this was last asked: counters are wanted.
    pub(super) fn report(&self) -> bool {
        self.report.swap(false, Ordering::Relaxed)
    }

    /// SIGHUP came since this was last asked: new log files are wanted.
    pub(super) fn turn_over(&self) -> bool {
        self.turn_over.swap(false, Ordering::Relaxed)
    }
}
