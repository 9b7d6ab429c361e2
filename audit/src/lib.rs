//! What watched SSH sessions tell of servers and clients, and what is wrong with them.
//!
//! An [`Audit`] takes in finished sessions and gives a [`Report`]: for each server (address, port, host key) and each
//! client its software, what it offers, what was agreed on and how often, and what was found ([`Finding`]), each with a
//! reason, a [`Severity`] and a reference. A report is written as JSON by any serializer of serde, and as a cryptography
//! bill of materials by [`cyclonedx`].
//!
//! ```
//! use kexray_analyzer::{Connection, Session, Side, Sink, Timestamp};
//! # use kexray_analyzer::{Anomaly, Event, Excess};
//! use kexray_audit::{Audit, Finding};
//! # struct Quiet;
//! # impl Sink for Quiet {
//! #     fn event(&mut self, _: Timestamp, _: &Event<'_>) {}
//! #     fn anomaly(&mut self, _: Timestamp, _: Anomaly, _: Option<Excess>) {}
//! # }
//!
//! let mut connection = Connection::new();
//! let at = Timestamp::from_micros(1_700_000_000_000_000);
//! connection.deliver(Side::Responder, at, b"SSH-1.99-OpenSSH_3.4\r\n", &mut Quiet);
//!
//! let mut audit = Audit::default();
//! let (client, server) = ("192.0.2.7:40000".parse()?, "192.0.2.1:22".parse()?);
//! audit.add(client, server, 0, connection.session());
//! let report = audit.report();
//! assert_eq!(report.findings[0].finding, Finding::Ssh1Offered);
//! # Ok::<(), std::net::AddrParseError>(())
//! ```
//!
//! While sessions end, [`notices::Watch`] tells what should be looked at: guessed passwords, scans, changed host keys.
//!
//! What is kept is bounded by [`Limits`]; what is left out is counted ([`Dropped`]).

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

#[macro_use]
mod vocabulary;

mod assessment;
mod counts;
mod finding;
mod inventory;
mod limits;
mod list;
mod point;
mod recent;
mod repeats;
mod report;
mod rsa;
mod severity;
mod store;

pub mod cyclonedx;
pub mod notices;

pub use finding::Finding;
pub use inventory::{Audit, Dropped, KeyKind};
pub use limits::Limits;
pub use list::{Known, List, Standing};
pub use repeats::{Repeat, Repeated, Repeats};
pub use report::{
    ChosenGroup, Client, Found, Negotiated, Offered, Report, Seen, Server, Software, Subject, Text,
};
pub use severity::{Severity, UnknownSeverity};
