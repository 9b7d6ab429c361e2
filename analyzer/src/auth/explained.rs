//! How a verdict came about.

use kexray_grammar::Role;

use super::dialogue::{Said, Told};
use super::{Evidence, Method};
use crate::Timestamp;

/// An encrypted packet, and what it was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explained {
    /// When its last octet was seen.
    pub at: Timestamp,
    /// Who sent it.
    pub from: Role,
    /// Octets on the wire; `None` where it came with others in one go, and its size follows from nothing.
    pub octets: Option<u32>,
    /// The message, by its name in the RFCs without the prefix `SSH_MSG_`.
    pub message: &'static str,
    /// The method, of a request.
    pub method: Option<Method>,
    /// What that rests on.
    pub evidence: Evidence,
}

impl Told {
    pub(crate) fn explained(&self, evidence: Evidence) -> Explained {
        let (message, method) = match self.said {
            Said::Aside => ("IGNORE", None),
            Said::Disconnect => ("DISCONNECT", None),
            Said::ExtInfo => ("EXT_INFO", None),
            Said::ServiceRequest => ("SERVICE_REQUEST", None),
            Said::ServiceAccept => ("SERVICE_ACCEPT", None),
            Said::Request(method) => ("USERAUTH_REQUEST", Some(method)),
            Said::Query => ("USERAUTH_REQUEST (would this key do?)", Some(Method::PublicKey)),
            Said::Answer => ("USERAUTH_INFO_RESPONSE", None),
            Said::Token => ("USERAUTH_GSSAPI_TOKEN", None),
            Said::Prompt => ("USERAUTH_INFO_REQUEST", None),
            Said::Banner => ("USERAUTH_BANNER", None),
            Said::Failure => ("USERAUTH_FAILURE", None),
            Said::PkOk => ("USERAUTH_PK_OK", None),
            Said::Success => ("USERAUTH_SUCCESS", None),
            Said::OpenSession => ("CHANNEL_OPEN (session)", None),
            Said::Later => ("what follows", None),
        };
        let octets = (self.octets.0 > 0).then_some(self.octets.0);
        Explained { at: self.at, from: self.from, octets, message, method, evidence }
    }
}
