//! Fields in a row: a Rust struct that `binrw` reads and writes, and that `slices` reads too.

use proc_macro2::TokenStream;
use quote::quote;

use super::slices::reader;
use super::types::integer;
use super::{Context, ident, lifetime, number};
use crate::model::{Constant, Field, Operator, Shape, Size, Structure, TypeShape, Width};

pub(super) fn groups(cx: &Context<'_>) -> TokenStream {
    let groups = cx.model.groups.iter().map(|group| {
        let declaration = declare(cx, group);
        let name = ident(&group.name);
        let borrows = borrows(cx, group);
        let lifetime = lifetime(borrows);
        let read =
            if borrows { quote!(Self::read_be_args(reader, packet)) } else { quote!(Self::read_be(reader)) };
        let packet = if borrows { quote!(packet) } else { quote!(_) };
        quote! {
            #declaration

            impl<'p> Group<'p> for #name #lifetime {
                fn read_one<R: Read + Seek>(reader: &mut R, #packet: &'p [u8]) -> BinResult<Self> {
                    #read
                }

                fn read_slices_of_one(slices: &mut Slices<'p>) -> Result<Self, Refusal> {
                    Self::read_slices(slices)
                }
            }
        }
    });
    quote!(#(#groups)*)
}

/// Whether the struct borrows from the packet.
pub(super) fn borrows(_: &Context<'_>, structure: &Structure) -> bool {
    structure.fields.iter().any(|field| {
        let borrowed =
            matches!(field.shape, Shape::Wire(_) | Shape::Sized(_) | Shape::Rest | Shape::Repeated { .. });
        borrowed && field.constant.is_none()
    })
}

