//! Where a dialogue stands once something was said.

use kexray_grammar::{Role, Software};

use super::super::octets::{Interval, Octets};
use super::super::said::Said;
use super::super::situation::{Service, Situation, Stage};
use super::bounds::{ANY, KEYBOARD, NONE, PASSWORD, QUERY};
use super::{Cost, Ends, Pace, against, people, sizes};
use crate::auth::Method;

/// A packet, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Packet {
    pub(in super::super) from: Role,
    pub(in super::super) said: Said,
    /// Octets on the wire and of the payload; `None` where several packets came in one go.
    pub(in super::super) size: Option<(Octets, Interval)>,
    pub(in super::super) pace: Pace,
}

/// Where it stands once that was said, and what its size and pace speak against it.
pub(in super::super) fn effect(ends: &Ends, s: &Situation, packet: &Packet) -> (Situation, Cost) {
    let Packet { from, said, .. } = *packet;
    let mut next = *s;
    let cost = match said {
        Said::Aside => next.set_aside(ends, from),
        Said::Later | Said::OpenSession => {
            if from == Role::Client && s.stage != Stage::Over {
                next.stage = Stage::Going;
            }
            0
        }
        Said::Disconnect => {
            if from == Role::Server && s.waits() {
                next.answer();
            }
            next.stage = Stage::Over;
            *next.gone.of_mut(from) = true;
            if from == Role::Client { too_early(ends, s) } else { 0 }
        }
        Said::ExtInfo => {
            *next.ext_info.of_mut(from) = s.ext_info.of(from).saturating_add(1);
            0
        }
        Said::ServiceRequest => {
            next.service = Service::Asked;
            0
        }
        Said::ServiceAccept => {
            next.service = Service::Accepted;
            if s.stage == Stage::Opening {
                next.stage = Stage::Ready;
            }
            0
        }
        Said::Request(_) | Said::Query => next.ask(ends, s, packet),
        Said::Answer => {
            next.stage = Stage::Answered;
            0
        }
        Said::Token => {
            next.stage = Stage::Answered;
            next.tokens = s.tokens.saturating_add(1).min(2);
            if s.tokens > 0 { 0 } else { packet.size.map_or(4, |(_, payload)| sizes::no_ticket(payload)) }
        }
        Said::Prompt => {
            next.stage = Stage::Prompted;
            // What is as long as a FAILURE is one.
            if packet.size.is_some_and(|(wire, _)| wire == s.failure) { 4 } else { 0 }
        }
        Said::Banner => {
            next.banners = s.banners.saturating_add(1).min(2);
            0
        }
        Said::PkOk => {
            next.stage = Stage::Offered;
            next.answered = true;
            if packet.pace == Pace::Slow { 2 } else { 0 }
        }
        Said::Failure => {
            next.answer();
            next.stage = Stage::Ready;
            let other = packet.size.filter(|(wire, _)| *wire != s.failure);
            let size = other.map_or(0, |(wire, payload)| {
                next.failure = wire;
                let changed: u16 = if s.failure.0 == 0 { 1 } else { 4 };
                changed.saturating_add(sizes::odd_list(ends, payload))
            });
            size.saturating_add(hurried(ends, s, packet.pace))
        }
        Said::Success => {
            next.answer();
            if s.method == Some(Method::None) {
                next.attempts = next.attempts.saturating_add(1);
            }
            next.authenticated = true;
            next.stage = Stage::In;
            hurried(ends, s, packet.pace)
        }
    };
    *next.aside.of_mut(from) = said == Said::Aside;
    if from == Role::Client {
        next.filled = said == Said::Aside && ends.habits.client.has(Software::fills_with_ignore);
    }
    (next, against(cost))
}

/// What the pace of a verdict speaks against it: to look at a password takes time on purpose, to look up a key does not.
fn hurried(ends: &Ends, s: &Situation, pace: Pace) -> u16 {
    match (pace, s.method) {
        (Pace::Slow, Some(Method::None)) => 4,
        (Pace::Slow, Some(Method::PublicKey)) if s.query => 4,
        (Pace::Quick, Some(Method::Password)) if s.stage == Stage::Asked && s.probed => {
            u16::from(ends.habits.server.has(Software::hashes_slowly))
        }
        _ => 0,
    }
}

impl Situation {
    /// Someone sent what changes nothing.
    fn set_aside(&mut self, ends: &Ends, from: Role) -> u16 {
        let habits = ends.habits.of(from);
        if from == Role::Server && self.debugs_keys(ends) {
            return 1;
        }
        let again = if *self.aside.of(from) { 4 } else { 0 };
        if habits.has(Software::ignores) || habits.has(Software::fills_with_ignore) {
            return again;
        }
        // Who did it once does it again.
        let surprise = if std::mem::replace(self.asides.of_mut(from), true) { 0 } else { 6 };
        again.max(surprise)
    }

