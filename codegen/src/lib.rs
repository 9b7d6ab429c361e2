//! From a protocol's spec file to Rust.
