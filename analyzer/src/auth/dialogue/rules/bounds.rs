//! Sizes of payloads, as the grammar has them.

use kexray_grammar::connection::{NoMoreSessions, OpenSession, TcpipForward};
use kexray_grammar::transport::{Debug, Disconnect, ExtInfo, Ignore, ServiceRequest};
use kexray_grammar::user_auth::{
    Banner, Failure, GssapiResponse, InfoRequest, InfoResponse, PkOk, RequestGssapiKeyex,
    RequestGssapiWithMic, RequestHostbased, RequestKeyboardInteractive, RequestNone, RequestPassword,
    RequestPublicKey, RequestPublicKeyQuery, Success,
};
use kexray_grammar::{limits, words};

use super::super::octets::{Octets, octets};

const fn first(words: &[&[u8]]) -> usize {
    match words.first() {
        Some(word) => word.len(),
        None => 0,
    }
}

/// The service that a user is authenticated for.
const CONNECTION: usize = first(words::AUTHENTICATED_SERVICES);

/// SERVICE_REQUEST and SERVICE_ACCEPT of the service that authenticates.
pub(super) const SERVICE: Octets = octets(ServiceRequest::payload_size(first(words::SERVICES)));
/// USERAUTH_REQUEST of "none", without the user's name.
pub(super) const NONE: Octets = octets(RequestNone::payload_size(0, CONNECTION));
/// Of "password", without the user's name and password.
pub(super) const PASSWORD: Octets = octets(RequestPassword::payload_size(0, CONNECTION, 0));
/// Of "publickey", unsigned, without the user's name, the algorithm's, and the key.
pub(super) const QUERY: Octets = octets(RequestPublicKeyQuery::payload_size(0, CONNECTION, 0, 0));
/// The same, signed, without the signature.
pub(super) const SIGNED: Octets = octets(RequestPublicKey::payload_size(0, CONNECTION, 0, 0, 0));
/// Of "keyboard-interactive", without the user's name.
pub(super) const KEYBOARD: Octets = octets(RequestKeyboardInteractive::payload_size(0, CONNECTION, 0, 0));
/// Of "gssapi-with-mic", without the user's name and mechanisms.
pub(super) const GSSAPI: Octets = octets(RequestGssapiWithMic::payload_size(0, CONNECTION, 0));
/// Of "gssapi-keyex", without the user's name and the integrity code.
pub(super) const GSSAPI_KEYEX: Octets = octets(RequestGssapiKeyex::payload_size(0, CONNECTION, 0));
/// Of "hostbased", without what varies.
pub(super) const HOSTBASED: Octets = octets(RequestHostbased::payload_size(0, CONNECTION, 0, 0, 0, 0, 0));
/// PK_OK, without the algorithm's name and the key.
pub(super) const PK_OK: Octets = octets(PkOk::payload_size(0, 0));
/// INFO_REQUEST that asks nothing; PASSWD_CHANGEREQ is shorter.
pub(super) const INFO_REQUEST: Octets = octets(InfoRequest::payload_size(0, 0, 0, 0));
/// INFO_RESPONSE to that.
pub(super) const INFO_RESPONSE: Octets = octets(InfoResponse::payload_size(0));
/// GSSAPI_RESPONSE, without the mechanism.
pub(super) const GSSAPI_RESPONSE: Octets = octets(GssapiResponse::payload_size(0));
/// SUCCESS.
pub(super) const SUCCESS: Octets = octets(Success::payload_size());
/// FAILURE, without the list.
pub(super) const FAILURE: Octets = octets(Failure::payload_size(0));
/// FAILURE with the shortest list that lets anyone go on.
pub(super) const SHORTEST_FAILURE: Octets = octets(Failure::payload_size(RequestPassword::METHOD_NAME.len()));
/// An empty BANNER, or PASSWD_CHANGEREQ.
pub(super) const BANNER: Octets = octets(Banner::payload_size(0, 0));
/// EXT_INFO without extensions.
pub(super) const EXT_INFO: Octets = octets(ExtInfo::payload_size(0));
/// DISCONNECT without a word.
pub(super) const DISCONNECT: Octets = octets(Disconnect::payload_size(0, 0));
/// IGNORE of nothing.
pub(super) const IGNORE: Octets = octets(Ignore::payload_size(0));
/// DEBUG without a word.
pub(super) const DEBUG: Octets = octets(Debug::payload_size(0, 0));
/// CHANNEL_OPEN of a session.
pub(super) const OPEN_SESSION: Octets = octets(OpenSession::payload_size());
/// GLOBAL_REQUEST by which OpenSSH gives up further sessions.
pub(super) const NO_MORE_SESSIONS: Octets = octets(NoMoreSessions::payload_size());
/// GLOBAL_REQUEST for forwarding, without the address.
pub(super) const FORWARD: Octets = octets(TcpipForward::payload_size(0));
/// Any message.
pub(super) const ANY: Octets = octets(limits::PACKET_LENGTH);

