//! From packets, as they were taken, to steps.

use kexray_grammar::{Role, limits};

use super::details::{Measure, Sizes};
use super::dialogue::{Said, Told};
use super::{Answer, Evidence, Method, Step};
use crate::Timestamp;

/// The steps of a connection so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// Whether the steps are kept.
    keeps: bool,
    steps: Vec<Step>,
    /// The sizes of each.
    sizes: Vec<Sizes>,
    /// Of the request that was not answered yet.
    size: Sizes,
    /// Whether the server sent a banner.
    pub(crate) banner: bool,
    /// Whether it has just sent what may be one.
    aside: bool,
    /// Whether the client sent EXT_INFO.
    extends: bool,
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
    /// One that keeps its steps, or only tells them.
    pub(crate) fn new(keeps: bool) -> Self {
        Self { keeps, ..Self::default() }
    }

    /// Takes the next packet. Tells the step that it ends.
    pub(crate) fn take(&mut self, packet: &Told, evidence: Evidence) -> Option<Step> {
        let answer = match (packet.said, packet.from) {
            (Said::Request(method), _) => {
                self.ask(method, false, packet, evidence);
                return None;
            }
            (Said::Query, _) => {
                self.ask(Method::PublicKey, true, packet, evidence);
                return None;
            }
            (Said::Failure, _) => Answer::Refused,
            (Said::Success, _) => Answer::Success,
            (Said::PkOk, _) => Answer::WouldDo,
            (Said::Disconnect, Role::Server) => Answer::HungUp,
            (Said::ExtInfo, Role::Client) => {
                self.extends = true;
                return None;
            }
            (Said::Banner | Said::ExtInfo, Role::Server) => {
                // In the middle of authentication a server sends EXT_INFO only to clients that say so in their own, or
                // right before it says yes (RFC 8308 section 2.4, OpenSSH PROTOCOL section 1.12).
                self.aside = self.asked.is_some() && (packet.said == Said::Banner || !self.extends);
                return None;
            }
            _ => return None,
        };
        self.banner |= std::mem::take(&mut self.aside) && answer != Answer::Success;
        self.answer(packet, answer, evidence)
    }

    fn ask(&mut self, method: Method, query: bool, packet: &Told, evidence: Evidence) {
        self.leave_unanswered(evidence);
        if std::mem::take(&mut self.refused_offer) && method != Method::PublicKey {
            // Whoever goes on with another method after a key that would do has satisfied the one.
            if let Some(step) = self.steps.last_mut() {
                step.answer = Answer::Partial;
            }
        }
        self.offered &= method == Method::PublicKey;
        self.asked = Some((method, packet.at));
        self.size = Sizes { query, request: packet.octets.0, answer: 0 };
    }

    fn answer(&mut self, packet: &Told, answer: Answer, evidence: Evidence) -> Option<Step> {
        let (method, _) = self.asked.take()?;
        self.refused_offer = self.offered && answer == Answer::Refused;
        self.offered = answer == Answer::WouldDo;
        if answer != Answer::WouldDo {
            self.deciding = Some(method);
        }
        self.size.answer = packet.octets.0;
        let step = Step { at: packet.at, method, answer, evidence, key: None, offered: None };
        self.add(step);
        Some(step)
    }

    /// Nothing more comes.
    pub(crate) fn leave_unanswered(&mut self, evidence: Evidence) {
        if let Some((method, at)) = self.asked.take() {
            self.add(Step { at, method, answer: Answer::None, evidence, key: None, offered: None });
        }
    }

    /// Beyond the limit the oldest stay, and the last one is the last.
    fn add(&mut self, step: Step) {
        if !self.keeps {
            return;
        }
        if self.steps.len() >= limits::AUTH_STEPS {
            self.steps.pop();
            self.sizes.pop();
        }
        self.steps.push(step);
        self.sizes.push(self.size);
    }

    /// The steps that are known, with what their sizes tell, if they can be measured.
    pub(crate) fn into_steps(mut self, measure: Option<&Measure>) -> Vec<Step> {
        if let Some(measure) = measure {
            measure.detail(&mut self.steps, &self.sizes);
        }
        // They stay as long as the connection.
        self.steps.shrink_to_fit();
        self.steps
    }

    /// The method of the last request that was decided.
    pub(crate) const fn deciding(&self) -> Option<Method> {
        self.deciding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_beyond_the_limit_leave_the_first_and_the_last() {
        let mut record = Record::new(true);
        for number in 0..1000 {
            let at = Timestamp::from_micros(number);
            for (from, said) in
                [(Role::Client, Said::Request(Method::Password)), (Role::Server, Said::Failure)]
            {
                let (octets, run) = Default::default();
                record.take(&Told { at, from, said, octets, run }, Evidence::Exact);
            }
        }
        let times: Vec<_> = record.steps.iter().map(|step| step.at).collect();
        assert_eq!(times.len(), limits::AUTH_STEPS);
        assert_eq!(
            (times[0], times[limits::AUTH_STEPS - 1]),
            (Timestamp::from_micros(0), Timestamp::from_micros(999))
        );
        assert_eq!(record.sizes.len(), limits::AUTH_STEPS);
    }
}
