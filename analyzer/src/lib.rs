//! Sans-I/O analyzer of SSH connections: bytes, gaps and time in, events out.

mod side;
mod time;

pub use side::Side;
pub use time::Timestamp;
