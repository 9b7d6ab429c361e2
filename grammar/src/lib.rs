//! What SSH looks like on the wire.
//!
//! All of it is declared in `ssh.grammar` and generated from there: messages that borrow from the packet and read and
//! write through [`binrw`], their dispatch by layer, exchange, number and sender, the [`Event`]s and [`Anomaly`]s that
//! they raise, and the [`limits`] on what is read. To read what is compiled, open `generated/ssh.rs`: it is a copy.

#[allow(
    clippy::large_enum_variant,
    clippy::too_many_arguments,
    reason = "messages borrow, and are copied to nowhere that they would be kept; a size is made of as many parts as vary"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/ssh.rs"));
}

pub use generated::*;

/// Strategies for octets of every message, for property tests; and a table of all that the spec declares, for tests that
/// go over it. Each structure has a `strategy()`, and `conversation` draws whole conversations as the orders allow them.
#[cfg(feature = "strategies")]
#[allow(clippy::double_must_use, clippy::type_complexity, reason = "it is generated")]
pub mod strategies {
    include!(concat!(env!("OUT_DIR"), "/strategies.rs"));

    /// The text of what is generated, for the test that holds its mirror in `generated/` to it.
    #[doc(hidden)]
    pub const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/strategies.rs"));
}

/// The text of what is generated, for the test that holds its mirror in `generated/` to it.
#[doc(hidden)]
pub const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/ssh.rs"));
