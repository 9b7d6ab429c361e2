//! Several interfaces at once.

use std::os::fd::AsFd;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::{Counts, Interface, LiveError};
use crate::file::Packet;

/// Open interfaces, at least one. Packets of one come in order; those of different ones may overtake each other by as long as
/// the kernel keeps them.
#[derive(Debug)]
pub struct Interfaces {
    first: Interface,
    others: Vec<Interface>,
}

impl Interfaces {
    /// These.
    #[must_use]
    pub const fn new(first: Interface, others: Vec<Interface>) -> Self {
        Self { first, others }
    }

    /// Waits for packets of any, no longer than `patience`, and hands on those that are ready, at most a block of each. Gives
    /// their number, which is 0 where none came in time.
    ///
    /// # Errors
    ///
    /// If one of them is no more. One that is down is waited for.
    pub fn wait(&mut self, patience: Duration, mut take: impl FnMut(Packet<'_>)) -> Result<usize, LiveError> {
        if self.others.is_empty() {
            return self.first.wait(patience, take);
        }
        self.wait_for_any(patience);
        let mut taken: usize = 0;
        for interface in std::iter::once(&mut self.first).chain(&mut self.others) {
            taken = taken.saturating_add(interface.wait(Duration::ZERO, &mut take)?);
        }
        Ok(taken)
    }

    /// What was counted so far, of all together.
    ///
    /// # Errors
    ///
    /// If the kernel does not tell.
    pub fn counts(&mut self) -> Result<Counts, LiveError> {
        let mut sum = self.first.counts()?;
        for interface in &mut self.others {
            let counts = interface.counts()?;
            sum.received = sum.received.saturating_add(counts.received);
            sum.dropped = sum.dropped.saturating_add(counts.dropped);
        }
        Ok(sum)
    }

    fn wait_for_any(&self, patience: Duration) {
        let all = std::iter::once(&self.first).chain(&self.others);
        let mut sockets: Vec<_> =
            all.map(|interface| PollFd::new(interface.capture.as_fd(), PollFlags::POLLIN)).collect();
        let patience = PollTimeout::try_from(patience).unwrap_or(PollTimeout::MAX);
        // A signal ends the wait, which is what it is for; what else may be wrong is met while packets are taken.
        let _ = poll(&mut sockets, patience);
    }
}
