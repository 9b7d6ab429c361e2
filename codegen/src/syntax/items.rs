//! The tree: what each declaration holds, as written.

mod orders;

use std::collections::BTreeSet;

pub(crate) use self::orders::*;
use crate::diagnostics::Span;

/// A name, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// The lines of a `///` comment, one string a line.
pub(crate) type Docs = Vec<String>;

/// A whole spec.
#[derive(Debug, Default)]
pub(crate) struct Spec {
    pub(crate) docs: Docs,
    pub(crate) types: Vec<TypeItem>,
    pub(crate) limits: Vec<LimitItem>,
    pub(crate) numbers: Vec<NumberItem>,
    pub(crate) anomalies: Vec<AnomalyItem>,
    pub(crate) words: Vec<WordsItem>,
    pub(crate) tables: Vec<TableItem>,
    pub(crate) records: Vec<RecordItem>,
    pub(crate) events: Vec<RecordItem>,
    pub(crate) groups: Vec<GroupItem>,
    pub(crate) lines: Vec<LineItem>,
    pub(crate) frames: Vec<GroupItem>,
    pub(crate) sealings: Vec<SealingItem>,
    pub(crate) keyed: Vec<KeyedItem>,
    pub(crate) layers: Vec<LayerItem>,
    pub(crate) exchanges: Vec<ExchangeItem>,
    pub(crate) exchange_numbers: Vec<ExchangeNumbersItem>,
    pub(crate) orders: Vec<OrderItem>,
    /// Names of declarations that did not parse: they are not missing.
    pub(crate) broken: BTreeSet<String>,
}

/// An unsigned integer, most significant octet first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    U8,
    U16,
    U32,
    U64,
}

/// `type NAME as RustName = SHAPE;`
#[derive(Debug)]
pub(crate) struct TypeItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) rust_name: Option<Name>,
    pub(crate) shape: TypeShape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeShape {
    /// `uint32`: another name of it.
    Integer(Width),
    /// `flag[uint8]`: zero or not.
    Flag,
    /// `bytes[uint32]`: octets behind their count.
    Bytes(Width),
    /// `names[uint32]`: names separated by commas, behind the count of octets.
    Names(Width),
    /// `integer[uint32]`: an integer of any size, behind its count of octets.
    Integers(Width),
    /// `integer[uint16 bits]`: an integer of any size, behind its count of bits.
    BitCounted(Width),
}

/// `limit NAME = N raises ANOMALY by hand;`
#[derive(Debug)]
pub(crate) struct LimitItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) value: u64,
    pub(crate) raises: Option<Name>,
    pub(crate) by_hand: bool,
}

/// `anomaly NAME by hand;`
#[derive(Debug)]
pub(crate) struct AnomalyItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) by_hand: bool,
}

/// `words NAME = "word", ...;`
#[derive(Debug)]
pub(crate) struct WordsItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) words: Vec<(String, Span)>,
}

/// `number NAME = N;`
#[derive(Debug)]
pub(crate) struct NumberItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) value: u64,
}

/// `algorithms NAME { columns, rows }`, `table NAME { columns, rows }`
#[derive(Debug)]
pub(crate) struct TableItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    /// Whether its names are those of algorithms.
    pub(crate) algorithms: bool,
    pub(crate) columns: Vec<ColumnItem>,
    pub(crate) rows: Vec<RowItem>,
}

/// `column NAME: [optional] KIND [= VALUE];`
#[derive(Debug)]
pub(crate) struct ColumnItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) kind: ColumnKindItem,
    pub(crate) optional: bool,
    pub(crate) default: Option<CellItem>,
}

#[derive(Debug)]
pub(crate) enum ColumnKindItem {
    /// `text`
    Text,
    /// `count`
    Count,
    /// `boolean`
    Flag,
    /// `sealing`
    Sealing,
    /// `exchange`
    Exchange,
    /// `one | another`
    OneOf(Vec<Name>),
}

/// `"name", "name" { column: VALUE, ... }`
#[derive(Debug)]
pub(crate) struct RowItem {
    pub(crate) docs: Docs,
    pub(crate) names: Vec<(String, Span)>,
    pub(crate) cells: Vec<(Name, CellItem)>,
}

#[derive(Clone, Debug)]
pub(crate) enum CellItem {
    Constant(Constant),
    Word(Name),
}

/// `record NAME { ... }` and `event NAME by hand { ... }`.
#[derive(Debug)]
pub(crate) struct RecordItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    /// Whether handwritten code raises it.
    pub(crate) by_hand: bool,
    pub(crate) parameters: Vec<ParameterItem>,
}

#[derive(Debug)]
pub(crate) struct ParameterItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) kind: Name,
    pub(crate) optional: bool,
}

/// `group NAME { ... }` and `frame NAME { ... }`.
#[derive(Debug)]
pub(crate) struct GroupItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) fields: Vec<FieldItem>,
}

/// `name: TYPE [= CONSTANT] [of WORDS] [in LOW..=HIGH] [if FLAG] [at most LIMIT] [at most LIMIT octets]`
#[derive(Debug)]
pub(crate) struct FieldItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) shape: FieldShape,
    pub(crate) constant: Option<Constant>,
    pub(crate) range: Option<(u64, Bound, Span)>,
    pub(crate) present_if: Option<Name>,
    /// `of WORDS`
    pub(crate) words: Option<Name>,
    /// `at most LIMIT`
    pub(crate) at_most: Option<Name>,
    /// `at most LIMIT octets`
    pub(crate) at_most_octets: Option<Name>,
}

