//! What was tried, and what came of it.

use kexray_grammar::user_auth::{
    RequestGssapiKeyex, RequestGssapiWithMic, RequestHostbased, RequestKeyboardInteractive, RequestNone,
    RequestPassword, RequestPublicKey,
};

use kexray_grammar::{Ssh1Method, UsualKey};

use crate::Timestamp;
use crate::wire::OctetRange;

/// A method of authentication. RFC 4252, RFC 4256, RFC 4462; SSH-1 protocol description, section "Detailed description of packet types and formats".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// None at all: the probe for what is allowed.
    None,
    /// A password.
    Password,
    /// A key of the user's.
    PublicKey,
    /// Questions and answers.
    KeyboardInteractive,
    /// The key of the client's host.
    Hostbased,
    /// GSS-API, by tokens.
    GssapiWithMic,
    /// GSS-API, by what the key exchange proved.
    GssapiKeyex,
    /// A method that only SSH-1 has.
    Ssh1(Ssh1Method),
}

impl Method {
    /// Its name in the protocol; SSH-1's have numbers there, and names in the spec.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => RequestNone::METHOD_NAME,
            Self::Password => RequestPassword::METHOD_NAME,
            Self::PublicKey => RequestPublicKey::METHOD_NAME,
            Self::KeyboardInteractive => RequestKeyboardInteractive::METHOD_NAME,
            Self::Hostbased => RequestHostbased::METHOD_NAME,
            Self::GssapiWithMic => RequestGssapiWithMic::METHOD_NAME,
            Self::GssapiKeyex => RequestGssapiKeyex::METHOD_NAME,
            Self::Ssh1(method) => method.name(),
        }
    }
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It was refused.
    Refused,
    /// It was taken, and another one is wanted too.
    Partial,
    /// The key would do.
    WouldDo,
    /// The user is in.
    Success,
    /// The server hung up.
    HungUp,
    /// There was none.
    None,
}

impl Answer {
    /// Its name in logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "fail",
            Self::Partial => "partial",
            Self::WouldDo => "pk_ok",
            Self::Success => "success",
            Self::HungUp => "disconnect",
            Self::None => "no_reply",
        }
    }
}

/// What an inference rests on, from least to most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Evidence {
    /// Another reading was possible, but less likely.
    #[default]
    Heuristic,
    /// Ends of packets follow from alignment and from segments; no other reading was left.
    Aligned,
    /// Lengths of packets are in clear; no other reading was left.
    Exact,
}

impl Evidence {
    /// Its name in logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Heuristic => "heuristic",
            Self::Aligned => "aligned",
            Self::Exact => "exact",
        }
    }
}

/// A request and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// When it was answered; where it was not, when it was sent.
    pub at: Timestamp,
    /// The method.
    pub method: Method,
    /// What came of it.
    pub answer: Answer,
    /// What that rests on.
    pub evidence: Evidence,
    /// The user's key that it showed; `None` where sizes do not tell.
    pub key: Option<UsualKey>,
    /// Octets of the list of methods in a refusal; `None` where there is none, or where sizes do not tell.
    pub offered: Option<OctetRange>,
}

impl Step {
    /// Whether it is an attempt: it was decided, and it is not a probe that failed.
    #[must_use]
    pub fn is_attempt(&self) -> bool {
        match self.answer {
            Answer::Success => true,
            Answer::Refused | Answer::Partial | Answer::HungUp => self.method != Method::None,
            Answer::WouldDo | Answer::None => false,
        }
    }
}