    /// The client asks; `before` is where it stood.
    fn ask(&mut self, ends: &Ends, before: &Self, packet: &Packet) -> u16 {
        let (method, query) = match packet.said {
            Said::Request(method) => (method, false),
            _ => (Method::PublicKey, true),
        };
        self.stage = Stage::Asked;
        self.method = Some(method);
        self.query = query;
        self.probed |= method == Method::None;
        self.tokens = 0;
        let Some((wire, payload)) = packet.size else {
            self.request = Octets::default();
            self.asked = Interval::new(QUERY, ANY);
            return if before.filled { 0 } else { 2 };
        };
        self.request = wire;
        let thought = match packet.pace {
            _ if !ends.habits.client.has(Software::asks_for_passwords) || before.stage == Stage::Offered => 0,
            Pace::Quick if method == Method::Password => 3,
            Pace::Slow if query => 2,
            _ => 0,
        };
        let again = wire == before.request;
        let named = |fixed: Octets| payload.without(Interval::exactly(fixed));
        let size = match method {
            Method::None => {
                self.user = self.user.narrowed(named(NONE));
                people::long_name(self.user.least)
            }
            Method::Password => {
                let rest = named(PASSWORD);
                self.user = self.user.narrowed(Interval::new(Octets::default(), rest.most));
                let switched = match (again, before.method) {
                    (true, Some(Method::Password)) | (_, None) => 0,
                    // What carries a password is longer than a probe.
                    (true, Some(Method::None)) => 3,
                    (true, _) | (false, Some(Method::Password)) => 1,
                    (false, _) => 0,
                };
                let hidden = ends.habits.client.aligns_passwords().is_some();
                people::odd_password(before.user.least, rest, hidden).saturating_add(switched)
            }
            Method::PublicKey if query => {
                self.asked = payload;
                let key = payload.without(before.user.plus(QUERY));
                // Filled up to hide a password, a request is as long as one with such a key.
                let outdated = if ends.habits.client.has(Software::fills_with_ignore) { 5 } else { 1 };
                let again = again || before.method == Some(Method::Password);
                sizes::odd_key(key, outdated).saturating_add(if again { 2 } else { 0 })
            }
            Method::PublicKey if before.stage == Stage::Offered => {
                sizes::odd_signature(payload.without(before.asked))
            }
            Method::PublicKey => sizes::odd_signed(payload.without(before.user.plus(QUERY))),
            Method::KeyboardInteractive => {
                let rest = named(KEYBOARD);
                let switched = u16::from(before.method == Some(Method::Password));
                if !rest.meets(before.user) {
                    return switched.saturating_add(4);
                }
                self.user = self.user.narrowed(rest);
                switched.saturating_add(people::long_name_typed(self.user.least))
            }
            Method::GssapiWithMic | Method::GssapiKeyex | Method::Hostbased => 1,
            // It has a dialogue of its own.
            Method::Ssh1(_) => 0,
        };
        size.saturating_add(thought)
    }

    /// The request was answered.
    fn answer(&mut self) {
        self.answered = true;
        if self.method != Some(Method::None) {
            self.attempts = self.attempts.saturating_add(1);
        }
    }
}

/// What speaks against a client that leaves now: after a probe, or a key that would not do, there is more to try.
fn too_early(ends: &Ends, s: &Situation) -> u16 {
    match s.stage {
        Stage::Ready if s.attempts == 0 && s.answered && !ends.habits.client.has(Software::probes) => 3,
        Stage::Ready if s.attempts == 0 || s.query => 1,
        _ => 0,
    }
}

/// What speaks against an end in this situation.
pub(in super::super) fn at_end(ends: &Ends, s: &Situation) -> Cost {
    let stage = match s.stage {
        Stage::Asked | Stage::Answered | Stage::Prompted | Stage::Offered => 3,
        Stage::In if ends.habits.client.has(Software::goes_on) => 6,
        Stage::In => 1,
        _ if s.service == Service::Asked => 2,
        _ => too_early(ends, s),
    };
    let open = |carried: Octets| if carried.0 > 0 { against(3) } else { against(0) };
    against(stage) + open(s.carried.client) + open(s.carried.server)
}

#[cfg(test)]
mod tests {
    use std::num::Saturating;

    use super::*;

    fn after(s: &Situation, from: Role, said: Said) -> Situation {
        let size = Some((Saturating(52), Interval::exactly(Saturating(30))));
        effect(&Ends::default(), s, &Packet { from, said, size, pace: Pace::Unknown }).0
    }

    #[test]
    fn a_probe_that_is_refused_is_no_attempt() {
        let probed = after(&Situation::default(), Role::Client, Said::Request(Method::None));
        assert_eq!((probed.stage, probed.probed), (Stage::Asked, true));
        let refused = after(&probed, Role::Server, Said::Failure);
        assert_eq!((refused.attempts, refused.verdict()), (0, Some(false)));
        let taken = after(&probed, Role::Server, Said::Success);
        assert_eq!((taken.attempts, taken.verdict()), (1, Some(true)));
    }

    #[test]
    fn a_server_that_hangs_up_on_a_request_refuses_it() {
        let asked = after(&Situation::default(), Role::Client, Said::Request(Method::Password));
        let hung_up = after(&asked, Role::Server, Said::Disconnect);
        assert_eq!((hung_up.attempts, hung_up.verdict()), (1, Some(false)));
        assert_eq!((hung_up.gone.server, hung_up.gone.client), (true, false));
        let left = after(&asked, Role::Client, Said::Disconnect);
        assert_eq!((left.attempts, left.verdict()), (0, None));
    }

    #[test]
    fn a_key_that_would_do_is_no_verdict() {
        let shown = after(&Situation::default(), Role::Client, Said::Query);
        let offered = after(&shown, Role::Server, Said::PkOk);
        assert_eq!((offered.stage, offered.attempts), (Stage::Offered, 0));
    }
}
