//! Tunnels over UDP: VXLAN (RFC 7348), Geneve (RFC 8926), GTP-U (3GPP TS 29.281), Teredo
//! (RFC 4380).
//!
//! Nothing but the port tells them, and anyone may use a port. So what is found has to make sense
//! down to an IP header; if it does not, the datagram is no tunnel's.

use crate::descent::{Descent, LinkError};
use crate::overlay::Naming;
use crate::wire::{array, be16, be32, byte};
use crate::{ethertype, ip, link};

const VXLAN: u16 = 4789;
/// Linux's, from before there was a number.
const VXLAN_LINUX: u16 = 8472;
const GENEVE: u16 = 6081;
const GTP_U: u16 = 2152;
const TEREDO: u16 = 3544;

const ETHERNET: u16 = 0x6558;

/// The IP packet in a UDP datagram; `None` if it is not a tunnel's.
pub(super) fn inner<'a>(packet: &'a [u8], descent: &mut Descent) -> Option<Result<&'a [u8], LinkError>> {
    let (source, destination) = (be16(packet, 0)?, be16(packet, 2)?);
    let read = match (source, destination) {
        (_, VXLAN | VXLAN_LINUX) => vxlan,
        (_, GENEVE) => geneve,
        (_, GTP_U) => gtp_u,
        // The other end may be a relay with any port.
        (TEREDO, _) | (_, TEREDO) => teredo,
        _ => return None,
    };
    if let Err(error) = descent.enter() {
        return Some(Err(error));
    }
    match read(packet.get(8..)?, descent) {
        Ok(inner) if ip::is_plausible(inner, descent.cut) => Some(Ok(inner)),
        Err(LinkError::TooNested) => Some(Err(LinkError::TooNested)),
        _ => None,
    }
}

fn vxlan<'a>(packet: &'a [u8], descent: &mut Descent) -> Result<&'a [u8], LinkError> {
    // The flag that there is a VNI. Others are extensions that leave the header's length.
    if byte(packet, 0).ok_or(LinkError::Truncated)? & 0x08 == 0 {
        return Err(LinkError::NotIp);
    }
    let network = be32(packet, 4).ok_or(LinkError::Truncated)? >> 8;
    descent.overlay = descent.overlay.within(Naming::Vxlan, network);
    link::ethernet(packet.get(8..).ok_or(LinkError::Truncated)?, descent)
}

fn geneve<'a>(packet: &'a [u8], descent: &mut Descent) -> Result<&'a [u8], LinkError> {
    let [first, flags, ..]: [u8; 4] = array(packet, 0).ok_or(LinkError::Truncated)?;
    // Version 0, and no control packet.
    if first >> 6 != 0 || flags & 0x80 != 0 {
        return Err(LinkError::NotIp);
    }
    let network = be32(packet, 4).ok_or(LinkError::Truncated)? >> 8;
    descent.overlay = descent.overlay.within(Naming::Geneve, network);
    let options = usize::from(first & 0x3f).saturating_mul(4);
    let payload = packet.get(options.saturating_add(8)..).ok_or(LinkError::Truncated)?;
    match be16(packet, 2).ok_or(LinkError::Truncated)? {
        ETHERNET => link::ethernet(payload, descent),
        ethertype => ethertype::ip_packet(ethertype, payload, descent),
    }
}

/// TEIDs are chosen by the receiver: they are no name of a network.
fn gtp_u<'a>(packet: &'a [u8], _: &mut Descent) -> Result<&'a [u8], LinkError> {
    let [flags, kind, ..]: [u8; 8] = array(packet, 0).ok_or(LinkError::Truncated)?;
    // Version 1 of GTP itself, and a packet of a user.
    if flags & 0xf0 != 0x30 || kind != 0xff {
        return Err(LinkError::NotIp);
    }
    let mut rest = packet.get(8..).ok_or(LinkError::Truncated)?;
    if flags & 0x07 != 0 {
        // Sequence number, N-PDU number and next header are there together, whichever counts.
        let mut next = if flags & 0x04 != 0 { byte(rest, 3).ok_or(LinkError::Truncated)? } else { 0 };
        rest = rest.get(4..).ok_or(LinkError::Truncated)?;
        while next != 0 {
            let length = usize::from(byte(rest, 0).ok_or(LinkError::Truncated)?).saturating_mul(4);
            let last = length.checked_sub(1).ok_or(LinkError::NotIp)?;
            next = byte(rest, last).ok_or(LinkError::Truncated)?;
            rest = rest.get(length..).ok_or(LinkError::Truncated)?;
        }
    }
    Ok(rest)
}

