//! The traces that the project ships, and what flows in them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kexray_analyzer::{Side, Timestamp};
use kexray_capture::{Application, CaptureFile, Engine, Flow, Interest, LinkType, TcpAnomaly};

/// Where a shipped trace is.
#[must_use]
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/traces").join(name).join("trace.pcap")
}

/// A captured packet.
#[derive(Clone, Debug)]
pub struct Packet {
    /// What it begins with.
    pub link_type: LinkType,
    /// When it was captured.
    pub at: Timestamp,
    /// What was captured of it.
    pub frame: Vec<u8>,
    /// What there was of it on the wire.
    pub original_length: u32,
}

impl Packet {
    /// Hands it to an engine.
    pub fn feed<A: Application>(&self, engine: &mut Engine<A>) {
        engine.packet(self.link_type, self.at, &self.frame, self.original_length);
    }
}

/// The packets of a capture.
///
/// # Errors
///
/// Where it cannot be read.
pub fn packets(path: &Path) -> anyhow::Result<Vec<Packet>> {
    let context = || format!("cannot read {}", path.display());
    let mut file = CaptureFile::open(path).with_context(context)?;
    let mut packets = Vec::new();
    while let Some(packet) = file.next_packet().with_context(context)? {
        packets.push(Packet {
            link_type: packet.link_type,
            at: packet.timestamp,
            frame: packet.data.to_vec(),
            original_length: packet.original_length,
        });
    }
    Ok(packets)
}

/// What came in one segment of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Who sent it.
    pub side: Side,
    /// When.
    pub at: Timestamp,
    /// What.
    pub bytes: Vec<u8>,
}

/// What the flow of the first packet of a capture carries, segment by segment.
///
/// # Errors
///
/// Where it cannot be read.
pub fn deliveries(path: &Path) -> anyhow::Result<Vec<Delivery>> {
    let mut engine = Engine::new(Record::default());
    for packet in packets(path)? {
        packet.feed(&mut engine);
    }
    Ok(engine.into_application().0)
}

/// Keeps what the flow of the first packet carries.
#[derive(Debug, Default)]
struct Record(Vec<Delivery>);

impl Application for Record {
    type State = ();

    fn open(&mut self, _: &Flow) {}

    fn deliver(&mut self, flow: &Flow, (): &mut (), side: Side, at: Timestamp, bytes: &[u8]) -> Interest {
        if flow.number > 1 {
            return Interest::Ignore;
        }
        self.0.push(Delivery { side, at, bytes: bytes.to_vec() });
        Interest::Continue
    }

    fn gap(&mut self, _: &Flow, (): &mut (), _: Side, _: Timestamp, _: u64) -> Interest {
        Interest::Continue
    }

    fn anomaly(&mut self, _: &Flow, _: Side, _: Timestamp, _: TcpAnomaly) {}

    fn close(&mut self, _: &Flow, (): (), _: Timestamp) {}
}

/// The octets of one side in some deliveries.
#[must_use]
pub fn stream(deliveries: &[Delivery], side: Side) -> Vec<u8> {
    deliveries
        .iter()
        .filter(|delivery| delivery.side == side)
        .flat_map(|delivery| delivery.bytes.clone())
        .collect()
}

/// What the first flow of a shipped trace carries, up to the last segment with something in clear.
///
/// # Errors
///
/// Where it cannot be read.
pub fn handshake(name: &str) -> anyhow::Result<Vec<Delivery>> {
    let mut deliveries = deliveries(&path(name))?;
    let mut left = Side::BOTH.map(|side| {
        let stream = stream(&deliveries, side);
        line_end(&stream) + packets_in_clear(&stream).into_iter().map(<[u8]>::len).sum::<usize>()
    });
    let mut in_clear = 0;
    for (place, delivery) in deliveries.iter().enumerate() {
        let left = &mut left[usize::from(delivery.side != Side::BOTH[0])];
        if *left > 0 {
            in_clear = place + 1;
        }
        *left = left.saturating_sub(delivery.bytes.len());
    }
    deliveries.truncate(in_clear);
    Ok(deliveries)
}

/// Where the first line ends.
fn line_end(stream: &[u8]) -> usize {
    stream.iter().position(|octet| *octet == b'\n').map_or(stream.len(), |end| end + 1)
}

/// The binary packets in clear that follow the identification line in a stream: those up to NEWKEYS. RFC 4253 section 6.
#[must_use]
pub fn packets_in_clear(stream: &[u8]) -> Vec<&[u8]> {
    const NEWKEYS: u8 = 21;
    let mut rest = &stream[line_end(stream)..];
    let mut packets = Vec::new();
    while let Some(length) = rest.first_chunk() {
        let Some((packet, behind)) = rest.split_at_checked(4 + u32::from_be_bytes(*length) as usize) else {
            break;
        };
        packets.push(packet);
        if packet.get(5) == Some(&NEWKEYS) {
            break;
        }
        rest = behind;
    }
    packets
}

/// The payload of a binary packet. RFC 4253 section 6.
#[must_use]
pub fn payload(packet: &[u8]) -> &[u8] {
    let padding = packet.get(4).copied().map_or(0, usize::from);
    packet.get(5..packet.len().saturating_sub(padding)).unwrap_or_default()
}

/// The payload of the first message with that number that `side` sends in clear in the first flow of a shipped trace.
///
/// # Errors
///
/// Where there is none, or the trace cannot be read.
pub fn message(name: &str, side: Side, number: u8) -> anyhow::Result<Vec<u8>> {
    let stream = stream(&deliveries(&path(name))?, side);
    let mut payloads = packets_in_clear(&stream).into_iter().map(payload);
    let found = payloads.find(|payload| payload.first() == Some(&number));
    Ok(found.with_context(|| format!("no message {number} in {name}"))?.to_vec())
}
