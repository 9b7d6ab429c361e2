//! One direction of a connection: where it stands, and what of it waits to become whole.

use kexray_grammar::{BinaryPacket, ParseError, Ssh1Packet, limits, transport};

use crate::connected::Exchanged;
use crate::course::Course;
use crate::sink::Excess;
use crate::version::{Protocol, Speaks};
use crate::{Side, Timestamp};

/// What comes next in a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Lines, up to the identification line.
    #[default]
    Identifying,
    /// The end of an identification line that was too long.
    EndOfLine,
    /// The end of a line of which a part is missing.
    BrokenLine,
    /// Packets, of the protocol that is still to be chosen.
    Choosing,
    /// Packets in clear.
    Packets(Protocol),
    /// SSH-1's server has said what it says in clear, unless it ends here.
    KeysSent,
    /// Ciphertext.
    Encrypted,
    /// After missing bytes: somewhere.
    Lost,
    /// Not followed any more.
    Ended,
}

/// What the first bytes of a direction look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Too few bytes to tell.
    #[default]
    Unknown,
    /// It begins as an identification line does.
    Identification,
    /// Some other text: a server may send that.
    Text,
}

/// A guessed key-exchange packet. RFC 4253 section 7.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Guess {
    /// None was announced, or it is behind us.
    #[default]
    None,
    /// The next key-exchange packet is one.
    Announced,
}

/// One direction.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    pub(crate) phase: Phase,
    pub(crate) opening: Opening,
    /// A line or packet that is not whole yet.
    pub(crate) buffer: Vec<u8>,
    /// Octets still to be dropped of a packet that is not wanted.
    pub(crate) skip: usize,
    /// Lines before the identification line, each with the time of its end.
    pub(crate) preceding: Vec<(Timestamp, Box<[u8]>)>,
    pub(crate) preceding_octets: usize,
    /// Whether its identification line was seen.
    pub(crate) identified: bool,
    pub(crate) speaks: Option<Speaks>,
    /// The payload of the KEXINIT, while it may still be needed.
    pub(crate) kexinit: Option<Box<[u8]>>,
    pub(crate) kexinit_seen: bool,
    /// How long its messages of the key exchange are.
    pub(crate) exchanged: Exchanged,
    /// Whether it takes EXT_INFO. RFC 8308 section 2.1.
    pub(crate) takes_extensions: bool,
    /// Octets of ciphertext; the most there can be where some are missing.
    pub(crate) sealed: u64,
    /// Octets of the largest delivery so far.
    largest: usize,
    pub(crate) guess: Guess,
    /// Packets that wait for the other direction's KEXINIT.
    pub(crate) waiting: Option<Box<Waiting>>,
    /// The other direction's KEXINIT is not waited for any more.
    pub(crate) alone: bool,
    /// What this end may say next.
    pub(crate) course: Course,
    /// The method-specific message numbers for which the one possible exchange was looked for.
    pub(crate) asked: Asked,
}

/// A set of message numbers below 64. To look for the one exchange that gives a number a meaning takes time in the
/// length of a KEXINIT: it is done once a number, however often messages of that number come.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked(u64);

impl Asked {
    /// Adds a number. Tells whether it is new.
    pub(crate) fn first(&mut self, number: u8) -> bool {
        let bit = 1_u64.checked_shl(u32::from(number)).unwrap_or(0);
        let new = self.0 & bit != bit;
        self.0 |= bit;
        new
    }
}

/// The two directions of a connection.
#[derive(Debug, Default)]
pub(crate) struct Streams([Stream; 2]);

impl Streams {
    pub(crate) const fn of(&self, side: Side) -> &Stream {
        let [originator, responder] = &self.0;
        match side {
            Side::Originator => originator,
            Side::Responder => responder,
        }
    }

    pub(crate) const fn of_mut(&mut self, side: Side) -> &mut Stream {
        let [originator, responder] = &mut self.0;
        match side {
            Side::Originator => originator,
            Side::Responder => responder,
        }
    }
}

/// Whole packets, and what follows them, in clear.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) octets: Vec<u8>,
    /// Octets of whole packets that were looked at.
    looked_at: usize,
}

/// A delivery of so many octets fills a segment, if there was none that was larger: paths with less are rare.
const FULL: usize = 1200;

impl Stream {
    /// Takes note of a delivery's size. Tells whether it seems to fill a segment: if so, what it holds may well go on in
    /// the next.
    pub(crate) fn fills_segment(&mut self, octets: usize) -> bool {
        if octets > self.largest {
            self.largest = octets;
            return octets >= FULL;
        }
        octets == self.largest
    }

    /// Whether it said nothing at all.
    pub(crate) const fn is_silent(&self) -> bool {
        self.largest == 0
    }

    /// Octets that are kept.
    pub(crate) fn kept(&self) -> usize {
        let waiting = self.waiting.as_ref().map_or(0, |waiting| waiting.octets.len());
        let preceding = self.preceding.iter().map(|(_, line)| line.len());
        let all = [self.buffer.len(), waiting, self.kexinit.as_ref().map_or(0, |octets| octets.len())];
        all.into_iter().chain(preceding).fold(0, usize::saturating_add)
    }
}

impl Waiting {
    /// Whether these octets are more than may wait together with those that do.
    pub(crate) fn excess(&self, octets: &[u8]) -> Option<Excess> {
        let actual = self.octets.len().saturating_add(octets.len());
        let limit = limits::WAITING_OCTETS;
        (actual > limit).then_some(Excess { actual: actual as u64, limit: limit as u64 })
    }

    /// Takes off what is no whole packet.
    pub(crate) fn cut_tail(&mut self) -> Vec<u8> {
        self.octets.split_off(self.looked_at.min(self.octets.len()))
    }

    /// Adds octets. Tells whether there is no use in waiting any longer: NEWKEYS is among the packets, which is sent
    /// only after the other direction's KEXINIT, or the octets are no packets.
    pub(crate) fn add(&mut self, octets: &[u8]) -> bool {
        self.octets.extend_from_slice(octets);
        loop {
            let ahead = self.octets.get(self.looked_at..).unwrap_or_default();
            match BinaryPacket::measure(ahead) {
                Ok(Some(total)) if total <= ahead.len() => {
                    if message_number(ahead) == Some(NEWKEYS) {
                        return true;
                    }
                    self.looked_at = self.looked_at.saturating_add(total);
                }
                Ok(_) => return false,
                Err(_) => return true,
            }
        }
    }
}

const NEWKEYS: u8 = transport::Message::NewKeys(transport::NewKeys {}).number();

/// The message number of a binary packet, from its first octets.
pub(crate) fn message_number(packet: &[u8]) -> Option<u8> {
    packet.get(BinaryPacket::HEAD).copied()
}

impl Protocol {
    /// How long a packet is in all, from its first octets.
    pub(crate) fn measure(self, head: &[u8]) -> Result<Option<usize>, ParseError> {
        match self {
            Self::Ssh1 => Ssh1Packet::measure(head),
            Self::Ssh2 => BinaryPacket::measure(head),
        }
    }

    /// Octets from which that can be told.
    pub(crate) const fn head(self) -> usize {
        match self {
            Self::Ssh1 => Ssh1Packet::HEAD,
            Self::Ssh2 => BinaryPacket::HEAD,
        }
    }
}
