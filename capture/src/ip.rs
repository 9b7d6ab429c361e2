//! IPv4 and IPv6 headers, down to the transport layer. Checksums are not looked at: capturing
//! machines see packets before their network card has filled them in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::link::ip_version;
use crate::wire::{array, be16, be32, byte};

/// An IP packet without its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Datagram<'a> {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    /// The protocol of the payload (IPv6: of what follows the extension headers read so far).
    pub(crate) protocol: u8,
    /// The captured bytes.
    pub(crate) payload: &'a [u8],
    /// Bytes of the payload that were on the wire behind the captured ones.
    pub(crate) missing: usize,
    pub(crate) fragment: Option<Fragment>,
    /// The header claims more than was on the wire.
    pub(crate) overlong: bool,
}

/// Which part of a datagram a fragment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fragment {
    pub(crate) identification: u32,
    /// In bytes.
    pub(crate) offset: usize,
    pub(crate) more: bool,
}

/// Why a packet gave no datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IpError {
    NotIp,
    Truncated,
    Malformed,
}

/// TCP's protocol number.
pub(crate) const TCP: u8 = 6;

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const DESTINATION_OPTIONS: u8 = 60;
const MOBILITY: u8 = 135;
const HIP: u8 = 139;
const SHIM6: u8 = 140;

/// RFC 8200 section 4.1 recommends six kinds of extension headers, one of them twice.
const MAX_EXTENSION_HEADERS: usize = 10;

/// Reads the header of `packet`. `cut` is how many bytes the capture cut off the packet's end.
#[inline]
pub(crate) fn datagram(packet: &[u8], cut: usize) -> Result<Datagram<'_>, IpError> {
    match ip_version(packet) {
        Some(4) => ipv4(packet, cut),
        Some(6) => ipv6(packet, cut),
        Some(_) => Err(IpError::NotIp),
        None => Err(IpError::Truncated),
    }
}

/// Addresses and payload of the packet in an Ethernet frame, if it is as most are: TCP over IPv4, without
/// options, no fragment, all of it captured. `None` if [`datagram`] has to look at it.
#[inline]
pub(crate) fn common_tcp(frame: &[u8]) -> Option<(u32, u32, &[u8])> {
    let (headers, rest): (&[u8; 34], _) = frame.split_first_chunk()?;
    let [
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        8,
        0,
        0x45,
        _,
        t0,
        t1,
        _,
        _,
        f0,
        f1,
        _,
        TCP,
        _,
        _,
        from @ ..,
        t,
        u,
        v,
        w,
    ] = *headers
    else {
        return None;
    };
    let length = usize::from(u16::from_be_bytes([t0, t1])).checked_sub(20)?;
    let fragmented = u16::from_be_bytes([f0, f1]) & 0x3fff != 0;
    let payload = rest.get(..length).filter(|_| !fragmented)?;
    Some((u32::from_be_bytes(from), u32::from_be_bytes([t, u, v, w]), payload))
}

/// Whether `packet` can be an IP packet of which `cut` bytes were not captured. It need not be
/// said anywhere else that it is one.
pub(crate) fn is_plausible(packet: &[u8], cut: usize) -> bool {
    let on_the_wire = packet.len().saturating_add(cut);
    match byte(packet, 0) {
        Some(first @ 0x45..=0x4f) => {
            let header_length = usize::from(first & 0x0f).saturating_mul(4);
            be16(packet, 2).is_some_and(|total| (header_length..=on_the_wire).contains(&usize::from(total)))
        }
        Some(0x60..=0x6f) => {
            be16(packet, 4).is_some_and(|length| usize::from(length).saturating_add(40) <= on_the_wire)
        }
        _ => false,
    }
}

