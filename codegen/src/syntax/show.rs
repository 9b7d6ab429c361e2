//! Types and sizes as the spec writes them.

use std::fmt;

use super::items::{Expression, FieldShape, Operator, TypeShape, Width};

impl fmt::Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::U8 => "uint8",
            Self::U16 => "uint16",
            Self::U32 => "uint32",
            Self::U64 => "uint64",
        })
    }
}

impl fmt::Display for TypeShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(width) => width.fmt(f),
            Self::Flag => f.write_str("flag[uint8]"),
            Self::Bytes(width) => write!(f, "bytes[{width}]"),
            Self::Names(width) => write!(f, "names[{width}]"),
            Self::Integers(width) => write!(f, "integer[{width}]"),
            Self::BitCounted(width) => write!(f, "integer[{width} bits]"),
        }
    }
}

impl fmt::Display for FieldShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(&name.text),
            Self::Sized(size) => write!(f, "bytes[{size}]"),
            Self::Rest | Self::Broken => f.write_str("rest"),
            Self::Repeated { group, count } => write!(f, "{}[{}]", group.text, count.text),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number, _) => number.fmt(f),
            Self::Field(name) => f.write_str(&name.text),
            Self::Binary { left, operator, right } => {
                let sign = match operator {
                    Operator::Add => '+',
                    Operator::Subtract => '-',
                    Operator::Remainder => '%',
                };
                write!(f, "{left} {sign} {right}")
            }
        }
    }
}
