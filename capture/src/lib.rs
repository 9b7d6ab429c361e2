//! From captures to byte streams.
//!
//! A [`CaptureFile`] yields packets; an [`Engine`] puts the TCP streams in them in order and hands
//! them to an [`Application`], one call for what is new in each segment:
//!
//! ```no_run
//! use kexray_capture::{Application, CaptureFile, Engine, Flow, Interest, TcpAnomaly};
//! use kexray_analyzer::{Side, Timestamp};
//!
//! /// Counts the bytes of each flow.
//! struct Count;
//!
//! impl Application for Count {
//!     type State = u64;
//!
//!     fn open(&mut self, _: &Flow) -> u64 {
//!         0
//!     }
//!
//!     fn deliver(&mut self, _: &Flow, total: &mut u64, _: Side, _: Timestamp, bytes: &[u8]) -> Interest {
//!         *total += bytes.len() as u64;
//!         Interest::Continue
//!     }
//!
//!     fn gap(&mut self, _: &Flow, _: &mut u64, _: Side, _: Timestamp, _: u64) -> Interest {
//!         Interest::Continue
//!     }
//!
//!     fn anomaly(&mut self, _: &Flow, _: Side, _: Timestamp, _: TcpAnomaly) {}
//!
//!     fn close(&mut self, flow: &Flow, total: u64, _: Timestamp) {
//!         println!("{:?}: {total}", flow.originator);
//!     }
//! }
//!
//! let mut file = CaptureFile::open("trace.pcap".as_ref())?;
//! let mut engine = Engine::new(Count);
//! while let Some(packet) = file.next_packet()? {
//!     engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
//! }
//! engine.finish();
//! # Ok::<(), kexray_capture::FileError>(())
//! ```
//!
//! Nothing here panics, whatever the bytes are, and nothing grows beyond its [`Limits`].
//! What is dropped is counted in [`Stats`].

#![forbid(unsafe_code)]
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

mod application;
mod clock;
mod community_id;
mod descent;
mod engine;
mod ethertype;
mod file;
mod flow;
mod fragment;
mod ip;
mod limits;
mod link;
#[cfg(all(feature = "live", target_os = "linux"))]
pub mod live;
mod locality;
mod overlay;
pub mod parallel;
mod ssh;
mod stats;
mod tcp;
mod tunnel;
mod uid;
mod wire;

pub use application::{Application, Interest};
pub use engine::Engine;
pub use file::{CaptureFile, FileError, Packet, Progress};
pub use flow::{Endpoint, Flow};
pub use ipnet::IpNet;
pub use limits::Limits;
pub use link::LinkType;
pub use locality::{Bound, LocalNetworks};
pub use overlay::Overlay;
pub use ssh::{Observer, Oddity, SshFlow, SshFlows};
pub use stats::Stats;
pub use tcp::TcpAnomaly;
pub use uid::Uid;
