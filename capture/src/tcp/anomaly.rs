//! What TCP should not do.

/// Something odd about a direction of a flow. Each is reported once per flow and direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TcpAnomaly {
    /// A retransmission or overlap brought other bytes than the first copy. The first copy counts.
    InconsistentRetransmission,
    /// Bytes that no window could have allowed were dropped.
    DataOutOfWindow,
    /// Data after a FIN was dropped.
    DataAfterFin,
    /// Data after a RST was dropped.
    DataAfterReset,
    /// A RST where the receiver expected another byte; the connection went on.
    ResetOutOfSequence,
    /// A SYN inside a connection that went on.
    SynInsideConnection,
    /// The ports were used for a new connection while the old one was open.
    ActiveConnectionReuse,
    /// A SYN that carried data.
    SynWithData,
    /// A hole was given up although no acknowledgement says that its bytes existed: nothing was
    /// captured of the other direction.
    UnacknowledgedHole,
    /// A hole was given up because too much was buffered behind it.
    BufferFull,
    /// The capture cut a segment short (snap length); the rest is a gap.
    TruncatedPayload,
}

impl TcpAnomaly {
    /// Its name in logs: Zeek's weird name, where Zeek has one.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InconsistentRetransmission => "rexmit_inconsistency",
            Self::DataOutOfWindow => "data_out_of_window",
            Self::DataAfterFin => "data_after_fin",
            Self::DataAfterReset => "data_after_reset",
            Self::ResetOutOfSequence => "RST_out_of_sequence",
            Self::SynInsideConnection => "SYN_inside_connection",
            Self::ActiveConnectionReuse => "active_connection_reuse",
            Self::SynWithData => "SYN_with_data",
            Self::UnacknowledgedHole => "above_hole_data_without_any_acks",
            Self::BufferFull => "tcp_reassembly_buffer_full",
            Self::TruncatedPayload => "truncated_tcp_payload",
        }
    }

    /// A set of one, for remembering what was reported.
    pub(crate) const fn bit(self) -> u16 {
        1 << self as u16
    }
}
