//! Replay of reference traces.
