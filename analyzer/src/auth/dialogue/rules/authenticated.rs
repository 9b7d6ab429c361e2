//! What either end may say once the client is authenticated, as far as it tells that this is so.

use kexray_grammar::{Role, Software, numbers};

use super::super::octets::{Interval, Octets, octets};
use super::super::said::Said;
use super::super::situation::{Situation, Stage};
use super::bounds::{ANY, DISCONNECT, FORWARD, IGNORE, NO_MORE_SESSIONS, OPEN_SESSION, SUCCESS};
use super::{Ends, Offer, Offers};

/// `hostkeys-00@openssh.com` with one key, or a DEBUG that says what the key may do.
const LONG: Octets = octets(numbers::FIRST_WORDS);
/// Octets of words that vary.
const WORDS: Octets = octets(numbers::MOST_WORDS);

pub(super) fn offers<F: FnMut(Offer)>(ends: &Ends, s: &Situation, from: Role, offers: &mut Offers<'_, F>) {
    let anything = Interval::new(SUCCESS, ANY);
    if s.stage == Stage::Going {
        // Anything goes, which is no more likely than what fits one message.
        return offers.put(Said::Later, anything, 2);
    }
    offers.habitual_aside(ends, from);
    match from {
        Role::Client => {
            offers.exact(Said::OpenSession, OPEN_SESSION, 0);
            offers.exact(Said::Later, NO_MORE_SESSIONS, 1);
            offers.put(Said::Later, Interval::new(FORWARD, FORWARD + WORDS), 3);
            offers.put(Said::Disconnect, Interval::new(DISCONNECT, DISCONNECT + WORDS), 3);
            // What else a client may begin with.
            offers.put(
                Said::Later,
                Interval::new(IGNORE, ANY),
                if ends.habits.client.has(Software::goes_on) { 6 } else { 4 },
            );
        }
        Role::Server => {
            offers.put(Said::Later, Interval::new(LONG, ANY), 2);
            offers.put(Said::Later, Interval::new(SUCCESS, LONG), 5);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::situation::Each;
    use super::super::super::software::Habits;
    use super::super::offers;
    use super::*;

    /// What an end of this software may say once the user is in, in so many octets, and what speaks against it.
    fn said(software: &[u8], stage: Stage, from: Role, payload: Octets) -> Vec<(Said, u16)> {
        let situation = Situation { authenticated: true, stage, ..Situation::default() };
        let habits = Habits::of(software);
        let ends = Ends { habits: Each { client: habits, server: habits }, ..Ends::default() };
        let mut said = Vec::new();
        offers(&ends, &situation, from, &mut |offer| {
            if offer.payload.meets(Interval::exactly(payload)) {
                said.push((offer.said, offer.cost.0));
            }
        });
        said.sort_by_key(|(_, cost)| *cost);
        said
    }

    #[test]
    fn a_client_most_likely_opens_a_session() {
        let begun = said(b"SSH-2.0-x", Stage::In, Role::Client, OPEN_SESSION);
        assert_eq!(begun.first(), Some(&(Said::OpenSession, 0)));
        let other = said(b"SSH-2.0-x", Stage::In, Role::Client, OPEN_SESSION + octets(1));
        assert!(other.iter().all(|(said, cost)| *said != Said::OpenSession && *cost > 0), "{other:?}");
    }

    #[test]
    fn who_is_known_to_go_on_hardly_begins_with_anything_else() {
        let odd = octets(1000);
        let against = |software: &[u8]| said(software, Stage::In, Role::Client, odd)[0].1;
        assert!(against(b"SSH-2.0-OpenSSH_9.2") > against(b"SSH-2.0-x"));
    }

    #[test]
    fn a_server_begins_with_its_keys_or_waits() {
        let against = |payload| said(b"SSH-2.0-x", Stage::In, Role::Server, payload)[0];
        assert_eq!(against(LONG), (Said::Later, 2));
        assert_eq!(against(LONG - octets(1)), (Said::Later, 5));
    }

    #[test]
    fn who_is_known_to_ignore_does_so_here_too() {
        let aside = |software: &[u8]| said(software, Stage::In, Role::Server, IGNORE)[0].0 == Said::Aside;
        assert!(aside(b"SSH-2.0-AsyncSSH_2.13.0") && !aside(b"SSH-2.0-x"));
    }

    #[test]
    fn once_the_client_went_on_anything_goes() {
        for from in [Role::Client, Role::Server] {
            for payload in [SUCCESS, OPEN_SESSION, ANY] {
                assert_eq!(said(b"SSH-2.0-x", Stage::Going, from, payload), [(Said::Later, 2)]);
            }
        }
    }
}
