//! Long flows: a handshake as it was, and ciphertext that goes on and on.

use super::dialogue::{Dialogue, Turn, filling};
use super::merge::Conversation;
use super::source::{Copy, SourceError};
use crate::frame::{FIN, RST, SYN};

/// How a packet of AES-GCM with 1408 octets begins: with that length (RFC 5647 section 7.3). Where the length is
/// encrypted, as with chacha20-poly1305, it is as good as any other octets.
const PACKET_BEGINS: [u8; 4] = 1408_u32.to_be_bytes();
/// Length, 1408 octets, and a tag of 16.
const PACKET: usize = 4 + 1408 + 16;

/// A copy of a source, up to where its first flow ends, and then ciphertext in that flow.
pub(super) struct Bulk {
    opening: Copy,
    rest: Dialogue,
}

impl Bulk {
    /// With that many octets of ciphertext, the most of it from the server.
    pub(super) fn new(mut opening: Copy, octets: u64) -> Result<Self, SourceError> {
        let mut frame = Vec::new();
        let mut flow = None;
        let mut sequence = [None; 2];
        let mut kept = 0;
        for place in 0..opening.source().packets.len() {
            let layers = opening.show(place, &mut frame).map(|original| original.layers.clone());
            let Some((segment, payload)) = layers.and_then(|layers| layers.segment(&frame)) else { continue };
            let ends = *flow.get_or_insert([segment.from, segment.to]);
            let speaker = match [segment.from, segment.to] {
                same if same == ends => 0,
                [to, from] if [from, to] == ends => 1,
                _ => continue,
            };
            if segment.flags & (FIN | RST) != 0 {
                break;
            }
            kept = place + 1;
            let numbers = payload.len() as u32 + u32::from(segment.flags & SYN != 0);
            sequence[speaker] = Some(segment.sequence.wrapping_add(numbers));
        }
        opening.truncate(kept);
        let (Some(ends), [Some(of_first), Some(of_second)]) = (flow, sequence) else {
            return Err(SourceError::NoFlow);
        };
        let started = opening.time().unwrap_or(0);
        let lasts = opening.source().lasts();
        let turn = |speaker, octets| Turn { speaker, octets, packet: PACKET, begins: &PACKET_BEGINS };
        // Requests and long answers.
        let rounds = (octets >> 20).max(1);
        let turns =
            (0..rounds).flat_map(|_| [turn(0, 3 * PACKET as u64), turn(1, octets / rounds)]).collect();
        let rest = Dialogue::continuing(ends, [of_first, of_second], started + lasts, turns, filling());
        Ok(Self { opening, rest })
    }
}

impl Conversation for Bulk {
    fn time(&self) -> Option<u64> {
        self.opening.time().or_else(|| self.rest.time())
    }

    fn next(&mut self, frame: &mut Vec<u8>) -> u32 {
        if self.opening.time().is_some() { self.opening.next(frame) } else { self.rest.next(frame) }
    }
}
