//! Made-up conversations over TCP or UDP.

use std::net::SocketAddr;

use super::merge::Conversation;
use crate::frame::{self, ACK, FIN, PSH, SYN, Segment};
use crate::noise::Noise;

/// The one whose turn it is says so many octets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// 0 for the end that began, 1 for the other.
    pub(super) speaker: usize,
    pub(super) octets: u64,
    /// Octets of a packet.
    pub(super) packet: usize,
    /// What every packet begins with.
    pub(super) begins: &'static [u8],
}

/// Octets to fill packets with; each takes a stretch of them.
const FILLING: usize = 1 << 16;

/// A conversation of two.
pub(super) struct Dialogue {
    ends: [SocketAddr; 2],
    /// The number of the next octet of each; `None` is UDP.
    sequence: Option<[u32; 2]>,
    turns: Vec<Turn>,
    turn: usize,
    said: u64,
    phase: Phase,
    /// Segments that were not acknowledged yet.
    unacknowledged: u8,
    time: u64,
    /// Nanoseconds between packets.
    pace: u64,
    filling: std::rc::Rc<[u8]>,
    noise: Noise,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Syn,
    SynAck,
    Ack,
    Turns,
    /// Which end says goodbye.
    Fin(usize),
    LastAck,
    Over,
}

/// What packets are filled with.
pub(super) fn filling() -> std::rc::Rc<[u8]> {
    Noise::new(22).octets(FILLING + 2048).into()
}

impl Dialogue {
    pub(super) fn tcp(
        ends: [SocketAddr; 2],
        time: u64,
        turns: Vec<Turn>,
        filling: std::rc::Rc<[u8]>,
    ) -> Self {
        let mut noise = Noise::new(time);
        let sequence = [noise.number() as u32, noise.number() as u32];
        Self::new(ends, Some(sequence), time, turns, Phase::Syn, filling)
    }

    pub(super) fn udp(
        ends: [SocketAddr; 2],
        time: u64,
        turns: Vec<Turn>,
        filling: std::rc::Rc<[u8]>,
    ) -> Self {
        Self::new(ends, None, time, turns, Phase::Turns, filling)
    }

    /// Goes on with a TCP flow whose next octets have these numbers.
    pub(super) fn continuing(
        ends: [SocketAddr; 2],
        sequence: [u32; 2],
        time: u64,
        turns: Vec<Turn>,
        filling: std::rc::Rc<[u8]>,
    ) -> Self {
        Self::new(ends, Some(sequence), time, turns, Phase::Turns, filling)
    }

    fn new(
        ends: [SocketAddr; 2],
        sequence: Option<[u32; 2]>,
        time: u64,
        turns: Vec<Turn>,
        phase: Phase,
        filling: std::rc::Rc<[u8]>,
    ) -> Self {
        Self {
            ends,
            sequence,
            turns,
            turn: 0,
            said: 0,
            phase,
            unacknowledged: 0,
            time,
            pace: 100_000,
            filling,
            noise: Noise::new(time),
        }
    }

    /// How many packets it has, if none was taken yet.
    pub(super) fn packets(&self) -> u64 {
        let (mut said, mut acknowledgements) = (0, 0);
        for turn in &self.turns {
            let packets = turn.octets.div_ceil(turn.packet as u64);
            said += packets;
            acknowledgements += packets / 2;
        }
        match (self.sequence, self.phase) {
            (None, _) => said,
            (Some(_), Phase::Syn) => said + acknowledgements + 6,
            (Some(_), _) => said + acknowledgements + 3,
        }
    }

    fn segment(&mut self, speaker: usize, flags: u8, octets: Option<Turn>, frame: &mut Vec<u8>) {
        let payload = octets.map(|turn| {
            let left = usize::try_from(turn.octets - self.said).unwrap_or(usize::MAX);
            let length = left.min(turn.packet);
            let from = self.noise.below(FILLING);
            let mut payload = self.filling[from..from + length].to_vec();
            let begins = turn.begins.len().min(length);
            payload[..begins].copy_from_slice(&turn.begins[..begins]);
            payload
        });
        let payload = payload.unwrap_or_default();
        let (from, to) = (self.ends[speaker], self.ends[1 - speaker]);
        let Some(sequence) = &mut self.sequence else {
            return frame::datagram(from, to, &payload, frame);
        };
        let acknowledgement = if flags & ACK == 0 { 0 } else { sequence[1 - speaker] };
        let segment = Segment { from, to, sequence: sequence[speaker], acknowledgement, flags };
        segment.write(&payload, frame);
        let numbers = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        sequence[speaker] = sequence[speaker].wrapping_add(numbers);
    }

    /// Goes on to the turn that has something to say.
    fn settle(&mut self) {
        while self.phase == Phase::Turns && self.unacknowledged < 2 {
            match self.turns.get(self.turn) {
                Some(turn) if self.said < turn.octets => return,
                Some(_) => {
                    self.turn += 1;
                    self.said = 0;
                    self.unacknowledged = 0;
                }
                None => self.phase = if self.sequence.is_some() { Phase::Fin(0) } else { Phase::Over },
            }
        }
    }
}

impl Conversation for Dialogue {
    fn time(&self) -> Option<u64> {
        (self.phase != Phase::Over).then_some(self.time)
    }

    fn next(&mut self, frame: &mut Vec<u8>) -> u32 {
        self.time += self.pace;
        match self.phase {
            Phase::Syn => {
                self.segment(0, SYN, None, frame);
                self.phase = Phase::SynAck;
            }
            Phase::SynAck => {
                self.segment(1, SYN | ACK, None, frame);
                self.phase = Phase::Ack;
            }
            Phase::Ack => {
                self.segment(0, ACK, None, frame);
                self.phase = Phase::Turns;
            }
            Phase::Turns => {
                if let Some(turn) = self.turns.get(self.turn).copied() {
                    if self.unacknowledged == 2 {
                        self.unacknowledged = 0;
                        self.segment(1 - turn.speaker, ACK, None, frame);
                    } else {
                        self.segment(turn.speaker, ACK | PSH, Some(turn), frame);
                        self.said += (turn.packet as u64).min(turn.octets - self.said);
                        self.unacknowledged += u8::from(self.sequence.is_some());
                    }
                }
            }
            Phase::Fin(end) => {
                self.segment(end, FIN | ACK, None, frame);
                self.phase = if end == 0 { Phase::Fin(1) } else { Phase::LastAck };
            }
            Phase::LastAck | Phase::Over => {
                self.segment(0, ACK, None, frame);
                self.phase = Phase::Over;
            }
        }
        self.settle();
        frame.len() as u32
    }
}
