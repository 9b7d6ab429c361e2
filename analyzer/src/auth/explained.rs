//! How a verdict came about.

use kexray_grammar::Role;

use super::dialogue::{Said, Told};
use super::{Evidence, Method};
use crate::Timestamp;

/// Packets of authentication that a session tells of; what comes beyond them is left out.
const PACKETS: usize = 1024;

/// Takes a packet into an explanation, if one is wanted, and there is room.
pub(crate) fn add(explanation: &mut Option<Vec<Explained>>, explained: impl FnOnce() -> Explained) {
    if let Some(explanation) = explanation.as_mut().filter(|it| it.len() < PACKETS) {
        explanation.push(explained());
    }
}

/// An encrypted packet, and what it was taken for. Once the user is in, and where lengths are hidden, it is all that was sent
/// in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explained {
    /// When its last octet was seen.
    pub at: Timestamp,
    /// Who sent it.
    pub from: Role,
    /// Octets on the wire; `None` where it came with others in one go, and its size follows from nothing.
    pub octets: Option<u32>,
    /// The message, by its name in the RFCs without the prefix `SSH_MSG_`; of SSH-1, without `SSH_`.
    pub message: &'static str,
    /// What it does for the session.
    pub meaning: Meaning,
    /// The method, of a request.
    pub method: Option<Method>,
    /// What that rests on.
    pub evidence: Evidence,
}

/// What an encrypted message does for the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Meaning {
    /// It is of the transport layer. RFC 4253.
    Transport,
    /// It asks for authentication. RFC 4252 section 5.
    Request,
    /// It is said between request and answer.
    Exchange,
    /// It says no.
    Refusal,
    /// It says yes.
    Success,
    /// It is of the connection protocol, and opens or ends something. RFC 4254.
    Connection,
    /// It carries something for the user. RFC 4254 section 5.2.
    Data,
    /// The dialogue is over: what follows is not told apart.
    Unfollowed,
}

impl Told {
    pub(crate) fn explained(&self, evidence: Evidence) -> Explained {
        let (message, meaning, method) = match self.said {
            Said::Aside => ("IGNORE", Meaning::Transport, None),
            Said::Disconnect => ("DISCONNECT", Meaning::Transport, None),
            Said::ExtInfo => ("EXT_INFO", Meaning::Transport, None),
            Said::ServiceRequest => ("SERVICE_REQUEST", Meaning::Transport, None),
            Said::ServiceAccept => ("SERVICE_ACCEPT", Meaning::Transport, None),
            Said::Request(method) => ("USERAUTH_REQUEST", Meaning::Request, Some(method)),
            Said::Query => {
                ("USERAUTH_REQUEST (would this key do?)", Meaning::Request, Some(Method::PublicKey))
            }
            Said::Answer => ("USERAUTH_INFO_RESPONSE", Meaning::Exchange, None),
            Said::Token => ("USERAUTH_GSSAPI_TOKEN", Meaning::Exchange, None),
            Said::Prompt => ("USERAUTH_INFO_REQUEST", Meaning::Exchange, None),
            Said::Banner => ("USERAUTH_BANNER", Meaning::Exchange, None),
            Said::Failure => ("USERAUTH_FAILURE", Meaning::Refusal, None),
            Said::PkOk => ("USERAUTH_PK_OK", Meaning::Exchange, None),
            Said::Success => ("USERAUTH_SUCCESS", Meaning::Success, None),
            Said::OpenSession => ("CHANNEL_OPEN (session)", Meaning::Connection, None),
            Said::Later => ("what follows", Meaning::Unfollowed, None),
        };
        let octets = (self.octets.0 > 0).then_some(self.octets.0);
        Explained { at: self.at, from: self.from, octets, message, meaning, method, evidence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_packets_the_first_are_explained() {
        let (mut wanted, mut unwanted) = (Some(Vec::new()), None);
        for number in 0..5000 {
            let at = Timestamp::from_micros(number);
            let (octets, run) = Default::default();
            let packet = Told { at, from: Role::Client, said: Said::Aside, octets, run };
            for explanation in [&mut wanted, &mut unwanted] {
                add(explanation, || packet.explained(Evidence::Exact));
            }
        }
        let last = wanted.as_ref().and_then(|explanation| explanation.last()).map(|it| it.at);
        assert_eq!((wanted.map(|it| it.len()), last), (Some(1024), Some(Timestamp::from_micros(1023))));
        assert_eq!(unwanted, None);
    }
}
