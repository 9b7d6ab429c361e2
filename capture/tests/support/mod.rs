//! What the integration tests share: an application that keeps everything.
#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod packets;

use kexray_analyzer::{Side, Timestamp};
use kexray_capture::{Application, CaptureFile, Engine, FileError, Flow, Interest, Stats, TcpAnomaly};

/// One direction of a finished flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stream {
    pub(crate) bytes: Vec<u8>,
    pub(crate) chunks: Vec<usize>,
    /// (position, length)
    pub(crate) gaps: Vec<(u64, u64)>,
}

impl Stream {
    /// Bytes that were sent, captured or not.
    pub(crate) fn length(&self) -> u64 {
        self.bytes.len() as u64 + self.gap_length()
    }

    /// The stream as text, `_` for each byte of a gap.
    pub(crate) fn text(&self) -> String {
        let mut text = self.bytes.clone();
        for (position, length) in &self.gaps {
            let at = *position as usize;
            text.splice(at..at, std::iter::repeat_n(b'_', *length as usize));
        }
        String::from_utf8(text).unwrap()
    }

    pub(crate) fn gap_length(&self) -> u64 {
        self.gaps.iter().map(|(_, length)| length).sum()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Finished {
    pub(crate) flow: Flow,
    pub(crate) up: Stream,
    pub(crate) down: Stream,
    pub(crate) closed_at: Timestamp,
}

#[derive(Debug, Default)]
pub(crate) struct Collector {
    pub(crate) flows: Vec<Finished>,
    pub(crate) anomalies: Vec<(u64, Side, TcpAnomaly)>,
    last: Timestamp,
}

#[derive(Debug, Default)]
pub(crate) struct Streams {
    up: Stream,
    down: Stream,
}

impl Streams {
    fn side(&mut self, side: Side) -> &mut Stream {
        match side {
            Side::Originator => &mut self.up,
            Side::Responder => &mut self.down,
        }
    }
}

impl Application for Collector {
    type State = Streams;

    fn open(&mut self, _: &Flow) -> Streams {
        Streams::default()
    }

    fn deliver(&mut self, _: &Flow, state: &mut Streams, side: Side, _: Timestamp, bytes: &[u8]) -> Interest {
        assert!(!bytes.is_empty());
        let stream = state.side(side);
        stream.bytes.extend_from_slice(bytes);
        stream.chunks.push(bytes.len());
        Interest::Continue
    }

    fn gap(&mut self, _: &Flow, state: &mut Streams, side: Side, _: Timestamp, length: u64) -> Interest {
        assert!(length > 0);
        let stream = state.side(side);
        let position = stream.length();
        stream.gaps.push((position, length));
        Interest::Continue
    }

    fn anomaly(&mut self, flow: &Flow, side: Side, _: Timestamp, anomaly: TcpAnomaly) {
        self.anomalies.push((flow.number, side, anomaly));
    }

    fn close(&mut self, flow: &Flow, state: Streams, at: Timestamp) {
        self.flows.push(Finished { flow: *flow, up: state.up, down: state.down, closed_at: at });
    }
}

/// Reads a whole file. The error, if any, comes after what was readable before it.
pub(crate) fn replay(file: &mut CaptureFile) -> (Collector, Stats, Option<FileError>) {
    let mut engine = Engine::new(Collector::default());
    let error = loop {
        match file.next_packet() {
            Ok(Some(packet)) => {
                engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
            }
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    engine.finish();
    let stats = *engine.stats();
    (engine.into_application(), stats, error)
}
