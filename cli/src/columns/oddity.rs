//! The columns of `weird.log`.

use kexray_analyzer::Timestamp;
use kexray_capture::{Flow, Oddity, Uid};

use super::{Column, Kind, Log, Value, ZEEK};

/// An oddity and its connection.
pub(crate) struct Weird<'w> {
    pub(crate) at: Timestamp,
    pub(crate) uid: Uid,
    pub(crate) flow: &'w Flow,
    pub(crate) oddity: Oddity,
}

/// The log of oddities.
pub(crate) enum Oddities {}

impl Log for Oddities {
    type Row<'r> = Weird<'r>;

    const NAME: &'static str = "weird";

    const COLUMNS: &'static [Column<Self>] = &[
        zeek("ts", Kind::Time, "time of the packet in which it was seen", |weird| Some(weird.at.into())),
        zeek("uid", Kind::Text, "identifier of the connection", |weird| Some(weird.uid.as_str().into())),
        zeek("id.orig_h", Kind::Address, "address of the end that opened the connection", |weird| {
            Some(weird.flow.originator.address.into())
        }),
        zeek("id.orig_p", Kind::Port, "its port", |weird| Some(u64::from(weird.flow.originator.port).into())),
        zeek("id.resp_h", Kind::Address, "address of the other end", |weird| {
            Some(weird.flow.responder.address.into())
        }),
        zeek("id.resp_p", Kind::Port, "its port", |weird| Some(u64::from(weird.flow.responder.port).into())),
        zeek("name", Kind::Text, "what was odd", |weird| Some(weird.oddity.name().into())),
        zeek(
            "addl",
            Kind::Text,
            "more of it: where a limit was passed, what there was and the limit",
            |weird| {
                let excess = weird.oddity.excess()?;
                Some(format!("{} > {}", excess.actual, excess.limit).into())
            },
        ),
        zeek("notice", Kind::Bool, "whether it became a notice: it never does", |_| Some(false.into())),
        zeek("peer", Kind::Text, "who says so: `kexray`", |_| Some("kexray".into())),
        zeek("source", Kind::Text, "layer in which it was seen: `SSH` or `TCP`", |weird| {
            Some(weird.oddity.layer().into())
        }),
    ];
}

type Of = for<'v, 'r> fn(&'v Weird<'r>) -> Option<Value<'v>>;

/// A column of Zeek's log.
const fn zeek(name: &'static str, kind: Kind, meaning: &'static str, value: Of) -> Column<Oddities> {
    Column { name, kind, meaning, source: ZEEK, detail: false, value }
}
