//! How a reading goes on from another one.

use super::history::Spoken;
use super::octets::Octets;
use super::said::Said;
use super::told::Told;

/// Packets in one run that are looked for.
pub(super) const TOGETHER: usize = 5;

/// What a run is taken for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Way {
    /// Which reading it goes on from.
    before: u8,
    /// How many packets it was taken for.
    count: u8,
    /// Octets of the run, with those that were carried.
    run: Octets,
    /// Each with its octets on the wire; zero where several packets came in one go.
    packets: [(Said, Octets); TOGETHER],
}

impl Way {
    /// One that goes on from that reading, and takes nothing yet.
    pub(super) fn from(before: usize, run: Octets) -> Self {
        Self { before: u8::try_from(before).unwrap_or(u8::MAX), run, ..Self::default() }
    }

    /// Takes the packet of that place for this.
    pub(super) fn take(&mut self, place: usize, said: Said, octets: Octets) {
        if let Some(slot) = self.packets.get_mut(place) {
            *slot = (said, octets);
        }
    }

    /// The first so many packets of it.
    pub(super) fn first(self, count: usize) -> Self {
        Self { count: u8::try_from(count).unwrap_or(u8::MAX), ..self }
    }

    /// Which reading it goes on from.
    pub(super) const fn before(&self) -> u8 {
        self.before
    }

    /// The packets of a run.
    pub(super) fn told(&self, spoken: Spoken) -> impl Iterator<Item = Told> {
        let Spoken { at, from } = spoken;
        let mut run = self.run;
        self.packets.iter().take(self.count.into()).map(move |&(said, octets)| {
            let run = std::mem::take(&mut run);
            Told { at, from, said, octets, run }
        })
    }
}
