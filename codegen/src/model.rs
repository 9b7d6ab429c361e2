//! What a spec means: every name looked up, every number checked. The emitters read nothing else.

mod order;

pub(crate) use self::order::{Anywhere, Label, Order, Run, State, Step, Variation, What};
use crate::diagnostics::Span;
use crate::syntax::Docs;
pub(crate) use crate::syntax::{Operator, Sender, TypeShape, Width};

/// A whole spec, free of mistakes.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) docs: Docs,
    /// All declared types, as the spec calls them.
    pub(crate) type_names: Vec<TypeName>,
    pub(crate) types: Vec<WireType>,
    pub(crate) limits: Vec<Limit>,
    pub(crate) numbers: Vec<Number>,
    pub(crate) anomalies: Vec<Anomaly>,
    pub(crate) words: Vec<Words>,
    pub(crate) tables: Vec<Table>,
    pub(crate) records: Vec<Record>,
    pub(crate) events: Vec<Record>,
    pub(crate) groups: Vec<Structure>,
    pub(crate) frames: Vec<Structure>,
    pub(crate) sealings: Vec<Sealing>,
    pub(crate) lines: Vec<Line>,
    pub(crate) keyed: Vec<Keyed>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) exchange_numbers: Option<ExchangeNumbers>,
    /// Those over layers first, then those of exchanges.
    pub(crate) orders: Vec<Order>,
}

/// A declared type, whether it becomes a Rust type or is another name of one.
#[derive(Debug)]
pub(crate) struct TypeName {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    pub(crate) shape: TypeShape,
}

/// A declared type that becomes a Rust type.
#[derive(Debug)]
pub(crate) struct WireType {
    pub(crate) docs: Docs,
    pub(crate) rust_name: String,
    pub(crate) shape: TypeShape,
}

#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    pub(crate) value: u64,
    /// Index of the anomaly.
    pub(crate) raises: Option<usize>,
    /// Whether handwritten code holds to it.
    pub(crate) by_hand: bool,
}

#[derive(Debug)]
pub(crate) struct Anomaly {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    /// Whether handwritten code raises it.
    pub(crate) by_hand: bool,
}

/// Words that the protocol gives a meaning.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    pub(crate) words: Vec<String>,
}

/// A number that handwritten code reckons with.
#[derive(Debug)]
pub(crate) struct Number {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    pub(crate) value: u64,
}

/// Names with what is known of each.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    /// Whether they are those of algorithms.
    pub(crate) algorithms: bool,
    pub(crate) columns: Vec<Column>,
    /// One a name.
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    pub(crate) kind: ColumnKind,
    /// Whether it may be without a value.
    pub(crate) optional: bool,
}

#[derive(Debug)]
pub(crate) enum ColumnKind {
    Text,
    Count,
    Flag,
    Sealing,
    Exchange,
    /// These words.
    OneOf(Vec<String>),
}

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) docs: Docs,
    /// A name, or a pattern of names.
    pub(crate) name: String,
    /// One a column.
    pub(crate) cells: Vec<Option<Cell>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Text(String),
    Count(u64),
    Flag(bool),
    /// Of a sealing, an exchange or a word.
    Index(usize),
}

/// An event or a record.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    pub(crate) line: usize,
    /// Whether handwritten code raises it.
    pub(crate) by_hand: bool,
    pub(crate) parameters: Vec<Parameter>,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) kind: Kind,
    /// Left out where all that it holds is empty.
    pub(crate) optional: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bytes,
    Text,
    Boolean,
    Count,
    Names,
    FromOriginator,
    FromServer,
    /// Index of the record.
    Record(usize),
}

