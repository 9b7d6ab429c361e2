//! From a captured frame to the IP packet inside.

use std::fmt;

use crate::descent::{Descent, LinkError};
use crate::ethertype;
use crate::wire::{array, be16, be32, byte};

/// A link type as the capture file names it (the `LINKTYPE_` registry of tcpdump.org).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkType(pub u32);

impl LinkType {
    /// BSD loopback: the address family in the byte order of the capturing machine.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// PPP, with or without the address and control fields of HDLC.
    pub const PPP: Self = Self(9);
    /// Raw IP, as OpenBSD numbers it in files and others in `DLT_RAW`.
    pub const RAW_BSD: Self = Self(12);
    /// Raw IP, by its number on OpenBSD.
    pub const RAW_OPENBSD: Self = Self(14);
    /// PPP in HDLC-like framing.
    pub const PPP_HDLC: Self = Self(50);
    /// Raw IPv4 or IPv6.
    pub const RAW: Self = Self(101);
    /// OpenBSD loopback: the address family in network order.
    pub const LOOP: Self = Self(108);
    /// Linux "cooked" capture.
    pub const LINUX_SLL: Self = Self(113);
    /// Raw IPv4.
    pub const IPV4: Self = Self(228);
    /// Raw IPv6.
    pub const IPV6: Self = Self(229);
    /// What Linux's packet filter logs: attributes, of which one is the packet.
    pub const NFLOG: Self = Self(239);
    /// Linux "cooked" capture, second version.
    pub const LINUX_SLL2: Self = Self(276);

    /// Whether packets of this link type can be read.
    #[must_use]
    pub const fn is_supported(self) -> bool {
        matches!(
            self,
            Self::NULL
                | Self::ETHERNET
                | Self::PPP
                | Self::RAW_BSD
                | Self::RAW_OPENBSD
                | Self::PPP_HDLC
                | Self::RAW
                | Self::LOOP
                | Self::LINUX_SLL
                | Self::IPV4
                | Self::IPV6
                | Self::NFLOG
                | Self::LINUX_SLL2
        )
    }
}

impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The IP packet in a frame. Whether it is IPv4 or IPv6 is left to its version field, which the
/// receiver checks too.
pub(crate) fn ip_packet<'a>(
    link_type: LinkType,
    frame: &'a [u8],
    descent: &mut Descent,
) -> Result<&'a [u8], LinkError> {
    match link_type {
        LinkType::ETHERNET => ethernet(frame, descent),
        LinkType::LINUX_SLL => behind_ethertype(frame, 14, descent),
        LinkType::LINUX_SLL2 => {
            // The protocol comes first here; the header is 20 bytes long.
            let protocol = be16(frame, 0).ok_or(LinkError::Truncated)?;
            ethertype::ip_packet(protocol, frame.get(20..).ok_or(LinkError::Truncated)?, descent)
        }
        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD | LinkType::IPV4 | LinkType::IPV6 => {
            Ok(frame)
        }
        LinkType::LOOP => {
            let family = be32(frame, 0).ok_or(LinkError::Truncated)?;
            behind_family(family, frame)
        }
        LinkType::NULL => {
            let family: [u8; 4] = array(frame, 0).ok_or(LinkError::Truncated)?;
            // Families are small numbers, so the byte order shows.
            behind_family(u32::from_be_bytes(family).min(u32::from_le_bytes(family)), frame)
        }
        LinkType::PPP | LinkType::PPP_HDLC => {
            let framed = frame.starts_with(&PPP_ADDRESS_AND_CONTROL);
            let start = if framed { PPP_ADDRESS_AND_CONTROL.len() } else { 0 };
            ethertype::behind_ppp(frame.get(start..).ok_or(LinkError::Truncated)?, descent)
        }
        LinkType::NFLOG => nflog(frame),
        _ => Err(LinkError::Unsupported),
    }
}

/// All stations, and unnumbered information. RFC 1662 section 3.1.
const PPP_ADDRESS_AND_CONTROL: [u8; 2] = [0xff, 0x03];

/// The packet among the attributes that Linux's packet filter logs. They are in the byte order of the capturing machine;
/// types are small numbers, so it shows. <https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html>.
fn nflog(frame: &[u8]) -> Result<&[u8], LinkError> {
    const PAYLOAD: u16 = 9;
    // Family, version, resource.
    let mut rest = frame.get(4..).ok_or(LinkError::Truncated)?;
    while !rest.is_empty() {
        let header = (array::<2>(rest, 0), array::<2>(rest, 2));
        let (Some(length), Some(kind)) = header else { return Err(LinkError::Truncated) };
        let little = u16::from_le_bytes(kind) <= u16::from_be_bytes(kind);
        let number = |octets| if little { u16::from_le_bytes(octets) } else { u16::from_be_bytes(octets) };
        let length = usize::from(number(length));
        if number(kind) == PAYLOAD {
            // A snap length may have cut it.
            return rest.get(4..length.min(rest.len())).ok_or(LinkError::Truncated);
        }
        if length < 4 {
            return Err(LinkError::NotIp);
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Err(LinkError::NotIp)
}

/// The IP packet in an Ethernet frame.
pub(crate) fn ethernet<'a>(frame: &'a [u8], descent: &mut Descent) -> Result<&'a [u8], LinkError> {
    behind_ethertype(frame, 12, descent)
}

