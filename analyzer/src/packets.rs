//! Packets in clear: cut out of the stream, and found again where bytes are missing.

use kexray_grammar::{
    Anomaly, BinaryPacket, Exchange, Identification, Padding, ParseError, ParseErrorKind, Ssh1Packet, limits,
    sealings, transport,
};

use crate::connection::{Connection, Verdict};
use crate::sink::Sink;
use crate::stream::{Phase, Waiting, message_number};
use crate::version::Protocol;
use crate::{Side, Timestamp};

impl Connection {
    /// Reads one packet, or keeps what there is of it. Returns the bytes behind it.
    pub(crate) fn packets<'b>(
        &mut self,
        protocol: Protocol,
        side: Side,
        at: Timestamp,
        bytes: &'b [u8],
        sink: &mut (impl Sink + ?Sized),
    ) -> &'b [u8] {
        let stream = self.streams.of_mut(side);
        if stream.skip > 0 {
            let (skipped, rest) = bytes.split_at(stream.skip.min(bytes.len()));
            stream.skip = stream.skip.saturating_sub(skipped.len());
            return rest;
        }
        if let Some(waiting) = &mut stream.waiting {
            if let Some(excess) = waiting.excess(bytes) {
                self.note(at, Anomaly::SshPeerSilent, Some(excess), sink);
                self.read_waiting(side, at, true, sink);
                return bytes;
            }
            if waiting.add(bytes) {
                self.note(at, Anomaly::SshPeerSilent, None, sink);
                self.read_waiting(side, at, true, sink);
            }
            return &[];
        }
        if stream.buffer.is_empty() {
            match protocol.measure(bytes) {
                Ok(Some(total)) => match bytes.split_at_checked(total) {
                    Some((packet, rest)) => {
                        self.packet(protocol, side, at, packet, sink);
                        return rest;
                    }
                    None => stream.buffer.extend_from_slice(bytes),
                },
                Ok(None) => stream.buffer.extend_from_slice(bytes),
                Err(error) => self.malformed_packet(side, at, error, sink),
            }
            return &[];
        }
        let mut rest = bytes;
        loop {
            let wanted = match protocol.measure(&stream.buffer) {
                Ok(Some(total)) if total <= stream.buffer.len() => {
                    let packet = std::mem::take(&mut stream.buffer);
                    self.packet(protocol, side, at, &packet, sink);
                    return rest;
                }
                Ok(total) => total.unwrap_or(protocol.head()),
                Err(error) => {
                    self.malformed_packet(side, at, error, sink);
                    return &[];
                }
            };
            if rest.is_empty() {
                return rest;
            }
            let missing = wanted.saturating_sub(stream.buffer.len());
            let (part, behind) = rest.split_at(missing.min(rest.len()));
            stream.buffer.extend_from_slice(part);
            rest = behind;
        }
    }

    /// The lengths of a packet are nonsense: where the next one begins is not known.
    fn malformed_packet(
        &mut self,
        side: Side,
        at: Timestamp,
        error: ParseError,
        sink: &mut (impl Sink + ?Sized),
    ) {
        let anomaly = match error.kind {
            ParseErrorKind::TooLarge => Anomaly::SshPacketTooLong,
            _ => Anomaly::SshMalformedPacket,
        };
        self.note(at, anomaly, None, sink);
        let stream = self.streams.of_mut(side);
        stream.buffer = Vec::new();
        stream.phase = Phase::Ended;
        self.read_waiting(side.peer(), at, true, sink);
        self.streams.of_mut(side.peer()).alone = true;
    }

    fn packet(
        &mut self,
        protocol: Protocol,
        side: Side,
        at: Timestamp,
        packet: &[u8],
        sink: &mut (impl Sink + ?Sized),
    ) {
        let payload = match protocol {
            Protocol::Ssh1 => Ssh1Packet::read_from(packet).map(|parsed| parsed.value.payload),
            Protocol::Ssh2 => BinaryPacket::read_from(packet).map(|parsed| parsed.value.payload),
        };
        let read = payload.as_ref().ok().copied();
        match (payload, protocol) {
            (Err(error), _) => self.malformed_packet(side, at, error, sink),
            (Ok(payload), Protocol::Ssh1) => self.ssh1_message(side, at, payload, sink),
            (Ok(payload), Protocol::Ssh2) => match payload.first() {
                Some(number) if transport::Message::NUMBERS.contains(number) => {
                    self.transport_message(side, at, payload, sink)
                }
                Some(number) if Exchange::NUMBERS.contains(number) => {
                    if self.must_wait(side) && Waiting::default().excess(packet).is_none() {
                        let waiting = self.streams.of_mut(side).waiting.insert(Box::default());
                        waiting.add(packet);
                        return;
                    } else {
                        self.exchange_message(side, at, *number, payload, sink);
                    }
                }
                _ => self.note(at, Anomaly::SshUnexpectedMessage, None, sink),
            },
        }
        if let Some(payload) = read {
            self.note_in_clear(protocol, side, at, packet, payload);
        }
    }

    /// After missing bytes: where does a packet begin? Each delivery is a segment's start, and so often a packet's.
    pub(crate) fn resume<'b>(&mut self, side: Side, bytes: &'b [u8]) -> &'b [u8] {
        let stream = self.streams.of(side);
        let peer = self.streams.of(side.peer());
        let identifies = !stream.identified && bytes.starts_with(Identification::BEGINS);
        let phase = if identifies {
            Phase::Identifying
        } else if self.verdict != Verdict::Ssh {
            // Nothing is told of what may not be SSH.
            return &[];
        } else if self.session.version != Some(1) && looks_like_packet(bytes) {
            Phase::Packets(Protocol::Ssh2)
        } else if peer.phase == Phase::Encrypted
            || peer.phase == Phase::KeysSent
            || (peer.phase == Phase::Lost && stream.kexinit_seen && peer.kexinit_seen)
        {
            // Where ciphertext began is not known, so sizes prove nothing.
            self.inference.lose();
            Phase::Encrypted
        } else {
            return &[];
        };
        self.streams.of_mut(side).phase = phase;
        bytes
    }
}

/// Whether these octets begin as a packet in clear does.
fn looks_like_packet(octets: &[u8]) -> bool {
    let Ok(Some(total)) = BinaryPacket::measure(octets) else { return false };
    let Some(padding) = octets.get(BinaryPacket::HEAD.saturating_sub(1)) else { return false };
    let payload = total.saturating_sub(BinaryPacket::HEAD).saturating_sub(usize::from(*padding));
    let sizes = sealings::in_clear().payload_sizes(total, Padding::Any);
    let sealed = sizes.is_some_and(|sizes| sizes.contains(payload)) && total <= limits::USUAL_PACKET;
    let meaning = message_number(octets).is_some_and(|number| {
        transport::Message::sender(number).is_some() || Exchange::NUMBERS.contains(&number)
    });
    sealed && meaning
}
