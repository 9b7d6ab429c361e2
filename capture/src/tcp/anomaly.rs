//! What TCP should not do.

/// Declares each anomaly once, with what it means and its name in logs.
macro_rules! anomalies {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// Something odd about a direction of a flow. Each is reported once per flow and direction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum TcpAnomaly {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl TcpAnomaly {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in logs: Zeek's weird name, where Zeek has one.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What it means, in a sentence or two.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),+).trim_ascii(),)+
                }
            }
        }
    };
}

anomalies! {
    /// A retransmission or overlap brought other bytes than the first copy. The first copy counts.
    InconsistentRetransmission = "rexmit_inconsistency",
    /// Bytes that no window could have allowed were dropped.
    DataOutOfWindow = "data_out_of_window",
    /// Data after a FIN was dropped.
    DataAfterFin = "data_after_fin",
    /// Data after a RST was dropped.
    DataAfterReset = "data_after_reset",
    /// A RST where the receiver expected another byte; the connection went on.
    ResetOutOfSequence = "RST_out_of_sequence",
    /// A SYN inside a connection that went on.
    SynInsideConnection = "SYN_inside_connection",
    /// The ports were used for a new connection while the old one was open.
    ActiveConnectionReuse = "active_connection_reuse",
    /// A SYN that carried data.
    SynWithData = "SYN_with_data",
    /// A hole was given up although no acknowledgement says that its bytes existed: nothing was
    /// captured of the other direction.
    UnacknowledgedHole = "above_hole_data_without_any_acks",
    /// A hole was given up because too much was buffered behind it.
    BufferFull = "tcp_reassembly_buffer_full",
    /// The capture cut a segment short (snap length); the rest is a gap.
    TruncatedPayload = "truncated_tcp_payload",
}

impl TcpAnomaly {
    /// A set of one, for remembering what was reported.
    pub(crate) const fn bit(self) -> u16 {
        1 << self as u16
    }
}
