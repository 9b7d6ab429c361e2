//! Key exchanges after the first, known by the sizes that their messages had in clear. RFC 4253 section 9.

use kexray_grammar::numbers::EXCHANGE_VARIES;
use kexray_grammar::{Role, words};

use crate::auth::dialogue::Each;
use crate::wire::Wire;

/// Payloads of an end's messages in the first key exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exchanged {
    /// Octets of the KEXINIT; zero where it was not seen.
    pub(crate) kexinit: u32,
    /// Octets of the last message of the method; zero where none was seen.
    pub(crate) last: u32,
}

/// What to look for in one direction.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// Octets on the wire that a KEXINIT takes: with and without the words that some say only the first time.
    kexinits: [u32; 4],
    /// The least and the most that the last message of the method takes.
    last: (u32, u32),
    /// What NEWKEYS takes.
    newkeys: u32,
    /// Octets of the flight before.
    before: u32,
    /// Where it stands.
    step: Step,
    /// Exchanges that were found.
    found: u64,
}

/// What an end said last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Other,
    /// What may be a KEXINIT.
    Proposed,
    /// The same, and something else behind it: group exchange takes a message more.
    Asked,
}

impl Known {
    /// Takes a flight; `both` are its octets with those of the one before. Tells whether what seemed to be a KEXINIT led to
    /// nothing.
    fn add(&mut self, octets: u32, both: u32) -> bool {
        let last = |octets: u32| (self.last.0..=self.last.1).contains(&octets);
        let ends = |octets: u32| last(octets) || last(octets.saturating_sub(self.newkeys));
        let proposes = self.kexinits.contains(&octets) || self.kexinits.contains(&both);
        let together = || self.kexinits.iter().any(|kexinit| octets.checked_sub(*kexinit).is_some_and(ends));
        let proposed = self.step != Step::Other;
        if proposes {
            self.step = Step::Proposed;
            return proposed;
        }
        if together() || proposed && ends(octets) {
            self.found = self.found.saturating_add(1);
            self.step = Step::Other;
            return false;
        }
        self.step = match self.step {
            Step::Proposed => Step::Asked,
            Step::Asked | Step::Other => Step::Other,
        };
        proposed && self.step == Step::Other
    }
}

/// A flight's part in a key exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exchanging {
    /// It may be a KEXINIT.
    Begins,
    /// It comes behind what may be one.
    GoesOn,
    /// It is the last of its end, or the whole.
    Ends,
}

/// Looks for key exchanges.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rekeys {
    known: Each<Known>,
    /// A KEXINIT may have been seen that led to nothing.
    doubtful: bool,
    /// Whether the client has said anything.
    spoke: bool,
}

impl Rekeys {
    pub(super) fn new(wires: &Each<Wire>, exchanged: Each<Exchanged>) -> Self {
        let once = |words: &[&[u8]]| words.iter().map(|word| word.len().saturating_add(1)).sum::<usize>();
        let known = |wire: &Wire, exchanged: Exchanged, extensions: &[u8], markers: &[&[u8]]| {
            let (kexinit, last) = (exchanged.kexinit as usize, exchanged.last as usize);
            let without = |octets: usize| wire.of(kexinit.saturating_sub(octets));
            let all = once(markers);
            let extensions = once(&[extensions]);
            Known {
                kexinits: [0, extensions, all.saturating_sub(extensions), all].map(without),
                last: (
                    wire.of(last.saturating_sub(EXCHANGE_VARIES)),
                    wire.of(last.saturating_add(EXCHANGE_VARIES)),
                ),
                newkeys: wire.of(1),
                ..Known::default()
            }
        };
        let [client, server] = words::EXTENSION_MARKERS else { return Self::none() };
        Self {
            known: Each {
                client: known(&wires.client, exchanged.client, client, words::CLIENT_MARKERS),
                server: known(&wires.server, exchanged.server, server, words::SERVER_MARKERS),
            },
            doubtful: exchanged.client.kexinit == 0 || exchanged.server.kexinit == 0,
            spoke: false,
        }
    }

