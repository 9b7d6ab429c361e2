//! What became of authentication, inferred from sizes.

pub(crate) mod classic;
pub(crate) mod details;
pub(crate) mod dialogue;
mod explained;
mod notes;
mod record;
mod steps;

pub use self::explained::{Explained, Meaning};
pub(crate) use self::notes::Notes;
pub(crate) use self::record::Record;
pub use self::steps::{Answer, Evidence, Method, Step};

/// An engine that infers what became of authentication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Engine {
    /// Follows every reading of the packets that the protocol allows, and tells what they agree on.
    #[default]
    Dialogue,
    /// Zeek's rule, on the lengths of chunks of ciphertext.
    Classic,
}
