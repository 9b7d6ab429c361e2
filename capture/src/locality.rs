//! Which addresses are at home.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::flow::Flow;

/// The networks that count as local.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalNetworks(Vec<IpNet>);

/// Which way a connection crosses the border of the local networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Opened from outside to a local host.
    Inbound,
    /// Opened by a local host to outside.
    Outbound,
}

impl Bound {
    /// As Zeek's log has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inbound => "INBOUND",
            Self::Outbound => "OUTBOUND",
        }
    }
}

/// Blocks of the IPv4 and IPv6 special-purpose address registries that are not routed globally, as Zeek counts them.
const NOT_ROUTED: [&str; 27] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/24",
    "239.0.0.0/8",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "::/128",
    "::1/128",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:2::/48",
    "2001:db8::/32",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff02::/16",
];

impl Default for LocalNetworks {
    /// What is not routed globally.
    fn default() -> Self {
        Self(NOT_ROUTED.iter().filter_map(|network| network.parse().ok()).collect())
    }
}

impl LocalNetworks {
    /// Just these.
    #[must_use]
    pub const fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether an address is in one of them.
    #[must_use]
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Which way a flow crosses their border; `None` where it does not.
    #[must_use]
    pub fn bound(&self, flow: &Flow) -> Option<Bound> {
        match (self.contain(flow.originator.address), self.contain(flow.responder.address)) {
            (true, false) => Some(Bound::Outbound),
            (false, true) => Some(Bound::Inbound),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LocalNetworks, NOT_ROUTED};

    #[test]
    fn every_default_network_is_one() {
        assert_eq!(LocalNetworks::default().0.len(), NOT_ROUTED.len());
    }
}
