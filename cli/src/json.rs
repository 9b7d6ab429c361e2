//! JSON, written straight into a string: the schema is ours, and small.

use kexray_analyzer::{Parameters, Timestamp, Value};

use crate::escape;

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
            Value::Names(names) => {
                let out = self.key(key);
                out.push('[');
                for (index, name) in names.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    wire_text(name, out);
                }
                out.push(']');
            }
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
