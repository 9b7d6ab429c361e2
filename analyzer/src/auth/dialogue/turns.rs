//! Where a run leads: worked out once for all dialogues that come to it.
//!
//! Whoever tries passwords all day says the same again and again, in packets of the same sizes, and so do the programs of
//! one kind. The standings and the turns between them are an automaton that is built while it is used.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hashbrown::HashMap;
use kexray_grammar::Sealing;

use super::rules::{Cost, Ends};
use super::search::{Found, Search, Sent, Way, prune};
use super::situation::Each;
use super::standing::Standing;

/// Turns that are kept by a thread. When there are more, all are forgotten, and those that are still of use worked out again.
const TURNS: usize = 2048;

/// What a run makes of a standing.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) to: Arc<Standing>,
    /// What speaks against the best reading of the run.
    pub(super) surprise: Cost,
    /// How each reading came about.
    pub(super) ways: Box<[Way]>,
}

/// Where a dialogue begins in which the ends seal packets so.
pub(super) fn opening(ends: Ends, sealings: Each<Sealing>, first: impl FnOnce() -> Standing) -> Arc<Standing> {
    TURNS_KNOWN.with_borrow_mut(|known| {
        known.make_room();
        Arc::clone(known.openings.entry((ends, sealings)).or_insert_with(|| Arc::new(first())))
    })
}

/// Where it goes on when that is sent; `None` where no reading explains it.
pub(super) fn turn(standing: &Arc<Standing>, sent: Sent) -> Option<Arc<Turn>> {
    TURNS_KNOWN.with_borrow_mut(|known| known.turn(standing, sent))
}

thread_local! {
    static TURNS_KNOWN: RefCell<Known> = RefCell::default();
}

#[derive(Default)]
struct Known {
    openings: HashMap<(Ends, Each<Sealing>), Arc<Standing>>,
    turns: HashMap<Fork, Option<Arc<Turn>>>,
    /// What a search finds; empty between searches.
    found: Vec<Found>,
}

/// A standing, by its identity, and what is sent.
struct Fork {
    standing: Arc<Standing>,
    sent: Sent,
}

impl Hash for Fork {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.standing).hash(state);
        self.sent.hash(state);
    }
}

impl PartialEq for Fork {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.standing, &other.standing) && self.sent == other.sent
    }
}

impl Eq for Fork {}

impl Known {
    fn turn(&mut self, standing: &Arc<Standing>, sent: Sent) -> Option<Arc<Turn>> {
        let fork = Fork { standing: Arc::clone(standing), sent };
        if let Some(turn) = self.turns.get(&fork) {
            return turn.clone();
        }
        let turn = self.search(standing, sent).map(Arc::new);
        self.make_room();
        self.turns.insert(fork, turn.clone());
        turn
    }

    fn search(&mut self, standing: &Standing, sent: Sent) -> Option<Turn> {
        let mut search = Search::new(standing, sent, &mut self.found);
        for (index, reading) in standing.readings().iter().enumerate() {
            search.go_on(index, reading);
        }
        let surprise = prune(&mut self.found)?;
        let ways = self.found.iter().map(|found| found.way).collect();
        let readings = self.found.drain(..).map(|found| found.reading).collect();
        Some(Turn { to: Arc::new(standing.with(readings)), surprise, ways })
    }

    fn make_room(&mut self) {
        if self.turns.len() >= TURNS || self.openings.len() >= TURNS {
            self.turns.clear();
            self.openings.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use kexray_grammar::Role;

    use super::super::framing::Run;
    use super::super::rules::Pace;
    use super::*;
}
