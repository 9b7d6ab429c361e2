//! Packet time.

use std::fmt;
use std::time::Duration;

/// Nanoseconds since the Unix epoch, as the capture stamped them.
///
/// The analyzer never reads a clock: every time it knows came in with a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// From nanoseconds since the epoch.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// From whole microseconds since the epoch; saturates at the end of the range (the year 2554).
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros.saturating_mul(1_000))
    }

    /// So long after the epoch; saturates, likewise.
    #[must_use]
    pub fn since_epoch(duration: Duration) -> Self {
        Self::default().after(duration)
    }

    /// So much later; saturates, likewise.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0 / 1_000_000_000
    }

    /// Microseconds within the second, `0..1_000_000`; nanoseconds are cut, not rounded.
    #[must_use]
    pub const fn subsec_micros(self) -> u32 {
        (self.0 % 1_000_000_000 / 1_000) as u32
    }
}

/// `seconds.micros`, six digits after the point, as Zeek's logs write a time.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.seconds(), self.subsec_micros())
    }
}