/// RFC 791 section 3.1.
#[inline]
fn ipv4(packet: &[u8], cut: usize) -> Result<Datagram<'_>, IpError> {
    let fixed: &[u8; 20] = packet.first_chunk().ok_or(IpError::Truncated)?;
    let [first, _, length_high, length_low, id_high, id_low, offset_high, offset_low, _, protocol, _, _, ..] =
        *fixed;
    let header_length = usize::from(first & 0x0f).saturating_mul(4);
    if header_length < fixed.len() {
        return Err(IpError::Malformed);
    }
    let behind_header = packet.get(header_length..).ok_or(IpError::Truncated)?;
    let claimed = match u16::from_be_bytes([length_high, length_low]) {
        // Segmentation offload: the card fills in the length later. The packet goes on to its end.
        0 => None,
        total => Some(usize::from(total).checked_sub(header_length).ok_or(IpError::Malformed)?),
    };
    let offset_and_flags = u16::from_be_bytes([offset_high, offset_low]);
    let fragment = Fragment {
        identification: u32::from(u16::from_be_bytes([id_high, id_low])),
        offset: usize::from(offset_and_flags & 0x1fff).saturating_mul(8),
        more: offset_and_flags & 0x2000 != 0,
    };
    let body = Body::new(behind_header, cut, claimed);
    let datagram = Datagram {
        source: IpAddr::V4(Ipv4Addr::from(array(packet, 12).ok_or(IpError::Truncated)?)),
        destination: IpAddr::V4(Ipv4Addr::from(array(packet, 16).ok_or(IpError::Truncated)?)),
        protocol,
        payload: body.captured,
        missing: body.missing,
        fragment: (fragment.more || fragment.offset > 0).then_some(fragment),
        overlong: body.overlong,
    };
    // Most are TCP: no other layer has to be looked for.
    if protocol == TCP || datagram.fragment.is_some() { Ok(datagram) } else { upper_layer(datagram) }
}

/// RFC 8200 section 3.
fn ipv6(packet: &[u8], cut: usize) -> Result<Datagram<'_>, IpError> {
    let length = be16(packet, 4).ok_or(IpError::Truncated)?;
    let next_header = byte(packet, 6).ok_or(IpError::Truncated)?;
    let source: [u8; 16] = array(packet, 8).ok_or(IpError::Truncated)?;
    let destination: [u8; 16] = array(packet, 24).ok_or(IpError::Truncated)?;
    let behind_header = packet.get(40..).ok_or(IpError::Truncated)?;
    // Zero is a jumbogram or segmentation offload: either way the packet goes on to its end.
    let claimed = (length > 0).then_some(usize::from(length));
    let body = Body::new(behind_header, cut, claimed);
    upper_layer(Datagram {
        source: IpAddr::V6(Ipv6Addr::from(source)),
        destination: IpAddr::V6(Ipv6Addr::from(destination)),
        protocol: next_header,
        payload: body.captured,
        missing: body.missing,
        fragment: None,
        overlong: body.overlong,
    })
}

/// What follows a header: trimmed to the claimed length, for Ethernet pads short packets, and
/// never longer than the wire.
struct Body<'a> {
    captured: &'a [u8],
    missing: usize,
    overlong: bool,
}

impl<'a> Body<'a> {
    fn new(behind_header: &'a [u8], cut: usize, claimed: Option<usize>) -> Self {
        let on_the_wire = behind_header.len().saturating_add(cut);
        let length = claimed.unwrap_or(on_the_wire).min(on_the_wire);
        let captured = behind_header.get(..length).unwrap_or(behind_header);
        Self {
            captured,
            missing: length.saturating_sub(captured.len()),
            overlong: claimed.is_some_and(|claimed| claimed > on_the_wire),
        }
    }
}

