//! What a host does within a stretch of time.

use std::net::IpAddr;
use std::time::Duration;

use kexray_analyzer::Timestamp;

/// Servers that a notice names.
const SAMPLES: usize = 5;

/// Connections of a host since some time.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    since: Timestamp,
    last: Timestamp,
    count: u64,
    /// Some of the servers, each once.
    servers: Vec<IpAddr>,
    reached: bool,
}

impl Window {
    /// Counts a connection. Tells whether the limit is reached by it, for the first time in this window. A window begins
    /// with the first connection after the end of another.
    pub(super) fn add(&mut self, at: Timestamp, server: IpAddr, length: Duration, limit: u64) -> bool {
        if self.count == 0 || passed(self.since, at) > length {
            *self = Self { since: at, ..Self::default() };
        }
        self.count = self.count.saturating_add(1);
        self.last = self.last.max(at);
        if self.servers.len() < SAMPLES && !self.servers.contains(&server) {
            self.servers.push(server);
        }
        self.count >= limit && !std::mem::replace(&mut self.reached, self.count >= limit)
    }

    /// Whether the limit was reached, not longer ago than a window is long.
    pub(super) fn is_reached(&self, at: Timestamp, length: Duration) -> bool {
        self.reached && !self.is_over(at, length)
    }

    /// Whether its last connection was longer ago than a window is long.
    pub(super) fn is_over(&self, at: Timestamp, length: Duration) -> bool {
        passed(self.last, at) > length
    }

    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn servers(&self) -> String {
        self.servers.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// The time between two, none where the second is earlier.
pub(super) fn passed(from: Timestamp, to: Timestamp) -> Duration {
    Duration::from_nanos(to.as_nanos().saturating_sub(from.as_nanos()))
}
