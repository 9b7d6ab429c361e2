//! The classic format: a header, and packets one after the other (draft-ietf-opsawg-pcap).

use kexray_analyzer::Timestamp;

use super::input::{Input, MAX_RECORD};
use super::{ByteOrder, FileError, Record};
use crate::link::LinkType;

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;

/// What the file header says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    order: ByteOrder,
    nanoseconds: bool,
    record_header: usize,
    pub(super) link_type: LinkType,
}

impl Header {
    /// Reads the file header. `None` if the file is of another format.
    pub(super) fn read(input: &mut Input) -> Result<Option<Self>, FileError> {
        let start = input.peek(4)?;
        let Some((order, nanoseconds, record_header)) = format(start) else {
            return Ok(None);
        };
        let header = input.require(FILE_HEADER)?;
        let link_type = order.u32(header, 20).ok_or_else(FileError::truncated)?;
        input.consume(FILE_HEADER, 0..0);
        // The upper half tells of frame check sequences, which the IP length trims.
        let link_type = LinkType(link_type & 0xffff);
        Ok(Some(Self { order, nanoseconds, record_header, link_type }))
    }

    pub(super) fn next_packet(&mut self, input: &mut Input) -> Result<Option<Record>, FileError> {
        let Self { order, record_header, .. } = *self;
        let header = input.peek(record_header)?;
        if header.is_empty() {
            return Ok(None);
        }
        // The longer header of a variant only has more behind these.
        let fields = header.first_chunk().filter(|_| header.len() >= record_header);
        let [seconds, fraction, captured, original_length] =
            order.quads(fields.ok_or_else(FileError::truncated)?);
        if captured > MAX_RECORD {
            return Err(FileError::length(captured));
        }
        let captured = usize::try_from(captured).map_err(|_| FileError::length(captured))?;
        let end = record_header.saturating_add(captured);
        input.require_more(end)?;
        let scale = if self.nanoseconds { 1 } else { 1_000 };
        let nanos = u64::from(seconds)
            .saturating_mul(1_000_000_000)
            .saturating_add(u64::from(fraction).saturating_mul(scale));
        Ok(Some(Record {
            link_type: self.link_type,
            timestamp: Timestamp::from_nanos(nanos),
            original_length,
            data: input.consume(end, record_header..end),
        }))
    }
}

/// Byte order, nanoseconds, and length of a record's header, by the magic number.
fn format(start: &[u8]) -> Option<(ByteOrder, bool, usize)> {
    [ByteOrder::Little, ByteOrder::Big].into_iter().find_map(|order| match order.u32(start, 0)? {
        0xa1b2_c3d4 => Some((order, false, RECORD_HEADER)),
        0xa1b2_3c4d => Some((order, true, RECORD_HEADER)),
        // Kuznetzov's variant: interface, protocol and packet type follow the lengths.
        0xa1b2_cd34 => Some((order, false, 24)),
        _ => None,
    })
}
