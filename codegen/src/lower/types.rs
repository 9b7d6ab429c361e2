//! Declared types: which of them become Rust types, and which are other names.

use super::Lowering;
use crate::case::camel;
use crate::model::{Shape, TypeName, TypeShape, Width, WireType};
use crate::syntax as tree;

impl Lowering<'_> {
    pub(super) fn wire_types(&mut self, items: Vec<tree::TypeItem>) {
        for item in items {
            let (docs, name) = (item.docs.clone(), item.name.text.clone());
            self.model.type_names.push(TypeName { docs, name, shape: item.shape });
            let shape = match item.shape {
                TypeShape::Integer(width) => Shape::Integer(width),
                TypeShape::Flag => Shape::Flag,
                shape => {
                    let rust_name = item.rust_name.map_or_else(|| camel(&item.name.text), |name| name.text);
                    self.model.types.push(WireType { docs: item.docs, rust_name, shape });
                    Shape::Wire(self.model.types.len() - 1)
                }
            };
            self.types.insert(item.name.text, shape);
        }
    }
}

impl Width {
    /// How many octets it takes.
    pub(crate) const fn octets(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 => 2,
            Self::U32 => 4,
            Self::U64 => 8,
        }
    }

    /// The largest value that fits.
    pub(crate) const fn largest(self) -> u64 {
        match self {
            Self::U8 => u8::MAX as u64,
            Self::U16 => u16::MAX as u64,
            Self::U32 => u32::MAX as u64,
            Self::U64 => u64::MAX,
        }
    }
}
