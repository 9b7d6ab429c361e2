//! Captures of conversations: TCP over IPv4 over Ethernet.

use kexray_analyzer::Side;

/// Flags of a segment. RFC 9293 section 3.1.
const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

/// A connection, segment by segment, each as its frame: three that open it, one for each piece of the talk, two that close it.
pub(super) fn segments(talk: &[(Side, Vec<u8>)]) -> Vec<Vec<u8>> {
    let mut connection = Connection { next: [1000, 2000] };
    let mut frames = vec![
        connection.segment(Side::Originator, SYN, &[]),
        connection.segment(Side::Responder, SYN | ACK, &[]),
        connection.segment(Side::Originator, ACK, &[]),
    ];
    frames.extend(talk.iter().map(|(side, octets)| connection.segment(*side, PSH | ACK, octets)));
    frames.extend(Side::BOTH.map(|side| connection.segment(side, FIN | ACK, &[])));
    frames
}

/// A file that holds the frames, a microsecond apart.
pub(super) fn file(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0]);
    let number = |value: usize| u32::try_from(value).expect("it is small").to_le_bytes();
    for (micros, frame) in frames.iter().enumerate() {
        file.extend(
            [number(1_700_000_000), number(micros), number(frame.len()), number(frame.len())].concat(),
        );
        file.extend(frame);
    }
    file
}

struct Connection {
    /// The sequence number with which each end goes on.
    next: [u32; 2],
}

impl Connection {
    fn segment(&mut self, side: Side, flags: u8, data: &[u8]) -> Vec<u8> {
        let (own, peer) = if side == Side::Originator { (0, 1) } else { (1, 0) };
        let (hosts, ports) = ([[10, 0, 0, 1], [10, 0, 0, 2]], [40_000_u16, 22]);
        let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
        let length = u16::try_from(40 + data.len()).expect("a message fits a segment");
        frame.extend([0x45, 0]);
        frame.extend(length.to_be_bytes());
        frame.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
        frame.extend(hosts[own]);
        frame.extend(hosts[peer]);
        frame.extend(ports[own].to_be_bytes());
        frame.extend(ports[peer].to_be_bytes());
        frame.extend(self.next[own].to_be_bytes());
        frame.extend(self.next[peer].to_be_bytes());
        frame.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        frame.extend(data);
        let counts = u32::from(flags & (SYN | FIN) != 0);
        self.next[own] += u32::try_from(data.len()).expect("it is short") + counts;
        frame
    }
}
