//! What SSH agents and those who ask them say to each other: a second protocol that is generated from a spec, with
//! nothing written by hand. The spec is `agent.grammar`.

#[allow(clippy::large_enum_variant, reason = "messages borrow, and are kept nowhere")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/agent.rs"));
}

pub use generated::*;

/// Strategies for octets of every message, and a table of all that the spec declares.
#[cfg(feature = "strategies")]
#[allow(clippy::double_must_use, clippy::type_complexity, reason = "it is generated")]
pub mod strategies {
    include!(concat!(env!("OUT_DIR"), "/strategies.rs"));
}
