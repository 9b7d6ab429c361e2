//! What a server may say until its client is authenticated.

use kexray_grammar::{Role, Software, numbers};

use super::super::keys;
use super::super::octets::{Interval, octets};
use super::super::said::Said;
use super::super::situation::{Service, Situation, Stage};
use super::bounds::{
    ANY, BANNER, DEBUG, DISCONNECT, EXT_INFO, FAILURE, GSSAPI_RESPONSE, INFO_REQUEST, PK_OK, QUERY, SERVICE,
    SUCCESS,
};
use super::{Ends, Offer, Offers, VERY_RARE};
use crate::auth::Method;

pub(super) fn offers<F: FnMut(Offer)>(ends: &Ends, s: &Situation, offers: &mut Offers<'_, F>) {
    offers.habitual_aside(ends, Role::Server);
    if s.debugs_keys(ends) {
        offers.put(
            Said::Aside,
            Interval::from(DEBUG + octets(numbers::SHORTEST_KEY_OPTIONS), numbers::MOST_WORDS),
            5,
        );
    } else {
        offers.any_aside(ends, Role::Server);
    }
    let extensions = match (ends.takes_extensions.client, s.ext_info.server) {
        (true, 0) => 2,
        (true, 1) => 4,
        _ => VERY_RARE,
    };
    let least = EXT_INFO + octets(numbers::SHORTEST_SERVER_EXTENSIONS);
    offers.put(Said::ExtInfo, Interval::from(least, numbers::MOST_SERVER_EXTENSIONS), extensions);
    let leave = match (s.waits(), s.attempts) {
        (true, 2..) => 2,
        (true, 1) => 3,
        (true, 0) => 5,
        (false, _) => 8,
    };
    offers.put(Said::Disconnect, Interval::from(DISCONNECT, numbers::MOST_WORDS), leave);
    if let Some(words) = ends.habits.server.parts_with()
        && s.waits()
        && s.attempts > 0
    {
        offers.exact(Said::Disconnect, octets(words), leave.saturating_sub(1));
    }
    match s.service {
        Service::NotAsked => return,
        Service::Asked => return offers.exact(Said::ServiceAccept, SERVICE, 0),
        Service::Accepted => {}
    }
    let banner = match (s.banners, s.answered) {
        (0, false) => 4,
        (0, true) => 7,
        _ => 8,
    };
    offers.put(Said::Banner, Interval::new(BANNER, ANY), banner);
    if let (true, Some(method)) = (s.waits(), s.method) {
        answers(s, method, offers);
    }
}

impl Situation {
    /// Whether the server may be about to say what the key may do. OpenSSH tells the options of the line that has the key.
    pub(super) fn debugs_keys(&self, ends: &Ends) -> bool {
        ends.habits.server.has(Software::debugs_keys)
            && self.waits()
            && self.method == Some(Method::PublicKey)
    }
}

fn answers<F: FnMut(Offer)>(s: &Situation, method: Method, offers: &mut Offers<'_, F>) {
    let at_once = s.stage == Stage::Asked;
    let interactive = matches!(method, Method::KeyboardInteractive | Method::GssapiWithMic);
    offers.put(
        Said::Failure,
        Interval::from(FAILURE, numbers::MOST_METHODS),
        if interactive && at_once { 2 } else { 0 },
    );
    let success = match method {
        Method::PublicKey if s.query => 8,
        Method::None => 5,
        _ if interactive && at_once => 5,
        _ => 0,
    };
    offers.exact(Said::Success, SUCCESS, success);
    match method {
        Method::PublicKey if s.query => {
            // The answer repeats the algorithm's name and the key.
            let key = s.asked.without(s.user.plus(QUERY));
            let smallest = PK_OK + keys::SMALLEST;
            let least = (key.least + PK_OK).max(smallest);
            offers.put(Said::PkOk, Interval::new(least, (key.most + PK_OK).max(least)), 0);
        }
        Method::KeyboardInteractive => offers.put(
            Said::Prompt,
            Interval::from(INFO_REQUEST, numbers::MOST_PROMPTS),
            if at_once { 3 } else { 4 },
        ),
        Method::GssapiWithMic if at_once => {
            let least = GSSAPI_RESPONSE + octets(numbers::SHORTEST_MECHANISM);
            offers.put(Said::Prompt, Interval::from(least, numbers::MOST_MECHANISM), 0);
        }
        Method::GssapiWithMic => {
            offers.put(Said::Prompt, Interval::from(GSSAPI_RESPONSE, numbers::MOST_TOKEN), 3)
        }
        // PASSWD_CHANGEREQ.
        Method::Password => offers.put(Said::Prompt, Interval::from(BANNER, numbers::MOST_WORDS), 9),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::situation::Each;
    use super::super::super::software::Habits;
    use super::super::offers;
    use super::*;

    /// What a server may say, beside what it may always say.
    fn answers_to(s: Situation) -> Vec<Said> {
        let mut said = Vec::new();
        let s = Situation { service: Service::Accepted, ..s };
        offers(&Ends::default(), &s, Role::Server, &mut |offer| said.push(offer.said));
        said.retain(|said| !matches!(said, Said::Aside | Said::ExtInfo | Said::Disconnect | Said::Banner));
        said
    }

    fn asked(method: Method, query: bool) -> Situation {
        Situation { stage: Stage::Asked, method: Some(method), query, ..Situation::default() }
    }

    #[test]
    fn nothing_is_answered_that_was_not_asked() {
        assert_eq!(answers_to(Situation { stage: Stage::Ready, ..Situation::default() }), []);
    }

    /// What speaks against a DISCONNECT of so many octets, which OpenSSH's server says to a client that tried so often.
    fn against_parting(payload: usize, attempts: u16) -> u16 {
        let habits = Each { client: Habits::default(), server: Habits::of(b"SSH-2.0-OpenSSH_9.2") };
        let s = Situation { service: Service::Accepted, attempts, ..asked(Method::Password, false) };
        let mut least = u16::MAX;
        offers(&Ends { habits, ..Ends::default() }, &s, Role::Server, &mut |offer| {
            if offer.said == Said::Disconnect && offer.payload.meets(Interval::exactly(octets(payload))) {
                least = least.min(offer.cost.0);
            }
        });
        least
    }

    #[test]
    fn who_tried_too_often_is_told_so() {
        let words = "Too many authentication failures".len();
        let message = DISCONNECT.0 as usize + words;
        for attempts in [1, 2, 5] {
            assert_eq!(against_parting(message, attempts) + 1, against_parting(message + 1, attempts));
        }
        assert_eq!(against_parting(message, 0), against_parting(message + 1, 0));
    }

    #[test]
    fn only_who_shows_a_key_is_told_that_it_would_do() {
        assert!(answers_to(asked(Method::PublicKey, true)).contains(&Said::PkOk));
        assert!(!answers_to(asked(Method::PublicKey, false)).contains(&Said::PkOk));
        assert!(!answers_to(asked(Method::None, false)).contains(&Said::PkOk));
    }

    #[test]
    fn methods_that_go_on_have_prompts() {
        for method in [Method::KeyboardInteractive, Method::GssapiWithMic, Method::Password] {
            assert!(answers_to(asked(method, false)).contains(&Said::Prompt), "{method:?}");
        }
        assert_eq!(answers_to(asked(Method::None, false)), [Said::Failure, Said::Success]);
    }
}
