//! What may stand in a column.

use std::borrow::Cow;
use std::net::IpAddr;

use kexray_analyzer::Timestamp;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A time: seconds since the epoch.
    Time,
    /// A boolean.
    Bool,
    /// A number that is not negative.
    Count,
    /// A TCP port.
    Port,
    /// An IP address.
    Address,
    /// One of a few words of our own.
    Enum,
    /// Text, from the wire or our own.
    Text,
    /// A list of texts.
    Texts,
    /// A list of objects, with the names and types of their members.
    Objects(&'static [(&'static str, Kind)]),
}

impl Kind {
    /// What Zeek calls it. Objects stand in Zeek's logs as JSON.
    pub(crate) const fn of_zeek(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Bool => "bool",
            Self::Count => "count",
            Self::Port => "port",
            Self::Address => "addr",
            Self::Enum => "enum",
            Self::Text | Self::Objects(_) => "string",
            Self::Texts => "vector[string]",
        }
    }
}

/// What stands in a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'v> {
    Time(Timestamp),
    Bool(bool),
    Count(u64),
    Address(IpAddr),
    /// Text of our own: nothing in it must be escaped.
    Plain(Cow<'v, str>),
    /// Text from the wire: any octets.
    Text(Cow<'v, [u8]>),
    Texts(Vec<Cow<'v, [u8]>>),
    Objects(Vec<Object<'v>>),
}

/// Members in the order of their declaration; those that are not known are left out.
pub(crate) type Object<'v> = Vec<(&'static str, Value<'v>)>;

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Plain(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Plain(Cow::Owned(text))
    }
}

impl<'v> From<&'v [u8]> for Value<'v> {
    fn from(text: &'v [u8]) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'v> From<Cow<'v, [u8]>> for Value<'v> {
    fn from(text: Cow<'v, [u8]>) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value<'_> {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        Self::Time(at)
    }
}

impl From<IpAddr> for Value<'_> {
    fn from(address: IpAddr) -> Self {
        Self::Address(address)
    }
}
