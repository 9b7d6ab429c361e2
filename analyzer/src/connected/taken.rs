//! What the flights of the connection protocol are taken for. RFC 4254.

use super::opening::Flight;
use super::trail::Passed;
use crate::auth::{Evidence, Explained, Meaning};

/// What a flight was taken for: its messages, where it is several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    OpenSession,
    /// OpenSSH says both in one go.
    OpenOnlySession,
    NoMoreSessions,
    OpenPort,
    Listen,
    Confirmation,
    /// For an environment variable, a terminal, or anything else that a session may need.
    Request,
    ForwardAgent,
    Shell,
    Exec,
    Subsystem,
    /// The request is granted.
    Success,
    Adjust,
    /// Where both are equally long.
    SuccessOrAdjust,
    SuccessAndAdjust,
    Data,
    /// Where a flight may be several packets.
    DataAndMore,
    Key,
    Echo,
    SftpInit,
    SftpVersion,
    ExitStatus,
    /// Which are equally long.
    EofOrClose,
    Exit,
    Disconnect,
    KexInit,
    /// The method's messages, and NEWKEYS.
    KeyExchange,
}

impl Taken {
    /// A flight, with what it was taken for.
    pub(super) fn explained(taken: Option<Self>, passed: &Passed) -> Explained {
        let (message, meaning) =
            taken.map_or(("what follows", Meaning::Unfollowed), |taken| (taken.message(), taken.meaning()));
        let Flight { from, octets } = passed.flight;
        // Sizes fit, and no other purpose was left; but who looks for it may say something else that is as long.
        let evidence = Evidence::Heuristic;
        Explained { at: passed.at, from, octets: Some(octets), message, meaning, method: None, evidence }
    }

    /// The messages, by their names in the RFCs without the prefix `SSH_MSG_`.
    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::OpenSession => "CHANNEL_OPEN (session)",
            Self::OpenOnlySession => "CHANNEL_OPEN (session), GLOBAL_REQUEST (no-more-sessions@openssh.com)",
            Self::NoMoreSessions => "GLOBAL_REQUEST (no-more-sessions@openssh.com)",
            Self::OpenPort => "CHANNEL_OPEN (direct-tcpip)",
            Self::Listen => "GLOBAL_REQUEST (tcpip-forward)",
            Self::Confirmation => "CHANNEL_OPEN_CONFIRMATION",
            Self::Request => "CHANNEL_REQUEST",
            Self::ForwardAgent => "CHANNEL_REQUEST (auth-agent-req@openssh.com)",
            Self::Shell => "CHANNEL_REQUEST (shell)",
            Self::Exec => "CHANNEL_REQUEST (exec)",
            Self::Subsystem => "CHANNEL_REQUEST (subsystem)",
            Self::Success => "CHANNEL_SUCCESS",
            Self::Adjust => "CHANNEL_WINDOW_ADJUST",
            Self::SuccessOrAdjust => "CHANNEL_SUCCESS or CHANNEL_WINDOW_ADJUST",
            Self::SuccessAndAdjust => "CHANNEL_WINDOW_ADJUST, CHANNEL_SUCCESS",
            Self::Data => "CHANNEL_DATA",
            Self::DataAndMore => "CHANNEL_DATA, and what came with it",
            Self::Key => "CHANNEL_DATA (a key)",
            Self::Echo => "CHANNEL_DATA (its echo)",
            Self::SftpInit => "CHANNEL_DATA (SSH_FXP_INIT)",
            Self::SftpVersion => "CHANNEL_DATA (SSH_FXP_VERSION)",
            Self::ExitStatus => "CHANNEL_REQUEST (exit-status)",
            Self::EofOrClose => "CHANNEL_EOF or CHANNEL_CLOSE",
            Self::Exit => "CHANNEL_REQUEST (exit-status), CHANNEL_EOF, CHANNEL_CLOSE",
            Self::Disconnect => "DISCONNECT",
            Self::KexInit => "KEXINIT",
            Self::KeyExchange => "key exchange, NEWKEYS",
        }
    }

    pub(super) const fn meaning(self) -> Meaning {
        match self {
            Self::Data | Self::DataAndMore | Self::Key | Self::Echo | Self::SftpInit | Self::SftpVersion => {
                Meaning::Data
            }
            Self::Disconnect | Self::KexInit | Self::KeyExchange => Meaning::Transport,
            _ => Meaning::Connection,
        }
    }
}
