//! One line of JSON, or one row of a log.

use std::fmt;
use std::net::IpAddr;

use serde_json::{Map, Value};

/// Both ends of a connection, as Zeek's logs name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Endpoints {
    /// Address of the end that opened the connection.
    pub orig_h: IpAddr,
    /// Its port.
    pub orig_p: u16,
    /// Address of the end that accepted it.
    pub resp_h: IpAddr,
    /// Its port.
    pub resp_p: u16,
}

impl fmt::Display for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { orig_h, orig_p, resp_h, resp_p } = self;
        write!(f, "{orig_h} port {orig_p} to {resp_h} port {resp_p}")
    }
}

/// What one tool says of one connection at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The connection.
    pub endpoints: Endpoints,
    /// Microseconds since the epoch.
    pub at: i64,
    /// The tool's own identifier of the connection.
    pub uid: String,
    /// All else, by name.
    pub fields: Map<String, Value>,
}

/// A line is not what the tools write.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct RecordError {
    line: usize,
    why: String,
}

impl Record {
    /// Reads lines of JSON objects.
    ///
    /// # Errors
    ///
    /// When a line is no object, or lacks the connection or the time.
    pub fn lines(text: &str) -> Result<Vec<Self>, RecordError> {
        let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        numbered
            .map(|(index, line)| {
                let error = |why: String| RecordError { line: index + 1, why };
                let fields = serde_json::from_str(line).map_err(|reason| error(reason.to_string()))?;
                Self::of_object(fields).map_err(error)
            })
            .collect()
    }

    /// Reads the rows of one of Zeek's ASCII logs. Values stay text, and unset ones are left out.
    ///
    /// # Errors
    ///
    /// When a row lacks the connection or the time.
    pub fn rows(text: &str) -> Result<Vec<Self>, RecordError> {
        let names: Vec<&str> = text
            .lines()
            .find_map(|line| line.strip_prefix("#fields\t"))
            .map(|names| names.split('\t').collect())
            .unwrap_or_default();
        let rows = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        rows.map(|(index, line)| {
            let set = names.iter().zip(line.split('\t')).filter(|(_, value)| *value != "-");
            let mut fields: Map<String, Value> =
                set.map(|(name, value)| ((*name).to_owned(), Value::from(value))).collect();
            for name in ["ts", "id.orig_p", "id.resp_p"] {
                let number =
                    fields.get(name).and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok());
                if let Some(number) = number {
                    fields.insert(name.to_owned(), number);
                }
            }
            Self::of_object(fields).map_err(|why| RecordError { line: index + 1, why })
        })
        .collect()
    }

    fn of_object(mut fields: Map<String, Value>) -> Result<Self, String> {
        let mut take = |name: &str| fields.remove(name).ok_or_else(|| format!("there is no {name}"));
        let address = |value: &Value| value.as_str().and_then(|text| text.parse().ok()).ok_or("no address");
        let port = |value: &Value| value.as_u64().and_then(|port| u16::try_from(port).ok()).ok_or("no port");
        let endpoints = Endpoints {
            orig_h: address(&take("id.orig_h")?)?,
            orig_p: port(&take("id.orig_p")?)?,
            resp_h: address(&take("id.resp_h")?)?,
            resp_p: port(&take("id.resp_p")?)?,
        };
        let at = micros(&take("ts")?).ok_or("no time")?;
        let uid = take("uid")?.as_str().ok_or("no uid")?.to_owned();
        Ok(Self { endpoints, at, uid, fields })
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// The text of a field.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The parameters of an event, or the columns of a row.
    #[must_use]
    pub fn parameters(&self) -> Value {
        let mut parameters = self.fields.clone();
        parameters.remove("event");
        Value::Object(parameters)
    }

    /// The name of the event; empty where it is none.
    #[must_use]
    pub fn event(&self) -> &str {
        self.text("event").unwrap_or_default()
    }
}

/// Seconds with a fraction, in whole microseconds.
///
/// `None` where it is no number. A double holds today's seconds to a quarter of a microsecond.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "microseconds of a time fit")]
pub fn micros(seconds: &Value) -> Option<i64> {
    seconds.as_f64().map(|seconds| (seconds * 1e6).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"ts":1324071333.493287,"uid":"C1","id.orig_h":"192.168.1.79","id.orig_p":51880,"id.resp_h":"::1","id.resp_p":22,"event":"ssh_auth_failed"}"#;

    #[test]
    fn a_line_is_read() {
        let [record] = &Record::lines(LINE).unwrap()[..] else { panic!("one line") };
        assert_eq!(record.at, 1_324_071_333_493_287);
        assert_eq!(record.endpoints.to_string(), "192.168.1.79 port 51880 to ::1 port 22");
        assert_eq!(record.event(), "ssh_auth_failed");
    }

    #[test]
    fn a_row_is_read() {
        let log = "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tname\taddl\n\
                   1.000002\tC1\t10.0.0.1\t4\t10.0.0.2\t22\tSSH_x\t-\n#close\tnow\n";
        let [record] = &Record::rows(log).unwrap()[..] else { panic!("one row") };
        assert_eq!(record.at, 1_000_002);
        assert_eq!(record.text("name"), Some("SSH_x"));
        assert_eq!(record.get("addl"), None);
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = Record::lines("\n{}").unwrap_err();
        assert_eq!(error.to_string(), "line 2: there is no id.orig_h");
    }
}
