//! Datagrams put together from IP fragments.
//!
//! Fragments may come in any order, more than once, and overlapping; of several copies of a byte
//! the first counts. RFC 791 section 3.2, RFC 8200 section 4.5.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::ops::Range;

use kexray_analyzer::Timestamp;

use crate::ip::{Datagram, Fragment};
use crate::limits::Limits;
use crate::overlay::Overlay;
use crate::stats::{Stats, count};

/// The longest payload that a length field of 16 bits allows.
const MAX_DATAGRAM: usize = 65_535;

/// Stretches of a datagram that may stand apart. Honest fragments leave a few holes; a datagram
/// in hundreds of crumbs is an attack on the reassembler.
const MAX_STRETCHES: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    overlay: Overlay,
    source: IpAddr,
    destination: IpAddr,
    identification: u32,
    /// RFC 791 tells datagrams apart by protocol too. Not so IPv6, where fragments after the
    /// first may name another one.
    protocol: Option<u8>,
}

/// A datagram that lacks fragments.
#[derive(Debug)]
struct Incomplete {
    bytes: Vec<u8>,
    /// Which of `bytes` are there: ordered, neither overlapping nor touching.
    present: Vec<Range<usize>>,
    total: Option<usize>,
    /// As the first part of the datagram names it.
    protocol: u8,
    first_fragment: Timestamp,
    /// Its place in the order of first fragments.
    number: u64,
}

/// The store of incomplete datagrams.
#[derive(Debug)]
pub(crate) struct Fragments {
    datagrams: HashMap<Key, Incomplete>,
    /// Oldest first.
    order: BTreeMap<u64, Key>,
    next_number: u64,
    held: usize,
}

impl Fragments {
    pub(crate) fn new() -> Self {
        Self { datagrams: HashMap::new(), order: BTreeMap::new(), next_number: 0, held: 0 }
    }

    /// Takes a fragment. Returns the datagram's protocol and payload, if that is whole now.
    pub(crate) fn insert(
        &mut self,
        at: Timestamp,
        overlay: Overlay,
        datagram: &Datagram<'_>,
        fragment: Fragment,
        limits: &Limits,
        stats: &mut Stats,
    ) -> Option<(u8, Vec<u8>)> {
        count(&mut stats.fragments);
        self.expire(at, limits, stats);
        let end = fragment.offset.saturating_add(datagram.payload.len());
        // All but the last come in units of 8 bytes.
        let ragged = fragment.more && !datagram.payload.len().is_multiple_of(8);
        if ragged || datagram.missing > 0 || datagram.payload.is_empty() || end > MAX_DATAGRAM {
            count(&mut stats.fragments_malformed);
            return None;
        }
        let key = Key {
            overlay,
            source: datagram.source,
            destination: datagram.destination,
            identification: fragment.identification,
            protocol: datagram.source.is_ipv4().then_some(datagram.protocol),
        };
        let number = self.next_number;
        let incomplete = self.datagrams.entry(key).or_insert_with(|| Incomplete {
            bytes: Vec::new(),
            present: Vec::new(),
            total: None,
            protocol: datagram.protocol,
            first_fragment: at,
            number,
        });
        if incomplete.number == number {
            self.next_number = number.saturating_add(1);
            self.order.insert(number, key);
        }
        let held = incomplete.bytes.len();
        let fits = incomplete.add(fragment, datagram, stats);
        self.held = self.held.saturating_sub(held).saturating_add(incomplete.bytes.len());
        if !fits {
            count(&mut stats.fragments_malformed);
        }
        if incomplete.is_whole() {
            count(&mut stats.datagrams_reassembled);
            return self.remove(&key).map(|whole| (whole.protocol, whole.bytes));
        }
        while self.datagrams.len() > limits.datagrams || self.held > limits.datagram_bytes {
            let Some((_, oldest)) = self.order.first_key_value() else {
                break;
            };
            let oldest = *oldest;
            self.remove(&oldest);
            count(&mut stats.datagrams_evicted);
        }
        None
    }

