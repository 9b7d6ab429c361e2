//! The key of a flow: the same for both directions.

use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Endpoint;
use crate::overlay::Overlay;

/// An end of a flow in the key's order. It says nothing of who opened the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Low,
    High,
}

impl End {
    /// The other one.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }
}

/// Something of each end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ends<T> {
    pub(super) low: T,
    pub(super) high: T,
}

impl<T> Ends<T> {
    #[inline]
    pub(super) const fn of(&self, end: End) -> &T {
        match end {
            End::Low => &self.low,
            End::High => &self.high,
        }
    }

    #[inline]
    pub(super) const fn of_mut(&mut self, end: End) -> &mut T {
        match end {
            End::Low => &mut self.low,
            End::High => &mut self.high,
        }
    }
}

/// Both endpoints, ordered, and the network that their addresses are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    low: [u64; 2],
    high: [u64; 2],
    /// Low port, high port, and above them whether the addresses are IPv6: `::1` is not `0.0.0.1`.
    ports_and_version: u64,
    overlay: Overlay,
}

impl Hash for Key {
    /// Only what differs: most keys are of IPv4, in no virtual network.
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let ([first, low], [second, high]) = (self.low, self.high);
        if first | second == 0 && low | high <= u64::from(u32::MAX) {
            state.write_u64(low << 32 | high);
        } else {
            for word in [first, low, second, high] {
                state.write_u64(word);
            }
        }
        state.write_u64(self.ports_and_version);
        if self.overlay != Overlay::NONE {
            state.write_u64(self.overlay.as_u64());
        }
    }
}

impl Key {
    /// The key of a packet of IPv4 in no virtual network, and which end sent it. Addresses come with their ports.
    #[inline]
    pub(crate) fn ipv4(source: (u32, u16), destination: (u32, u16)) -> (Self, End) {
        let joined = |(address, port): (u32, u16)| u64::from(address) << 16 | u64::from(port);
        let (from, to) = (joined(source), joined(destination));
        let (low, high) = (from.min(to), from.max(to));
        let port = u64::from(u16::MAX);
        let key = Self {
            low: [0, low >> 16],
            high: [0, high >> 16],
            ports_and_version: (low & port) << 16 | high & port,
            overlay: Overlay::NONE,
        };
        (key, if from <= to { End::Low } else { End::High })
    }

    /// The key of a packet, and which end sent it.
    pub(crate) fn new(overlay: Overlay, source: Endpoint, destination: Endpoint) -> (Self, End) {
        let from = (words(source.address), source.port);
        let to = (words(destination.address), destination.port);
        let (low, high, end) = if from <= to { (from, to, End::Low) } else { (to, from, End::High) };
        let version = u64::from(source.address.is_ipv6());
        let ports_and_version = version << 32 | u64::from(low.1) << 16 | u64::from(high.1);
        (Self { low: low.0, high: high.0, ports_and_version, overlay }, end)
    }

    /// Addresses and ports mixed together, in fewer steps than a hash takes, and for anyone to foresee.
    #[inline]
    pub(super) fn mixed(&self) -> usize {
        let ([first, low], [second, high]) = (self.low, self.high);
        let words = first ^ low ^ (second ^ high).rotate_left(32) ^ self.ports_and_version.rotate_left(16);
        usize::try_from(words.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40).unwrap_or(0)
    }

    /// The network that the addresses are of.
    pub(crate) const fn overlay(&self) -> Overlay {
        self.overlay
    }

    /// Which of `count` shares of all flows it belongs to.
    pub(crate) fn share(&self, count: usize) -> usize {
        let [_, _, _, _, ports @ ..] = self.ports_and_version.to_be_bytes();
        let [low, high] =
            [u16::from_be_bytes([ports[0], ports[1]]), u16::from_be_bytes([ports[2], ports[3]])];
        let words = self.low.into_iter().chain(self.high).fold(0, |all, word| all ^ word);
        share(words, low ^ high, count)
    }

