//! Packets in clear: the transport layer's, SSH-1's, and those of the key exchange.

use kexray_grammar::transport::{self, KexInit};
use kexray_grammar::{
    Anomaly, BinaryPacket, Exchange, Identification, KexMethod, Named, Padding, ParseError, ParseErrorKind,
    Role, Ssh1Packet, limits, sealings, ssh1,
};

use crate::connection::{Connection, Verdict};
use crate::negotiation::{Algorithms, guessed_right, is_marker, is_strict, negotiate_kex, takes_extensions};
use crate::roles::{Proof, marked};
use crate::sink::{Excess, Sink};
use crate::stream::{Guess, Phase, Waiting, message_number};
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
                        let waiting = self.streams.of_mut(side).waiting.insert(Waiting::default());
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

    fn transport_message(
        &mut self,
        side: Side,
        at: Timestamp,
        payload: &[u8],
        sink: &mut (impl Sink + ?Sized),
    ) {
        let message = match transport::Message::parse(self.roles.of(side), payload) {
            Ok(Some(parsed)) => {
                if parsed.trailing > 0 {
                    self.note(at, Anomaly::SshTrailingOctets, None, sink);
                }
                parsed.value
            }
            Ok(None) => return self.note(at, Anomaly::SshUnexpectedMessage, None, sink),
            Err(_) => return self.malformed_message(side, at, sink),
        };
        let (role, method) = (self.roles.of(side), self.exchange);
        if !self.streams.of_mut(side).course.transport(role, message.kind(), method) {
            self.note(at, Anomaly::SshMessageOutOfOrder, None, sink);
        }
        self.check_strict(at, sink);
        match message {
            // What the first one says has been told, and counts.
            transport::Message::KexInit(_) if self.streams.of(side).kexinit_seen => {}
            transport::Message::KexInit(kexinit) => self.kexinit(side, at, &kexinit, payload, sink),
            transport::Message::NewKeys(_) => self.new_keys(side),
            message => {
                let origin = self.origin(side);
                message.raise(origin, &mut |event| self.session.tell(at, &event, sink));
            }
        }
    }

    /// Whether an end said something that strict key exchange forbids, which both ends offer.
    fn check_strict(&mut self, at: Timestamp, sink: &mut (impl Sink + ?Sized)) {
        if self.strict && Side::BOTH.into_iter().any(|side| self.streams.of(side).course.noisy()) {
            self.note(at, Anomaly::SshStrictKexViolated, None, sink);
        }
    }

    fn malformed_message(&mut self, side: Side, at: Timestamp, sink: &mut (impl Sink + ?Sized)) {
        self.streams.of_mut(side).course.lose();
        self.note(at, Anomaly::SshMalformedMessage, None, sink);
    }

    /// What this side sends next is ciphertext.
    fn new_keys(&mut self, side: Side) {
        self.streams.of_mut(side).phase = Phase::Encrypted;
        if self.streams.of(side.peer()).phase == Phase::Encrypted {
            self.forget_kexinits();
        }
    }

    fn forget_kexinits(&mut self) {
        for side in Side::BOTH {
            self.streams.of_mut(side).kexinit = None;
        }
    }

    fn kexinit(
        &mut self,
        side: Side,
        at: Timestamp,
        kexinit: &KexInit<'_>,
        payload: &[u8],
        sink: &mut (impl Sink + ?Sized),
    ) {
        if let Some(role) = marked(kexinit.kex_algorithms) {
            self.learn_roles(|roles| roles.mark(side, role));
        }
        let mut excesses = [None; Anomaly::ALL.len()];
        let mut free = excesses.iter_mut();
        kexinit.exceeded(&mut |anomaly, actual, limit| {
            if let Some(slot) = free.next() {
                *slot = Some((anomaly, Excess { actual: actual as u64, limit: limit as u64 }));
            }
        });
        for (anomaly, excess) in excesses.into_iter().flatten() {
            self.note(at, anomaly, Some(excess), sink);
        }
        let origin = self.origin(side);
        kexinit.raise(origin, &mut |event| self.session.tell(at, &event, sink));
        let stream = self.streams.of_mut(side);
        stream.kexinit_seen = true;
        stream.exchanged.kexinit = u32::try_from(payload.len()).unwrap_or_default();
        stream.takes_extensions = takes_extensions(kexinit);
        stream.kexinit = Some(payload.into());
        if kexinit.first_kex_packet_follows {
            stream.guess = Guess::Announced;
        }
        if sink.wants_details() {
            self.note_offer(side);
        }
        self.negotiate();
        self.check_strict(at, sink);
        self.read_waiting(side.peer(), at, false, sink);
    }

    /// Works out what the two KEXINITs come to, once both are there, with the roles as they are known now, and what
    /// exchange it would be with the roles the other way round.
    fn negotiate(&mut self) {
        if Side::BOTH.into_iter().any(|side| self.streams.of(side).kexinit.is_none()) {
            return;
        }
        let parsed = |role| {
            let payload = self.streams.of(self.roles.side(role)).kexinit.as_deref()?;
            KexInit::read_from(payload.get(1..)?).ok().map(|parsed| parsed.value)
        };
        if let (Some(client), Some(server)) = (parsed(Role::Client), parsed(Role::Server)) {
            let algorithms = Algorithms::negotiate(&client, &server);
            let guessed = Side::BOTH.into_iter().any(|side| self.streams.of(side).guess == Guess::Announced);
            self.guessed_right = guessed && guessed_right(&client, &server);
            if client.first_kex_packet_follows || server.first_kex_packet_follows {
                self.session.guessed_right = Some(guessed_right(&client, &server));
            }
            self.strict = is_strict(&client, &server);
            self.exchange = exchange_of(algorithms.kex.as_ref());
            self.exchange_if_reversed = exchange_of(negotiate_kex(&server, &client).as_ref());
            self.session.algorithms = Some(algorithms);
            if self.roles.proof() == Proof::Exchanged {
                // Nothing can change it any more.
                self.forget_kexinits();
            }
        }
    }

    /// Whether key-exchange messages of that side mean something only with the other side's KEXINIT, which may still
    /// come.
    fn must_wait(&self, side: Side) -> bool {
        !self.streams.of(side.peer()).kexinit_seen && !self.streams.of(side).alone
    }

    /// Reads the packets of a side that waited. `alone` says that the other side's KEXINIT is given up.
    pub(crate) fn read_waiting(
        &mut self,
        side: Side,
        at: Timestamp,
        alone: bool,
        sink: &mut (impl Sink + ?Sized),
    ) {
        if let Some(waiting) = self.streams.of_mut(side).waiting.take() {
            self.streams.of_mut(side).alone |= alone;
            self.deliver(side, at, &waiting.octets, sink);
        }
    }

    fn exchange_message(
        &mut self,
        side: Side,
        at: Timestamp,
        number: u8,
        payload: &[u8],
        sink: &mut (impl Sink + ?Sized),
    ) {
        if !self.streams.of(side).course.in_exchange(self.roles.of(side)) {
            self.note(at, Anomaly::SshMessageOutOfOrder, None, sink);
        }
        let guess = std::mem::take(&mut self.streams.of_mut(side).guess);
        let both_known = self.session.algorithms.is_some();
        if guess == Guess::Announced && !(both_known && self.guessed_right) {
            if !both_known {
                // It may have been right.
                self.streams.of_mut(side).course.lose();
            }
            return;
        }
        if both_known {
            self.prove_by_message(side, at, number, sink);
        } else if self.exchange.is_none() && self.streams.of_mut(side).asked.first(number) {
            self.exchange = self.only_exchange(side, number);
        }
        let Some(exchange) = self.exchange else { return self.streams.of_mut(side).course.lose() };
        match exchange.parse(self.roles.of(side), payload) {
            Ok(Some(parsed)) => {
                self.streams.of_mut(side).exchanged.last = u32::try_from(payload.len()).unwrap_or_default();
                if parsed.trailing > 0 {
                    self.note(at, Anomaly::SshTrailingOctets, None, sink);
                }
                let role = self.roles.of(side);
                if !self.streams.of_mut(side).course.exchange(role, exchange, &parsed.value) {
                    self.note(at, Anomaly::SshMessageOutOfOrder, None, sink);
                }
                self.session.note_proof(&parsed.value);
                if sink.wants_details() {
                    self.session.agreement.get_or_insert_default().note(&parsed.value);
                }
                let origin = self.origin(side);
                parsed.value.raise(origin, &mut |event| self.session.tell(at, &event, sink));
            }
            Ok(None) => self.note(at, Anomaly::SshUnexpectedMessage, None, sink),
            Err(_) => self.malformed_message(side, at, sink),
        }
    }

    /// Who sends the messages of an exchange tells who is the client, whatever the KEXINITs claim. What is negotiated
    /// depends on that in turn: only where one of the two readings makes sense is it proof.
    fn prove_by_message(&mut self, side: Side, at: Timestamp, number: u8, sink: &mut (impl Sink + ?Sized)) {
        if self.roles.proof() == Proof::Exchanged {
            return;
        }
        let role = self.roles.of(side);
        let sends = |exchange: Option<Exchange>| exchange?.sender(number)?.role();
        let as_it_is = sends(self.exchange) == Some(role);
        let reversed = sends(self.exchange_if_reversed) == Some(role.peer());
        if as_it_is == reversed {
            return;
        }
        let role = if as_it_is { role } else { role.peer() };
        if self.learn_roles(|roles| roles.prove(side, role)) {
            self.note(at, Anomaly::SshRoleContradicted, None, sink);
        }
        if reversed {
            self.negotiate();
        } else {
            self.forget_kexinits();
        }
    }

    /// The only exchange among the side's own methods in which its message of that number has a meaning.
    fn only_exchange(&self, side: Side, number: u8) -> Option<Exchange> {
        let payload = self.streams.of(side).kexinit.as_deref()?;
        let kexinit = KexInit::read_from(payload.get(1..)?).ok()?;
        let role = self.roles.of(side);
        let mut only = None;
        for method in kexinit.value.kex_algorithms.names().iter().filter(|name| !is_marker(name)) {
            // A method that is not known could mean anything by any number.
            let exchange = Exchange::of_method(method)?;
            if exchange.sender(number).is_some_and(|sender| sender.allows(role)) && only != Some(exchange) {
                if only.is_some() {
                    return None;
                }
                only = Some(exchange);
            }
        }
        only
    }

    fn ssh1_message(&mut self, side: Side, at: Timestamp, payload: &[u8], sink: &mut (impl Sink + ?Sized)) {
        let sender = payload.first().and_then(|number| ssh1::Message::sender(*number));
        if let Some(role) = sender.and_then(kexray_grammar::Sender::role) {
            self.learn_roles(|roles| roles.prove(side, role));
        }
        match ssh1::Message::parse(self.roles.of(side), payload) {
            Ok(Some(parsed)) => {
                let role = self.roles.of(side);
                if !self.streams.of_mut(side).course.ssh1(role, parsed.value.kind()) {
                    self.note(at, Anomaly::SshMessageOutOfOrder, None, sink);
                }
                let origin = self.origin(side);
                parsed.value.raise(origin, &mut |event| self.session.tell(at, &event, sink));
                match parsed.value {
                    ssh1::Message::PublicKey(_) => self.streams.of_mut(side).phase = Phase::KeysSent,
                    ssh1::Message::SessionKey(_) => self.streams.of_mut(side).phase = Phase::Encrypted,
                    _ => {}
                }
            }
            Ok(None) => self.note(at, Anomaly::SshUnexpectedMessage, None, sink),
            Err(_) => self.malformed_message(side, at, sink),
        }
    }

    /// After its keys, SSH-1's server is encrypted once the client has sent the session key. A client of which
    /// the capture lacks that has sent it.
    pub(crate) fn after_keys<'b>(
        &mut self,
        side: Side,
        at: Timestamp,
        bytes: &'b [u8],
        sink: &mut (impl Sink + ?Sized),
    ) -> &'b [u8] {
        let peer = self.streams.of(side.peer());
        let silent = !peer.identified || peer.phase == Phase::Lost;
        if !silent && peer.phase != Phase::Encrypted {
            return self.packets(Protocol::Ssh1, side, at, bytes, sink);
        }
        self.streams.of_mut(side).phase = Phase::Encrypted;
        bytes
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

/// The exchange that a method stands for, if it is known.
fn exchange_of(method: Option<&Named<KexMethod>>) -> Option<Exchange> {
    match method? {
        Named::Known(method) => Some(method.exchange()),
        Named::Unknown(name) => Exchange::of_method(name),
    }
}
