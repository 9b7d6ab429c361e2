//! The columns of `notice.log`.

use kexray_audit::notices::Noticed;
use kexray_capture::{Flow, Uid};

use super::{Column, Kind, Log, Value, ZEEK};

/// A notice, and the connection that showed it.
pub(crate) struct Note<'n> {
    pub(crate) noticed: &'n Noticed,
    pub(crate) uid: Uid,
    pub(crate) flow: &'n Flow,
}

/// The log of notices.
pub(crate) enum Notices {}

impl Log for Notices {
    type Row<'r> = Note<'r>;

    const NAME: &'static str = "notice";

    const COLUMNS: &'static [Column<Self>] = &[
        zeek("ts", Kind::Time, "when the session began that showed it", |note| Some(note.noticed.at.into())),
        zeek("uid", Kind::Text, "identifier of its connection", |note| Some(note.uid.as_str().into())),
        zeek("id.orig_h", Kind::Address, "address of the end that opened the connection", |note| {
            Some(note.flow.originator.address.into())
        }),
        zeek("id.orig_p", Kind::Port, "its port", |note| Some(u64::from(note.flow.originator.port).into())),
        zeek("id.resp_h", Kind::Address, "address of the other end", |note| {
            Some(note.flow.responder.address.into())
        }),
        zeek("id.resp_p", Kind::Port, "its port", |note| Some(u64::from(note.flow.responder.port).into())),
        zeek("note", Kind::Enum, "what was noticed", |note| Some(note.noticed.notice.name().into())),
        zeek("msg", Kind::Text, "the same in words", |note| Some(note.noticed.message.as_str().into())),
        zeek("sub", Kind::Text, "more of it: some of the servers, the keys", |note| {
            Some(note.noticed.detail.as_deref()?.into())
        }),
        zeek("src", Kind::Address, "address of the host that did it", |note| {
            Some(note.noticed.source.into())
        }),
        zeek("dst", Kind::Address, "address of the host that it was done to, where it is one", |note| {
            Some(note.noticed.destination?.into())
        }),
        zeek("n", Kind::Count, "how often it was done", |note| Some(note.noticed.count?.into())),
    ];
}

type Of = for<'v, 'r> fn(&'v Note<'r>) -> Option<Value<'v>>;

/// A column of Zeek's log.
const fn zeek(name: &'static str, kind: Kind, meaning: &'static str, value: Of) -> Column<Notices> {
    Column { name, kind, meaning, source: ZEEK, detail: false, value }
}