#[derive(Debug)]
pub(crate) enum FieldShape {
    /// A declared or built-in type.
    Named(Name),
    /// `bytes[EXPRESSION]`
    Sized(Expression),
    /// `rest`: all that is left.
    Rest,
    /// `Group[count]`
    Repeated { group: Name, count: Name },
    /// A field that did not parse; that has been reported.
    Broken,
}

/// The upper end of a range.
#[derive(Debug)]
pub(crate) enum Bound {
    Number(u64),
    Limit(Name),
}

#[derive(Clone, Debug)]
pub(crate) enum Constant {
    Text(String, Span),
    Number(u64, Span),
    Flag(bool, Span),
}

/// Arithmetic over numbers and earlier fields.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    Number(u64, Span),
    Field(Name),
    Binary { left: Box<Expression>, operator: Operator, right: Box<Expression> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Remainder,
}

/// `sealing NAME of FRAME { rules }`
#[derive(Debug)]
pub(crate) struct SealingItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) frame: Name,
    /// `payload FIELD;`
    pub(crate) payload: Name,
    /// `padding FIELD in LOW..=HIGH;`
    pub(crate) padding: (Name, (u64, u64), Span),
    /// `align FIELD to BLOCK;`
    pub(crate) align: (Name, BlockItem),
    /// `smallest N;`
    pub(crate) smallest: Option<(u64, Span)>,
    /// `clear FIELD;`
    pub(crate) clear: Option<Name>,
    /// `tag N;`
    pub(crate) tag: Option<(u64, Span)>,
}

/// What a sealed packet is aligned to.
#[derive(Clone, Debug)]
pub(crate) enum BlockItem {
    /// `N`
    Fixed(u64, Span),
    /// `block at least N`: as the cipher says.
    AtLeast(u64, Span),
}

/// `line NAME { "literal", field until "x", ... } -> EVENTS;`
#[derive(Debug)]
pub(crate) struct LineItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) parts: Vec<LinePart>,
    pub(crate) raises: Vec<RaiseItem>,
}

#[derive(Debug)]
pub(crate) enum LinePart {
    Literal(String),
    Field { docs: Docs, name: Name, until: Option<(String, Span)> },
}

/// `keyed NAME { "tag" Variant [certifies Other] { ... } }`
#[derive(Debug)]
pub(crate) struct KeyedItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    /// The type of the string in front.
    pub(crate) tag: Name,
    pub(crate) variants: Vec<VariantItem>,
}

#[derive(Debug)]
pub(crate) struct VariantItem {
    pub(crate) docs: Docs,
    pub(crate) tag: (String, Span),
    pub(crate) name: Name,
    pub(crate) certifies: Option<Name>,
    pub(crate) fields: Vec<FieldItem>,
}

/// `layer NAME [sealed] [in LOW..=HIGH] { messages }`
#[derive(Debug)]
pub(crate) struct LayerItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) sealed: bool,
    /// The numbers that are its own.
    pub(crate) numbers: Option<NumbersItem>,
    pub(crate) messages: Vec<MessageItem>,
}

/// `in LOW..=HIGH`, of message numbers.
#[derive(Clone, Debug)]
pub(crate) struct NumbersItem {
    pub(crate) low: u64,
    pub(crate) high: u64,
    pub(crate) span: Span,
}

/// `exchanges in LOW..=HIGH;`: the numbers to which exchanges give a meaning.
#[derive(Debug)]
pub(crate) struct ExchangeNumbersItem {
    pub(crate) docs: Docs,
    pub(crate) numbers: NumbersItem,
}

/// `exchange NAME { method ...; messages order { ... } }`
#[derive(Debug)]
pub(crate) struct ExchangeItem {
    pub(crate) docs: Docs,
    pub(crate) name: Name,
    pub(crate) methods: Vec<(String, Span)>,
    pub(crate) order: Option<OrderItem>,
    pub(crate) messages: Vec<MessageItem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    Client,
    Server,
    Either,
}

/// `NUMBER SENDER Name by hand { fields } -> EVENTS;`
#[derive(Debug)]
pub(crate) struct MessageItem {
    pub(crate) docs: Docs,
    pub(crate) number: (u64, Span),
    /// `None` where it did not parse; that has been reported.
    pub(crate) sender: Option<Sender>,
    pub(crate) name: Name,
    /// Whether handwritten code tells it apart from others of its number.
    pub(crate) by_hand: bool,
    pub(crate) fields: Vec<FieldItem>,
    pub(crate) raises: Vec<RaiseItem>,
}

/// `event(parameter: source, ...)`
#[derive(Debug)]
pub(crate) struct RaiseItem {
    pub(crate) event: Name,
    pub(crate) arguments: Vec<ArgumentItem>,
}

#[derive(Debug)]
pub(crate) struct ArgumentItem {
    pub(crate) parameter: Name,
    pub(crate) source: SourceItem,
}

#[derive(Debug)]
pub(crate) enum SourceItem {
    /// A field of the message.
    Field(Name),
    /// `Record { parameter: source, ... }`
    Record { record: Name, arguments: Vec<ArgumentItem> },
}