    /// Nothing more will come.
    pub(crate) fn finish(&mut self, stats: &mut Stats) {
        while let Some((_, key)) = self.order.first_key_value() {
            let key = *key;
            self.remove(&key);
            count(&mut stats.datagrams_unfinished);
        }
    }

    fn expire(&mut self, now: Timestamp, limits: &Limits, stats: &mut Stats) {
        let timeout = u64::try_from(limits.datagram_timeout.as_nanos()).unwrap_or(u64::MAX);
        while let Some((_, oldest)) = self.order.first_key_value() {
            let oldest = *oldest;
            let stale = self.datagrams.get(&oldest).is_none_or(|datagram| {
                now.as_nanos().saturating_sub(datagram.first_fragment.as_nanos()) > timeout
            });
            if !stale {
                return;
            }
            self.remove(&oldest);
            count(&mut stats.datagrams_expired);
        }
    }

    fn remove(&mut self, key: &Key) -> Option<Incomplete> {
        let removed = self.datagrams.remove(key)?;
        self.order.remove(&removed.number);
        self.held = self.held.saturating_sub(removed.bytes.len());
        Some(removed)
    }
}

impl Incomplete {
    /// False if the fragment cannot be part of the same datagram as the others.
    fn add(&mut self, fragment: Fragment, datagram: &Datagram<'_>, stats: &mut Stats) -> bool {
        let payload = datagram.payload;
        let start = fragment.offset;
        let end = start.saturating_add(payload.len());
        let seen_end = self.present.last().map_or(0, |range| range.end);
        let total = if fragment.more { self.total } else { self.total.or(Some(end)) };
        let contradicts = !fragment.more && total != Some(end);
        if contradicts
            || total.is_some_and(|total| total < end.max(seen_end))
            || self.present.len() > MAX_STRETCHES
        {
            return false;
        }
        self.total = total;
        if start == 0 {
            self.protocol = datagram.protocol;
        }
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.copy_absent(start, payload, stats);
        self.note_present(start..end);
        true
    }

    /// Copies the bytes that are not there yet, and compares the others.
    fn copy_absent(&mut self, start: usize, payload: &[u8], stats: &mut Stats) {
        let end = start.saturating_add(payload.len());
        let mut at = start;
        let mut overlaps = false;
        let mut differs = false;
        let Self { bytes, present, .. } = self;
        let mut stretch = |range: Range<usize>, is_present: bool| {
            let from = range.start.saturating_sub(start)..range.end.saturating_sub(start);
            let (Some(old), Some(new)) = (bytes.get_mut(range), payload.get(from)) else {
                return;
            };
            if is_present {
                overlaps = true;
                differs |= old != new;
            } else {
                old.copy_from_slice(new);
            }
        };
        for range in present.iter().filter(|range| range.start < end && range.end > start) {
            stretch(at..range.start.max(at), false);
            stretch(range.start.max(at)..range.end.min(end), true);
            at = range.end.min(end);
        }
        stretch(at..end, false);
        if overlaps {
            count(&mut stats.fragments_overlapping);
        }
        if differs {
            count(&mut stats.fragments_inconsistent);
        }
    }

    fn note_present(&mut self, mut new: Range<usize>) {
        self.present.retain(|range| {
            let apart = range.end < new.start || range.start > new.end;
            if !apart {
                new = range.start.min(new.start)..range.end.max(new.end);
            }
            apart
        });
        let place = self.present.partition_point(|range| range.start < new.start);
        self.present.insert(place, new);
    }

