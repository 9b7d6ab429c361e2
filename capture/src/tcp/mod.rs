//! TCP: segments, sequence arithmetic, and streams put back in order.

mod anomaly;
mod reassembly;
mod segment;
mod sequence;

pub use anomaly::TcpAnomaly;
pub(crate) use reassembly::{Chunk, Output, Reassembler, Scene};
pub(crate) use segment::{Segment, SegmentError};
pub(crate) use sequence::Position;
