//! Oddities, for whatever writes them.

use kexray_analyzer::Timestamp;
use kexray_capture::{Flow, Oddity, Uid};

use crate::json::Object;

/// An oddity and its connection.
pub(crate) struct Weird<'w> {
    pub(crate) at: Timestamp,
    pub(crate) uid: Uid,
    pub(crate) flow: &'w Flow,
    pub(crate) oddity: Oddity,
}

impl Weird<'_> {
    /// Zeek's column `addl`.
    pub(crate) fn detail(&self) -> Option<String> {
        self.oddity.excess().map(|excess| format!("{} > {}", excess.actual, excess.limit))
    }

    /// A JSON line.
    pub(crate) fn json(&self, out: &mut String) {
        let mut object = Object::new(out);
        object.connection(self.at, self.uid, self.flow);
        object.string("name", self.oddity.name());
        if let Some(detail) = self.detail() {
            object.string("addl", &detail);
        }
        object.boolean("notice", false);
        object.string("peer", "kexray");
        object.string("source", self.oddity.layer());
        object.end();
        out.push('\n');
    }
}

impl Object<'_> {
    /// What every line has in front.
    pub(crate) fn connection(&mut self, at: Timestamp, uid: Uid, flow: &Flow) {
        self.time("ts", at);
        self.string("uid", uid.as_str());
        self.string("id.orig_h", &flow.originator.address.to_string());
        self.number("id.orig_p", u64::from(flow.originator.port));
        self.string("id.resp_h", &flow.responder.address.to_string());
        self.number("id.resp_p", u64::from(flow.responder.port));
    }
}
