//! The key of a flow: the same for both directions.

use std::net::IpAddr;

use super::Endpoint;

/// An end of a flow in the key's order. It says nothing of who opened the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Low,
    High,
}

/// Both endpoints, ordered.
///
/// Link-layer tags are no part of it: the two directions of a connection may carry different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    low: u128,
    high: u128,
    /// Low port, high port, and above them whether the addresses are IPv6: `::1` is not `0.0.0.1`.
    ports_and_version: u64,
}

impl Key {
    /// The key of a packet, and which end sent it.
    pub(crate) fn new(source: Endpoint, destination: Endpoint) -> (Self, End) {
        let from = (bits(source.address), source.port);
        let to = (bits(destination.address), destination.port);
        let (low, high, end) = if from <= to { (from, to, End::Low) } else { (to, from, End::High) };
        let version = u64::from(source.address.is_ipv6());
        let ports_and_version = version << 32 | u64::from(low.1) << 16 | u64::from(high.1);
        (Self { low: low.0, high: high.0, ports_and_version }, end)
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_share_a_key() {
        let here = Endpoint { address: [10, 0, 0, 9].into(), port: 22 };
        let there = Endpoint { address: [10, 0, 0, 10].into(), port: 4 };
        let (key, end) = Key::new(here, there);
        assert_eq!(Key::new(there, here), (key, End::High));
        assert_eq!(end, End::Low);
    }

    #[test]
    fn versions_and_ports_tell_flows_apart() {
        let v4 = Endpoint { address: [0, 0, 0, 1].into(), port: 22 };
        let v6 = Endpoint { address: "::1".parse().unwrap(), port: 22 };
        assert_ne!(Key::new(v4, v4).0, Key::new(v6, v6).0);
        let other = Endpoint { port: 23, ..v4 };
        assert_ne!(Key::new(v4, v4).0, Key::new(v4, other).0);
    }
}
