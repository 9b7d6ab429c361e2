//! Instruments: what the benchmarks measure with, the generator of large captures, and the comparison with others.
//!
//! The benchmarks proper are in `benches/`, the counts of allocations in `tests/allocations.rs`. What they found, and
//! how to run them, is in `docs/performance.md`.

pub mod by_hand;
pub mod compare;
pub mod counting;
pub mod floor;
pub mod frame;
pub mod make;
pub mod measure;
pub mod noise;
pub mod pcap;
pub mod quiet;
pub mod trace;
