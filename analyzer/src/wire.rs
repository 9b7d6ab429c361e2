//! Octets on the wire, and the payloads that take them.

use kexray_grammar::{Padding, Sealing, Software};

use crate::auth::dialogue::Habits;

/// A count of octets: more than it holds counts as the most that it does.
pub(crate) const fn octets(size: usize) -> u32 {
    if size > u32::MAX as usize { u32::MAX } else { size as u32 }
}

/// How many octets something has, where sizes leave more than one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OctetRange {
    /// At least.
    pub least: u32,
    /// At most.
    pub most: u32,
}

impl OctetRange {
    /// Of one size.
    pub(crate) fn exactly(octets: usize) -> Self {
        let octets = self::octets(octets);
        Self { least: octets, most: octets }
    }

    /// Of a sum.
    pub(crate) const fn plus(self, other: Self) -> Self {
        let least = self.least.saturating_add(other.least);
        Self { least, most: self.most.saturating_add(other.most) }
    }

    /// What is left of a sum if its other part is so large; `None` where it cannot be.
    pub(crate) fn without(self, other: Self) -> Option<Self> {
        let most = self.most.checked_sub(other.least)?;
        Some(Self { least: self.least.saturating_sub(other.most), most })
    }

    /// A part of one size taken away.
    pub(crate) fn minus(self, octets: usize) -> Option<Self> {
        self.without(Self::exactly(octets))
    }

    /// Whether there is a size in both.
    pub(crate) const fn meets(self, other: Self) -> bool {
        self.least <= other.most && other.least <= self.most
    }
}

/// How one end's packets are sealed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wire {
    sealing: Sealing,
    padding: Padding,
    /// Whether how much it pads was seen.
    seen: bool,
}

impl Wire {
    pub(crate) fn new(sealing: Sealing, habits: Habits) -> Self {
        let padding = if habits.has(Software::floors) { Padding::Floored } else { Padding::Least };
        Self { sealing, padding, seen: habits.has(Software::floors) }
    }

    /// Learns how much padding its end adds.
    pub(crate) fn pad(&mut self, padding: Option<Padding>) {
        let Some(padding) = padding else { return };
        self.seen = true;
        if self.padding == Padding::Least {
            self.padding = padding;
        }
    }

    pub(crate) const fn sealing(&self) -> &Sealing {
        &self.sealing
    }

    /// Octets on the wire of a packet with such a payload.
    pub(crate) fn of(&self, payload: usize) -> u32 {
        octets(self.sealing.padded(payload, self.padding))
    }

    /// Of several in one go.
    pub(crate) fn of_all(&self, payloads: &[usize]) -> u32 {
        payloads.iter().fold(0, |sum, payload| sum.saturating_add(self.of(*payload)))
    }

    /// The payloads of a packet of so many octets on the wire; `None` where it is not known how much is padding.
    pub(crate) fn payload(&self, octets: u32) -> Option<OctetRange> {
        let sizes = self.sealing.payload_sizes(octets as usize, self.padding).filter(|_| self.seen)?;
        let number = |size: usize| u32::try_from(size).ok();
        Some(OctetRange { least: number(sizes.least)?, most: number(sizes.most?)? })
    }

    /// Whether each flight is one packet.
    pub(crate) const fn tells_packets(&self) -> bool {
        self.sealing.clear() > 0
    }
}
