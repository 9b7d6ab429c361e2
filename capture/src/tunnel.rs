//! IP packets within IP packets: IP-in-IP (RFC 2003, RFC 2473, RFC 4213) and GRE (RFC 2784,
//! RFC 2890).

use crate::ip::Datagram;
use crate::link::{self, LinkError, LinkType};
use crate::wire::be16;

/// Tunnels within tunnels that are followed. Zeek follows two.
pub(crate) const MAX_DEPTH: usize = 4;

const IPV4: u8 = 4;
const IPV6: u8 = 41;
const GRE: u8 = 47;

/// GRE carries Ethernet frames under this number.
const ETHERNET_BRIDGING: u16 = 0x6558;

/// The IP packet inside a datagram; `None` if it is not a tunnel's.
pub(crate) fn inner<'a>(datagram: &Datagram<'a>) -> Option<Result<&'a [u8], LinkError>> {
    match datagram.protocol {
        IPV4 | IPV6 => Some(Ok(datagram.payload)),
        GRE => Some(behind_gre(datagram.payload)),
        _ => None,
    }
}

fn behind_gre(packet: &[u8]) -> Result<&[u8], LinkError> {
    let flags = be16(packet, 0).ok_or(LinkError::Truncated)?;
    let protocol = be16(packet, 2).ok_or(LinkError::Truncated)?;
    // Source routing, which RFC 2784 gave up, and version 1, which is PPTP's.
    if flags & 0x4007 != 0 {
        return Err(LinkError::NotIp);
    }
    // Checksum, key and sequence number take four bytes each, where they are.
    let optional = [0x8000, 0x2000, 0x1000];
    let present = optional.iter().filter(|flag| flags & **flag != 0).count();
    let length = present.saturating_add(1).saturating_mul(4);
    let payload = packet.get(length..).ok_or(LinkError::Truncated)?;
    match protocol {
        ETHERNET_BRIDGING => link::ip_packet(LinkType::ETHERNET, payload),
        _ => link::behind_tags(protocol, payload),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(packet: &[u8], expected: Result<&[u8], LinkError>) {
        assert_eq!(behind_gre(packet), expected, "{packet:02x?}");
    }

    #[test]
    fn gre_options_are_skipped() {
        check(b"\0\0\x08\0ip", Ok(b"ip"));
        check(b"\x20\0\x86\xddkey.ip", Ok(b"ip"));
        check(b"\xb0\0\x08\0sum.key.seq.ip", Ok(b"ip"));
        check(b"\0\0\x65\x58addressaddre\x08\0ip", Ok(b"ip"));
    }

    #[test]
    fn other_tunnels_are_not_ip() {
        check(b"\x30\x01\x88\x0bpptp", Err(LinkError::NotIp));
        check(b"\0\0\x88\x47mpls", Err(LinkError::NotIp));
        check(b"\xb0\0\x08\0sum.key", Err(LinkError::Truncated));
        check(b"\0\0", Err(LinkError::Truncated));
    }
}