    fn is_whole(&self) -> bool {
        self.total.is_some_and(|total| self.present.first().is_some_and(|range| *range == (0..total)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bench {
        fragments: Fragments,
        limits: Limits,
        stats: Stats,
    }

    impl Bench {
        fn new() -> Self {
            Self { fragments: Fragments::new(), limits: Limits::default(), stats: Stats::default() }
        }

        fn add(
            &mut self,
            seconds: u64,
            identification: u32,
            offset: usize,
            more: bool,
            payload: &[u8],
        ) -> Option<Vec<u8>> {
            let fragment = Fragment { identification, offset, more };
            let datagram = Datagram {
                source: [10, 0, 0, 1].into(),
                destination: [10, 0, 0, 2].into(),
                protocol: 6,
                payload,
                missing: 0,
                fragment: Some(fragment),
                overlong: false,
            };
            let at = Timestamp::from_micros(seconds * 1_000_000);
            self.fragments
                .insert(at, Overlay::NONE, &datagram, fragment, &self.limits, &mut self.stats)
                .map(|(_, bytes)| bytes)
        }
    }

    #[test]
    fn any_order_will_do() {
        let parts: [(usize, bool, &[u8]); 3] =
            [(0, true, b"aaaaaaaa"), (8, true, b"bbbbbbbb"), (16, false, b"ccc")];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut bench = Bench::new();
            let results: Vec<_> = order
                .iter()
                .map(|part| parts[*part])
                .map(|(at, more, bytes)| bench.add(0, 7, at, more, bytes))
                .collect();
            assert_eq!(results, [None, None, Some(b"aaaaaaaabbbbbbbbccc".to_vec())], "{order:?}");
            assert_eq!((bench.fragments.held, bench.fragments.order.len()), (0, 0));
        }
    }

    #[test]
    fn the_first_copy_wins() {
        let mut bench = Bench::new();
        bench.add(0, 7, 8, true, b"bbbbbbbb");
        bench.add(0, 7, 8, true, b"bbbbbbbb");
        assert_eq!((bench.stats.fragments_overlapping, bench.stats.fragments_inconsistent), (1, 0));
        bench.add(0, 7, 0, true, b"aaaaaaaaXXXXXXXXcccccccc");
        assert_eq!((bench.stats.fragments_overlapping, bench.stats.fragments_inconsistent), (2, 1));
        assert_eq!(bench.add(0, 7, 24, false, b"d"), Some(b"aaaaaaaabbbbbbbbccccccccd".to_vec()));
    }

    #[test]
    fn contradictions_are_dropped() {
        let mut bench = Bench::new();
        bench.add(0, 7, 16, false, b"ccc");
        bench.add(0, 7, 8, false, b"bbbbbbbb");
        bench.add(0, 7, 24, true, b"dddddddd");
        bench.add(0, 7, 0, true, b"ragged");
        bench.add(0, 8, 65_528, false, b"too far!");
        assert_eq!(bench.stats.fragments_malformed, 4);
        assert!(bench.add(0, 7, 0, true, b"aaaaaaaabbbbbbbb").is_some());
    }

    #[test]
    fn what_crumbles_is_dropped() {
        let mut bench = Bench::new();
        for crumb in 0..1000 {
            bench.add(0, 7, crumb * 16, true, b"bbbbbbbb");
        }
        let kept = MAX_STRETCHES + 1;
        assert_eq!(bench.stats.fragments_malformed, 1000 - kept as u64);
        assert!(bench.fragments.held <= kept * 16);
    }

    #[test]
    fn the_store_is_bounded() {
        let mut bench = Bench::new();
        bench.limits.datagrams = 4;
        for identification in 0..10 {
            bench.add(0, identification, 8, true, b"bbbbbbbb");
        }
        assert_eq!((bench.fragments.datagrams.len(), bench.stats.datagrams_evicted), (4, 6));
        bench.limits.datagram_bytes = 40;
        bench.add(0, 99, 8, true, b"bbbbbbbb");
        assert_eq!(bench.fragments.held, 32);
        bench.add(31, 100, 8, true, b"bbbbbbbb");
        assert_eq!((bench.fragments.datagrams.len(), bench.stats.datagrams_expired), (1, 2));
        bench.fragments.finish(&mut bench.stats);
        assert_eq!(bench.stats.datagrams_unfinished, 1);
    }
}
