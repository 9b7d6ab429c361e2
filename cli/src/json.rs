//! JSON, written straight into a string: the schema is ours, and small.

use std::fmt::Write as _;

use kexray_analyzer::{Parameters, Timestamp, Value};
use kexray_capture::{Flow, Uid};

use crate::columns::{self, Column, Log};
use crate::escape;

/// A row as a line: an object with the columns that are set.
pub(crate) fn line<L: Log>(columns: &[&'static Column<L>], row: &L::Row<'_>, out: &mut String) {
    let mut object = Object::new(out);
    for column in columns {
        if let Some(value) = (column.value)(row) {
            object.column(column.name, &value);
        }
    }
    object.end();
    out.push('\n');
}

/// Objects as a list.
pub(crate) fn list(objects: &[columns::Object<'_>], out: &mut String) {
    out.push('[');
    for (index, members) in objects.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        let mut object = Object::new(out);
        for (name, value) in members {
            object.column(name, value);
        }
        object.end();
    }
    out.push(']');
}

/// An object that is being written.
pub(crate) struct Object<'o> {
    out: &'o mut String,
    empty: bool,
}

impl<'o> Object<'o> {
    /// Opens an object.
    pub(crate) fn new(out: &'o mut String) -> Self {
        out.push('{');
        Self { out, empty: true }
    }

    /// Closes it.
    pub(crate) fn end(self) {
        self.out.push('}');
    }

    fn key(&mut self, key: &str) -> &mut String {
        if !std::mem::take(&mut self.empty) {
            self.out.push(',');
        }
        string(key, self.out);
        self.out.push(':');
        self.out
    }

    /// What every line of events has in front.
    pub(crate) fn connection(&mut self, at: Timestamp, uid: Uid, flow: &Flow) {
        self.time("ts", at);
        self.string("uid", uid.as_str());
        self.string("id.orig_h", &flow.originator.address.to_string());
        self.number("id.orig_p", u64::from(flow.originator.port));
        self.string("id.resp_h", &flow.responder.address.to_string());
        self.number("id.resp_p", u64::from(flow.responder.port));
    }

    /// What stands in a column.
    fn column(&mut self, key: &str, value: &columns::Value<'_>) {
        match value {
            columns::Value::Time(at) => self.time(key, *at),
            columns::Value::Bool(value) => self.boolean(key, *value),
            columns::Value::Count(count) => self.number(key, *count),
            columns::Value::Address(address) => {
                // Nothing in an address must be escaped.
                let _ = write!(self.key(key), "\"{address}\"");
            }
            columns::Value::Plain(text) => self.string(key, text),
            columns::Value::Text(text) => self.text(key, text),
            columns::Value::Texts(texts) => texts_in(texts.iter().map(AsRef::as_ref), self.key(key)),
            columns::Value::Objects(objects) => list(objects, self.key(key)),
        }
    }

    pub(crate) fn time(&mut self, key: &str, at: Timestamp) {
        let text = at.to_string();
        self.key(key).push_str(&text);
    }

    pub(crate) fn string(&mut self, key: &str, value: &str) {
        string(value, self.key(key));
    }

    /// Text from the wire.
    pub(crate) fn text(&mut self, key: &str, value: &[u8]) {
        wire_text(value, self.key(key));
    }

    pub(crate) fn number(&mut self, key: &str, value: u64) {
        let text = value.to_string();
        self.key(key).push_str(&text);
    }

    pub(crate) fn boolean(&mut self, key: &str, value: bool) {
        self.key(key).push_str(if value { "true" } else { "false" });
    }

    /// A parameter of an event.
    pub(crate) fn value(&mut self, key: &str, value: Value<'_>) {
        match value {
            Value::Bytes(octets) => {
                let out = self.key(key);
                out.push('"');
                for octet in octets {
                    escape::digits(*octet, out);
                }
                out.push('"');
            }
            Value::Text(text) => self.text(key, text),
            Value::Boolean(value) => self.boolean(key, value),
            Value::Count(value) => self.number(key, value),
            Value::Names(names) => texts_in(names.iter(), self.key(key)),
            Value::Record(record) => {
                let mut object = Object::new(self.key(key));
                object.parameters(record);
                object.end();
            }
            _ => {}
        }
    }

    /// All parameters of an event or a record.
    pub(crate) fn parameters(&mut self, record: &dyn Parameters) {
        record.visit(&mut |key, value| self.value(key, value));
    }
}

fn texts_in<'t>(texts: impl Iterator<Item = &'t [u8]>, out: &mut String) {
    out.push('[');
    for (index, text) in texts.enumerate() {
        if index > 0 {
            out.push(',');
        }
        wire_text(text, out);
    }
    out.push(']');
}

fn wire_text(text: &[u8], out: &mut String) {
    string(&escape::to_text(text), out);
}

/// A JSON string. Control characters do not occur any more.
fn string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            _ => out.push(character),
        }
    }
    out.push('"');
}
