//! What SSH looks like on the wire.
//!
//! All of it is declared in `ssh.grammar` and generated from there: messages that borrow from the packet and read and
//! write through [`binrw`], their dispatch by layer, exchange, number and sender, the [`Event`]s and [`Anomaly`]s that
//! they raise, and the [`limits`] on what is read.

#[allow(clippy::all, clippy::pedantic, unreachable_pub, unused_imports)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/ssh.rs"));
}

pub use generated::*;
