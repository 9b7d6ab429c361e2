//! What is told of ciphertext: its lengths, and what they say of authentication.

use kexray_grammar::{Compression, Event, Exchange, Named, Role};

use crate::auth::classic::{Attempt, Classic};
use crate::auth::details::Measure;
use crate::auth::dialogue::{Dialogue, Each, Ends, Habits, Outcome, Told};
use crate::auth::{Answer, Engine, Evidence, Method, Notes, Record, Step};
use crate::connected::{Connected, Purpose, Usage};
use crate::connection::Connection;
use crate::negotiation::Directions;
use crate::sink::Sink;
use crate::ssh1::FollowingSsh1;
use crate::wire::OctetRange;
use crate::{Side, Timestamp};

/// An engine at work on a connection.
#[derive(Debug)]
pub(crate) enum Inference {
    Classic(Classic),
    /// It begins with the first ciphertext.
    Dialogue(Option<Box<Following>>),
    /// The user is in.
    Connected(Box<Connected>),
    /// SSH-1 has a dialogue of its own.
    Ssh1(Box<FollowingSsh1>),
    /// Nothing more can be said.
    Over,
}

/// The dialogue engine, and what it told.
#[derive(Debug)]
pub(crate) struct Following {
    dialogue: Dialogue,
    record: Record,
    /// What comes once the user is in; `None` where nobody wants to know.
    connected: Option<Box<Connected>>,
}

/// Takes down what became certain of a packet. What comes once the user is in is explained when it is known what for.
fn note(notes: &mut Notes<'_>, connected: &mut Option<Box<Connected>>, packet: &Told, evidence: Evidence) {
    notes.take(packet, evidence);
    if connected.as_mut().is_none_or(|connected| connected.told(packet)) {
        notes.explain(|| packet.explained(evidence));
    }
}

impl Inference {
    pub(crate) fn new(engine: Engine) -> Self {
        match engine {
            Engine::Classic => Self::Classic(Classic::default()),
            Engine::Dialogue => Self::Dialogue(None),
        }
    }

    /// Bytes of a direction are missing, or where its ciphertext begins is not known.
    pub(crate) fn lose(&mut self) {
        match self {
            Self::Classic(classic) => classic.give_up(),
            Self::Dialogue(Some(following)) => {
                following.dialogue.lose();
                if following.dialogue.is_lost() {
                    *self = Self::Over;
                }
            }
            Self::Dialogue(None) => *self = Self::Over,
            Self::Connected(connected) => connected.lose(),
            Self::Ssh1(following) => following.lose(),
            Self::Over => {}
        }
    }

    /// So many bytes of a direction are missing. In authentication that loses the thread, for what went the other way
    /// meanwhile may have been told before.
    pub(crate) fn skip(&mut self, from: Role, missing: u64) {
        match self {
            Self::Connected(connected) => connected.skip(from, missing),
            _ => self.lose(),
        }
    }

    /// What was said before what is not known any more.
    pub(crate) fn lose_order(&mut self) {
        match self {
            Self::Dialogue(Some(_)) | Self::Ssh1(_) => self.lose(),
            Self::Connected(connected) => connected.lose_order(),
            // Zeek's rule knows nothing of order, and before the first ciphertext there is nothing to lose.
            Self::Classic(_) | Self::Dialogue(None) | Self::Over => {}
        }
    }

    /// The time from which on a verdict may still be told.
    pub(crate) fn undecided_since(&self) -> Option<Timestamp> {
        match self {
            Self::Dialogue(Some(following)) => following.dialogue.undecided_since(),
            Self::Ssh1(following) => following.undecided_since(),
            _ => None,
        }
    }
}

impl Connection {
    /// Ciphertext was delivered; `full` says that it fills its segment.
    pub(crate) fn ciphertext(
        &mut self,
        side: Side,
        at: Timestamp,
        octets: &[u8],
        full: bool,
        sink: &mut (impl Sink + ?Sized),
    ) {
        if sink.wants_events() {
            let orig = side.is_originator();
            self.session.tell(at, &Event::SshEncryptedPacket { orig, len: octets.len() as u64 }, sink);
        }
        let sealed = &mut self.streams.of_mut(side).sealed;
        *sealed = sealed.saturating_add(octets.len() as u64);
        let role = self.roles.of(side);
        match self.session.version {
            Some(1) => return self.ssh1_ciphertext(role, at, octets, sink),
            Some(2) => {}
            _ => return,
        }
        match &mut self.inference {
            Inference::Classic(classic) => {
                if let Some(attempt) = classic.observe(role, octets.len() as u64) {
                    self.classic_attempt(at, attempt, sink);
                }
            }
            Inference::Dialogue(None) => {
                let details = sink.wants_details();
                self.inference = self
                    .dialogue(details)
                    .map_or(Inference::Over, |following| Inference::Dialogue(Some(Box::new(following))));
                self.follow(role, at, octets, full, sink);
            }
            Inference::Dialogue(Some(_)) => self.follow(role, at, octets, full, sink),
            Inference::Connected(connected) => connected.deliver(role, at, octets, full),
            Inference::Ssh1(_) | Inference::Over => {}
        }
    }