    /// One that finds nothing.
    pub(super) fn none() -> Self {
        Self { known: Each::default(), doubtful: true, spoke: false }
    }

    /// Takes the next flight. Tells what it seems to be.
    pub(super) fn add(&mut self, from: Role, octets: u32) -> Option<Exchanging> {
        let known = self.known.of_mut(from);
        if from == Role::Client && !std::mem::replace(&mut self.spoke, true) {
            // It may propose something else than before, as PuTTY does where GSS-API brought the keys so far.
            self.doubtful |= octets >= known.kexinits.last().copied().unwrap_or_default() / 2;
        }
        // A path may cut segments shorter now and then: then a KEXINIT comes in two.
        let both = std::mem::replace(&mut known.before, octets).saturating_add(octets);
        let least = known.kexinits.last().copied().unwrap_or_default();
        if known.step == Step::Other && both < least {
            return None;
        }
        let found = known.found;
        self.doubtful |= known.add(octets, both);
        match (known.found > found, known.step) {
            (true, _) => Some(Exchanging::Ends),
            (false, Step::Proposed) => Some(Exchanging::Begins),
            (false, Step::Asked) => Some(Exchanging::GoesOn),
            (false, Step::Other) => None,
        }
    }

    /// How many were begun, if that is certain. An end that sends much at once hides its own KEXINIT among the rest, but
    /// not the other's.
    pub(super) fn count(&self) -> Option<u64> {
        let found = self.known.client.found.max(self.known.server.found);
        let ends = [&self.known.client, &self.known.server];
        let open = ends.iter().any(|known| known.found == found && known.step != Step::Other);
        match found {
            0 => (!self.doubtful && !open).then_some(0),
            // One more may have been under way when the connection ended.
            _ => Some(found.saturating_add(u64::from(open))),
        }
    }
}

#[cfg(test)]
mod tests {
    use kexray_grammar::sealings;

    use super::*;
    use crate::auth::dialogue::Habits;

    const SAID: Each<Exchanged> = Each {
        client: Exchanged { kexinit: 1547, last: 1195 },
        server: Exchanged { kexinit: 1260, last: 1218 },
    };

    fn count(says: &[(Role, usize)]) -> Option<u64> {
        let wire = Wire::new(sealings::chacha20_poly1305(), Habits::default());
        let mut rekeys = Rekeys::new(&Each { client: wire, server: wire }, SAID);
        for (from, payload) in says {
            rekeys.add(*from, wire.of(*payload));
        }
        rekeys.count()
    }

    #[test]
    fn nothing_of_that_size_is_no_exchange() {
        assert_eq!(count(&[(Role::Client, 24), (Role::Server, 30_000), (Role::Client, 9)]), Some(0));
    }

    #[test]
    fn the_same_sizes_again_are_another_exchange() {
        let again = [(Role::Client, 1507), (Role::Server, 1260), (Role::Client, 1195), (Role::Server, 1218)];
        let data = [(Role::Server, 30_000)];
        assert_eq!(count(&[&again[..], &data, &again].concat()), Some(2));
        // The server was in the middle of something.
        assert_eq!(count(&[(Role::Client, 1507), (Role::Server, 30_000), (Role::Client, 1195)]), Some(1));
    }

    #[test]
    fn a_proposal_that_leads_to_nothing_is_doubtful() {
        assert_eq!(count(&[(Role::Client, 24), (Role::Client, 1507)]), None);
        assert_eq!(
            count(&[(Role::Client, 24), (Role::Client, 1507), (Role::Client, 9), (Role::Client, 9)]),
            None
        );
    }

    #[test]
    fn who_begins_with_as_much_as_a_proposal_may_propose_something_else() {
        assert_eq!(count(&[(Role::Client, 1400)]), None);
    }
}
