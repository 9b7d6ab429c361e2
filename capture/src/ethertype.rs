//! What stands between an EtherType and an IP packet: VLAN tags, MPLS labels, PPPoE.

use crate::descent::{Descent, LinkError};
use crate::ip;
use crate::link;
use crate::wire::{be16, be32, byte};

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
const MPLS: u16 = 0x8847;
/// Once for multicast, now for labels that the receiver of the packet did not choose (RFC 5332).
const MPLS_UPSTREAM: u16 = 0x8848;
const PPPOE_SESSION: u16 = 0x8864;

/// The IP packet in what follows an EtherType.
pub(crate) fn ip_packet<'a>(
    mut ethertype: u16,
    mut payload: &'a [u8],
    descent: &mut Descent,
) -> Result<&'a [u8], LinkError> {
    loop {
        match ethertype {
            IPV4 | IPV6 => return Ok(payload),
            // 802.1Q, 802.1ad, and the number that QinQ had before it was standard.
            0x8100 | 0x88a8 | 0x9100 => {
                descent.enter()?;
                ethertype = be16(payload, 2).ok_or(LinkError::Truncated)?;
                payload = payload.get(4..).ok_or(LinkError::Truncated)?;
            }
            PPPOE_SESSION => {
                descent.enter()?;
                (ethertype, payload) = behind_pppoe(payload)?;
            }
            MPLS | MPLS_UPSTREAM => {
                descent.enter()?;
                return behind_labels(payload, descent);
            }
            _ => return Err(LinkError::NotIp),
        }
    }
}

/// RFC 2516 section 4. Gives the EtherType of the same meaning.
fn behind_pppoe(packet: &[u8]) -> Result<(u16, &[u8]), LinkError> {
    // Version 1, type 1, and the code of session data.
    if be16(packet, 0).ok_or(LinkError::Truncated)? != 0x1100 {
        return Err(LinkError::NotIp);
    }
    protocol_of_ppp(packet.get(6..).ok_or(LinkError::Truncated)?)
}

/// The IP packet behind PPP's own header.
pub(crate) fn behind_ppp<'a>(packet: &'a [u8], descent: &mut Descent) -> Result<&'a [u8], LinkError> {
    let (ethertype, payload) = protocol_of_ppp(packet)?;
    ip_packet(ethertype, payload, descent)
}

/// PPP's own header is the protocol alone, of one byte where that was negotiated (RFC 1661 section 6.5). Gives the EtherType
/// of the same meaning.
fn protocol_of_ppp(packet: &[u8]) -> Result<(u16, &[u8]), LinkError> {
    let first = byte(packet, 0).ok_or(LinkError::Truncated)?;
    // The last byte of a protocol number is odd, all before it are even.
    let (protocol, header) = if first & 1 != 0 {
        (u16::from(first), 1)
    } else {
        (be16(packet, 0).ok_or(LinkError::Truncated)?, 2)
    };
    let ethertype = match protocol {
        0x0021 => IPV4,
        0x0057 => IPV6,
        0x0281 => MPLS,
        0x0283 => MPLS_UPSTREAM,
        _ => return Err(LinkError::NotIp),
    };
    Ok((ethertype, packet.get(header..).ok_or(LinkError::Truncated)?))
}

