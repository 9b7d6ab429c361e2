//! The same messages, read by hand: what generated parsers are held against.
//!
//! The least code that checks every length and gives every field as a slice of the packet.

use std::hint::black_box;

/// A KEXINIT. RFC 4253 section 7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KexInit<'p> {
    /// Random.
    pub cookie: &'p [u8; 16],
    /// The ten lists, in their order on the wire.
    pub lists: [&'p [u8]; 10],
    /// Whether a guessed packet follows.
    pub first_kex_packet_follows: bool,
    /// Zero so far.
    pub reserved: u32,
}

impl<'p> KexInit<'p> {
    /// From the octets behind the message number.
    #[inline]
    #[must_use]
    pub fn read(octets: &'p [u8]) -> Option<Self> {
        let (cookie, rest) = octets.split_first_chunk()?;
        let (lists, rest) = strings(rest)?;
        let (flag, rest) = rest.split_first()?;
        let (reserved, _) = rest.split_first_chunk()?;
        Some(Self {
            cookie,
            lists,
            first_kex_packet_follows: *flag != 0,
            reserved: u32::from_be_bytes(*reserved),
        })
    }
}

/// So many strings, one after the other, and what follows. RFC 4251 section 5.
///
/// ECDH_INIT is one of them, ECDH_REPLY three, a Diffie-Hellman group two.
#[inline]
#[must_use]
pub fn strings<const COUNT: usize>(octets: &[u8]) -> Option<([&[u8]; COUNT], &[u8])> {
    let mut strings = [&[][..]; COUNT];
    let mut rest = octets;
    for string in &mut strings {
        let (length, behind) = rest.split_first_chunk()?;
        (*string, rest) = behind.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    }
    Some((strings, rest))
}

/// So many numbers. RFC 4251 section 5.
#[inline]
#[must_use]
pub fn numbers<const COUNT: usize>(octets: &[u8]) -> Option<[u32; COUNT]> {
    let mut numbers = [0; COUNT];
    let mut rest = octets;
    for number in &mut numbers {
        let octets;
        (octets, rest) = rest.split_first_chunk()?;
        *number = u32::from_be_bytes(*octets);
    }
    Some(numbers)
}

/// The payload of a binary packet, and its padding. RFC 4253 section 6.
#[inline]
#[must_use]
pub fn packet(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = octets.split_first_chunk()?;
    let (body, _) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    let (padding, body) = body.split_first()?;
    body.split_at_checked(body.len().checked_sub(usize::from(*padding))?)
}

/// Looks at every name of a list, as whoever wants the names must.
#[inline]
pub fn names(list: &[u8]) {
    for name in list.split(|octet| *octet == b',') {
        black_box(name);
    }
}