/// `at` is where the EtherType is; the payload follows it.
fn behind_ethertype<'a>(frame: &'a [u8], at: usize, descent: &mut Descent) -> Result<&'a [u8], LinkError> {
    let ethertype = be16(frame, at).ok_or(LinkError::Truncated)?;
    let payload = frame.get(at.saturating_add(2)..).ok_or(LinkError::Truncated)?;
    ethertype::ip_packet(ethertype, payload, descent)
}

fn behind_family(family: u32, frame: &[u8]) -> Result<&[u8], LinkError> {
    match family {
        // AF_INET, and AF_INET6 on Linux, NetBSD and OpenBSD, FreeBSD, macOS.
        2 | 10 | 24 | 28 | 30 => frame.get(4..).ok_or(LinkError::Truncated),
        _ => Err(LinkError::NotIp),
    }
}

/// The IP version that a packet claims.
pub(crate) fn ip_version(packet: &[u8]) -> Option<u8> {
    byte(packet, 0).map(|first| first >> 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(link_type: LinkType, header: &[u8], expected: Result<&[u8], LinkError>) {
        let mut frame = header.to_vec();
        frame.extend_from_slice(b"\x45ip");
        let found = ip_packet(link_type, &frame, &mut Descent::new(8, 0));
        assert_eq!(found, expected, "{link_type:?} {header:02x?}");
    }

    #[test]
    fn vlan_tags_are_skipped() {
        let ip = Ok(&b"\x45ip"[..]);
        check(LinkType::ETHERNET, &[&[0; 12][..], &[8, 0]].concat(), ip);
        check(LinkType::ETHERNET, &[&[0; 12][..], &[0x81, 0, 0, 5, 8, 0]].concat(), ip);
        check(
            LinkType::ETHERNET,
            &[&[0; 12][..], &[0x88, 0xa8, 0, 5, 0x81, 0, 0, 5, 0x86, 0xdd]].concat(),
            ip,
        );
        check(LinkType::LINUX_SLL, &[&[0; 14][..], &[0x81, 0, 0, 5, 8, 0]].concat(), ip);
        check(LinkType::ETHERNET, &[&[0; 12][..], &[8, 6]].concat(), Err(LinkError::NotIp));
        let deep = [&[0; 12][..], &[0x81, 0, 0, 5].repeat(9), &[8, 0]].concat();
        check(LinkType::ETHERNET, &deep, Err(LinkError::TooNested));
    }

    #[test]
    fn address_families_come_in_both_byte_orders() {
        let ip = Ok(&b"\x45ip"[..]);
        for family in [2, 10, 24, 28, 30] {
            check(LinkType::NULL, &[family, 0, 0, 0], ip);
            check(LinkType::NULL, &[0, 0, 0, family], ip);
            check(LinkType::LOOP, &[0, 0, 0, family], ip);
        }
        check(LinkType::LOOP, &[2, 0, 0, 0], Err(LinkError::NotIp));
    }

    #[test]
    fn ppp_comes_with_and_without_the_fields_of_hdlc() {
        let ip = Ok(&b"\x45ip"[..]);
        for header in [&[0xff, 0x03, 0x00, 0x21][..], &[0x00, 0x21], &[0x00, 0x57], &[0x21]] {
            check(LinkType::PPP, header, ip);
            check(LinkType::PPP_HDLC, header, ip);
        }
        check(LinkType::PPP, &[0xff, 0x03, 0xc0, 0x21], Err(LinkError::NotIp));
    }

    #[test]
    fn the_packet_is_one_of_the_attributes_of_nflog() {
        let ip = Ok(&b"\x45ip"[..]);
        let little = [2, 0, 0, 5, 5, 0, 10, 0, 7, 0, 0, 0, 7, 0, 9, 0];
        check(LinkType::NFLOG, &little, ip);
        check(LinkType::NFLOG, &[2, 0, 0, 5, 0, 5, 0, 10, 7, 0, 0, 0, 0, 7, 0, 9], ip);
        check(LinkType::NFLOG, &[2, 0, 0, 5, 7, 0, 1, 0], Err(LinkError::NotIp));
        check(LinkType::NFLOG, &[2, 0, 0, 5, 0, 0, 1, 0], Err(LinkError::NotIp));
        check(LinkType::NFLOG, &[2, 0, 0, 5, 2, 0, 9, 0], Err(LinkError::Truncated));
        assert_eq!(nflog(&little[..14]), Err(LinkError::Truncated));
    }

    #[test]
    fn short_frames_are_truncated() {
        for link_type in [
            LinkType::ETHERNET,
            LinkType::LINUX_SLL,
            LinkType::LINUX_SLL2,
            LinkType::NULL,
            LinkType::LOOP,
            LinkType::NFLOG,
        ] {
            let found = ip_packet(link_type, &[0x81; 3], &mut Descent::new(8, 0));
            assert_eq!(found, Err(LinkError::Truncated));
        }
        let found = ip_packet(LinkType(147), &[0; 64], &mut Descent::new(8, 0));
        assert_eq!(found, Err(LinkError::Unsupported));
    }
}
