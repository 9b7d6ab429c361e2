//! What may be chosen.

use crate::auth::Engine;

/// How a connection is analyzed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// What infers whether users were authenticated.
    pub engine: Engine,
    /// Whether sessions [explain](crate::Session::explanation) their verdict, packet by packet.
    pub explain: bool,
    /// Whether sessions keep the host key, its signature and points of curves [as they were sent](crate::Session::proof).
    pub proof: bool,
}
