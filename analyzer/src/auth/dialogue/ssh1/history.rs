//! How readings came about: a tree of packets, in which readings share what they agree on.

use super::super::told::Told;
use crate::Timestamp;

/// Where a reading ends in the tree: a number counted from one, or zero for the root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place(u32);

impl Place {
    fn index(self) -> Option<usize> {
        (self.0 as usize).checked_sub(1)
    }
}

/// The tree.
#[derive(Debug)]
pub(super) struct History<S> {
    packets: Vec<(Place, Told<S>)>,
}

impl<S> Default for History<S> {
    fn default() -> Self {
        Self { packets: Vec::new() }
    }
}

impl<S: Copy> History<S> {
    /// Adds a packet behind a place. Tells its own.
    pub(super) fn push(&mut self, before: Place, packet: Told<S>) -> Place {
        self.packets.push((before, packet));
        Place(u32::try_from(self.packets.len()).unwrap_or(u32::MAX))
    }

    /// Tells the packets that lead to a place, first to last, and forgets all.
    pub(super) fn take(&mut self, place: Place, tell: &mut impl FnMut(&Told<S>)) {
        // Each names the one before it. Turned round, each names the one behind it.
        let (mut next, mut behind) = (place, Place::default());
        while let Some((before, _)) = next.index().and_then(|index| self.packets.get_mut(index)) {
            let earlier = std::mem::replace(before, behind);
            behind = std::mem::replace(&mut next, earlier);
        }
        while let Some((after, packet)) = behind.index().and_then(|index| self.packets.get(index)) {
            tell(packet);
            behind = *after;
        }
        self.packets.clear();
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.packets.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.packets.len()
    }

    /// The time of the oldest packet.
    pub(super) fn since(&self) -> Option<Timestamp> {
        self.packets.first().map(|(_, packet)| packet.at)
    }
}
