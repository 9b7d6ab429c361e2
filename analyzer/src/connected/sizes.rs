//! Sizes of what is said in the connection protocol, as the grammar has them.

use kexray_grammar::connection::{
    AuthAgentReq, ChannelData, ChannelEof, ChannelOpenConfirmation, ChannelSuccess, ChannelWindowAdjust,
    Exec, ExitStatus, HostKeys, KeepAlive, NoMoreSessions, OpenDirectTcpip, OpenSession, PtyReq,
    RequestFailure, Shell, Subsystem, TcpipForward,
};
use kexray_grammar::{numbers, words};

/// CHANNEL_OPEN of a session.
pub(super) const OPEN: usize = OpenSession::payload_size();
/// GLOBAL_REQUEST by which OpenSSH gives up further sessions.
pub(super) const NO_MORE_SESSIONS: usize = NoMoreSessions::payload_size();
/// CHANNEL_OPEN_CONFIRMATION.
pub(super) const CONFIRMATION: usize = ChannelOpenConfirmation::payload_size(0);
/// CHANNEL_WINDOW_ADJUST.
pub(super) const ADJUST: usize = ChannelWindowAdjust::payload_size();
/// CHANNEL_SUCCESS, or CHANNEL_FAILURE.
pub(super) const REPLY: usize = ChannelSuccess::payload_size();
/// REQUEST_SUCCESS that tells no port, or REQUEST_FAILURE.
pub(super) const GLOBAL_REPLY: usize = RequestFailure::payload_size();
/// CHANNEL_EOF, or CHANNEL_CLOSE.
pub(super) const EOF: usize = ChannelEof::payload_size();
/// CHANNEL_REQUEST for a shell: no request is shorter. EOF, CLOSE and answers are.
pub(super) const SHELL: usize = Shell::payload_size();
/// For a command of one octet.
pub(super) const SHORTEST_EXEC: usize = Exec::payload_size(1);
/// For the subsystem `sftp`.
pub(super) const SFTP: usize = Subsystem::payload_size(match words::FILE_TRANSFER {
    [name, ..] => name.len(),
    [] => 0,
});
/// For a terminal without modes.
pub(super) const TERMINAL: usize = PtyReq::payload_size(numbers::SHORTEST_TERMINAL_TYPE, 0);
/// For the agent to be forwarded.
pub(super) const AGENT: usize = AuthAgentReq::payload_size();
/// `exit-status`.
pub(super) const EXIT_STATUS: usize = ExitStatus::payload_size();
/// GLOBAL_REQUEST for a port to be forwarded, with an address of one octet at least.
pub(super) const FORWARD: usize = TcpipForward::payload_size(1);
/// The same, with the longest address that is usual.
pub(super) const LONG_FORWARD: usize = TcpipForward::payload_size(numbers::USUAL_HOST_NAME);
/// CHANNEL_OPEN to a host and port.
pub(super) const DIRECT: usize = OpenDirectTcpip::payload_size(1, 0);
/// The same, with the longest names that are usual.
pub(super) const LONG_DIRECT: usize =
    OpenDirectTcpip::payload_size(numbers::USUAL_HOST_NAME, numbers::LONGEST_ADDRESS);
/// CHANNEL_DATA of one key.
pub(super) const KEY: usize = ChannelData::payload_size(1);
/// CHANNEL_DATA with SSH_FXP_INIT, or with SSH_FXP_VERSION without extensions.
pub(super) const SFTP_INIT: usize = ChannelData::payload_size(numbers::SFTP_INIT);
/// From here on a server's message may be what OpenSSH says of its own accord: a DEBUG, or its host keys, of which the
/// shortest is one of Ed25519, with its count.
pub(super) const UNASKED: usize = HostKeys::payload_size(size_of::<u32>() + numbers::ED25519_KEY);
/// GLOBAL_REQUEST that asks for a sign of life.
pub(super) const KEEP_ALIVE: usize = KeepAlive::payload_size();
