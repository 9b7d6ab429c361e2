//! The TCP header. RFC 9293 section 3.1.

use crate::stats::length;
use crate::wire::{be16, be32, byte};

/// A TCP segment as far as it was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment<'a> {
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
    pub(crate) sequence: u32,
    pub(crate) acknowledgement: Option<u32>,
    pub(crate) syn: bool,
    pub(crate) fin: bool,
    pub(crate) rst: bool,
    pub(crate) psh: bool,
    pub(crate) payload: &'a [u8],
    /// Bytes of the payload behind the captured ones.
    pub(crate) missing: usize,
}

/// Why a segment could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SegmentError {
    Truncated,
    Malformed,
}

const FIXED_LENGTH: usize = 20;

impl<'a> Segment<'a> {
    /// Reads a segment of which `missing` bytes were not captured. Only what stands before the
    /// window field has to be there.
    pub(crate) fn parse(bytes: &'a [u8], missing: usize) -> Result<Self, SegmentError> {
        let truncated = || {
            if missing > 0 { SegmentError::Truncated } else { SegmentError::Malformed }
        };
        let flags = byte(bytes, 13).ok_or_else(truncated)?;
        let offset = byte(bytes, 12).ok_or_else(truncated)?;
        let acknowledgement = be32(bytes, 8).ok_or_else(truncated)?;
        let header_length = usize::from(offset >> 4).saturating_mul(4);
        let length = bytes.len().saturating_add(missing);
        if header_length < FIXED_LENGTH || header_length > length {
            return Err(SegmentError::Malformed);
        }
        let payload = bytes.get(header_length..).unwrap_or_default();
        Ok(Self {
            source_port: be16(bytes, 0).ok_or_else(truncated)?,
            destination_port: be16(bytes, 2).ok_or_else(truncated)?,
            sequence: be32(bytes, 4).ok_or_else(truncated)?,
            acknowledgement: (flags & 0x10 != 0).then_some(acknowledgement),
            syn: flags & 0x02 != 0,
            fin: flags & 0x01 != 0,
            rst: flags & 0x04 != 0,
            psh: flags & 0x08 != 0,
            payload,
            missing: length.saturating_sub(header_length).saturating_sub(payload.len()),
        })
    }

    /// The same of a header without options or with, all of which is in `bytes`, in fewer steps. `None` if
    /// [`parse`](Self::parse) has to look at it.
    #[inline]
    pub(crate) fn whole(bytes: &'a [u8]) -> Option<Self> {
        let fixed: &[u8; FIXED_LENGTH] = bytes.first_chunk()?;
        let [s0, s1, d0, d1, n0, n1, n2, n3, a0, a1, a2, a3, offset, flags, ..] = *fixed;
        let header_length = usize::from(offset >> 4).saturating_mul(4);
        let payload = bytes.get(header_length..).filter(|_| header_length >= FIXED_LENGTH)?;
        Some(Self {
            source_port: u16::from_be_bytes([s0, s1]),
            destination_port: u16::from_be_bytes([d0, d1]),
            sequence: u32::from_be_bytes([n0, n1, n2, n3]),
            acknowledgement: (flags & 0x10 != 0).then_some(u32::from_be_bytes([a0, a1, a2, a3])),
            syn: flags & 0x02 != 0,
            fin: flags & 0x01 != 0,
            rst: flags & 0x04 != 0,
            psh: flags & 0x08 != 0,
            payload,
            missing: 0,
        })
    }

    /// Bytes of the payload, captured or not.
    pub(crate) fn length(&self) -> u64 {
        length(self.payload).saturating_add(u64::try_from(self.missing).unwrap_or(u64::MAX))
    }

    /// The sequence number of the first byte of the payload: a SYN stands before it.
    pub(crate) const fn data_at(&self) -> u32 {
        self.sequence.wrapping_add(self.syn as u32)
    }

    /// Whether the segment carries data, captured or not.
    pub(crate) const fn has_data(&self) -> bool {
        !self.payload.is_empty() || self.missing > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(offset: u8, rest: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 22, 0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 2, offset << 4, 0x18, 0, 0, 0, 0, 0, 0];
        bytes.extend_from_slice(rest);
        bytes
    }

    #[test]
    fn options_are_skipped() {
        let bytes = bytes(6, b"optsdata");
        let segment = Segment::parse(&bytes, 3).unwrap();
        assert_eq!((segment.source_port, segment.destination_port), (22, 0x1234));
        assert_eq!((segment.payload, segment.missing), (&b"data"[..], 3));
        assert_eq!((segment.sequence, segment.acknowledgement), (1, Some(2)));
        assert!(segment.psh && !segment.syn && !segment.fin && !segment.rst);
        assert_eq!(Segment::whole(&bytes), Some(Segment { missing: 0, ..segment }));
    }

    #[test]
    fn a_header_cut_by_the_capture_still_counts() {
        let bytes = bytes(8, b"");
        let segment = Segment::parse(&bytes, 112).unwrap();
        assert_eq!((segment.payload, segment.missing), (&b""[..], 100));
    }

    #[test]
    fn impossible_headers_are_refused() {
        for (offset, rest) in [(4, &b"data"[..]), (7, b"data")] {
            assert_eq!(Segment::whole(&bytes(offset, rest)), None);
        }
        assert_eq!(Segment::parse(&bytes(4, b"data"), 0), Err(SegmentError::Malformed));
        assert_eq!(Segment::parse(&bytes(7, b"data"), 0), Err(SegmentError::Malformed));
        assert_eq!(Segment::parse(&bytes(5, b"")[..13], 9), Err(SegmentError::Truncated));
        assert_eq!(Segment::parse(&bytes(5, b"")[..13], 0), Err(SegmentError::Malformed));
    }
}
