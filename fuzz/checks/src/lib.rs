//! What must hold whatever the bytes are: the bodies of the fuzz targets.
//!
//! Each module has a `check` that takes any bytes and panics where something is wrong. libFuzzer calls it from
//! `fuzz_targets/`; `tests/corpus.rs` calls it on what libFuzzer found before.

pub mod analyzer;
pub mod capture;
pub mod draw;
pub mod grammar;
pub mod reassembly;
pub mod spec;
pub mod threads;

/// A target: its name, which is that of its folder in `corpus/` and `regressions/`, and its check.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("grammar", grammar::check),
    ("analyzer", analyzer::check),
    ("reassembly", reassembly::check),
    ("capture", capture::check),
    ("spec", spec::check),
    ("threads", threads::check),
];
