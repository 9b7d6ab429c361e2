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