/// RFC 3032 section 2.1. Nothing says what is behind the labels, so it has to make sense: IP, or
/// Ethernet with IP in it, with a control word (RFC 4448 section 4.6) or without.
fn behind_labels<'a>(mut packet: &'a [u8], descent: &mut Descent) -> Result<&'a [u8], LinkError> {
    let mut bottom = false;
    while !bottom {
        bottom = be32(packet, 0).ok_or(LinkError::Truncated)? & 0x100 != 0;
        packet = packet.get(4..).ok_or(LinkError::Truncated)?;
    }
    let plausible = ip::is_plausible(packet, descent.cut);
    // No hardware address of a single station is odd, as this first byte is.
    if plausible && byte(packet, 0) == Some(0x45) {
        return Ok(packet);
    }
    // A control word begins with 16 zeros; so do many hardware addresses.
    let behind_word = packet.get(4..).filter(|_| be16(packet, 0) == Some(0));
    for frame in [behind_word, Some(packet)].into_iter().flatten() {
        descent.enter()?;
        if let Ok(inner) = link::ethernet(frame, descent)
            && ip::is_plausible(inner, descent.cut)
        {
            return Ok(inner);
        }
    }
    if plausible { Ok(packet) } else { Err(descent.nothing()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An IPv4 packet of one byte.
    const IP: &[u8] = b"\x45\0\0\x15\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0!";

    fn check(ethertype: u16, headers: &[&[u8]], expected: Result<&[u8], LinkError>) {
        let payload = [&headers.concat(), IP].concat();
        let found = ip_packet(ethertype, &payload, &mut Descent::new(9, 0));
        assert_eq!(found, expected, "{ethertype:#x} {headers:02x?}");
    }

    const ETHERNET: &[u8] = b"\0\x1b\x21\x02\x02\x02\x04\x04\x04\x04\x04\x04\x08\0";

    #[test]
    fn labels_lead_to_whatever_makes_sense() {
        let (top, bottom) = (&b"\0\x01\x40\xff"[..], &b"\0\x01\x11\xff"[..]);
        check(MPLS, &[bottom], Ok(IP));
        check(MPLS, &[top, top, top, bottom], Ok(IP));
        check(MPLS, &[bottom, ETHERNET], Ok(IP));
        check(MPLS_UPSTREAM, &[top, bottom, b"\0\0\0\x07", ETHERNET], Ok(IP));
        // A hardware address may look like a control word, or like the start of an IP header.
        check(MPLS, &[bottom, b"\0\0\x21\x02\x02\x02\x04\x04\x04\x04\x04\x04\x08\0"], Ok(IP));
        check(MPLS, &[bottom, b"\x46\x02\0\x1a\x02\x02\x04\x04\x04\x04\x04\x04\x08\0"], Ok(IP));
        check(MPLS, &[bottom, b"\x60\x02\0\x1a\0\0\x04\x04\x04\x04\x04\x04\x08\0"], Ok(IP));
        check(MPLS, &[bottom, ETHERNET, b"?"], Err(LinkError::NotIp));
        check(MPLS, &[bottom, b"\x10\0\0\x21"], Err(LinkError::NotIp));
        assert_eq!(ip_packet(MPLS, top, &mut Descent::new(9, 0)), Err(LinkError::Truncated));
    }

    #[test]
    fn vain_attempts_are_bounded() {
        // Each level of this would be tried in two ways.
        let level = [&b"\0\0\x01\xff"[..], &[0; 12], &MPLS.to_be_bytes()].concat();
        let payload = level.repeat(1000);
        assert_eq!(ip_packet(MPLS, &payload, &mut Descent::new(16, 0)), Err(LinkError::TooNested));
    }

    #[test]
    fn sessions_carry_both_versions() {
        check(PPPOE_SESSION, &[b"\x11\0\0\x07\0\x17\0\x21"], Ok(IP));
        check(PPPOE_SESSION, &[b"\x11\0\0\x07\0\x17\0\x57"], Ok(IP));
        check(PPPOE_SESSION, &[b"\x11\0\0\x07\0\x16\x21"], Ok(IP));
        check(PPPOE_SESSION, &[b"\x11\0\0\x07\0\x16\x57"], Ok(IP));
        check(PPPOE_SESSION, &[b"\x11\0\0\x07\0\x1b\x02\x81", b"\0\x01\x11\xff"], Ok(IP));
        // Link control, and a packet that ends a session.
        check(PPPOE_SESSION, &[b"\x11\0\0\x07\0\x17\xc0\x21"], Err(LinkError::NotIp));
        check(PPPOE_SESSION, &[b"\x11\xa7\0\x07\0\x17\0\x21"], Err(LinkError::NotIp));
    }
}
