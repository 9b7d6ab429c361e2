//! What a client may say until it is authenticated.

use kexray_grammar::{Role, Software, limits, numbers};

use super::super::keys;
use super::super::octets::{Interval, Octets, octets};
use super::super::said::Said;
use super::super::situation::{Service, Situation, Stage};
use super::bounds::{
    DISCONNECT, EXT_INFO, GSSAPI, GSSAPI_KEYEX, HOSTBASED, IGNORE, INFO_RESPONSE, KEYBOARD, NONE, PASSWORD,
    QUERY, SERVICE, SIGNED, SUCCESS,
};
use super::{Ends, Offer, Offers, VERY_RARE};
use crate::auth::Method;

/// A mechanism's identifier with its count.
const MECHANISM: Octets = octets(numbers::KERBEROS_MECHANISM);
/// DISCONNECT of those who leave out the words.
const BARE_DISCONNECT: Octets = octets(numbers::BARE_DISCONNECT);

pub(super) fn offers<F: FnMut(Offer)>(ends: &Ends, s: &Situation, offers: &mut Offers<'_, F>) {
    let habits = ends.habits.client;
    offers.habitual_aside(ends, Role::Client);
    if s.service == Service::NotAsked {
        if s.ext_info.client == 0 {
            let points = if ends.takes_extensions.server { 2 } else { VERY_RARE };
            offers.put(Said::ExtInfo, Interval::from(EXT_INFO, numbers::MOST_CLIENT_EXTENSIONS), points);
        }
        return offers.exact(Said::ServiceRequest, SERVICE, 0);
    }
    // Whose turn it is not may speak, but hardly ever does.
    let early = match s.stage {
        Stage::Opening if s.service == Service::Asked => 2,
        Stage::Opening | Stage::Ready | Stage::Offered => 0,
        Stage::Prompted => 6,
        Stage::Asked | Stage::Answered => 8,
        Stage::In | Stage::Going | Stage::Over => return,
    };
    if habits.has(Software::fills_with_ignore) && s.stage != Stage::Asked {
        offers.put(Said::Aside, Interval::from(IGNORE, numbers::MOST_FILLER), 2);
    } else {
        offers.any_aside(ends, Role::Client);
    }
    let leave = match (s.answered, s.stage) {
        (false, _) | (_, Stage::Offered) => 8,
        _ => 4,
    };
    offers.put(Said::Disconnect, Interval::from(DISCONNECT, numbers::MOST_WORDS), leave);
    // Some leave out the words.
    offers.put(Said::Disconnect, Interval::new(BARE_DISCONNECT, DISCONNECT), leave.saturating_add(2));
    if s.stage == Stage::Prompted {
        match s.method {
            Some(Method::GssapiWithMic) => {
                offers.put(Said::Token, Interval::from(SUCCESS, numbers::MOST_TOKEN), 3)
            }
            _ => offers.put(
                Said::Answer,
                Interval::from(INFO_RESPONSE, numbers::MOST_ANSWERS),
                if habits.aligns_passwords().is_some() { 1 } else { 3 },
            ),
        }
    }
    if s.stage != Stage::Asked {
        offers.exact(
            Said::ServiceRequest,
            SERVICE,
            if habits.has(Software::asks_again) { early } else { early.saturating_add(6) },
        );
    }
    requests(ends, s, early, offers);
}

