//! The version exchange: lines up to the identification line. RFC 4253 section 4.2.

use kexray_grammar::{
    Anomaly, BinaryPacket, Event, Identification, PreIdentification, Role, limits, sealings,
};

use crate::connection::{Connection, Verdict};
use crate::sink::{Excess, Sink};
use crate::stream::{Opening, Phase, message_number};
use crate::version::{Protocol, agree, only, spoken};
use crate::{Side, Timestamp};

/// Octets of an unfinished line that are looked at: two more than are kept tell that there was more, for one may be the
/// CR of its end.
const ENOUGH: usize = limits::IDENTIFICATION_LINE + 2;

/// Whether a line of which that is the beginning may be an identification line.
fn may_identify(line: &[u8]) -> bool {
    line.starts_with(Identification::BEGINS) || Identification::BEGINS.starts_with(line)
}

impl Connection {
    /// Reads one line, or keeps what there is of it. Returns the bytes behind it.
    pub(crate) fn identify<'b>(
        &mut self,
        side: Side,
        at: Timestamp,
        bytes: &'b [u8],
        sink: &mut (impl Sink + ?Sized),
    ) -> &'b [u8] {
        let end = memchr::memchr(b'\n', bytes);
        let (part, rest) = match end {
            Some(end) => {
                (bytes.get(..end).unwrap_or_default(), bytes.get(end.saturating_add(1)..).unwrap_or_default())
            }
            None => (bytes, &b""[..]),
        };
        let mut buffer = std::mem::take(&mut self.streams.of_mut(side).buffer);
        let undecided = if may_identify(&buffer) { buffer.len() } else { 0 };
        let line = if buffer.is_empty() && (end.is_some() || part.len() > ENOUGH) {
            part
        } else {
            let room = ENOUGH.saturating_sub(buffer.len());
            buffer.extend_from_slice(part.get(..room).unwrap_or(part));
            &buffer
        };
        self.judge_opening(side, line, part, end.is_some());
        let too_long = line.len() >= ENOUGH;
        // What may become an identification line is bounded by itself, and is no text before one.
        let waits = end.is_none() && may_identify(line);
        let line = if end.is_some() { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
        if self.verdict == Verdict::NotSsh {
            self.streams.of_mut(side).preceding = Vec::new();
        } else if end.is_some() || (too_long && line.starts_with(Identification::BEGINS)) {
            if end.is_none() {
                self.streams.of_mut(side).phase = Phase::EndOfLine;
            }
            self.line(side, at, line, sink);
        } else if line.len() == part.len() && buffer.is_empty() {
            // A long text line without an end: nothing of it is wanted but that it goes on.
            self.streams
                .of_mut(side)
                .buffer
                .extend_from_slice(part.get(..limits::IDENTIFICATION_LINE).unwrap_or(part));
        } else {
            self.streams.of_mut(side).buffer = buffer;
        }
        if !waits {
            self.bound_preceding(side, at, undecided.saturating_add(part.len()), sink);
        }
        rest
    }

    /// Drops the rest of a line, and goes on with `then`.
    pub(crate) fn end_of_line<'b>(&mut self, side: Side, bytes: &'b [u8], then: Phase) -> &'b [u8] {
        match memchr::memchr(b'\n', bytes) {
            Some(end) => {
                self.streams.of_mut(side).phase = then;
                bytes.get(end.saturating_add(1)..).unwrap_or_default()
            }
            None => &[],
        }
    }

    /// Bytes are missing among the lines. What was captured of an identification line counts as it, once it names the
    /// protocol and begins to name the software.
    pub(crate) fn break_line(&mut self, side: Side, at: Timestamp, sink: &mut (impl Sink + ?Sized)) {
        let stream = self.streams.of_mut(side);
        stream.phase = Phase::BrokenLine;
        let line = std::mem::take(&mut stream.buffer);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if let Some(identification) = Identification::of_line(line)
            && !identification.software_version.is_empty()
        {
            self.identified(side, at, line, identification, sink);
        }
    }

    /// After missing bytes among the lines: the identification line may still come, or packets without it.
    pub(crate) fn after_broken_line<'b>(&mut self, side: Side, bytes: &'b [u8]) -> &'b [u8] {
        let text = bytes.iter().all(|octet| !octet.is_ascii_control() || octet.is_ascii_whitespace());
        let identified = self.streams.of(side).identified;
        if bytes.starts_with(Identification::BEGINS) && !identified {
            self.streams.of_mut(side).phase = Phase::Identifying;
            bytes
        } else if text {
            self.end_of_line(side, bytes, if identified { Phase::Choosing } else { Phase::Identifying })
        } else {
            self.streams.of_mut(side).phase = Phase::Lost;
            bytes
        }
    }

    /// Looks at the start of a direction: when both ends begin with something else, it is not SSH. `part` is what came
    /// last of the line.
    fn judge_opening(&mut self, side: Side, line: &[u8], part: &[u8], whole: bool) {
        if self.verdict != Verdict::Undecided {
            return;
        }
        let stream = self.streams.of_mut(side);
        if stream.opening == Opening::Unknown {
            stream.opening = if line.starts_with(Identification::BEGINS) {
                Opening::Identification
            } else if whole || !Identification::BEGINS.starts_with(line) {
                Opening::Text
            } else {
                Opening::Unknown
            };
        }
        // A client has nothing to say before its identification line, and no text of a server holds a zero octet.
        let text = |side| self.streams.of(side).opening == Opening::Text;
        if text(side)
            && (text(side.peer())
                || (memchr::memchr(0, part).is_some() && !line.starts_with(Identification::BEGINS)))
        {
            self.verdict = Verdict::NotSsh;
        }
    }

    /// Keeps count of the text before an identification line: past its bound it is dropped, and proves that this is not
    /// SSH unless the other end has identified itself.
    fn bound_preceding(&mut self, side: Side, at: Timestamp, octets: usize, sink: &mut (impl Sink + ?Sized)) {
        let stream = self.streams.of_mut(side);
        if stream.identified || stream.opening == Opening::Identification {
            return;
        }
        stream.preceding_octets = stream.preceding_octets.saturating_add(octets);
        let too_much = stream.preceding_octets > limits::PRE_BANNER_OCTETS;
        if !too_much && stream.preceding.len() <= limits::PRE_BANNER_LINES {
            return;
        }
        let excess = if too_much {
            Excess { actual: stream.preceding_octets as u64, limit: limits::PRE_BANNER_OCTETS as u64 }
        } else {
            Excess { actual: stream.preceding.len() as u64, limit: limits::PRE_BANNER_LINES as u64 }
        };
        stream.preceding = Vec::new();
        // Nothing more is kept.
        stream.preceding_octets = usize::MAX;
        if self.verdict == Verdict::Ssh {
            self.note(at, Anomaly::SshPreBannerTooLong, Some(excess), sink);
        } else {
            self.verdict = Verdict::NotSsh;
        }
    }

    fn line(&mut self, side: Side, at: Timestamp, line: &[u8], sink: &mut (impl Sink + ?Sized)) {
        match Identification::of_line(line) {
            Some(identification) => self.identified(side, at, line, identification, sink),
            None => {
                let stream = self.streams.of_mut(side);
                if stream.preceding_octets <= limits::PRE_BANNER_OCTETS {
                    let kept = line.get(..limits::IDENTIFICATION_LINE).unwrap_or(line);
                    stream.preceding.push((at, kept.into()));
                }
            }
        }
    }

    fn identified(
        &mut self,
        side: Side,
        at: Timestamp,
        line: &[u8],
        identification: Identification<'_>,
        sink: &mut (impl Sink + ?Sized),
    ) {
        self.verdict = Verdict::Ssh;
        self.session.started.get_or_insert(at);
        let origin = self.origin(side);
        for (then, data) in std::mem::take(&mut self.streams.of_mut(side).preceding) {
            if let Some(preceding) = PreIdentification::of_line(&data) {
                preceding.raise(origin, &mut |event| self.session.tell(then, &event, sink));
            }
        }
        let kept = line.get(..limits::IDENTIFICATION_LINE).unwrap_or(line);
        if kept.len() < line.len() {
            let excess = Excess { actual: line.len() as u64, limit: limits::IDENTIFICATION_LINE as u64 };
            self.note(at, Anomaly::SshIdentificationTooLong, Some(excess), sink);
        }
        let event = match side {
            Side::Originator => Event::SshClientVersion { version: kept },
            Side::Responder => Event::SshServerVersion { version: kept },
        };
        self.session.tell(at, &event, sink);
        let stream = self.streams.of_mut(side);
        stream.identified = true;
        stream.speaks = spoken(identification.protocol_version);
        if stream.phase == Phase::Identifying {
            stream.phase = Phase::Choosing;
        }
        if stream.speaks.is_none() {
            self.note(at, Anomaly::SshCannotDetermineVersion, None, sink);
        }
        if let (Some(own), Some(other)) = (self.streams.of(side).speaks, self.streams.of(side.peer()).speaks)
        {
            match agree(own, other) {
                Some(protocol) => self.session.version = Some(protocol.number()),
                None => self.note(at, Anomaly::SshVersionMismatch, None, sink),
            }
        }
        let line = match self.roles.of(side) {
            Role::Client => &mut self.session.client,
            Role::Server => &mut self.session.server,
        };
        *line = Some(kept.into());
    }

    /// Chooses the protocol of the packets that follow: what both ends agree on, or what this one says alone, or what
    /// the first packet looks like.
    pub(crate) fn choose_protocol<'b>(&mut self, side: Side, bytes: &'b [u8]) -> &'b [u8] {
        let (own, other) = (self.streams.of(side).speaks, self.streams.of(side.peer()).speaks);
        let agreed = own.zip(other).and_then(|(own, other)| agree(own, other)).or_else(|| own.and_then(only));
        let stream = self.streams.of_mut(side);
        if let Some(protocol) = agreed {
            stream.phase = Phase::Packets(protocol);
            return bytes;
        }
        // The packet's head and its message number.
        let wanted = BinaryPacket::HEAD.saturating_add(1);
        let missing = wanted.saturating_sub(stream.buffer.len());
        let (part, rest) = bytes.split_at(missing.min(bytes.len()));
        stream.buffer.extend_from_slice(part);
        if stream.buffer.len() >= wanted {
            let protocol = if looks_like_kexinit(&stream.buffer) { Protocol::Ssh2 } else { Protocol::Ssh1 };
            stream.phase = Phase::Packets(protocol);
        }
        rest
    }
}

/// Whether a first packet begins as a KEXINIT does.
fn looks_like_kexinit(head: &[u8]) -> bool {
    let kexinit = kexray_grammar::transport::Message::sender;
    matches!(BinaryPacket::measure(head), Ok(Some(total)) if sealings::in_clear().can_come_to(total, 1))
        && message_number(head).is_some_and(|number| kexinit(number).is_some())
}
