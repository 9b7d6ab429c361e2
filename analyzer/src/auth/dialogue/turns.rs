//! Where a run leads: worked out once for all dialogues that come to it.
//!
//! Whoever tries passwords all day says the same again and again, in packets of the same sizes, and so do the programs of
//! one kind. The standings and the turns between them are an automaton that is built while it is used.

use std::cell::RefCell;
use std::sync::Arc;

use hashbrown::HashMap;
use kexray_grammar::Sealing;

use super::rules::Ends;
use super::search::{Found, Reading, Search, Sent, prune};
use super::situation::Each;
use super::standing::{Standing, Terms};

/// Turns that are kept by a thread. When there are more, all are forgotten, and those that are still of use worked out again.
const TURNS: usize = 2048;

/// Where a dialogue begins in which the ends seal packets so.
pub(super) fn opening(terms: Terms, first: Reading) -> Arc<Standing> {
    TURNS_KNOWN.with_borrow_mut(|known| {
        known.make_room();
        let Terms { ends, sealings } = terms;
        let opening = known.openings.entry((ends, sealings));
        Arc::clone(opening.or_insert_with(|| Arc::new(Standing::of(Arc::new(terms), first))))
    })
}

/// Where it goes on when that is sent; `None` where no reading explains it.
pub(super) fn turn(standing: &Arc<Standing>, sent: Sent) -> Option<Arc<Standing>> {
    TURNS_KNOWN.with_borrow_mut(|known| known.turn(standing, sent))
}

thread_local! {
    static TURNS_KNOWN: RefCell<Known> = RefCell::default();
}

#[derive(Default)]
struct Known {
    openings: HashMap<(Ends, Each<Sealing>), Arc<Standing>>,
    turns: HashMap<Fork, Lead>,
    /// What a search finds; empty between searches.
    found: Vec<Found>,
}

/// Where a dialogue stands, and what is sent.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Fork {
    /// The address of the standing.
    standing: usize,
    sent: Sent,
}

/// Where a fork leads.
struct Lead {
    /// The standing: as long as it is kept, no other one has its address.
    _from: Arc<Standing>,
    /// Where it goes on; `None` where no reading explains what was sent.
    to: Option<Arc<Standing>>,
}

impl Known {
    fn turn(&mut self, standing: &Arc<Standing>, sent: Sent) -> Option<Arc<Standing>> {
        let fork = Fork { standing: Arc::as_ptr(standing).addr(), sent };
        if let Some(lead) = self.turns.get(&fork) {
            return lead.to.clone();
        }
        let to = self.search(standing, sent).map(Arc::new);
        self.make_room();
        self.turns.insert(fork, Lead { _from: Arc::clone(standing), to: to.clone() });
        to
    }

    fn search(&mut self, standing: &Standing, sent: Sent) -> Option<Standing> {
        let mut search = Search::new(standing, sent, &mut self.found);
        for (index, reading) in standing.readings().iter().enumerate() {
            search.go_on(index, reading);
        }
        let surprise = prune(&mut self.found)?;
        let ways = self.found.iter().map(|found| found.way).collect();
        let readings = self.found.drain(..).map(|found| found.reading).collect();
        Some(Standing::new(Arc::clone(&standing.terms), readings, ways, surprise))
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
    use kexray_grammar::{Role, sealings};

    use super::super::framing::Run;
    use super::super::{Dialogue, Told};
    use super::*;
    use crate::Timestamp;
    use crate::auth::Evidence;

    fn dialogue() -> Dialogue {
        let sealing = sealings::chacha20_poly1305();
        Dialogue::new(Each { client: sealing, server: sealing }, Ends::default())
    }

    fn say(dialogue: &mut Dialogue, from: Role, octets: usize) -> Vec<String> {
        let mut told = Vec::new();
        let mut tell = |packet: &Told, evidence: Evidence| told.push(format!("{packet:?} {evidence:?}"));
        dialogue.deliver(from, Timestamp::default(), &vec![0; octets], false, &mut tell);
        told
    }

    fn known() -> usize {
        TURNS_KNOWN.with_borrow(|known| known.turns.len())
    }

    #[test]
    fn who_goes_the_same_way_shares_the_work() {
        let (mut one, mut other) = (dialogue(), dialogue());
        let told = say(&mut one, Role::Client, 52);
        let worked_out = known();
        assert_eq!(say(&mut other, Role::Client, 52), told);
        assert!(Arc::ptr_eq(&one.standing, &other.standing));
        assert_eq!(known(), worked_out);
        say(&mut other, Role::Server, 60);
        assert_eq!(known(), worked_out + 1);
    }

    #[test]
    fn a_dialogue_goes_on_in_another_thread() {
        let says = [
            (Role::Client, 52),
            (Role::Server, 52),
            (Role::Client, 76),
            (Role::Server, 76),
            (Role::Client, 148),
        ];
        let mut here = dialogue();
        let told: Vec<_> = says.map(|(from, octets)| say(&mut here, from, octets)).into();
        let mut moved = dialogue();
        let mut told_there = vec![say(&mut moved, Role::Client, 52)];
        // That thread knows nothing, and comes to other standings first.
        TURNS_KNOWN.take();
        (0..50).for_each(|more| drop(say(&mut dialogue(), Role::Client, 28 + 8 * more)));
        told_there.extend(says.iter().skip(1).map(|(from, octets)| say(&mut moved, *from, *octets)));
        assert_eq!(told_there, told);
    }

    #[test]
    fn turns_are_forgotten_when_there_are_many() {
        let mut dialogue = dialogue();
        let said = |from, octets| Sent {
            from,
            pace: Default::default(),
            run: Run { octets, packet: false, full: false },
        };
        say(&mut dialogue, Role::Client, 52);
        for octets in 0..3 * TURNS {
            turn(&dialogue.standing, said(Role::Server, octets));
            assert!(known() <= TURNS);
        }
    }

    #[test]
    fn beginnings_are_forgotten_when_there_are_many() {
        for tag in 0..3 * TURNS {
            let sealing = sealings::encrypt_and_mac(16, tag);
            Dialogue::new(Each { client: sealing, server: sealing }, Ends::default());
            assert!(TURNS_KNOWN.with_borrow(|known| known.openings.len()) <= TURNS);
        }
    }
}
