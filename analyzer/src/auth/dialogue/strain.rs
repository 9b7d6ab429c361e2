//! What speaks against the best reading of late.

use super::rules::{Cost, against};

/// When it is not believed any more.
const FAR_FETCHED: Cost = against(20);

/// What each packet or run that is explained takes off it.
const RELIEF: Cost = against(3);

/// How far-fetched the best reading became. Where even that one is, the right one is not among them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Strain(Cost);

impl Strain {
    /// Goes on by what is that much of a surprise.
    pub(super) fn bear(&mut self, surprise: Cost) {
        self.0 = self.0 + surprise - RELIEF;
    }

    /// Whether the best reading is not believed any more.
    pub(super) fn breaks(self) -> bool {
        self.0 >= FAR_FETCHED
    }
}
