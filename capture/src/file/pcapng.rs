//! The next generation format: blocks of many kinds (draft-ietf-opsawg-pcapng).

use kexray_analyzer::Timestamp;

use super::input::{Input, MAX_RECORD};
use super::{ByteOrder, FileError, Record};
use crate::link::LinkType;
use crate::wire::byte;

/// A palindrome, so that it shows before the byte order is known.
const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

/// Type and length before the body of a block, length again behind it.
const BLOCK_HEADER: usize = 8;
const BLOCK_TRAILER: usize = 4;

/// More interfaces than this are no honest capture.
const MAX_INTERFACES: usize = 1 << 16;

const OPTION_END: u16 = 0;
const OPTION_TIME_RESOLUTION: u16 = 9;
const OPTION_TIME_OFFSET: u16 = 14;

/// The section that is being read.
#[derive(Debug, Default)]
pub(super) struct Section {
    order: ByteOrder,
    interfaces: Vec<Interface>,
    last: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link_type: LinkType,
    snap_length: u32,
    resolution: Resolution,
    /// Seconds to add to every time.
    offset: i64,
}

/// The unit of an interface's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resolution {
    /// Nanoseconds in a unit.
    Nanos(u64),
    /// Units in a nanosecond.
    PerNano(u128),
    /// A second is this power of 2 units.
    Binary(u32),
}

/// Where a packet block has its things.
struct Layout {
    interface: u32,
    ticks: Option<u64>,
    captured: u32,
    original_length: u32,
    /// Where the packet begins in the block's body.
    at: usize,
}

/// Whether the input stands before a section.
pub(super) fn is_section(input: &mut Input) -> Result<bool, FileError> {
    let start = input.peek(12)?;
    let magic = ByteOrder::Little.u32(start, 0) == Some(SECTION_HEADER);
    Ok(magic && byte_order(start).is_some())
}

fn byte_order(block: &[u8]) -> Option<ByteOrder> {
    [ByteOrder::Little, ByteOrder::Big]
        .into_iter()
        .find(|order| order.u32(block, BLOCK_HEADER) == Some(BYTE_ORDER_MAGIC))
}

impl Section {
    pub(super) fn next_packet(&mut self, input: &mut Input) -> Result<Option<Record>, FileError> {
        loop {
            let header = input.peek(12)?;
            if header.is_empty() {
                return Ok(None);
            }
            let kind = self.order.u32(header, 0).ok_or_else(FileError::truncated)?;
            if kind == SECTION_HEADER {
                let magic = self.order.u32(header, BLOCK_HEADER).ok_or_else(FileError::truncated)?;
                // A section has its own byte order, and its own interfaces.
                self.order = byte_order(header).ok_or_else(|| FileError::length(magic))?;
                self.interfaces.clear();
            }
            let length = self.order.u32(header, 4).ok_or_else(FileError::truncated)?;
            let (whole, body) = extent(length)?;
            if !matches!(kind, INTERFACE_DESCRIPTION | OLD_PACKET | SIMPLE_PACKET | ENHANCED_PACKET) {
                // Sections say nothing else of interest, and what is unknown is skipped.
                input.skip(whole)?;
                continue;
            }
            if length > MAX_RECORD {
                return Err(FileError::length(length));
            }
            let block = input.require(whole)?;
            if self.order.u32(block, body.end) != Some(length) {
                return Err(FileError::length(length));
            }
            let content = block.get(body.clone()).unwrap_or_default();
            if kind == INTERFACE_DESCRIPTION {
                let interface =
                    Interface::read(self.order, content).ok_or_else(|| FileError::length(length))?;
                if self.interfaces.len() >= MAX_INTERFACES {
                    return Err(FileError::length(length));
                }
                self.interfaces.push(interface);
                input.consume(whole, 0..0);
                continue;
            }
            let layout = self.layout(kind, content).ok_or_else(|| FileError::length(length))?;
            let interface =
                usize::try_from(layout.interface).ok().and_then(|number| self.interfaces.get(number));
            let Some(interface) = interface else {
                return Err(FileError::Interface { packets: 0, interface: layout.interface });
            };
            let captured =
                usize::try_from(layout.captured).map_err(|_| FileError::length(layout.captured))?;
            let end = layout.at.saturating_add(captured);
            if end > content.len() {
                return Err(FileError::length(layout.captured));
            }
            if let Some(ticks) = layout.ticks {
                self.last = interface.time(ticks);
            }
            let data = body.start.saturating_add(layout.at)..body.start.saturating_add(end);
            return Ok(Some(Record {
                link_type: interface.link_type,
                timestamp: self.last,
                original_length: layout.original_length,
                data: input.consume(whole, data),
            }));
        }
    }