#[cfg(test)]
mod tests {
    use super::*;

    const fn string(octets: u32) -> u32 {
        4 + octets
    }

    /// Number, user, service and method of a USERAUTH_REQUEST. RFC 4252 section 5.
    const fn request(method: &str) -> u32 {
        1 + string(0) + string("ssh-connection".len() as u32) + string(method.len() as u32)
    }

    #[test]
    fn requests_are_as_long_as_rfc_4252_adds_up() {
        assert_eq!(SERVICE.0, 1 + string(12));
        assert_eq!(NONE.0, request("none"));
        assert_eq!(PASSWORD.0, request("password") + 1 + string(0));
        assert_eq!(QUERY.0, request("publickey") + 1 + string(0) + string(0));
        assert_eq!(SIGNED.0, QUERY.0 + string(0));
        assert_eq!(HOSTBASED.0, request("hostbased") + 5 * string(0));
    }

    #[test]
    fn requests_are_as_long_as_rfc_4256_and_4462_add_up() {
        assert_eq!(KEYBOARD.0, request("keyboard-interactive") + 2 * string(0));
        assert_eq!(GSSAPI.0, request("gssapi-with-mic") + 4);
        assert_eq!(GSSAPI_KEYEX.0, request("gssapi-keyex") + string(0));
        assert_eq!((INFO_REQUEST.0, INFO_RESPONSE.0), (1 + 3 * string(0) + 4, 1 + 4));
        assert_eq!(GSSAPI_RESPONSE.0, 1 + string(0));
    }

    #[test]
    fn answers_are_as_long_as_they_add_up() {
        assert_eq!(SUCCESS.0, 1);
        assert_eq!((FAILURE.0, SHORTEST_FAILURE.0), (1 + string(0) + 1, 1 + string(8) + 1));
        assert_eq!(PK_OK.0, 1 + 2 * string(0));
        assert_eq!(BANNER.0, 1 + 2 * string(0));
    }

    #[test]
    fn what_may_be_said_at_any_time_is_as_long_as_it_adds_up() {
        assert_eq!((IGNORE.0, DEBUG.0), (1 + string(0), 1 + 1 + 2 * string(0)));
        assert_eq!((EXT_INFO.0, DISCONNECT.0), (1 + 4, 1 + 4 + 2 * string(0)));
    }

    #[test]
    fn what_a_client_begins_with_is_as_long_as_rfc_4254_adds_up() {
        assert_eq!(OPEN_SESSION.0, 1 + string("session".len() as u32) + 3 * 4);
        assert_eq!(NO_MORE_SESSIONS.0, 1 + string("no-more-sessions@openssh.com".len() as u32) + 1);
        assert_eq!(FORWARD.0, 1 + string("tcpip-forward".len() as u32) + 1 + string(0) + 4);
    }
}