/// Fields in a row: a message's body, a group, a frame, a variant.
#[derive(Debug)]
pub(crate) struct Structure {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    pub(crate) shape: Shape,
    /// Its type as the spec calls it.
    pub(crate) type_name: String,
    /// The only value that it may have; it is then no field of the Rust type.
    pub(crate) constant: Option<Constant>,
    /// Inclusive.
    pub(crate) range: Option<(u64, u64)>,
    /// Index of the limit that is the range's upper end.
    pub(crate) range_limit: Option<usize>,
    /// Index of the flag field that says whether this one is there.
    pub(crate) present_if: Option<usize>,
    /// Index of the list of words that its octets are one of.
    pub(crate) words: Option<usize>,
    /// Index of the limit on the number of names.
    pub(crate) at_most: Option<usize>,
    /// Index of the limit on its octets, those of a count in front aside.
    pub(crate) at_most_octets: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) enum Constant {
    Text(String),
    Number(u64),
    Flag(bool),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Integer(Width),
    Flag,
    /// That many octets.
    Fixed(usize),
    /// Index of the type.
    Wire(usize),
    /// As many octets as earlier fields say.
    Sized(Size),
    /// All that is left.
    Rest,
    /// A group as often as an earlier field says: indices of group and field.
    Repeated {
        group: usize,
        count: usize,
    },
}

/// Arithmetic over numbers and earlier integer fields, by index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Number(u64),
    Field(usize),
    Binary { left: Box<Size>, operator: Operator, right: Box<Size> },
}

impl Size {
    /// Indices of the fields that it is made from.
    pub(crate) fn fields(&self) -> Vec<usize> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Field(index) => vec![*index],
            Self::Binary { left, right, .. } => [left.fields(), right.fields()].concat(),
        }
    }
}

/// How a frame is laid out once it is encrypted.
#[derive(Debug)]
pub(crate) struct Sealing {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    /// Index of the frame.
    pub(crate) frame: usize,
    /// Octets in front of those that are aligned.
    pub(crate) lead: u64,
    /// Octets that are aligned, beside payload and padding.
    pub(crate) fixed: u64,
    /// Octets in front that are not encrypted.
    pub(crate) clear: u64,
    /// Index of the frame's field from which on it is aligned.
    pub(crate) aligned_from: usize,
    /// Index of the last field that is not encrypted.
    pub(crate) clear_to: Option<usize>,
    pub(crate) block: Block,
    /// Octets of padding, inclusive.
    pub(crate) padding: (u64, u64),
    /// Octets of the smallest frame.
    pub(crate) smallest: u64,
    /// Octets behind the frame; `None` where the algorithm in use says how many.
    pub(crate) tag: Option<u64>,
}

/// What a sealed frame is aligned to, in octets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Block {
    Fixed(u64),
    /// As the algorithm in use says, but no less.
    AtLeast(u64),
}

#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    pub(crate) source_line: usize,
    pub(crate) parts: Vec<LinePart>,
    pub(crate) raises: Vec<Raise>,
}

#[derive(Debug)]
pub(crate) enum LinePart {
    Literal(String),
    Field { docs: Docs, name: String, until: Option<String> },
}

#[derive(Debug)]
pub(crate) struct Keyed {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    /// Of the count of the string in front.
    pub(crate) width: Width,
    pub(crate) variants: Vec<Variant>,
}

#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) tag: String,
    pub(crate) structure: Structure,
    /// Index of the variant whose fields this one holds too.
    pub(crate) certifies: Option<usize>,
}

#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    pub(crate) sealed: bool,
    /// The message numbers that are its own, inclusive.
    pub(crate) numbers: Option<(u8, u8)>,
    pub(crate) messages: Vec<Message>,
}

/// The message numbers to which exchanges give a meaning.
#[derive(Debug)]
pub(crate) struct ExchangeNumbers {
    pub(crate) docs: Docs,
    /// The lowest and the highest.
    pub(crate) range: (u8, u8),
}

#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) docs: Docs,
    pub(crate) name: String,
    pub(crate) methods: Vec<String>,
    pub(crate) messages: Vec<Message>,
}

#[derive(Debug)]
pub(crate) struct Message {
    /// Where its name stands.
    pub(crate) span: Span,
    pub(crate) number: u8,
    pub(crate) sender: Sender,
    pub(crate) structure: Structure,
    /// Whether handwritten code tells it apart from others of its number.
    pub(crate) by_hand: bool,
    pub(crate) raises: Vec<Raise>,
}

/// An event that a message raises, with a source for each of its parameters, in their order.
#[derive(Debug)]
pub(crate) struct Raise {
    pub(crate) event: usize,
    pub(crate) arguments: Vec<Source>,
}

#[derive(Debug)]
pub(crate) enum Source {
    /// Index of the field, or of the line's part.
    Field(usize),
    Record {
        record: usize,
        arguments: Vec<Source>,
    },
    FromOriginator,
    FromServer,
}
