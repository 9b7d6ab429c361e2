//! Sans-I/O analyzer of SSH connections: bytes, gaps and time in, events out.
//!
//! A [`Connection`] is told what each end of one TCP connection said, in order, and tells a [`Sink`] what it means. It
//! reads everything SSH says in the clear, and goes on to count what is encrypted. It never reads a clock, opens
//! nothing, starts no thread, and does not panic whatever the bytes are.
//!
//! ```
//! use kexray_analyzer::{Anomaly, Connection, Event, Excess, Side, Sink, Timestamp};
//!
//! struct Print;
//!
//! impl Sink for Print {
//!     fn event(&mut self, at: Timestamp, event: &Event<'_>) {
//!         println!("{at} {}", event.name());
//!     }
//!     fn anomaly(&mut self, at: Timestamp, anomaly: Anomaly, _: Option<Excess>) {
//!         println!("{at} {}", anomaly.name());
//!     }
//! }
//!
//! let mut connection = Connection::new();
//! let at = Timestamp::from_micros(1_700_000_000_000_000);
//! connection.deliver(Side::Responder, at, b"SSH-2.0-OpenSSH_9.2p1\r\n", &mut Print);
//! connection.deliver(Side::Originator, at, b"SSH-2.0-PuTTY_Release_0.78\r\n", &mut Print);
//! connection.finish(at, &mut Print);
//! assert_eq!(connection.session().version, Some(2));
//! ```

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
    )
)]

mod auth;
mod ciphertext;
mod config;
mod connected;
mod connection;
mod course;
pub mod escape;
mod exchange;
mod group;
mod host_key;
mod identification;
mod in_clear;
mod key_facts;
mod listed;
mod negotiation;
mod offer;
mod packets;
mod proof;
mod public_value;
mod roles;
mod scan;
mod session;
mod side;
mod sink;
mod ssh1;
mod stream;
mod terrapin;
mod time;
mod version;
mod wire;

pub use auth::{Answer, Engine, Evidence, Explained, Meaning, Method, Step};
pub use config::Config;
pub use connected::{Bulk, SessionKind};
pub use connection::{Connection, Verdict};
pub use group::{Agreement, Group, GroupRequest};
pub use in_clear::InClear;
pub use kexray_grammar as grammar;
pub use kexray_grammar::{Anomaly, Event, Names, Parameters, Role, Value};
pub use key_facts::{Certificate, HostKey};
pub use negotiation::{Algorithms, Directions};
pub use offer::Offer;
pub use proof::Proof;
pub use public_value::PublicValue;
pub use scan::Scan;
pub use session::Session;
pub use side::Side;
pub use sink::{Excess, Sink};
pub use time::Timestamp;
pub use wire::OctetRange;
