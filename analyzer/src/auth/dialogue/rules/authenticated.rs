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
