//! Counts of octets, and intervals of them.

use std::num::Saturating;

use kexray_grammar::Sizes;

use crate::wire;

/// A count of octets; arithmetic stops at the ends of its range.
pub(super) type Octets = Saturating<u32>;

/// Octets of a count in front of others. RFC 4251 section 5.
pub(super) const COUNT: Octets = octets(size_of::<u32>());

/// From a size that the grammar tells.
pub(super) const fn octets(size: usize) -> Octets {
    Saturating(wire::octets(size))
}

/// All sizes from the least to the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) least: Octets,
    pub(super) most: Octets,
}

impl Interval {
    pub(super) const fn new(least: Octets, most: Octets) -> Self {
        Self { least, most }
    }

    /// From one size on, up to so many octets more.
    pub(super) const fn from(least: Octets, more: usize) -> Self {
        Self { least, most: Saturating(least.0.saturating_add(octets(more).0)) }
    }

    pub(super) const fn exactly(size: Octets) -> Self {
        Self { least: size, most: size }
    }

    pub(super) fn is_exact(self) -> bool {
        self.least == self.most
    }

    pub(super) fn meets(self, other: Self) -> bool {
        self.least <= other.most && other.least <= self.most
    }

    /// What is left of a sum if one part lies in `part`.
    pub(super) fn without(self, part: Self) -> Self {
        Self { least: self.least - part.most, most: self.most - part.least }
    }

    /// Both made longer.
    pub(super) fn plus(self, more: Octets) -> Self {
        Self { least: self.least + more, most: self.most + more }
    }

    /// The sizes that lie in both, if there are any; else this one.
    pub(super) fn narrowed(self, other: Self) -> Self {
        let both = Self { least: self.least.max(other.least), most: self.most.min(other.most) };
        if both.least <= both.most { both } else { self }
    }
}

impl From<Sizes> for Interval {
    fn from(sizes: Sizes) -> Self {
        Self { least: octets(sizes.least), most: sizes.most.map_or(Saturating(u32::MAX), octets) }
    }
}