    /// The address and port of an end.
    pub(crate) fn endpoint(&self, end: End) -> Endpoint {
        let [_, _, _, version, low_high, low_low, high_high, high_low] = self.ports_and_version.to_be_bytes();
        let (words, port) = match end {
            End::Low => (self.low, [low_high, low_low]),
            End::High => (self.high, [high_high, high_low]),
        };
        Endpoint { address: address(words, version != 0), port: u16::from_be_bytes(port) }
    }
}

/// Which of `count` shares a flow belongs to, from all words of its addresses and both its ports, each combined by
/// exclusive or: the same in both directions, and told from a packet's octets in a few steps.
pub(crate) fn share(words: u64, ports: u16, count: usize) -> usize {
    let mixed = (words ^ words >> 32 ^ u64::from(ports) << 17).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> 40).ok().and_then(|mixed| mixed.checked_rem(count)).unwrap_or(0)
}

/// An address as two words, the more significant first.
fn words(address: IpAddr) -> [u64; 2] {
    match address {
        IpAddr::V4(address) => [0, u64::from(address.to_bits())],
        IpAddr::V6(address) => {
            let [a, b, c, d, e, f, g, h] = address.segments();
            [quad(a, b, c, d), quad(e, f, g, h)]
        }
    }
}

fn quad(a: u16, b: u16, c: u16, d: u16) -> u64 {
    u64::from(a) << 48 | u64::from(b) << 32 | u64::from(c) << 16 | u64::from(d)
}

fn address([high, low]: [u64; 2], is_v6: bool) -> IpAddr {
    if is_v6 {
        IpAddr::V6(Ipv6Addr::from_bits(u128::from(high) << 64 | u128::from(low)))
    } else {
        let [_, _, _, _, a, b, c, d] = low.to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overlay::Naming;

    #[test]
    fn both_directions_share_a_key() {
        let here = Endpoint { address: [10, 0, 0, 9].into(), port: 22 };
        let there = Endpoint { address: [10, 0, 0, 10].into(), port: 4 };
        let (key, end) = Key::new(Overlay::NONE, here, there);
        assert_eq!(Key::new(Overlay::NONE, there, here), (key, End::High));
        assert_eq!(end, End::Low);
        assert_eq!(Key::ipv4((0x0a00_000a, 4), (0x0a00_0009, 22)), (key, End::High));
        assert_eq!(Key::ipv4((0x0a00_0009, 22), (0x0a00_000a, 4)), (key, End::Low));
        assert_eq!((key.endpoint(End::Low), key.endpoint(End::High)), (here, there));
    }

    #[test]
    fn a_key_gives_its_endpoints_back() {
        let low = Endpoint { address: "2001:db8:1:2:3:4:5:6".parse().unwrap(), port: 0xfffe };
        let high = Endpoint { address: "fe80::1".parse().unwrap(), port: 22 };
        let (key, _) = Key::new(Overlay::NONE, high, low);
        assert_eq!((key.endpoint(End::Low), key.endpoint(End::High)), (low, high));
    }

    #[test]
    fn versions_and_ports_tell_flows_apart() {
        let v4 = Endpoint { address: [0, 0, 0, 1].into(), port: 22 };
        let v6 = Endpoint { address: "::1".parse().unwrap(), port: 22 };
        let key = |source, destination| Key::new(Overlay::NONE, source, destination).0;
        assert_ne!(key(v4, v4), key(v6, v6));
        let other = Endpoint { port: 23, ..v4 };
        assert_ne!(key(v4, v4), key(v4, other));
    }

    #[test]
    fn networks_tell_flows_apart() {
        let end = Endpoint { address: [0, 0, 0, 1].into(), port: 22 };
        let [first, second] =
            [1, 2].map(|network| Key::new(Overlay::NONE.within(Naming::Vxlan, network), end, end).0);
        assert_ne!(first, second);
    }
}