/// RFC 4380 section 5.1.1: authentication and origin may stand before the IPv6 packet.
fn teredo<'a>(mut packet: &'a [u8], _: &mut Descent) -> Result<&'a [u8], LinkError> {
    if be16(packet, 0) == Some(1) {
        let identifier = usize::from(byte(packet, 2).ok_or(LinkError::Truncated)?);
        let value = usize::from(byte(packet, 3).ok_or(LinkError::Truncated)?);
        // A nonce of eight bytes and a confirmation byte follow.
        let length = identifier.saturating_add(value).saturating_add(13);
        packet = packet.get(length..).ok_or(LinkError::Truncated)?;
    }
    if be16(packet, 0) == Some(0) {
        packet = packet.get(8..).ok_or(LinkError::Truncated)?;
    }
    if link::ip_version(packet) == Some(6) { Ok(packet) } else { Err(LinkError::NotIp) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overlay::Overlay;

    const IPV4: &[u8] = b"\x45\0\0\x15\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0!";
    const IPV6: &[u8] = b"\x60\0\0\0\0\x01\x3b\x40addressaddressAAADDRESSADDRESSAA!";
    const ETHERNET: &[u8] = b"\x02\x02\x02\x02\x02\x02\x04\x04\x04\x04\x04\x04\x08\0";

    fn datagram(source: u16, destination: u16, parts: &[&[u8]]) -> Vec<u8> {
        [&source.to_be_bytes()[..], &destination.to_be_bytes(), &[0; 4], &parts.concat()].concat()
    }

    fn check(port: u16, parts: &[&[u8]], expected: Option<&[u8]>) -> Overlay {
        let mut descent = Descent::new(9, 0);
        let datagram = datagram(50_000, port, parts);
        assert_eq!(inner(&datagram, &mut descent), expected.map(Ok), "{datagram:02x?}");
        descent.overlay
    }

    #[test]
    fn vxlan_by_either_port() {
        for port in [4789, 8472] {
            let overlay = check(port, &[b"\x08\0\0\0\0\0\x07\0", ETHERNET, IPV4], Some(IPV4));
            assert_eq!(overlay, Overlay::NONE.within(Naming::Vxlan, 7));
        }
        check(4789, &[b"\x88\0\0\x2a\0\0\x07\0", ETHERNET, IPV4], Some(IPV4));
        check(4789, &[b"\0\0\0\0\0\0\x07\0", ETHERNET, IPV4], None);
        check(4789, &[b"\x08\0\0\0\0\0\x07\0", ETHERNET, b"\x45nonsense that is long enough"], None);
        check(4790, &[b"\x08\0\0\0\0\0\x07\0", ETHERNET, IPV4], None);
        check(4789, &[b"\x08\0\0"], None);
    }

    #[test]
    fn geneve_with_options() {
        let overlay = check(6081, &[b"\0\0\x65\x58\0\0\x07\0", ETHERNET, IPV4], Some(IPV4));
        assert_eq!(overlay, Overlay::NONE.within(Naming::Geneve, 7));
        check(6081, &[b"\x02\x40\x65\x58\0\0\x07\0options.", ETHERNET, IPV4], Some(IPV4));
        check(6081, &[b"\0\0\x86\xdd\0\0\x07\0", IPV6], Some(IPV6));
        check(6081, &[b"\0\x80\x65\x58\0\0\x07\0", ETHERNET, IPV4], None);
        check(6081, &[b"\x3f\0\x65\x58\0\0\x07\0", ETHERNET, IPV4], None);
    }

    #[test]
    fn gtp_with_extension_headers() {
        let overlay = check(2152, &[b"\x30\xff\0\x15teid", IPV4], Some(IPV4));
        assert_eq!(overlay, Overlay::NONE);
        check(2152, &[b"\x32\xff\0\x19teid\0\x01\0\x85", IPV4], Some(IPV4));
        check(2152, &[b"\x34\xff\0\x21teid\0\0\0\x85\x01\0\x09\x40\x01pd\0", IPV6], Some(IPV6));
        check(2152, &[b"\x34\xff\0\x21teid\0\0\0\x85\0\0\x09\0", IPV4], None);
        check(2152, &[b"\x32\x01\0\x04\0\0\0\0\0\x01\0\0"], None);
        check(2152, &[b"\x4e\xff\0\x15teid", IPV4], None);
    }

    #[test]
    fn teredo_with_indicators() {
        check(3544, &[IPV6], Some(IPV6));
        check(3544, &[b"\0\0ppaddr", IPV6], Some(IPV6));
        check(3544, &[b"\0\x01\x02\x03idkeynonce...0\0\0ppaddr", IPV6], Some(IPV6));
        check(3544, &[IPV4], None);
        let answer = datagram(3544, 50_000, &[IPV6]);
        assert_eq!(inner(&answer, &mut Descent::new(1, 0)), Some(Ok(IPV6)));
        assert_eq!(inner(&answer, &mut Descent::new(0, 0)), Some(Err(LinkError::TooNested)));
    }

    #[test]
    fn a_cut_packet_may_end_anywhere() {
        let whole = datagram(1, 6081, &[b"\0\0\x86\xdd\0\0\x07\0", IPV6]);
        let (kept, cut) = whole.split_at(whole.len() - 1);
        assert!(inner(kept, &mut Descent::new(9, cut.len())).is_some());
        assert!(inner(kept, &mut Descent::new(9, 0)).is_none());
    }
}