    /// A dialogue between these two ends, with or without details; `None` where the sizes of packets mean nothing.
    fn dialogue(&self, details: bool) -> Option<Following> {
        let algorithms = self.session.algorithms.as_ref()?;
        let sealing = algorithms.sealing();
        // Compression that waits for success does not matter here.
        let at_once = |name: &Option<Named<Compression>>| {
            name.as_ref()
                .and_then(Named::known)
                .is_none_or(|compression| compression.compresses() && !compression.delayed())
        };
        if at_once(&algorithms.compression.client_to_server)
            || at_once(&algorithms.compression.server_to_client)
        {
            return None;
        }
        let takes = |role| self.streams.of(self.roles.side(role)).takes_extensions;
        let habits = |line: &Option<Box<[u8]>>| Habits::of(line.as_deref().unwrap_or_default());
        let ends = Ends {
            habits: Each { client: habits(&self.session.client), server: habits(&self.session.server) },
            takes_extensions: Each { client: takes(Role::Client), server: takes(Role::Server) },
            by_gssapi: matches!(self.exchange, Some(Exchange::Gss | Exchange::GssGex)),
        };
        let explains = self.session.explanation.is_some();
        let details = details || explains;
        let sealings = Each { client: sealing.client_to_server?, server: sealing.server_to_client? };
        let exchanged = |role| self.streams.of(self.roles.side(role)).exchanged;
        let exchanged = Each { client: exchanged(Role::Client), server: exchanged(Role::Server) };
        Some(Following {
            connected: details.then(|| Box::new(Connected::new(sealings, ends.habits, exchanged, explains))),
            dialogue: Dialogue::new(sealings, ends),
            record: Record::new(details),
        })
    }

    fn follow(
        &mut self,
        role: Role,
        at: Timestamp,
        octets: &[u8],
        full: bool,
        sink: &mut (impl Sink + ?Sized),
    ) {
        let Inference::Dialogue(Some(following)) = &mut self.inference else { return };
        let Following { dialogue, record, connected } = &mut **following;
        let mut notes = Notes::new(record, &mut self.session.explanation, sink.wants_events());
        let tell = &mut |packet: &Told, evidence| note(&mut notes, connected, packet, evidence);
        dialogue.deliver(role, at, octets, full, tell);
        let steps = notes.steps;
        if let Some(outcome) = dialogue.decided() {
            self.take_outcome(outcome);
        } else if dialogue.is_lost() {
            self.inference = Inference::Over;
        }
        for step in &steps {
            self.tell_step(step, sink);
        }
    }

    /// The connection is over: what the dialogue came to, if it was not decided before.
    fn finish_dialogue(&mut self, at: Timestamp, sink: &mut (impl Sink + ?Sized)) {
        let Inference::Dialogue(Some(following)) = &mut self.inference else { return };
        let Following { dialogue, record, connected } = &mut **following;
        let mut notes = Notes::new(record, &mut self.session.explanation, sink.wants_events());
        let tell = &mut |packet: &Told, evidence| note(&mut notes, connected, packet, evidence);
        let outcome = dialogue.finish(self.ended, tell);
        let steps = notes.steps;
        record.leave_unanswered(outcome.evidence);
        self.take_outcome(outcome);
        self.tell_end(at, &steps, sink);
    }

    /// Puts what is certain into the session, and lets go of the engine.
    fn take_outcome(&mut self, outcome: Outcome) {
        let Inference::Dialogue(Some(following)) = std::mem::replace(&mut self.inference, Inference::Over)
        else {
            return;
        };
        let Following { dialogue, record, connected } = *following;
        let handover = dialogue.handover();
        let Some(mut connected) = connected else {
            return self.note_outcome(outcome, record, handover.user, None);
        };
        connected.go_on(&handover);
        let measure = Measure { wires: connected.wires(), user: handover.user };
        self.note_outcome(outcome, record, handover.user, Some(&measure));
        if outcome.success == Some(true) {
            self.inference = Inference::Connected(connected);
        }
    }

    /// Puts into the session what became of authentication, as far as it is known.
    pub(crate) fn note_outcome(
        &mut self,
        outcome: Outcome,
        record: Record,
        user: Option<OctetRange>,
        measure: Option<&Measure>,
    ) {
        let Outcome { success, attempts, evidence, left } = outcome;
        self.left = left;
        self.session.auth_success = success;
        if success.is_some() {
            self.session.auth_attempts = attempts;
            self.session.auth_evidence = Some(evidence);
            self.session.auth_method = record.deciding();
            self.session.auth_banner = record.banner.then_some(true);
            self.session.auth_user = user;
            self.session.auth_steps = record.into_steps(measure);
        }
    }

