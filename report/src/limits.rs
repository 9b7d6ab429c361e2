//! What a report keeps at most.

/// Bounds on what a report keeps, and thus on the size of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Sessions that are told in detail. Of more, a sample is taken that depends on their uids only; totals count all.
    pub sessions: usize,
    /// Packets that are told of a session.
    pub packets: usize,
    /// Messages in clear that are told of a session.
    pub messages: usize,
    /// Octets of text that the messages of a session take.
    pub message_octets: usize,
    /// Different names, or pairs of ends, that one total counts apart.
    pub names: usize,
    /// Rows of a total that the page shows.
    pub rows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions: 1000,
            packets: 400,
            messages: 48,
            message_octets: 16 << 10,
            names: 1 << 16,
            rows: 200,
        }
    }
}
