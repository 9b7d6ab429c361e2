//! The messages that the dialogue tells apart.

use super::super::Method;

/// What a packet was taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Said {
    /// IGNORE, DEBUG or UNIMPLEMENTED: it changes nothing.
    #[default]
    Aside,
    Disconnect,
    ExtInfo,
    ServiceRequest,
    ServiceAccept,
    /// USERAUTH_REQUEST.
    Request(Method),
    /// USERAUTH_REQUEST that asks whether a key would do.
    Query,
    /// INFO_RESPONSE.
    Answer,
    /// What goes on with GSS-API: tokens, EXCHANGE_COMPLETE, MIC.
    Token,
    /// INFO_REQUEST, PASSWD_CHANGEREQ, GSSAPI_RESPONSE, tokens: the method goes on.
    Prompt,
    Banner,
    Failure,
    PkOk,
    Success,
    /// CHANNEL_OPEN of a session.
    OpenSession,
    /// Anything else once authenticated.
    Later,
}