    /// Tells what the end of the connection decided: these steps are the last.
    pub(crate) fn tell_end(&mut self, at: Timestamp, steps: &[Step], sink: &mut (impl Sink + ?Sized)) {
        let Some(success) = self.session.auth_success else { return };
        for step in steps {
            self.tell_step(step, sink);
        }
        if !success && self.session.auth_attempts > 0 {
            self.tell_failure(at, sink);
        }
    }

    /// Tells a step, if it is an attempt.
    pub(crate) fn tell_step(&mut self, step: &Step, sink: &mut (impl Sink + ?Sized)) {
        if !step.is_attempt() {
            return;
        }
        let authenticated = step.answer == Answer::Success;
        self.session.tell(step.at, &Event::SshAuthAttempted { authenticated }, sink);
        if authenticated {
            let auth_method_none = step.method == Method::None;
            self.session.tell(step.at, &Event::SshAuthSuccessful { auth_method_none }, sink);
            self.tell_result(step.at, true, sink);
        }
    }

    /// Tells that the connection ended without success.
    fn tell_failure(&mut self, at: Timestamp, sink: &mut (impl Sink + ?Sized)) {
        self.session.tell(at, &Event::SshAuthFailed, sink);
        self.tell_result(at, false, sink);
    }

    fn tell_result(&mut self, at: Timestamp, result: bool, sink: &mut (impl Sink + ?Sized)) {
        let auth_attempts = self.session.auth_attempts;
        self.session.tell(at, &Event::SshAuthResult { result, auth_attempts }, sink);
    }

    /// The connection is over.
    pub(crate) fn finish_authentication(&mut self, at: Timestamp, sink: &mut (impl Sink + ?Sized)) {
        match &self.inference {
            Inference::Classic(classic) => {
                let gave_up = classic.gave_up();
                self.finish_classic(at, gave_up, sink);
            }
            Inference::Dialogue(_) => self.finish_dialogue(at, sink),
            Inference::Ssh1(_) => self.finish_ssh1(at, sink),
            Inference::Connected(_) | Inference::Over => {}
        }
        self.finish_connected();
    }

    /// What became of the connection once the user was in.
    fn finish_connected(&mut self) {
        let Inference::Connected(connected) = &mut self.inference else { return };
        // What is compressed has other sizes.
        let compressed = self.session.algorithms.as_ref().is_some_and(|algorithms| algorithms.compressed());
        let usage = Some(connected.usage(self.ended)).filter(|_| !compressed);
        if let Some(explanation) = &mut self.session.explanation {
            explanation.extend(connected.explained(usage.as_ref(), self.ended));
        }
        if let Some(usage) = usage {
            self.note_usage(usage);
        }
    }

    pub(crate) fn note_usage(&mut self, usage: Usage) {
        let Usage { purpose, rekeys, client_octets, server_octets } = usage;
        let Purpose { kind, agent_forwarding } = purpose;
        self.session.session_kind = kind;
        self.session.agent_forwarding = agent_forwarding;
        self.session.rekeys = rekeys;
        self.session.octets = Directions { client_to_server: client_octets, server_to_client: server_octets };
    }

    /// Whether the end of the connection has a verdict to tell.
    pub(crate) fn waits_for_end(&self) -> bool {
        match &self.inference {
            Inference::Classic(_) => self.session.auth_success == Some(false),
            Inference::Dialogue(following) => following.is_some(),
            Inference::Ssh1(following) => following.is_undecided(),
            Inference::Connected(_) | Inference::Over => false,
        }
    }

    fn classic_attempt(&mut self, at: Timestamp, attempt: Attempt, sink: &mut (impl Sink + ?Sized)) {
        let authenticated = matches!(attempt, Attempt::Succeeded { .. });
        self.session.tell(at, &Event::SshAuthAttempted { authenticated }, sink);
        let compressed = self.compressed();
        if !compressed {
            self.session.auth_attempts = self.session.auth_attempts.saturating_add(1);
            self.session.auth_success = Some(authenticated);
        }
        if let Attempt::Succeeded { by_none } = attempt {
            self.session.tell(at, &Event::SshAuthSuccessful { auth_method_none: by_none }, sink);
            if !compressed {
                self.tell_result(at, true, sink);
            }
        }
    }

    fn finish_classic(&mut self, at: Timestamp, gave_up: bool, sink: &mut (impl Sink + ?Sized)) {
        if self.session.auth_success != Some(false) {
            return;
        }
        if gave_up {
            // The attempt that succeeded may be among what is missing.
            self.session.auth_success = None;
        } else if self.session.version.is_some() && !self.compressed() {
            self.tell_failure(at, sink);
        }
    }

    /// Whether compression was negotiated: Zeek's rule gives no verdict then.
    fn compressed(&self) -> bool {
        self.session.algorithms.as_ref().is_some_and(|algorithms| algorithms.compressed())
    }
}
