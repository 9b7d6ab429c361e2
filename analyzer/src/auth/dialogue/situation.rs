//! Where a dialogue may stand.

use std::num::Saturating;

use kexray_grammar::{Role, limits};

use super::octets::{Interval, Octets, octets};
use super::sealing::Padding;
use crate::auth::Method;

/// How far it came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// The client has not asked for anything but the service.
    #[default]
    Opening,
    /// It is the client's turn.
    Ready,
    /// A request waits for its answer.
    Asked,
    /// The server answered that a key would do.
    Offered,
    /// The server wants more for the method.
    Prompted,
    /// The client gave more.
    Answered,
    /// Authenticated; the client has said nothing since.
    In,
    /// Authenticated, and the client went on.
    Going,
    /// Someone said good-bye.
    Over,
}

/// Whether the service that authenticates is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Service {
    #[default]
    NotAsked,
    Asked,
    Accepted,
}

/// One value for each role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Each<T> {
    pub(crate) client: T,
    pub(crate) server: T,
}

impl<T> Each<T> {
    pub(crate) const fn of(&self, role: Role) -> &T {
        match role {
            Role::Client => &self.client,
            Role::Server => &self.server,
        }
    }

    pub(crate) const fn of_mut(&mut self, role: Role) -> &mut T {
        match role {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        }
    }
}

/// All that what comes next depends on, and what was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Situation {
    pub(super) stage: Stage,
    pub(super) service: Service,
    pub(super) authenticated: bool,
    /// Of the request that waits, or of the last one.
    pub(super) method: Option<Method>,
    /// Whether that only asked whether a key would do.
    pub(super) query: bool,
    /// Whether any request was answered.
    pub(super) answered: bool,
    /// Whether "none" was tried.
    pub(super) probed: bool,
    /// Whether the client has just sent an aside of any length, to hide the length of what follows.
    pub(super) filled: bool,
    /// Whether the last that a role said was an aside.
    pub(super) aside: Each<bool>,
    /// Whether a role sent asides of any length.
    pub(super) asides: Each<bool>,
    pub(super) ext_info: Each<u8>,
    pub(super) banners: u8,
    /// Tokens of GSS-API that the client sent for the request.
    pub(super) tokens: u8,
    pub(super) padding: Each<Padding>,
    /// Whether a role said DISCONNECT, behind which it says nothing. RFC 4253 section 11.1.
    pub(super) gone: Each<bool>,
    /// Attempts that were answered, but for "none".
    pub(super) attempts: u16,
    /// Octets of the user's name.
    pub(super) user: Interval,
    /// Octets on the wire of the last FAILURE; zero where that is not known.
    pub(super) failure: Octets,
    /// Octets on the wire of the last request; zero where that is not known.
    pub(super) request: Octets,
    /// Octets of the payload of the last query.
    pub(super) asked: Interval,
    /// Octets that belong to a packet that is not whole.
    pub(super) carried: Each<Octets>,
}

impl Situation {
    /// Where each dialogue begins.
    pub(super) fn opening(padding: Each<Padding>) -> Self {
        let user = Interval::new(Saturating(0), octets(limits::USER_NAME_OCTETS));
        Self { padding, user, ..Self::default() }
    }

    /// Whether the user is authenticated; `None` where nothing was answered.
    pub(super) fn verdict(&self) -> Option<bool> {
        (self.authenticated || self.answered).then_some(self.authenticated)
    }

    /// Whether the client waits for an answer.
    pub(super) const fn waits(&self) -> bool {
        matches!(self.stage, Stage::Asked | Stage::Answered)
    }
}
