//! What a connection came to once its user was let in.

use kexray_grammar::connection::{Exec, Shell, Subsystem};

/// What a session was opened for. RFC 4254 sections 6.5 and 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionKind {
    /// A shell with a terminal.
    Shell,
    /// A command.
    Exec,
    /// A subsystem; sizes tell of `sftp` only.
    Subsystem,
    /// Forwarded ports, and no session.
    Forward,
    /// Nothing at all.
    None,
}

impl SessionKind {
    /// Its name in logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shell => Shell::REQUEST_TYPE,
            Self::Exec => Exec::REQUEST_TYPE,
            Self::Subsystem => Subsystem::REQUEST_TYPE,
            Self::Forward => "forward",
            Self::None => "none",
        }
    }
}

/// What the client asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Purpose {
    /// What the session was opened for; `None` where sizes fit more than one.
    pub(crate) kind: Option<SessionKind>,
    /// Whether the client asked for its agent to be forwarded; `None` where sizes do not prove it.
    pub(crate) agent_forwarding: Option<bool>,
}

/// All of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) purpose: Purpose,
    /// Key exchanges after the first.
    pub(crate) rekeys: Option<u64>,
    /// Octets of payloads that the client sent.
    pub(crate) client_octets: Option<u64>,
    /// Octets of payloads that the server sent.
    pub(crate) server_octets: Option<u64>,
}
