//! Counters: whatever is dropped, skipped or given up is counted here, by reason.

/// Declares each counter once, with its documentation and its name in reports.
macro_rules! counters {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        /// What went through an [`Engine`](crate::Engine), and what did not, by reason.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Stats {
            $($(#[doc = $doc])+ pub $name: u64,)+
        }

        impl Stats {
            /// Every counter with its name, in the order of the layers.
            pub fn rows(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name),)+].into_iter()
            }

            /// Every counter with its name and what it counts, in the order of the layers.
            pub fn described(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
                [$((stringify!($name), concat!($($doc),+).trim_ascii(), self.$name),)+].into_iter()
            }

            /// Adds the counters of another engine.
            pub fn merge(&mut self, other: &Self) {
                $(self.$name = self.$name.saturating_add(other.$name);)+
            }
        }
    };
}

counters! {
    /// Packets taken in.
    packets,
    /// Bytes captured of them.
    packet_bytes,
    /// Packets that the capture cut short (snap length).
    cut_packets,
    /// Packets of a link type that cannot be read.
    unsupported_link_type,
    /// Packets in more encapsulations than are followed.
    too_nested,
    /// Packets that end inside their link header.
    truncated_link,
    /// Packets that carry neither IPv4 nor IPv6.
    not_ip,
    /// Packets that end inside their IP header or an extension header.
    truncated_ip,
    /// Packets whose IP header contradicts itself.
    malformed_ip,
    /// Packets whose IP header claims more bytes than were on the wire; read up to the wire's end.
    short_of_ip_length,
    /// Packets of another transport protocol than TCP.
    not_tcp,
    /// IP packets found in tunnels.
    tunnelled,
    /// Packets that end inside the fixed part of their TCP header.
    truncated_tcp,
    /// Packets whose TCP header contradicts itself.
    malformed_tcp,
    /// IP fragments taken in.
    fragments,
    /// Fragments dropped: lengths or offsets that no whole datagram can have, or cut by the capture.
    fragments_malformed,
    /// Fragments that overlapped earlier ones of the same datagram; the first copy wins.
    fragments_overlapping,
    /// Overlapping fragments that disagreed about a byte.
    fragments_inconsistent,
    /// Datagrams put together from fragments.
    datagrams_reassembled,
    /// Incomplete datagrams dropped because of their age.
    datagrams_expired,
    /// Incomplete datagrams dropped to make room.
    datagrams_evicted,
    /// Datagrams still incomplete at the end of the capture.
    datagrams_unfinished,
    /// TCP segments taken in.
    segments,
    /// Segments without data that belong to no known flow.
    stray_segments,
    /// Flows seen.
    flows,
    /// Flows with at least one byte of data, or a known gap.
    flows_with_data,
    /// Flows closed by FIN both ways or by RST.
    flows_closed,
    /// Flows closed because nothing came for long.
    flows_expired,
    /// Flows closed to make room.
    flows_evicted,
    /// Flows closed because their ports were used again.
    flows_replaced,
    /// Flows whose data the application did not want.
    flows_ignored,
    /// Flows whose data was not followed further, for the application held too much of all flows.
    flows_given_up,
    /// Flows still there at the end of the capture.
    flows_unfinished,
    /// SYNs inside a connection that went on as if there had been none.
    ignored_syns,
    /// RSTs and FINs outside what the receiver could have accepted.
    ignored_ends,
    /// Acknowledgements far from anything that was sent.
    ignored_acks,
    /// Bytes handed to the application in order.
    delivered_bytes,
    /// Bytes copied to wait behind a hole, or for the other direction.
    buffered_bytes,
    /// Segments that came before what they acknowledge, and waited for it.
    early_segments,
    /// Waits for what a segment acknowledges that were given up.
    waits_in_vain,
    /// Segments taken in before what they acknowledge.
    misplaced_segments,
    /// Bytes that the capture is known to lack.
    gap_bytes,
    /// Gaps reported.
    gaps,
    /// Bytes seen again after they had been delivered or buffered.
    retransmitted_bytes,
    /// Bytes from before the point where a flow seen from the middle began.
    bytes_before_start,
    /// Single bytes taken for keep-alive probes of a flow seen from the middle.
    keep_alive_bytes,
    /// Bytes far outside any window.
    bytes_out_of_window,
    /// Bytes after a FIN or RST.
    bytes_after_end,
    /// Bytes of flows that the application does not want.
    ignored_bytes,
    /// Bytes that contradicted buffered ones; the first copy won.
    inconsistent_bytes,
    /// Holes given up because too much was buffered behind them.
    buffer_overflows,
}

/// One more.
pub(crate) fn count(counter: &mut u64) {
    add(counter, 1);
}

/// `amount` more.
pub(crate) fn add(counter: &mut u64, amount: u64) {
    *counter = counter.saturating_add(amount);
}

/// The length of a slice as a counter takes it.
pub(crate) fn length(bytes: &[u8]) -> u64 {
    // usize is at most 64 bits on every target that Rust has.
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
