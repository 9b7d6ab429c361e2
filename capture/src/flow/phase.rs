//! What flows wait for, and how long.

use crate::limits::Limits;

/// What a flow waits for. Each phase has its own queue in the table, and its own patience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// No data yet.
    Opening,
    /// Data flows.
    Open,
    /// Nobody wants the data.
    Ignored,
    /// Finished; late packets may still come.
    Closing,
}

impl Phase {
    pub(crate) const ALL: [Self; 4] = [Self::Opening, Self::Open, Self::Ignored, Self::Closing];

    /// How long a flow in this phase may be quiet, in nanoseconds.
    pub(crate) fn timeout(self, limits: &Limits) -> u64 {
        let timeout = match self {
            Self::Opening => limits.opening_timeout,
            Self::Open | Self::Ignored => limits.idle_timeout,
            Self::Closing => limits.linger,
        };
        // In 64 bits: this is asked for every packet.
        timeout.as_secs().saturating_mul(1_000_000_000).saturating_add(u64::from(timeout.subsec_nanos()))
    }
}