/// The Rust type of a field.
fn rust_type(cx: &Context<'_>, field: &Field) -> TokenStream {
    let rust = match &field.shape {
        Shape::Integer(width) => integer(*width),
        Shape::Flag => quote!(bool),
        Shape::Fixed(length) => {
            let length = number(*length as u64);
            quote!([u8; #length])
        }
        Shape::Wire(index) => {
            let name = ident(&cx.model.types[*index].rust_name);
            quote!(#name<'p>)
        }
        Shape::Sized(_) | Shape::Rest => quote!(&'p [u8]),
        Shape::Repeated { group, .. } => {
            let group = &cx.model.groups[*group];
            let name = ident(&group.name);
            let lifetime = lifetime(borrows(cx, group));
            quote!(Repeated<'p, #name #lifetime>)
        }
    };
    if field.present_if.is_some() { quote!(Option<#rust>) } else { rust }
}

/// The struct, with its readers and writers.
pub(super) fn declare(cx: &Context<'_>, structure: &Structure) -> TokenStream {
    let docs = cx.docs(&structure.docs, Some(structure.line));
    let name = ident(&structure.name);
    let text = &structure.name;
    let lifetime = lifetime(borrows(cx, structure));
    let fields = structure.fields.iter().map(|item| field(cx, structure, item));
    let read_slices = reader(cx, structure);
    let (import, octets, read) = if borrows(cx, structure) {
        let import = quote!(#[br(import_raw(packet: &'p [u8]))]);
        (import, quote!(&'p [u8]), quote!(|reader| Self::read_be_args(reader, octets)))
    } else {
        (TokenStream::new(), quote!(&[u8]), quote!(Self::read_be))
    };
    quote! {
        #docs
        #[binrw::binrw]
        #[brw(big)]
        #import
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct #name #lifetime { #(#fields,)* }

        impl #lifetime #name #lifetime {
            /// Reads it from the start of `octets`.
            ///
            /// # Errors
            ///
            /// Where the octets do not hold the fields.
            pub fn read_from(octets: #octets) -> Result<Parsed<Self>, ParseError> {
                parse_slices(#text, octets, Self::read_slices)
            }

            /// Does what `read_from` does, through `binrw`: slower, and the same.
            ///
            /// # Errors
            ///
            /// Where the octets do not hold the fields.
            pub fn read_with_binrw(octets: #octets) -> Result<Parsed<Self>, ParseError> {
                parse(#text, octets, #read)
            }

            #read_slices

            /// Writes it.
            ///
            /// # Errors
            ///
            /// Where a field is longer than its count can say.
            pub fn to_octets(&self) -> BinResult<Vec<u8>> {
                append(self, Vec::new())
            }
        }
    }
}

fn field(cx: &Context<'_>, structure: &Structure, field: &Field) -> TokenStream {
    let docs = cx.docs_or(&field.docs, &format!("Field `{}`.", field.name));
    let name = ident(&field.name);
    let rust_type = rust_type(cx, field);
    let (mut read, write) = match &field.shape {
        Shape::Integer(_) | Shape::Fixed(_) => (vec![], vec![]),
        Shape::Flag => {
            (vec![quote!(map = |octet: u8| octet != 0)], vec![quote!(map = |flag: &bool| u8::from(*flag))])
        }
        Shape::Wire(_) => (vec![quote!(args_raw = packet)], vec![]),
        Shape::Sized(size) => {
            let size = size_of(structure, size);
            (
                vec![quote!(parse_with = take_sized), quote!(args(packet, #size))],
                vec![quote!(write_with = put)],
            )
        }
        Shape::Rest => {
            (vec![quote!(parse_with = take_rest), quote!(args_raw = packet)], vec![quote!(write_with = put)])
        }
        Shape::Repeated { count, .. } => {
            let count = ident(&structure.fields[*count].name);
            (vec![quote!(args_raw = (packet, u64::from(#count)))], vec![])
        }
    };
    if let Some((low, high)) = field.range {
        let (low, high) = (number(low), number(high));
        read.extend([quote!(parse_with = read_within), quote!(args_raw = (#low, #high))]);
    }
    if let Some(flag) = field.present_if {
        let flag = ident(&structure.fields[flag].name);
        read.insert(0, quote!(if(#flag)));
    }
    if let Some(constant) = &field.constant {
        return self::constant(cx, field, constant);
    }
    let read = (!read.is_empty()).then(|| quote!(#[br(#(#read),*)]));
    let write = (!write.is_empty()).then(|| quote!(#[bw(#(#write),*)]));
    quote!(#docs #read #write pub #name: #rust_type)
}

/// A field that has one value: read, compared and dropped; written anew.
fn constant(cx: &Context<'_>, field: &Field, constant: &Constant) -> TokenStream {
    let name = ident(&field.name);
    let (rust_type, value, read) = match (constant, &field.shape) {
        (Constant::Text(text), Shape::Wire(index)) => {
            // The count is as constant as the text behind it.
            let octets = counted(cx.model.types[*index].shape, text);
            let length = number(octets.len() as u64);
            let octets = syn::LitByteStr::new(&octets, proc_macro2::Span::call_site());
            let read = quote!(parse_with = read_constant, args_raw = *#octets);
            (quote!([u8; #length]), quote!(*#octets), read)
        }
        (Constant::Number(value), Shape::Integer(width)) => {
            let value = number(*value);
            (integer(*width), quote!(#value), quote!(parse_with = read_constant, args_raw = #value))
        }
        (Constant::Flag(true), _) => (quote!(u8), quote!(1), quote!(parse_with = read_flag, args_raw = true)),
        _ => (quote!(u8), quote!(0), quote!(parse_with = read_flag, args_raw = false)),
    };
    quote! {
        #[br(temp, #read)]
        #[bw(calc = #value)]
        #name: #rust_type
    }
}

/// A text behind its count of octets.
pub(super) fn counted(shape: TypeShape, text: &str) -> Vec<u8> {
    let width = match shape {
        TypeShape::Bytes(width) => width,
        _ => Width::U32,
    };
    let count = (text.len() as u64).to_be_bytes();
    count.iter().skip(count.len() - width.octets()).copied().chain(text.bytes()).collect()
}

/// The size as an expression over earlier fields, in `i64`: what it holds are integers of 32 bits at most, so nothing
/// overflows.
pub(super) fn size_of(structure: &Structure, size: &Size) -> TokenStream {
    match size {
        Size::Number(value) => {
            let value = number(*value);
            quote!(#value)
        }
        Size::Field(index) => {
            let name = ident(&structure.fields[*index].name);
            quote!(i64::from(#name))
        }
        Size::Binary { left, operator, right } => {
            let (left, right) = (size_of(structure, left), size_of(structure, right));
            match operator {
                Operator::Add => quote!(#left + #right),
                Operator::Subtract => quote!(#left - #right),
                Operator::Remainder => quote!(#left % #right),
            }
        }
    }
}
