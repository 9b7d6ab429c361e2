//! Packets from a network interface, as they pass.
//!
//! Linux only: the kernel writes packets into a ring of memory that it shares with us (`AF_PACKET`, `TPACKET_V3`), so none
//! is copied. It takes the right to open such a socket, `CAP_NET_RAW`, while the interface is opened, and no right after.

mod error;
mod filter;
mod hardware;
mod several;

use std::os::fd::AsFd;
use std::time::{Duration, SystemTime};

use kexray_analyzer::Timestamp;
use netring::{Capture, PacketDirection};
use nix::sys::socket::{getsockopt, sockopt};

use crate::file::Packet;
use crate::link::LinkType;

pub use error::LiveError;
pub use filter::Filter;
pub use several::Interfaces;

/// Bytes of a block of the ring, which the kernel fills before it hands it over, or hands over after [`LATENCY`].
const BLOCK: usize = 1 << 20;
/// Blocks of the smallest ring: one is read while another is filled.
const FEWEST_BLOCKS: usize = 4;
/// How long the kernel keeps a block that is not full, in milliseconds.
const LATENCY: u32 = 60;

/// How an interface is listened on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Whether packets for other machines are wanted too.
    pub promiscuous: bool,
    /// The packets that are wanted; all where there is none.
    pub filter: Option<Filter>,
    /// Bytes of each packet that are taken. What is cut off is missing in the streams.
    pub snap_length: u32,
    /// Bytes of the ring, in which packets wait; to a MiB, and at least four.
    pub ring: usize,
}

impl Default for Options {
    fn default() -> Self {
        // Segmentation offload makes packets of 64 KiB and their headers.
        Self { promiscuous: true, filter: None, snap_length: 256 << 10, ring: 64 << 20 }
    }
}

/// What the kernel counted since the interface was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Packets that passed the filter.
    pub received: u64,
    /// Those of them that were dropped, for there was no room in the ring.
    pub dropped: u64,
}

/// An open interface.
#[derive(Debug)]
pub struct Interface {
    name: String,
    capture: Capture,
    link_type: LinkType,
    /// Whether all that is sent is received too, as on the loopback interface: then it would be seen twice.
    echoes: bool,
    /// When it was bound to the interface, until a later packet has come. Earlier ones may be of any interface, and have
    /// not passed the filter.
    bound: Option<Timestamp>,
    counts: Counts,
}

impl Interface {
    /// Listens on the interface of that name.
    ///
    /// # Errors
    ///
    /// If there is no such interface, its frames cannot be read, the filter is wrong, or rights or memory are missing.
    pub fn open(name: &str, options: &Options) -> Result<Self, LiveError> {
        let kind = hardware::of(name)?;
        let link_type = hardware::link_type(kind).ok_or(LiveError::Unreadable { kind })?;
        let program = filter::program(options.filter.as_ref(), link_type, options.snap_length)?;
        let blocks = options.ring.div_ceil(BLOCK).max(FEWEST_BLOCKS);
        let capture = Capture::builder()
            .interface(name)
            .promiscuous(options.promiscuous)
            .block_size(BLOCK)
            .block_count(blocks)
            .block_timeout_ms(LATENCY)
            .fill_rxhash(false)
            .bpf_filter(program)
            .build()
            .map_err(LiveError::opening)?;
        let interface = Self {
            name: name.to_owned(),
            capture,
            link_type,
            echoes: kind == hardware::LOOPBACK,
            bound: Some(now()),
            counts: Counts::default(),
        };
        Ok(interface)
    }

    /// What its frames begin with.
    #[must_use]
    pub const fn link_type(&self) -> LinkType {
        self.link_type
    }

    /// Waits for packets, no longer than `patience`, and hands on those that the kernel has ready, at most a block of them.
    /// Gives their number, which is 0 where none came in time.
    ///
    /// # Errors
    ///
    /// If the interface is no more. One that is down is waited for.
    pub fn wait(&mut self, patience: Duration, mut take: impl FnMut(Packet<'_>)) -> Result<usize, LiveError> {
        let Some(batch) = self.capture.next_batch_blocking(patience).map_err(LiveError::reading)? else {
            self.see_to_errors(patience)?;
            return Ok(0);
        };
        let mut taken: usize = 0;
        for packet in &batch {
            let at = packet.timestamp();
            let at = u64::from(at.sec).saturating_mul(1_000_000_000).saturating_add(at.nsec.into());
            let timestamp = Timestamp::from_nanos(at);
            if self.bound.is_some_and(|bound| timestamp < bound) {
                continue;
            }
            self.bound = None;
            if self.echoes && packet.direction() == PacketDirection::Outgoing {
                continue;
            }
            take(Packet {
                link_type: self.link_type,
                timestamp,
                original_length: u32::try_from(packet.original_len()).unwrap_or(u32::MAX),
                data: packet.data(),
            });
            taken = taken.saturating_add(1);
        }
        Ok(taken)
    }

    /// What was counted so far.
    ///
    /// # Errors
    ///
    /// If the kernel does not tell.
    pub fn counts(&mut self) -> Result<Counts, LiveError> {
        // The kernel counts in 32 bits, from its last answer.
        let since = self.capture.stats().map_err(LiveError::reading)?;
        self.counts.received = self.counts.received.saturating_add(since.packets.into());
        self.counts.dropped = self.counts.dropped.saturating_add(since.drops.into());
        Ok(self.counts)
    }

    /// After a wait in vain. An interface that goes down leaves an error at the socket, with which every wait ends at once.
    fn see_to_errors(&self, patience: Duration) -> Result<(), LiveError> {
        let error = getsockopt(&self.capture.as_fd(), sockopt::SocketError).unwrap_or_default();
        if error == 0 {
            return Ok(());
        }
        hardware::of(&self.name).map_err(|_| LiveError::Gone)?;
        std::thread::sleep(patience);
        Ok(())
    }
}

/// The time by which the kernel stamps packets.
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::since_epoch(since)
}
