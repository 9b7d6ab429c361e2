//! Messages in clear: the transport layer's, and those of the key exchange.

use kexray_grammar::transport::{self, KexInit};
use kexray_grammar::{Anomaly, Exchange, KexMethod, Named, Role};

use crate::connection::Connection;
use crate::negotiation::{Algorithms, guessed_right, is_marker, is_strict, negotiate_kex, takes_extensions};
use crate::roles::{Proof, marked};
use crate::sink::{Excess, Sink};
use crate::stream::{Guess, Phase};
use crate::{Side, Timestamp};

impl Connection {
    pub(crate) fn transport_message(
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

    pub(crate) fn malformed_message(&mut self, side: Side, at: Timestamp, sink: &mut (impl Sink + ?Sized)) {
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
            self.session
                .agreement
                .get_or_insert_default()
                .note_cookie(side, u128::from_be_bytes(kexinit.cookie));
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
    pub(crate) fn must_wait(&self, side: Side) -> bool {
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

    pub(crate) fn exchange_message(
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
                let kex = self.session.algorithms.as_ref().and_then(|it| it.kex.as_ref());
                let method = kex.and_then(Named::known);
                self.session.note_proof(&parsed.value, method);
                if sink.wants_details() {
                    self.session.agreement.get_or_insert_default().note(&parsed.value, method);
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
}

/// The exchange that a method stands for, if it is known.
fn exchange_of(method: Option<&Named<KexMethod>>) -> Option<Exchange> {
    match method? {
        Named::Known(method) => Some(method.exchange()),
        Named::Unknown(name) => Exchange::of_method(name),
    }
}
