//! What a spec declares, as plain data: messages with their numbers, senders and fields.
//!
//! It is what the emitters read, with every name looked up, but open to others. Fields that depend on earlier ones say
//! so by index into the same list of fields.

use std::ops::RangeInclusive;

use crate::model;

/// What a spec declares that has fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Description {
    /// Layers, whose message numbers always mean the same.
    pub layers: Vec<Layer>,
    /// Exchanges, whose message numbers mean what the method says.
    pub exchanges: Vec<Exchange>,
    /// Structures told apart by the string in front.
    pub keyed: Vec<Keyed>,
    /// What wraps messages.
    pub frames: Vec<Structure>,
    /// Tables of algorithms, and lists of words: names that mean something.
    pub names: Vec<Names>,
    /// The texts that lines hold beside their fields.
    pub line_texts: Vec<String>,
}

/// Names that mean something.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Names {
    /// What the table or list is called in the spec.
    pub name: String,
    /// Its names, and patterns of names.
    pub names: Vec<String>,
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layer {
    /// Its name in the spec.
    pub name: String,
    /// Whether it is encrypted on the wire; then messages may share number and sender, and constants tell them apart.
    pub sealed: bool,
    /// Its messages, in the order of the spec.
    pub messages: Vec<Message>,
}

/// An exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exchange {
    /// Its name in the spec.
    pub name: String,
    /// The method patterns that select it.
    pub methods: Vec<String>,
    /// Its messages, in the order of the spec.
    pub messages: Vec<Message>,
}

/// A family of structures, each behind the string that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Keyed {
    /// Its name in the spec.
    pub name: String,
    /// Octets of the count in front of that string.
    pub width: usize,
    /// The string in front, and what follows it.
    pub variants: Vec<(String, Structure)>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Its first octet.
    pub number: u8,
    /// Who may send it.
    pub sender: Sender,
    /// Name and fields.
    pub structure: Structure,
    /// Names of the events that it raises.
    pub events: Vec<String>,
}

/// Who may send a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The client alone.
    Client,
    /// The server alone.
    Server,
    /// Either end.
    Either,
}

/// Fields in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Structure {
    /// Its name in the spec.
    pub name: String,
    /// Line of the spec on which it is declared; the first is 1.
    pub line: usize,
    /// Its fields, in their order on the wire.
    pub fields: Vec<Field>,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Its name in the spec.
    pub name: String,
    /// What it looks like on the wire.
    pub shape: Shape,
    /// The only value that it may have.
    pub constant: Option<Constant>,
    /// The values that an integer may have.
    pub range: Option<RangeInclusive<u64>>,
    /// Index of the flag that says whether it is there.
    pub present_if: Option<usize>,
}

/// The value of a field that has one only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constant {
    /// Of counted octets.
    Text(String),
    /// Of an integer.
    Number(u64),
    /// Of a flag.
    Flag(bool),
}

/// What a field looks like on the wire. Widths are in octets; integers have their most significant octet first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// An unsigned integer of that width.
    Integer(usize),
    /// One octet; zero is false.
    Flag,
    /// That many octets.
    Fixed(usize),
    /// Octets behind a count of that width.
    Bytes(usize),
    /// Names separated by commas, behind a count of octets of that width.
    Names(usize),
    /// An integer of any size, behind a count of octets of that width.
    Integers(usize),
    /// An integer of any size, behind a count of bits of that width.
    BitCounted(usize),
    /// As many octets as earlier fields say.
    Sized(Size),
    /// All octets that are left.
    Rest,
    /// A group of fields, as often as an earlier field says.
    Repeated {
        /// The group's fields.
        fields: Vec<Field>,
        /// Index of the field that counts.
        count: usize,
    },
}

/// A size made from numbers and earlier fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Size {
    /// A number.
    Number(u64),
    /// The value of the field of that index.
    Field(usize),
    /// The sum of two.
    Sum(Box<Size>, Box<Size>),
    /// What is left of the first without the second.
    Difference(Box<Size>, Box<Size>),
    /// The remainder of the first by the second.
    Remainder(Box<Size>, Box<Size>),
}