    fn layout(&self, kind: u32, body: &[u8]) -> Option<Layout> {
        let order = self.order;
        let ticks = |at: usize| {
            let (high, low) = (order.u32(body, at)?, order.u32(body, at.saturating_add(4))?);
            Some(u64::from(high) << 32 | u64::from(low))
        };
        Some(match kind {
            ENHANCED_PACKET => Layout {
                interface: order.u32(body, 0)?,
                ticks: Some(ticks(4)?),
                captured: order.u32(body, 12)?,
                original_length: order.u32(body, 16)?,
                at: 20,
            },
            OLD_PACKET => Layout {
                interface: u32::from(order.u16(body, 0)?),
                ticks: Some(ticks(4)?),
                captured: order.u32(body, 12)?,
                original_length: order.u32(body, 16)?,
                at: 20,
            },
            _ => {
                // A simple packet is of the first interface, has no time, and is cut at that
                // interface's snap length, if it has one.
                let original_length = order.u32(body, 0)?;
                let snap_length = self.interfaces.first().map_or(0, |interface| interface.snap_length);
                let captured =
                    if snap_length == 0 { original_length } else { original_length.min(snap_length) };
                Layout { interface: 0, ticks: None, captured, original_length, at: 4 }
            }
        })
    }
}

/// The length of a whole block, and where its body is in it.
fn extent(length: u32) -> Result<(usize, std::ops::Range<usize>), FileError> {
    let whole = usize::try_from(length).map_err(|_| FileError::length(length))?;
    match whole.checked_sub(BLOCK_TRAILER) {
        Some(end) if end >= BLOCK_HEADER && whole.is_multiple_of(4) => Ok((whole, BLOCK_HEADER..end)),
        _ => Err(FileError::length(length)),
    }
}

impl Interface {
    fn read(order: ByteOrder, body: &[u8]) -> Option<Self> {
        let mut interface = Self {
            link_type: LinkType(u32::from(order.u16(body, 0)?)),
            snap_length: order.u32(body, 4)?,
            resolution: Resolution::Nanos(1_000),
            offset: 0,
        };
        let mut options = body.get(8..)?;
        while let (Some(code), Some(length)) = (order.u16(options, 0), order.u16(options, 2)) {
            let value = options.get(4..)?;
            match code {
                OPTION_END => break,
                OPTION_TIME_RESOLUTION => interface.resolution = Resolution::new(byte(value, 0)?),
                OPTION_TIME_OFFSET => interface.offset = order.i64(value, 0)?,
                _ => {}
            }
            options = value.get(usize::from(length).next_multiple_of(4)..).unwrap_or_default();
        }
        Some(interface)
    }

    fn time(&self, ticks: u64) -> Timestamp {
        let offset = self.offset.unsigned_abs().saturating_mul(1_000_000_000);
        let nanos = self.resolution.nanos(ticks);
        Timestamp::from_nanos(if self.offset < 0 {
            nanos.saturating_sub(offset)
        } else {
            nanos.saturating_add(offset)
        })
    }
}

impl Resolution {
    /// From `if_tsresol`: a negative power of 10, or of 2 if the highest bit is set.
    fn new(value: u8) -> Self {
        let exponent = u32::from(value & 0x7f);
        if value & 0x80 != 0 {
            return Self::Binary(exponent);
        }
        match 9_u32.checked_sub(exponent) {
            Some(fewer) => Self::Nanos(10_u64.saturating_pow(fewer)),
            None => Self::PerNano(10_u128.saturating_pow(exponent.saturating_sub(9))),
        }
    }

    fn nanos(self, ticks: u64) -> u64 {
        let wide = match self {
            Self::Nanos(scale) => return ticks.saturating_mul(scale),
            Self::PerNano(scale) => u128::from(ticks).checked_div(scale).unwrap_or(0),
            Self::Binary(shift) => {
                u128::from(ticks).saturating_mul(1_000_000_000).checked_shr(shift).unwrap_or(0)
            }
        };
        u64::try_from(wide).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_time() {
        let check =
            |value, ticks, nanos| assert_eq!(Resolution::new(value).nanos(ticks), nanos, "{value:#x}");
        check(0, 7, 7_000_000_000);
        check(6, 1_500_000, 1_500_000_000);
        check(9, 7, 7);
        check(12, 7_999, 7);
        check(127, u64::MAX, 0);
        check(0x80 | 1, 3, 1_500_000_000);
        check(0x80 | 127, u64::MAX, 0);
        check(0, u64::MAX, u64::MAX);
    }

    #[test]
    fn lengths_of_blocks() {
        assert_eq!(extent(12).unwrap(), (12, 8..8));
        for length in [0, 8, 11, 13] {
            assert!(extent(length).is_err(), "{length}");
        }
    }
}
