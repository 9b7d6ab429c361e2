//! Benchmarks that need what the project itself shall not depend on. They are in `benches/`.
