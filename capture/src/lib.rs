//! From captures to byte streams.
