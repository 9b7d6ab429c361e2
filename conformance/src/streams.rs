//! The byte streams of a capture, as the analyzer is given them.

use std::fmt;
use std::path::Path;

use kexray_analyzer::{Side, Timestamp};
use kexray_capture::{Application, CaptureFile, Engine, FileError, Flow, Interest, TcpAnomaly};

/// What an analyzer is told of one direction.
#[derive(Clone, PartialEq, Eq)]
pub enum Piece {
    /// The next octets.
    Octets(Vec<u8>),
    /// So many octets are missing.
    Gap(u64),
}

/// Octets as text with escapes; a long run is cut.
impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Octets(octets) => {
                let shown = octets.get(..SHOWN).unwrap_or(octets);
                write!(f, "{} octets: \"{}\"", octets.len(), shown.escape_ascii())
            }
            Self::Gap(length) => write!(f, "{length} octets missing"),
        }
    }
}

/// Octets that are shown.
const SHOWN: usize = 80;

/// One call: who sent what, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The sender.
    pub side: Side,
    /// The time of the packet.
    pub at: Timestamp,
    /// What was sent.
    pub piece: Piece,
}

/// The calls for each flow of a capture, in the order in which the flows ended.
///
/// # Errors
///
/// When the capture cannot be read.
pub fn of(capture: &Path) -> Result<Vec<Vec<Call>>, FileError> {
    let mut file = CaptureFile::open(capture)?;
    let mut engine = Engine::new(Recorder::default());
    while let Some(packet) = file.next_packet()? {
        engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
    }
    Ok(engine.into_application().flows)
}

/// Writes down what it is told.
#[derive(Debug, Default)]
struct Recorder {
    flows: Vec<Vec<Call>>,
}

impl Application for Recorder {
    type State = Vec<Call>;

    fn open(&mut self, _: &Flow) -> Vec<Call> {
        Vec::new()
    }

    fn deliver(
        &mut self,
        _: &Flow,
        calls: &mut Vec<Call>,
        side: Side,
        at: Timestamp,
        bytes: &[u8],
    ) -> Interest {
        calls.push(Call { side, at, piece: Piece::Octets(bytes.to_vec()) });
        Interest::Continue
    }

    fn gap(&mut self, _: &Flow, calls: &mut Vec<Call>, side: Side, at: Timestamp, length: u64) -> Interest {
        calls.push(Call { side, at, piece: Piece::Gap(length) });
        Interest::Continue
    }

    fn anomaly(&mut self, _: &Flow, _: Side, _: Timestamp, _: TcpAnomaly) {}

    fn close(&mut self, _: &Flow, calls: Vec<Call>, _: Timestamp) {
        self.flows.push(calls);
    }
}
