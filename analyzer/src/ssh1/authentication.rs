//! What is told of SSH-1's ciphertext: the sizes of its packets, and what they say of authentication.

use kexray_grammar::Role;

use crate::Timestamp;
use crate::auth::dialogue::Habits;
use crate::auth::dialogue::ssh1::{Dialogue, Ends, Heard};
use crate::auth::{Evidence, Notes, Record};
use crate::ciphertext::Inference;
use crate::connection::Connection;
use crate::sink::Sink;

/// The dialogue of SSH-1, and what it told.
#[derive(Debug)]
pub(crate) struct FollowingSsh1 {
    dialogue: Dialogue,
    record: Record,
}

impl FollowingSsh1 {
    /// Octets are missing.
    pub(crate) fn lose(&mut self) {
        self.dialogue.lose();
    }

    /// The time from which on a verdict may still be told.
    pub(crate) fn undecided_since(&self) -> Option<Timestamp> {
        self.dialogue.undecided_since()
    }

    /// Whether the end of the connection has a verdict to tell.
    pub(crate) fn is_undecided(&self) -> bool {
        !self.dialogue.is_decided() && !self.dialogue.is_lost()
    }
}

/// Takes down what became certain of a packet.
fn note(notes: &mut Notes<'_>, packet: &Heard, evidence: Evidence) {
    notes.take(&packet.as_ssh2(), evidence);
    notes.explain(|| packet.explained(evidence));
}

impl Connection {
    /// Ciphertext of SSH-1 was delivered.
    pub(crate) fn ssh1_ciphertext(
        &mut self,
        role: Role,
        at: Timestamp,
        octets: &[u8],
        sink: &mut (impl Sink + ?Sized),
    ) {
        if matches!(self.inference, Inference::Dialogue(None)) {
            let client = Habits::of(self.session.client.as_deref().unwrap_or_default());
            let ends = Ends { client, methods: self.ssh1_methods };
            let record = Record::new(sink.wants_details());
            let following = FollowingSsh1 { dialogue: Dialogue::new(ends), record };
            self.inference = Inference::Ssh1(Box::new(following));
        }
        let Inference::Ssh1(following) = &mut self.inference else { return };
        let FollowingSsh1 { dialogue, record } = &mut **following;
        let was_decided = dialogue.is_decided();
        let mut notes = Notes::new(record, &mut self.session.explanation, sink.wants_events());
        dialogue.deliver(role, at, octets, &mut |packet, evidence| note(&mut notes, packet, evidence));
        let steps = notes.steps;
        if dialogue.is_decided() && !was_decided {
            self.take_ssh1_outcome();
        }
        for step in &steps {
            self.tell_step(step, sink);
        }
    }

    /// The connection is over: what its dialogue came to, if it was not decided before, and what the session was for.
    pub(crate) fn finish_ssh1(&mut self, at: Timestamp, sink: &mut (impl Sink + ?Sized)) {
        let Inference::Ssh1(following) = &mut self.inference else { return };
        let FollowingSsh1 { dialogue, record } = &mut **following;
        if !dialogue.is_decided() {
            let mut notes = Notes::new(record, &mut self.session.explanation, sink.wants_events());
            dialogue.finish(self.ended, &mut |packet, evidence| note(&mut notes, packet, evidence));
            let steps = notes.steps;
            record.leave_unanswered(dialogue.outcome().evidence);
            self.take_ssh1_outcome();
            self.tell_end(at, &steps, sink);
        }
        let Inference::Ssh1(following) = &self.inference else { return };
        if self.session.auth_success == Some(true) && sink.wants_details() {
            self.note_usage(following.dialogue.usage());
        }
    }

    /// Puts what is certain into the session.
    fn take_ssh1_outcome(&mut self) {
        let Inference::Ssh1(following) = &mut self.inference else { return };
        let outcome = following.dialogue.outcome().seen(self.ended);
        let (record, user) = (std::mem::take(&mut following.record), following.dialogue.user());
        self.note_outcome(outcome, record, user, None);
    }
}
