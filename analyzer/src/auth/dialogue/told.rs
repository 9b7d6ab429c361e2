//! Packets as readings have them.

use kexray_grammar::Role;

use super::octets::Octets;
use super::said::Said;
use crate::Timestamp;

/// A packet as one reading has it: of SSH-2, unless it says otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told<S = Said> {
    /// When its last octet was seen.
    pub(crate) at: Timestamp,
    /// Who sent it.
    pub(crate) from: Role,
    /// What it was taken for.
    pub(crate) said: S,
    /// Octets on the wire; zero where several packets came in one go.
    pub(crate) octets: Octets,
    /// Octets of all that came in one go with it, if it was the first of them; else zero.
    pub(crate) run: Octets,
}
