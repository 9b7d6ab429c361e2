//! What may be said in a situation, how large it is, and how much speaks against it.
//!
//! Nothing speaks against what is expected; each further point makes a reading about half as likely. Messages whose size
//! is known to the octet cost less than those that fit many sizes: to be met by chance is less likely.

mod authenticated;
mod bounds;
mod client;
mod effects;
mod people;
mod server;
mod sizes;

use std::num::Saturating;

use kexray_grammar::{Role, Software, numbers};

pub(super) use self::effects::{Packet, at_end, effect};
pub(super) use self::people::{long_name, odd_command, odd_lone_password};
use super::octets::{Interval, Octets, octets};
use super::said::Said;
use super::situation::{Each, Situation, Stage};
use super::software::Habits;

/// What speaks against a reading, in points.
pub(super) type Cost = Saturating<u16>;

/// So many points.
pub(super) const fn against(points: u16) -> Cost {
    Saturating(points)
}

/// Possible, and hardly ever seen.
const VERY_RARE: u16 = 12;

/// What may be said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    pub(super) said: Said,
    pub(super) payload: Interval,
    pub(super) cost: Cost,
}

/// What holds for the whole connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Ends {
    /// What their software is known to do.
    pub(crate) habits: Each<Habits>,
    /// Whether they take EXT_INFO. RFC 8308 section 2.1.
    pub(crate) takes_extensions: Each<bool>,
    /// Whether the key exchange was one of GSS-API's, which authenticates as well. RFC 4462 section 4.
    pub(crate) by_gssapi: bool,
}

/// How long an answer took, or the next request, beside the quickest one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Pace {
    /// Not known.
    #[default]
    Unknown,
    /// No longer than it takes to look something up, or to use a key that is at hand.
    Quick,
    /// Long enough for a password's hash, which is slow on purpose, or to ask for a password.
    Slow,
}

/// Takes offers.
struct Offers<'o, F: FnMut(Offer)>(&'o mut F);

impl<F: FnMut(Offer)> Offers<'_, F> {
    fn put(&mut self, said: Said, payload: Interval, points: u16) {
        (self.0)(Offer { said, payload, cost: against(points) });
    }

    /// IGNORE of nothing, by those who are known to send it in front of what they say.
    fn habitual_aside(&mut self, ends: &Ends, from: Role) {
        if ends.habits.of(from).has(Software::ignores) {
            self.exact(Said::Aside, bounds::IGNORE, 1);
        }
    }

    /// IGNORE or DEBUG of any usual size.
    fn any_aside(&mut self, ends: &Ends, from: Role) {
        let known_not_to = if ends.habits.of(from).has(Software::pads_least) { 8 } else { 0 };
        let sizes = Interval::from(bounds::IGNORE, (bounds::DEBUG + octets(numbers::MOST_WORDS)).0 as usize);
        self.put(Said::Aside, sizes, 2_u16.saturating_add(known_not_to));
    }

    /// Of one size.
    fn exact(&mut self, said: Said, payload: Octets, points: u16) {
        self.put(said, Interval::exactly(payload), points);
    }
}

/// Tells all that may be said in a situation.
pub(super) fn offers(ends: &Ends, situation: &Situation, from: Role, offer: &mut impl FnMut(Offer)) {
    let offers = &mut Offers(offer);
    if *situation.gone.of(from) {
        return;
    }
    if situation.stage == Stage::Over {
        // An end may say good-bye too. Whatever else it is changes nothing.
        offers.put(Said::Disconnect, Interval::from(bounds::DISCONNECT, numbers::MOST_WORDS), 5);
        return offers.put(Said::Later, Interval::new(bounds::SUCCESS, bounds::ANY), 8);
    }
    match (situation.authenticated, from) {
        (true, _) => authenticated::offers(ends, situation, from, offers),
        (false, Role::Client) => client::offers(ends, situation, offers),
        (false, Role::Server) => server::offers(ends, situation, offers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_behind_a_good_bye() {
        let offered = |situation: &Situation, from| {
            let mut offered = Vec::new();
            offers(&Ends::default(), situation, from, &mut |offer| offered.push(offer.said));
            offered
        };
        let mut left = Situation { stage: Stage::Over, ..Situation::default() };
        left.gone.client = true;
        assert_eq!(offered(&left, Role::Client), []);
        // What was on its way may still come, and another good-bye.
        assert_eq!(offered(&left, Role::Server), [Said::Disconnect, Said::Later]);
    }
}
