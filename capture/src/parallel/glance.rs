//! To which flow a packet belongs, without looking far into it.

use crate::link::LinkType;

/// What decides to which share a packet belongs, of the packets of which that can be told at a glance: TCP in Ethernet,
/// with a VLAN tag or without, or in nothing; in IPv4 that is no fragment, or IPv6 without extensions.
pub(super) fn glance(link_type: LinkType, data: &[u8]) -> Option<(u64, u16)> {
    const IPV4: &[u8] = &[8, 0];
    const IPV6: &[u8] = &[0x86, 0xdd];
    const VLAN: &[u8] = &[0x81, 0];
    const TCP: u8 = 6;
    let ip = match link_type {
        LinkType::ETHERNET => match data.get(12..14)? {
            IPV4 | IPV6 => data.get(14..)?,
            VLAN if matches!(data.get(16..18)?, IPV4 | IPV6) => data.get(18..)?,
            _ => return None,
        },
        LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 => data,
        _ => return None,
    };
    let word = |octets: &[u8]| octets.iter().fold(0_u64, |word, octet| word << 8 | u64::from(*octet));
    let (words, tcp) = match ip.first()? >> 4 {
        4 => {
            let header = ip.first_chunk::<20>()?;
            let (length, fragment) =
                (usize::from(header[0] & 0xf) << 2, u16::from_be_bytes([header[6], header[7]]));
            if header[9] != TCP || fragment & 0x3fff != 0 || length < 20 {
                return None;
            }
            (word(&header[12..16]) ^ word(&header[16..20]), ip.get(length..)?)
        }
        6 => {
            let header = ip.first_chunk::<40>()?;
            if header[6] != TCP {
                return None;
            }
            let words = [&header[8..16], &header[16..24], &header[24..32], &header[32..40]];
            (words.into_iter().fold(0, |all, octets| all ^ word(octets)), ip.get(40..)?)
        }
        _ => return None,
    };
    let [source_high, source_low, destination_high, destination_low] = *tcp.first_chunk()?;
    let ports = u16::from_be_bytes([source_high, source_low])
        ^ u16::from_be_bytes([destination_high, destination_low]);
    Some((words, ports))
}