fn requests<F: FnMut(Offer)>(ends: &Ends, s: &Situation, early: u16, offers: &mut Offers<'_, F>) {
    let habits = ends.habits.client;
    // Of this size beside the user's name, and up to so many octets more.
    let sized =
        |fixed: Octets, more: usize| Interval::new(fixed + s.user.least, fixed + s.user.most + octets(more));
    let first = !s.answered && !s.probed;
    let unprobed = match (first, habits.has(Software::probes), habits.has(Software::never_probes)) {
        (false, _, _) | (true, _, true) => 0,
        (true, true, _) => 9,
        (true, false, false) => 1,
    };
    // Where a key would do, the next request uses it.
    let instead = if s.stage == Stage::Offered { 4 } else { 0 };
    let least = early.saturating_add(unprobed).saturating_add(instead);
    let points = |more: u16| least.saturating_add(more);
    if s.filled {
        return offers.put(Said::Request(Method::Password), sized(PASSWORD, limits::PASSWORD_OCTETS), least);
    }
    let probe = match (first, habits.has(Software::never_probes)) {
        (true, false) => 0,
        (true, true) => 5,
        (false, _) => 8,
    };
    offers.put(Said::Request(Method::None), sized(NONE, 0), early.saturating_add(probe));
    let bare = if habits.has(Software::fills_with_ignore) { 4 } else { 1 };
    offers.put(Said::Request(Method::Password), sized(PASSWORD, limits::PASSWORD_OCTETS), points(bare));
    offers.put(Said::Query, sized(QUERY + keys::SMALLEST, numbers::MOST_PUBLIC_KEY), points(1));
    if s.stage == Stage::Offered {
        let signature = SIGNED - QUERY + keys::SMALLEST_SIGNATURE;
        let signed = s.asked.plus(signature);
        offers.put(
            Said::Request(Method::PublicKey),
            Interval::new(signed.least, signed.most + octets(numbers::MOST_SIGNATURE)),
            0,
        );
    } else {
        let at_once = match (habits.has(Software::signs_at_once), habits.has(Software::asks_first)) {
            (true, _) => 1,
            (false, false) => 3,
            (false, true) => 6,
        };
        let smallest = SIGNED + keys::SMALLEST + keys::SMALLEST_SIGNATURE;
        offers.put(
            Said::Request(Method::PublicKey),
            sized(smallest, numbers::MOST_SIGNATURE),
            points(at_once),
        );
    }
    offers.put(
        Said::Request(Method::KeyboardInteractive),
        sized(KEYBOARD, numbers::MOST_SUBMETHODS),
        points(1),
    );
    let gssapi = if ends.by_gssapi { 2 } else { 4 };
    offers.put(
        Said::Request(Method::GssapiWithMic),
        sized(GSSAPI + MECHANISM, numbers::MOST_MECHANISMS),
        points(gssapi),
    );
    if ends.by_gssapi {
        offers.put(
            Said::Request(Method::GssapiKeyex),
            sized(GSSAPI_KEYEX + octets(numbers::SHORTEST_INTEGRITY_CODE), numbers::MOST_INTEGRITY_CODE),
            points(1),
        );
    }
    offers.put(
        Said::Request(Method::Hostbased),
        sized(HOSTBASED + octets(numbers::SHORTEST_HOSTBASED), numbers::MOST_HOSTBASED),
        points(7),
    );
}

#[cfg(test)]
mod tests {
    use super::super::super::situation::Each;
    use super::super::{Cost, against, offers};
    use super::*;
    use crate::auth::dialogue::Habits;

    /// What speaks least against that, if the client may say it.
    fn cost(line: &[u8], s: &Situation, said: Said) -> Option<Cost> {
        let habits = Each { client: Habits::of(line), server: Habits::default() };
        let ends = Ends { habits, ..Ends::default() };
        let mut least: Option<Cost> = None;
        offers(&ends, s, Role::Client, &mut |offer| {
            if offer.said == said {
                least = Some(least.map_or(offer.cost, |cost| cost.min(offer.cost)));
            }
        });
        least
    }

    fn ready() -> Situation {
        Situation { stage: Stage::Ready, service: Service::Accepted, ..Situation::default() }
    }

    #[test]
    fn nobody_authenticates_before_the_service_is_asked_for() {
        let start = Situation::default();
        assert_eq!(cost(b"SSH-2.0-x", &start, Said::Request(Method::Password)), None);
        assert_eq!(cost(b"SSH-2.0-x", &start, Said::ServiceRequest), Some(against(0)));
    }

    #[test]
    fn who_always_probes_begins_with_that_and_who_never_does_not() {
        let (none, password) = (Said::Request(Method::None), Said::Request(Method::Password));
        let begins = |line: &[u8]| (cost(line, &ready(), none), cost(line, &ready(), password));
        let (probe, other) = begins(b"SSH-2.0-JSCH_0.2");
        assert!(other >= probe.map(|probe| probe + against(9)));
        let (probe, other) = begins(b"SSH-2.0-dev-tunnels-ssh_3.12");
        assert!(probe > other);
        let answered = Situation { answered: true, ..ready() };
        assert!(cost(b"SSH-2.0-JSCH_0.2", &answered, password) < cost(b"SSH-2.0-JSCH_0.2", &answered, none));
    }

    #[test]
    fn a_key_that_would_do_is_used() {
        let offered = Situation { stage: Stage::Offered, answered: true, ..ready() };
        let signed = cost(b"SSH-2.0-x", &offered, Said::Request(Method::PublicKey));
        assert_eq!(signed, Some(against(0)));
        assert!(cost(b"SSH-2.0-x", &offered, Said::Query) > signed);
    }
}
