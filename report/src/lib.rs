//! What the SSH sessions of captures came to, as one page of HTML that needs nothing else: no network, no other file.
//!
//! A [`Report`] observes the flows of any number of captures, one after the other, and [writes](Report::write) the page:
//! totals over all sessions, and a sample of them in detail, packet by packet. What it keeps is bounded by its [`Limits`],
//! however much is fed to it, and the page says what was left out.
//!
//! ```no_run
//! use kexray_capture::{CaptureFile, Engine, SshFlows};
//! use kexray_report::Report;
//!
//! let mut file = CaptureFile::open("trace.pcap".as_ref())?;
//! let flows = SshFlows::with_config(Report::default(), Report::config());
//! let mut engine = Engine::new(flows);
//! while let Some(packet) = file.next_packet()? {
//!     engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
//! }
//! engine.finish();
//! let report = engine.into_application().into_observer();
//! report.write(&["trace.pcap"], &mut std::fs::File::create("report.html")?)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Everything that comes from the wire is data and stays it: the page's script puts it in as text, and the page's policy
//! runs no other script, loads nothing and sends nothing anywhere.

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

mod algorithms;
mod contents;
mod conversation;
mod facts;
mod findings;
mod limits;
mod notices;
mod outcomes;
mod page;
mod report;
mod sample;
mod tally;
mod text;
mod timeline;

pub use limits::Limits;
pub use report::Report;