pub(crate) fn of(model: &model::Model) -> Description {
    let describe = Describe { model };
    Description {
        layers: model
            .layers
            .iter()
            .map(|layer| Layer {
                name: layer.name.clone(),
                sealed: layer.sealed,
                messages: describe.messages(&layer.messages),
            })
            .collect(),
        exchanges: model
            .exchanges
            .iter()
            .map(|exchange| Exchange {
                name: exchange.name.clone(),
                methods: exchange.methods.clone(),
                messages: describe.messages(&exchange.messages),
            })
            .collect(),
        keyed: model
            .keyed
            .iter()
            .map(|keyed| Keyed {
                name: keyed.name.clone(),
                width: keyed.width.octets(),
                variants: keyed
                    .variants
                    .iter()
                    .map(|variant| (variant.tag.clone(), describe.structure(&variant.structure)))
                    .collect(),
            })
            .collect(),
        frames: model.frames.iter().map(|frame| describe.structure(frame)).collect(),
        names: names(model),
        line_texts: model
            .lines
            .iter()
            .flat_map(|line| &line.parts)
            .filter_map(|part| match part {
                model::LinePart::Literal(text) => Some(text.clone()),
                model::LinePart::Field { .. } => None,
            })
            .collect(),
    }
}

fn names(model: &model::Model) -> Vec<Names> {
    let tables = model.tables.iter().map(|table| Names {
        name: table.name.clone(),
        names: table.rows.iter().map(|row| row.name.clone()).collect(),
    });
    let words =
        model.words.iter().map(|words| Names { name: words.name.clone(), names: words.words.clone() });
    tables.chain(words).collect()
}

struct Describe<'m> {
    model: &'m model::Model,
}

impl Describe<'_> {
    fn messages(&self, messages: &[model::Message]) -> Vec<Message> {
        let message = |message: &model::Message| Message {
            number: message.number,
            sender: match message.sender {
                model::Sender::Client => Sender::Client,
                model::Sender::Server => Sender::Server,
                model::Sender::Either => Sender::Either,
            },
            structure: self.structure(&message.structure),
            events: message.raises.iter().map(|raise| self.model.events[raise.event].name.clone()).collect(),
        };
        messages.iter().map(message).collect()
    }

    fn structure(&self, structure: &model::Structure) -> Structure {
        Structure {
            name: structure.name.clone(),
            line: structure.line,
            fields: self.fields(&structure.fields),
        }
    }

    fn fields(&self, fields: &[model::Field]) -> Vec<Field> {
        let field = |field: &model::Field| Field {
            name: field.name.clone(),
            shape: self.shape(&field.shape),
            constant: field.constant.as_ref().map(|constant| match constant {
                model::Constant::Text(text) => Constant::Text(text.clone()),
                model::Constant::Number(number) => Constant::Number(*number),
                model::Constant::Flag(flag) => Constant::Flag(*flag),
            }),
            range: field.range.map(|(low, high)| low..=high),
            present_if: field.present_if,
        };
        fields.iter().map(field).collect()
    }

    fn shape(&self, shape: &model::Shape) -> Shape {
        match shape {
            model::Shape::Integer(width) => Shape::Integer(width.octets()),
            model::Shape::Flag => Shape::Flag,
            model::Shape::Fixed(octets) => Shape::Fixed(*octets),
            model::Shape::Wire(index) => match self.model.types[*index].shape {
                model::TypeShape::Integer(width) => Shape::Integer(width.octets()),
                model::TypeShape::Flag => Shape::Flag,
                model::TypeShape::Bytes(width) => Shape::Bytes(width.octets()),
                model::TypeShape::Names(width) => Shape::Names(width.octets()),
                model::TypeShape::Integers(width) => Shape::Integers(width.octets()),
                model::TypeShape::BitCounted(width) => Shape::BitCounted(width.octets()),
            },
            model::Shape::Sized(size) => Shape::Sized(size_of(size)),
            model::Shape::Rest => Shape::Rest,
            model::Shape::Repeated { group, count } => {
                Shape::Repeated { fields: self.fields(&self.model.groups[*group].fields), count: *count }
            }
        }
    }
}

fn size_of(size: &model::Size) -> Size {
    match size {
        model::Size::Number(number) => Size::Number(*number),
        model::Size::Field(index) => Size::Field(*index),
        model::Size::Binary { left, operator, right } => {
            let (left, right) = (Box::new(size_of(left)), Box::new(size_of(right)));
            match operator {
                model::Operator::Add => Size::Sum(left, right),
                model::Operator::Subtract => Size::Difference(left, right),
                model::Operator::Remainder => Size::Remainder(left, right),
            }
        }
    }
}
