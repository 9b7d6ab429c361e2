//! What the logs cannot tell, for memory is bounded.

/// Counters of what was not remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lost {
    pub(crate) notices_missed: u64,
    pub(crate) repeats_forgotten: u64,
}

impl Lost {
    /// Each counter: its name, its meaning as a sentence, and its count.
    pub(crate) const fn described(self) -> [(&'static str, &'static str, u64); 2] {
        [
            (
                "notices_missed",
                "Sessions of which not all was noticed, for as many hosts and servers were watched as may be.",
                self.notices_missed,
            ),
            (
                "repeats_forgotten",
                "Public values of key exchanges, and groups, that were forgotten: if they came again, they counted as new.",
                self.repeats_forgotten,
            ),
        ]
    }
}
