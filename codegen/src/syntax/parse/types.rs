//! `type NAME [as RustName] = SHAPE;`

use syn::parse::ParseStream;
use syn::{Token, bracketed, token};

use super::super::items::{Docs, TypeItem, TypeShape, Width};
use super::tokens::{end, name, take_word, take_word_or, word};

pub(super) fn item(input: ParseStream<'_>, docs: Docs) -> syn::Result<TypeItem> {
    let name = name(input)?;
    let rust_name = take_word_or(input, "as", "=")?.then(|| self::name(input)).transpose()?;
    input.parse::<Token![=]>()?;
    let shape = if input.peek2(token::Bracket) {
        let constructor = word(input, "`flag`, `bytes`, `names` or `integer`")?;
        let inner;
        bracketed!(inner in input);
        let width = width(&inner)?;
        let shape = match constructor.to_string().as_str() {
            "flag" if width == Width::U8 => TypeShape::Flag,
            "bytes" => TypeShape::Bytes(width),
            "names" => TypeShape::Names(width),
            "integer" if take_word(&inner, "bits") => TypeShape::BitCounted(width),
            "integer" => TypeShape::Integers(width),
            _ => {
                let message = "expected `flag` of a `uint8`, or `bytes`, `names` or `integer` of any width";
                return Err(syn::Error::new(constructor.span(), message));
            }
        };
        end(&inner)?;
        shape
    } else {
        TypeShape::Integer(width(input)?)
    };
    input.parse::<Token![;]>()?;
    Ok(TypeItem { docs, name, rust_name, shape })
}

fn width(input: ParseStream<'_>) -> syn::Result<Width> {
    let ident = word(input, "`uint8`, `uint16`, `uint32` or `uint64`")?;
    Width::named(&ident.to_string())
        .ok_or_else(|| syn::Error::new(ident.span(), "expected `uint8`, `uint16`, `uint32` or `uint64`"))
}

impl Width {
    /// The built-in type of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "uint8" => Some(Self::U8),
            "uint16" => Some(Self::U16),
            "uint32" => Some(Self::U32),
            "uint64" => Some(Self::U64),
            _ => None,
        }
    }
}
