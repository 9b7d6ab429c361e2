//! Copies that were tampered with: what costs an analyzer the most, or has broken one before.

use std::collections::VecDeque;

use super::merge::Conversation;
use super::source::Copy;
use crate::frame::{ACK, Layers, PSH, SYN, Segment};
use crate::noise::Noise;

/// What is done to a copy.
#[derive(Clone, Copy, Debug)]
enum Prank {
    /// Segments of one octet each.
    Octets,
    /// Packets change places with others up to eight packets away.
    Disorder,
    /// Every segment again, with other octets.
    Contradiction,
    /// One packet of five is lost.
    Loss,
    /// One octet of a hundred is another.
    Damage,
    /// Many SYNs from ports of their own, never followed up.
    Flood,
    /// The server's first segment is followed by lines without end, and no identification line.
    Chatter,
    /// Segments in reverse order, sixteen at a time: all but one wait.
    Reverse,
}

const PRANKS: [Prank; 8] = [
    Prank::Octets,
    Prank::Disorder,
    Prank::Contradiction,
    Prank::Loss,
    Prank::Damage,
    Prank::Flood,
    Prank::Chatter,
    Prank::Reverse,
];

/// Packets that a prank adds where it adds any.
const ADDED: u16 = 64;

/// A copy, tampered with.
pub(super) struct Hostile {
    copy: Copy,
    prank: Prank,
    noise: Noise,
    /// What comes next: time, frame, length on the wire.
    ready: VecDeque<(u64, Vec<u8>, u32)>,
    seen: u64,
}

impl Hostile {
    /// The prank follows from the number.
    pub(super) fn new(copy: Copy, number: usize) -> Self {
        let prank = PRANKS[number / 2 % PRANKS.len()];
        let mut hostile =
            Self { copy, prank, noise: Noise::new(number as u64), ready: VecDeque::new(), seen: 0 };
        hostile.refill();
        hostile
    }

    /// Sees to it that something is ready, unless all is over.
    fn refill(&mut self) {
        let batch = match self.prank {
            Prank::Disorder => 8,
            Prank::Reverse => 16,
            _ => 1,
        };
        while self.ready.is_empty() {
            let mut packets: Vec<(Vec<u8>, u32)> = Vec::new();
            let mut first = None;
            for _ in 0..batch {
                let Some(time) = self.copy.time() else { break };
                let mut frame = Vec::new();
                let length = self.copy.next(&mut frame);
                packets.push((frame, length));
                first.get_or_insert(time);
            }
            let Some(at) = first else { return };
            match self.prank {
                Prank::Reverse => packets.reverse(),
                Prank::Disorder => {
                    for place in (1..packets.len()).rev() {
                        packets.swap(place, self.noise.below(place + 1));
                    }
                }
                _ => {}
            }
            for (frame, length) in packets {
                self.tamper(at, frame, length);
            }
        }
    }

    fn tamper(&mut self, at: u64, mut frame: Vec<u8>, length: u32) {
        self.seen += 1;
        let found = Layers::of(&frame).and_then(|layers| layers.segment(&frame));
        let Some((segment, payload)) = found else {
            return self.ready.push_back((at, frame, length));
        };
        let data = frame[payload.clone()].to_vec();
        match self.prank {
            Prank::Octets if !data.is_empty() => {
                for (place, octet) in data.iter().enumerate() {
                    let sequence = segment.sequence.wrapping_add(place as u32);
                    self.add(at, Segment { sequence, ..segment }, &[*octet]);
                }
            }
            Prank::Contradiction => {
                self.ready.push_back((at, frame, length));
                let other: Vec<u8> = data.iter().map(|octet| !octet).collect();
                self.add(at, segment, &other);
            }
            Prank::Loss if self.noise.below(5) == 0 => {}
            Prank::Damage => {
                for octet in &mut frame[payload] {
                    if self.noise.below(100) == 0 {
                        *octet = self.noise.number() as u8;
                    }
                }
                self.ready.push_back((at, frame, length));
            }
            Prank::Flood => {
                self.ready.push_back((at, frame, length));
                for added in 0..ADDED {
                    let mut from = segment.from;
                    from.set_port((self.seen as u16).wrapping_mul(ADDED).wrapping_add(added));
                    let sequence = self.noise.number() as u32;
                    self.add(at, Segment { from, sequence, acknowledgement: 0, flags: SYN, ..segment }, &[]);
                }
            }
            Prank::Chatter if data.starts_with(b"SSH-") && segment.from.port() < segment.to.port() => {
                for added in 0..u32::from(ADDED) {
                    let line = [&[b'a' + (added % 26) as u8; 1000][..], b"\r\n"].concat();
                    let sequence = segment.sequence.wrapping_add(added * line.len() as u32);
                    self.add(at, Segment { sequence, flags: ACK | PSH, ..segment }, &line);
                }
            }
            _ => self.ready.push_back((at, frame, length)),
        }
    }

    fn add(&mut self, at: u64, segment: Segment, payload: &[u8]) {
        let mut frame = Vec::new();
        segment.write(payload, &mut frame);
        let length = frame.len() as u32;
        self.ready.push_back((at, frame, length));
    }
}

impl Conversation for Hostile {
    fn time(&self) -> Option<u64> {
        self.ready.front().map(|(time, ..)| *time)
    }

    fn next(&mut self, frame: &mut Vec<u8>) -> u32 {
        let (_, next, length) = self.ready.pop_front().unwrap_or_default();
        *frame = next;
        self.refill();
        length
    }
}