/// Walks over extension headers until a transport protocol or a fragment is reached.
pub(crate) fn upper_layer(mut datagram: Datagram<'_>) -> Result<Datagram<'_>, IpError> {
    for _ in 0..=MAX_EXTENSION_HEADERS {
        let header = datagram.payload;
        let length = match datagram.protocol {
            HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS | MOBILITY | HIP | SHIM6 => {
                let units = byte(header, 1).ok_or(IpError::Truncated)?;
                usize::from(units).saturating_add(1).saturating_mul(8)
            }
            AUTHENTICATION => {
                let units = byte(header, 1).ok_or(IpError::Truncated)?;
                usize::from(units).saturating_add(2).saturating_mul(4)
            }
            FRAGMENT if datagram.fragment.is_none() => {
                let offset_and_flags = be16(header, 2).ok_or(IpError::Truncated)?;
                let fragment = Fragment {
                    identification: be32(header, 4).ok_or(IpError::Truncated)?,
                    offset: usize::from(offset_and_flags & 0xfff8),
                    more: offset_and_flags & 1 != 0,
                };
                // A fragment that is the whole datagram: RFC 6946.
                if fragment.more || fragment.offset > 0 {
                    datagram.fragment = Some(fragment);
                }
                8
            }
            _ => return Ok(datagram),
        };
        datagram.protocol = byte(header, 0).ok_or(IpError::Truncated)?;
        datagram.payload = header.get(length..).ok_or(IpError::Truncated)?;
        if datagram.fragment.is_some() {
            // What follows can only be read in the whole datagram.
            return Ok(datagram);
        }
    }
    Err(IpError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4(total: u16, protocol: u8, rest: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x45, 0, 0, 0, 0, 7, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
        packet[2..4].copy_from_slice(&total.to_be_bytes());
        packet.extend_from_slice(rest);
        packet
    }

    fn v6(length: u16, next: u8, rest: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x60, 0, 0, 0, 0, 0, next, 64];
        packet[4..6].copy_from_slice(&length.to_be_bytes());
        packet.extend_from_slice(&[1; 16]);
        packet.extend_from_slice(&[2; 16]);
        packet.extend_from_slice(rest);
        packet
    }

    #[test]
    fn padding_is_trimmed() {
        let packet = v4(23, TCP, b"abc\0\0\0");
        let datagram = datagram(&packet, 0).unwrap();
        assert_eq!((datagram.payload, datagram.missing, datagram.fragment), (&b"abc"[..], 0, None));
    }

    #[test]
    fn a_cut_packet_tells_what_is_missing() {
        let packet = v4(30, TCP, b"abc");
        let cut = datagram(&packet, 9).unwrap();
        assert_eq!((cut.payload, cut.missing, cut.overlong), (&b"abc"[..], 7, false));
        // The header claims more than was on the wire: only the wire counts.
        let overlong = datagram(&packet, 2).unwrap();
        assert_eq!((overlong.missing, overlong.overlong), (2, true));
    }

    #[test]
    fn without_a_length_the_packet_goes_to_its_end() {
        assert_eq!(datagram(&v4(0, TCP, b"abcd"), 0).unwrap().payload, b"abcd");
        assert_eq!(datagram(&v6(0, TCP, b"abcd"), 0).unwrap().payload, b"abcd");
    }

    #[test]
    fn ipv4_options_are_skipped() {
        let mut packet = v4(27, TCP, b"optsabc");
        packet[0] = 0x46;
        assert_eq!(datagram(&packet, 0).unwrap().payload, b"abc");
        packet[0] = 0x44;
        assert_eq!(datagram(&packet, 0), Err(IpError::Malformed));
        packet[0] = 0x4f;
        assert_eq!(datagram(&packet, 0), Err(IpError::Truncated));
    }

    #[test]
    fn extension_headers_are_skipped() {
        let mut rest = vec![ROUTING, 0, 0, 0, 0, 0, 0, 0];
        rest.extend_from_slice(&[AUTHENTICATION, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        rest.extend_from_slice(&[DESTINATION_OPTIONS, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        rest.extend_from_slice(&[TCP, 0, 0, 0, 0, 0, 0, 0]);
        rest.extend_from_slice(b"abc");
        let packet = v6(rest.len() as u16, HOP_BY_HOP, &rest);
        let datagram = datagram(&packet, 0).unwrap();
        assert_eq!((datagram.protocol, datagram.payload), (TCP, &b"abc"[..]));
    }

    #[test]
    fn an_endless_chain_of_headers_is_malformed() {
        let rest = [DESTINATION_OPTIONS, 0, 0, 0, 0, 0, 0, 0].repeat(40);
        let packet = v6(rest.len() as u16, DESTINATION_OPTIONS, &rest);
        assert_eq!(datagram(&packet, 0), Err(IpError::Malformed));
    }

    #[test]
    fn fragments_of_both_versions() {
        let mut packet = v4(23, TCP, b"abc");
        packet[6..8].copy_from_slice(&[0x20, 0x02]);
        let expected = Fragment { identification: 7, offset: 16, more: true };
        assert_eq!(datagram(&packet, 0).unwrap().fragment, Some(expected));

        let packet = v6(11, FRAGMENT, &[TCP, 0, 0, 17, 0, 0, 0, 7, b'a', b'b', b'c']);
        let datagram = datagram(&packet, 0).unwrap();
        assert_eq!(
            (datagram.fragment, datagram.protocol, datagram.payload),
            (Some(expected), TCP, &b"abc"[..])
        );
    }

    #[test]
    fn an_atomic_fragment_is_a_whole_datagram() {
        let packet = v6(11, FRAGMENT, &[TCP, 0, 0, 0, 0, 0, 0, 7, b'a', b'b', b'c']);
        let datagram = datagram(&packet, 0).unwrap();
        assert_eq!((datagram.fragment, datagram.payload), (None, &b"abc"[..]));
    }
}
