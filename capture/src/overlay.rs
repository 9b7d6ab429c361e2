//! Networks whose packets share the wire, each with addresses of its own.

/// The virtual network that a flow was seen in; [`NONE`](Self::NONE) if in none.
///
/// In virtual networks addresses repeat: two tenants of a data centre may both have a 10.0.0.1. So
/// what names the network is part of a flow's identity, but only where both directions of a
/// connection carry the same name:
///
/// * the VNI of VXLAN and Geneve, the session of ERSPAN, the VSID of NVGRE, and the key of GRE,
///   which both ends have to agree on;
/// * not the addresses of the tunnel's ends, for either direction may take another pair;
/// * not VLAN tags: captures of routed or mirrored links have other tags each way, and often none
///   one way. Nor, for that, the VLAN that ERSPAN tells;
/// * not MPLS labels or GTP's TEIDs, which whoever receives has chosen, so that they differ by
///   direction always; and not PPPoE's sessions, which all lead into one network.
///
/// What is left out can only merge two connections that have all addresses and ports in common at
/// the same time. What is put in wrongly cuts every connection in two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Overlay(u64);

/// What a number names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    GreKey = 1,
    NvgreSubnet,
    Vxlan,
    Geneve,
    ErspanSession,
}

impl Overlay {
    /// No virtual network, or none that has a name.
    pub const NONE: Self = Self(0);

    /// A number that stands for the network. It is the same in every run.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The network of this name within this one.
    ///
    /// Names are told apart for certain in one tunnel, and as well as 64 bits can in more. No seed
    /// is needed: who could choose names that collide could choose the same names at once.
    pub(crate) const fn within(self, naming: Naming, name: u32) -> Self {
        let tag = (naming as u64) << 32 | name as u64;
        // Odd, so that no two tags give the same product; the bits are those of the golden ratio.
        Self((self.0.rotate_left(29) ^ tag).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_networks_apart() {
        let mut seen = std::collections::HashSet::new();
        assert!(seen.insert(Overlay::NONE));
        for naming in
            [Naming::GreKey, Naming::NvgreSubnet, Naming::Vxlan, Naming::Geneve, Naming::ErspanSession]
        {
            for name in [0, 1, 2, u32::MAX] {
                let outer = Overlay::NONE.within(naming, name);
                assert!(seen.insert(outer));
                for inner in [0, 1, 2, u32::MAX] {
                    assert!(seen.insert(outer.within(Naming::Vxlan, inner)), "order counts");
                }
            }
        }
    }
}
