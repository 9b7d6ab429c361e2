//! Every bound on memory and patience, in one place.

use std::time::Duration;

use kexray_analyzer::Timestamp;

/// How much an [`Engine`](crate::Engine) holds, and for how long.
///
/// Times are packet time: the engine reads no clock.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Encapsulations within one another, of all kinds together: VLAN tags, label stacks, PPPoE,
    /// tunnels. Providers stack three tags and a tunnel or two; this leaves room.
    pub encapsulations: usize,
    /// Flows in the table. A full table gives up the flow that was quiet longest in its fullest queue.
    pub flows: usize,
    /// How long a flow without data stays.
    pub opening_timeout: Duration,
    /// How long a quiet flow with data stays. An hour, as Zeek waits for SSH.
    pub idle_timeout: Duration,
    /// How long a finished flow waits for late packets.
    pub linger: Duration,
    /// Bytes held per direction behind a hole, with [`SEGMENT_COST`](Self::SEGMENT_COST) for each segment.
    pub buffered_per_direction: usize,
    /// Bytes held in all flows together, by the application too. The flow that asks for more gives
    /// up its holes, and if that is not enough, is closed.
    pub buffered_in_total: usize,
    /// Bytes held behind a hole when no acknowledgement can ever tell whether the capture lacks it,
    /// because only one direction was captured. A quarter of the cap per direction: most
    /// retransmissions arrive within it, and what waits is in no danger.
    pub one_sided_bytes: usize,
    /// Segments held behind such a hole. More than a usual congestion window.
    pub one_sided_segments: usize,
    /// How long such a hole stays open while segments go on arriving. TCP has retransmitted
    /// several times within it (RFC 6298: after 1 s at most, then doubling).
    pub one_sided_patience: Duration,
    /// Segments of a flow that wait for what they acknowledge, where the other direction is late; or those that wait behind
    /// an acknowledged hole of a late direction. Their bytes count for
    /// [`buffered_per_direction`](Self::buffered_per_direction).
    pub order_segments: usize,
    /// How long they wait. More than two taps or two interfaces differ by, and short enough for whoever watches.
    pub order_patience: Duration,
    /// Incomplete IP datagrams.
    pub datagrams: usize,
    /// Bytes held for them.
    pub datagram_bytes: usize,
    /// How long an incomplete datagram stays. Linux waits 30 s.
    pub datagram_timeout: Duration,
}

impl Limits {
    /// What a buffered segment costs on top of its bytes: its share of the map, and the allocation.
    /// Counting it keeps one-byte segments from taking many times their length.
    pub const SEGMENT_COST: usize = 64;

    /// Whether what waits for the other direction since some time may wait on. Times may go back a little too.
    pub(crate) fn is_within_order_patience(&self, since: Timestamp, now: Timestamp) -> bool {
        u128::from(now.as_nanos().abs_diff(since.as_nanos())) <= self.order_patience.as_nanos()
    }

    /// For one of `shares` engines that take in one capture together: what bounds all flows is divided.
    pub(crate) fn divided(self, shares: usize) -> Self {
        Self {
            flows: self.flows.div_ceil(shares),
            buffered_in_total: self.buffered_in_total.div_ceil(shares),
            datagrams: self.datagrams.div_ceil(shares),
            datagram_bytes: self.datagram_bytes.div_ceil(shares),
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            encapsulations: 16,
            flows: 1 << 18,
            opening_timeout: Duration::from_secs(5 * 60),
            idle_timeout: Duration::from_secs(60 * 60),
            linger: Duration::from_secs(5),
            buffered_per_direction: 1 << 20,
            buffered_in_total: 256 << 20,
            one_sided_bytes: 256 << 10,
            one_sided_segments: 256,
            one_sided_patience: Duration::from_secs(10),
            order_segments: 256,
            order_patience: Duration::from_millis(200),
            datagrams: 1024,
            datagram_bytes: 16 << 20,
            datagram_timeout: Duration::from_secs(30),
        }
    }
}
