//! What messages of SSH-1 are called, and which messages of SSH-2 say the same.

use kexray_grammar::Role;
use kexray_grammar::order::ssh1_dialogue::Message;

use super::super::said::Said;
use super::super::told::Told;
use super::methods::tried;
use crate::auth::{Evidence, Explained, Meaning};

/// What a packet was taken for; `None` where its size tells nothing.
pub(crate) type Heard = Told<Option<Message>>;

impl Heard {
    /// The same, as SSH-2 says it.
    pub(crate) fn as_ssh2(&self) -> Told {
        let Self { at, from, octets, run, .. } = *self;
        Told { at, from, said: self.said.map_or(Said::Later, said), octets, run }
    }

    /// For who wants to know how a verdict came about.
    pub(crate) fn explained(&self, evidence: Evidence) -> Explained {
        let told = self.as_ssh2().explained(evidence);
        match self.said {
            Some(message) if told.meaning == Meaning::Unfollowed => {
                Explained { message: name(message, self.from), meaning: Meaning::Connection, ..told }
            }
            Some(message) => Explained { message: name(message, self.from), ..told },
            None => told,
        }
    }
}

fn said(message: Message) -> Said {
    if let Some(method) = tried(message) {
        return Said::Request(method);
    }
    match message {
        Message::Success => Said::Success,
        Message::Failure => Said::Failure,
        Message::Disconnect => Said::Disconnect,
        Message::Ignore | Message::Debug => Said::Aside,
        Message::AuthRsaChallenge | Message::AuthTisChallenge | Message::AuthKerberosResponse => Said::Prompt,
        Message::AuthRsaResponse | Message::AuthTisResponse => Said::Answer,
        _ => Said::Later,
    }
}

/// Its name in the protocol's description, without the prefix `SSH_`.
fn name(message: Message, from: Role) -> &'static str {
    match message {
        Message::Ignore | Message::Debug => "MSG_IGNORE",
        Message::Disconnect => "MSG_DISCONNECT",
        Message::User => "CMSG_USER",
        Message::AuthRhosts => "CMSG_AUTH_RHOSTS",
        Message::AuthRsa => "CMSG_AUTH_RSA",
        Message::AuthRsaChallenge => "SMSG_AUTH_RSA_CHALLENGE",
        Message::AuthRsaResponse => "CMSG_AUTH_RSA_RESPONSE",
        Message::AuthPassword => "CMSG_AUTH_PASSWORD",
        Message::Success => "SMSG_SUCCESS",
        Message::Failure => "SMSG_FAILURE",
        Message::AuthRhostsRsa => "CMSG_AUTH_RHOSTS_RSA",
        Message::AuthTis => "CMSG_AUTH_TIS",
        Message::AuthTisChallenge => "SMSG_AUTH_TIS_CHALLENGE",
        Message::AuthTisResponse => "CMSG_AUTH_TIS_RESPONSE",
        Message::AuthKerberos => "CMSG_AUTH_KERBEROS",
        Message::AuthKerberosResponse => "SMSG_AUTH_KERBEROS_RESPONSE",
        Message::RequestPty => "CMSG_REQUEST_PTY",
        Message::ExecShell => "CMSG_EXEC_SHELL",
        Message::ExecCommand => "CMSG_EXEC_CMD",
        Message::RequestCompression => "CMSG_REQUEST_COMPRESSION",
        Message::MaxPacketSize => "CMSG_MAX_PACKET_SIZE",
        Message::X11RequestForwarding => "CMSG_X11_REQUEST_FORWARDING",
        Message::PortForwardRequest => "CMSG_PORT_FORWARD_REQUEST",
        Message::AgentRequestForwarding => "CMSG_AGENT_REQUEST_FORWARDING",
        Message::StdinData => "CMSG_STDIN_DATA",
        Message::StdoutData | Message::StderrData => "SMSG_STDOUT_DATA",
        Message::Eof => "CMSG_EOF",
        Message::ExitStatus => "SMSG_EXITSTATUS",
        Message::ExitConfirmation => "CMSG_EXIT_CONFIRMATION",
        Message::WindowSize => "CMSG_WINDOW_SIZE",
        _ if from == Role::Client => "CMSG, of a channel",
        _ => "SMSG, of a channel",
    }
}
