//! What waits to be written of a column.
//!
//! Parquet keeps values in one place, and in two others how much of the way to each is there (its definition level) and at which
//! list on that way it goes on (its repetition level).

use std::io::Write;

use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::Result;
use parquet::file::writer::SerializedRowGroupWriter;

use crate::columns::{Kind, Object, Value};
use crate::escape;

/// A list that is unset, one that is empty, and one with something in it.
const NO_LIST: i16 = 0;
const EMPTY: i16 = 1;
const ELEMENT: i16 = 2;
/// A member of an element that is set.
const MEMBER: i16 = 3;

/// The values of a column in rows that wait.
pub(super) enum Waiting {
    Scalar(Leaf),
    List(Leaf),
    Objects(Vec<(&'static str, Leaf)>),
}

impl Waiting {
    pub(super) fn new(kind: Kind) -> Self {
        match kind {
            Kind::Texts => Self::List(Leaf::new(Kind::Text)),
            Kind::Objects(members) => {
                Self::Objects(members.iter().map(|(name, kind)| (*name, Leaf::new(*kind))).collect())
            }
            kind => Self::Scalar(Leaf::new(kind)),
        }
    }

    /// Adds what stands in the next row.
    pub(super) fn add(&mut self, value: Option<Value<'_>>) {
        match (self, value) {
            (Self::Scalar(leaf), None) => leaf.absent(0, 0),
            (Self::Scalar(leaf), Some(value)) => leaf.present(value, 1, 0),
            (Self::List(leaf), Some(Value::Texts(texts))) => {
                if texts.is_empty() {
                    leaf.absent(EMPTY, 0);
                }
                for (index, text) in texts.into_iter().enumerate() {
                    leaf.present(text.into(), ELEMENT, goes_on(index));
                }
            }
            (Self::List(leaf), _) => leaf.absent(NO_LIST, 0),
            (Self::Objects(leaves), Some(Value::Objects(objects))) => add_objects(leaves, objects),
            (Self::Objects(leaves), _) => leaves.iter_mut().for_each(|(_, leaf)| leaf.absent(NO_LIST, 0)),
        }
    }

    /// The octets of its texts.
    pub(super) fn octets(&self) -> usize {
        match self {
            Self::Scalar(leaf) | Self::List(leaf) => leaf.octets,
            Self::Objects(leaves) => {
                leaves.iter().map(|(_, leaf)| leaf.octets).fold(0, usize::saturating_add)
            }
        }
    }

    /// Writes all of it, as the next columns of a group.
    pub(super) fn write<W: Write + Send>(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<()> {
        match self {
            Self::Scalar(leaf) => leaf.write(group, false),
            Self::List(leaf) => leaf.write(group, true),
            Self::Objects(leaves) => leaves.iter_mut().try_for_each(|(_, leaf)| leaf.write(group, true)),
        }
    }
}

fn add_objects(leaves: &mut [(&'static str, Leaf)], objects: Vec<Object<'_>>) {
    if objects.is_empty() {
        return leaves.iter_mut().for_each(|(_, leaf)| leaf.absent(EMPTY, 0));
    }
    for (index, mut object) in objects.into_iter().enumerate() {
        for (name, leaf) in &mut *leaves {
            match object.iter().position(|(member, _)| member == name) {
                Some(place) => leaf.present(object.swap_remove(place).1, MEMBER, goes_on(index)),
                None => leaf.absent(ELEMENT, goes_on(index)),
            }
        }
    }
}

/// The repetition level of an element of a list that is in no other.
fn goes_on(index: usize) -> i16 {
    i16::from(index > 0)
}

/// Values of one type.
pub(super) struct Leaf {
    values: Values,
    definition: Vec<i16>,
    repetition: Vec<i16>,
    octets: usize,
}

enum Values {
    Bool(Vec<bool>),
    Count(Vec<i64>),
    Port(Vec<i32>),
    Text(Vec<ByteArray>),
}

impl Leaf {
    fn new(kind: Kind) -> Self {
        let values = match kind {
            Kind::Bool => Values::Bool(Vec::new()),
            Kind::Time | Kind::Count => Values::Count(Vec::new()),
            Kind::Port => Values::Port(Vec::new()),
            Kind::Address | Kind::Enum | Kind::Text | Kind::Texts | Kind::Objects(_) => {
                Values::Text(Vec::new())
            }
        };
        Self { values, definition: Vec::new(), repetition: Vec::new(), octets: 0 }
    }

    fn absent(&mut self, definition: i16, repetition: i16) {
        self.definition.push(definition);
        self.repetition.push(repetition);
    }

    fn present(&mut self, value: Value<'_>, definition: i16, repetition: i16) {
        match (&mut self.values, value) {
            (Values::Bool(values), Value::Bool(value)) => values.push(value),
            // Unsigned numbers are those of the same bits.
            (Values::Count(values), Value::Count(count)) => values.push(count.cast_signed()),
            (Values::Count(values), Value::Time(at)) => values.push(at.as_nanos().cast_signed()),
            (Values::Port(values), Value::Count(port)) => {
                values.push(i32::try_from(port).unwrap_or(i32::MAX))
            }
            (Values::Text(values), value) => {
                let text = text(value);
                self.octets = self.octets.saturating_add(text.len());
                values.push(ByteArray::from(text.into_bytes()));
            }
            // A value that is not of the type of its column: no column has one.
            _ => return self.absent(definition.saturating_sub(1), repetition),
        }
        self.definition.push(definition);
        self.repetition.push(repetition);
    }

    fn write<W: Write + Send>(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, W>,
        repeated: bool,
    ) -> Result<()> {
        if let Some(mut column) = group.next_column()? {
            let definition = Some(&self.definition[..]);
            let repetition = repeated.then_some(&self.repetition[..]);
            match &self.values {
                Values::Bool(values) => {
                    column.typed::<BoolType>().write_batch(values, definition, repetition)?;
                }
                Values::Count(values) => {
                    column.typed::<Int64Type>().write_batch(values, definition, repetition)?;
                }
                Values::Port(values) => {
                    column.typed::<Int32Type>().write_batch(values, definition, repetition)?;
                }
                Values::Text(values) => {
                    column.typed::<ByteArrayType>().write_batch(values, definition, repetition)?;
                }
            }
            column.close()?;
        }
        match &mut self.values {
            Values::Bool(values) => values.clear(),
            Values::Count(values) => values.clear(),
            Values::Port(values) => values.clear(),
            Values::Text(values) => values.clear(),
        }
        self.definition.clear();
        self.repetition.clear();
        self.octets = 0;
        Ok(())
    }
}

/// As JSON has it.
fn text(value: Value<'_>) -> String {
    match value {
        Value::Plain(text) => text.into_owned(),
        Value::Text(text) => escape::to_text(&text),
        Value::Address(address) => address.to_string(),
        Value::Time(at) => at.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Count(count) => count.to_string(),
        Value::Texts(_) | Value::Objects(_) => String::new(),
    }
}
