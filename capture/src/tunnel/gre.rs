//! GRE (RFC 2784, RFC 2890), and what is carried in it under numbers that are no EtherTypes:
//! Ethernet, and the mirrored frames of ERSPAN (draft-foschiano-erspan).

use crate::descent::{Descent, LinkError};
use crate::overlay::Naming;
use crate::wire::{be16, be32};
use crate::{ethertype, link};

/// Transparent Ethernet bridging.
const ETHERNET: u16 = 0x6558;
/// ERSPAN type II; also type I, which has no header of its own.
const ERSPAN: u16 = 0x88be;
const ERSPAN_TYPE_3: u16 = 0x22eb;

/// NVGRE numbers its subnets from here (RFC 7637 section 3.3).
const FIRST_NVGRE_SUBNET: u32 = 0x1000;

/// The IP packet in a GRE packet.
pub(super) fn inner<'a>(packet: &'a [u8], descent: &mut Descent) -> Result<&'a [u8], LinkError> {
    descent.enter()?;
    let flags = be16(packet, 0).ok_or(LinkError::Truncated)?;
    let protocol = be16(packet, 2).ok_or(LinkError::Truncated)?;
    // Source routing, which RFC 2784 gave up, and version 1, which is PPTP's.
    if flags & 0x4007 != 0 {
        return Err(LinkError::NotIp);
    }
    let [has_checksum, has_key, has_sequence] = [0x8000, 0x2000, 0x1000].map(|flag| flags & flag != 0);
    let key_at = if has_checksum { 8 } else { 4 };
    let key = has_key.then(|| be32(packet, key_at).ok_or(LinkError::Truncated)).transpose()?;
    let present = [has_checksum, has_key, has_sequence].into_iter().filter(|present| *present).count();
    let length = present.saturating_add(1).saturating_mul(4);
    let payload = packet.get(length..).ok_or(LinkError::Truncated)?;
    if let Some(key) = key {
        // The lowest eight bits of NVGRE's key spread load, and differ by direction. A plain key
        // that large is taken for NVGRE's too.
        let (naming, name) = match key >> 8 {
            subnet if protocol == ETHERNET && subnet >= FIRST_NVGRE_SUBNET => (Naming::NvgreSubnet, subnet),
            _ => (Naming::GreKey, key),
        };
        descent.overlay = descent.overlay.within(naming, name);
    }
    match protocol {
        ETHERNET => link::ethernet(payload, descent),
        ERSPAN if has_sequence => behind_erspan(payload, 1, descent),
        ERSPAN => link::ethernet(payload, descent),
        ERSPAN_TYPE_3 => behind_erspan(payload, 2, descent),
        _ => ethertype::ip_packet(protocol, payload, descent),
    }
}

/// The two newer types differ in their version and in what follows the first word.
fn behind_erspan<'a>(packet: &'a [u8], version: u32, descent: &mut Descent) -> Result<&'a [u8], LinkError> {
    let word = be32(packet, 0).ok_or(LinkError::Truncated)?;
    if word >> 28 != version {
        return Err(LinkError::NotIp);
    }
    descent.overlay = descent.overlay.within(Naming::ErspanSession, word & 0x3ff);
    if version == 1 {
        return link::ethernet(packet.get(8..).ok_or(LinkError::Truncated)?, descent);
    }
    let last = be16(packet, 10).ok_or(LinkError::Truncated)?;
    let length = if last & 1 != 0 { 20 } else { 12 };
    let payload = packet.get(length..).ok_or(LinkError::Truncated)?;
    match last >> 10 & 0x1f {
        0 => link::ethernet(payload, descent),
        2 => Ok(payload),
        _ => Err(LinkError::NotIp),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overlay::Overlay;

    fn check(packet: &[u8], expected: Result<&[u8], LinkError>) -> Overlay {
        let mut descent = Descent::new(9, 0);
        assert_eq!(inner(packet, &mut descent), expected, "{packet:02x?}");
        descent.overlay
    }

    #[test]
    fn options_are_skipped() {
        assert_eq!(check(b"\0\0\x08\0ip", Ok(b"ip")), Overlay::NONE);
        check(b"\x20\0\x86\xddkey.ip", Ok(b"ip"));
        check(b"\xb0\0\x08\0sum.key.seq.ip", Ok(b"ip"));
        check(b"\0\0\x65\x58addressaddre\x08\0ip", Ok(b"ip"));
        check(b"\0\0\x65\x58addressaddre\x81\0\0\x07\x08\0ip", Ok(b"ip"));
    }

    #[test]
    fn mirrored_frames_of_each_type() {
        let first = check(b"\0\0\x88\xbeaddressaddre\x08\0ip", Ok(b"ip"));
        let second = check(b"\x10\0\x88\xbeseq.\x10\x05\0\x07indxaddressaddre\x08\0ip", Ok(b"ip"));
        let third = check(b"\x10\0\x22\xebseq.\x20\x05\0\x07timegr\0\0addressaddre\x08\0ip", Ok(b"ip"));
        assert_eq!(first, Overlay::NONE);
        assert_eq!(second, third, "the same session");
        check(b"\x10\0\x22\xebseq.\x20\x05\0\x07timegr\0\x01platformaddressaddre\x08\0ip", Ok(b"ip"));
        check(b"\x10\0\x22\xebseq.\x20\x05\0\x07timegr\x08\0ip", Ok(b"ip"));
        check(b"\x10\0\x22\xebseq.\x20\x05\0\x07timegr\x04\0ip", Err(LinkError::NotIp));
        check(b"\x10\0\x88\xbeseq.\x20\x05\0\x07indxaddressaddre\x08\0ip", Err(LinkError::NotIp));
        check(b"\x10\0\x88\xbeseq.\x10\x05\0", Err(LinkError::Truncated));
    }

    #[test]
    fn keys_name_networks() {
        let plain = |key: [u8; 4]| check(&[b"\x20\0\x08\0", &key[..], b"ip"].concat(), Ok(b"ip"));
        assert_eq!(plain([0, 0, 0, 1]), Overlay::NONE.within(Naming::GreKey, 1));
        let frame =
            |key: [u8; 4]| check(&[b"\x20\0\x65\x58", &key[..], b"addressaddre\x08\0ip"].concat(), Ok(b"ip"));
        assert_ne!(frame([0, 0, 0, 1]), frame([0, 0, 0, 2]));
        assert_eq!(frame([0, 0x10, 0, 1]), frame([0, 0x10, 0, 2]), "the flow of an NVGRE subnet");
        assert_ne!(frame([0, 0x10, 0, 1]), frame([0, 0x10, 1, 1]));
    }

    #[test]
    fn other_tunnels_are_not_ip() {
        check(b"\x30\x01\x88\x0bpptp", Err(LinkError::NotIp));
        check(b"\0\0\x88\x0bppp.", Err(LinkError::NotIp));
        check(b"\xb0\0\x08\0sum.key", Err(LinkError::Truncated));
        check(b"\0\0", Err(LinkError::Truncated));
    }
}
