//! From packets, as they were taken, to steps.

use kexray_grammar::{Role, limits};

use super::dialogue::{Said, Told};
use super::{Answer, Evidence, Method, Step};
use crate::Timestamp;

/// The steps of a connection so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    steps: Vec<Step>,
    /// The request that was not answered yet, and when it was sent.
    asked: Option<(Method, Timestamp)>,
    /// Whether the server said that the key of the request would do.
    offered: bool,
    /// The last step took a key that would do, and refused: either more is wanted, or the signature was wrong.
    refused_offer: bool,
    /// Of the last request that was decided.
    deciding: Option<Method>,
}

impl Record {
    /// Takes the next packet. Tells the step that it ends.
    pub(crate) fn take(&mut self, packet: &Told, evidence: Evidence) -> Option<Step> {
        match (packet.said, packet.from) {
            (Said::Request(method), _) => {
                self.ask(method, packet.at, evidence);
                None
            }
            (Said::Query, _) => {
                self.ask(Method::PublicKey, packet.at, evidence);
                None
            }
            (Said::Failure, _) => self.answer(packet.at, Answer::Refused, evidence),
            (Said::Success, _) => self.answer(packet.at, Answer::Success, evidence),
            (Said::PkOk, _) => self.answer(packet.at, Answer::WouldDo, evidence),
            (Said::Disconnect, Role::Server) => self.answer(packet.at, Answer::HungUp, evidence),
            _ => None,
        }
    }

    fn ask(&mut self, method: Method, at: Timestamp, evidence: Evidence) {
        self.leave_unanswered(evidence);
        if std::mem::take(&mut self.refused_offer) && method != Method::PublicKey {
            // Whoever goes on with another method after a key that would do has satisfied the one.
            if let Some(step) = self.steps.last_mut() {
                step.answer = Answer::Partial;
            }
        }
        self.offered &= method == Method::PublicKey;
        self.asked = Some((method, at));
    }

    fn answer(&mut self, at: Timestamp, answer: Answer, evidence: Evidence) -> Option<Step> {
        let (method, _) = self.asked.take()?;
        self.refused_offer = self.offered && answer == Answer::Refused;
        self.offered = answer == Answer::WouldDo;
        if answer != Answer::WouldDo {
            self.deciding = Some(method);
        }
        let step = Step { at, method, answer, evidence };
        self.add(step);
        Some(step)
    }

    /// Nothing more comes.
    pub(crate) fn leave_unanswered(&mut self, evidence: Evidence) {
        if let Some((method, at)) = self.asked.take() {
            self.add(Step { at, method, answer: Answer::None, evidence });
        }
    }

    /// Beyond the limit the oldest stay, and the last one is the last.
    fn add(&mut self, step: Step) {
        if self.steps.len() >= limits::AUTH_STEPS {
            self.steps.pop();
        }
        self.steps.push(step);
    }

    /// The steps that are known.
    pub(crate) fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    /// The method of the last request that was decided.
    pub(crate) const fn deciding(&self) -> Option<Method> {
        self.deciding
    }
}
