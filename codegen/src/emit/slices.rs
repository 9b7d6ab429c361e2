//! The second back end: fields in a row, read from plain slices.
//!
//! It gives the structs that `binrw` reads and writes, and refuses what `binrw` refuses, in the same words. What a field
//! looks like is decided twice, here and in `structures`; that the two agree on any octets is tested.

use proc_macro2::TokenStream;
use quote::quote;

use super::structures::{borrows, counted, size_of};
use super::types::integer;
use super::{Context, ident, number};
use crate::model::{Constant, Field, Shape, Structure, Width};

/// The method that reads a structure from where `slices` stands.
pub(super) fn reader(cx: &Context<'_>, structure: &Structure) -> TokenStream {
    let lives = if borrows(cx, structure) { quote!('p) } else { quote!('_) };
    let slices = if structure.fields.is_empty() { quote!(_) } else { quote!(slices) };
    let reads = structure.fields.iter().map(|item| field(cx, structure, item));
    let names = structure.fields.iter().filter(|field| field.constant.is_none());
    let names = names.map(|field| ident(&field.name));
    quote! {
        #[inline(always)]
        fn read_slices(#slices: &mut Slices<#lives>) -> Result<Self, Refusal> {
            #(#reads)*
            Ok(Self { #(#names,)* })
        }
    }
}

fn field(cx: &Context<'_>, structure: &Structure, field: &Field) -> TokenStream {
    let name = ident(&field.name);
    if let Some(constant) = &field.constant {
        return self::constant(cx, field, constant);
    }
    let value = match &field.shape {
        Shape::Integer(width) => read_integer(*width),
        Shape::Flag => quote!(slices.array::<1>()? != &[0]),
        Shape::Fixed(_) => quote!(*slices.array()?),
        Shape::Wire(index) => {
            let name = ident(&cx.model.types[*index].rust_name);
            quote!(#name::read_slices(slices)?)
        }
        Shape::Sized(size) => {
            let size = size_of(structure, size);
            quote!(slices.sized(#size)?)
        }
        Shape::Rest => quote!(slices.rest()),
        Shape::Repeated { count, .. } => {
            let count = ident(&structure.fields[*count].name);
            quote!(slices.repeated(u64::from(#count))?)
        }
    };
    let value = match field.present_if {
        Some(flag) => {
            let flag = ident(&structure.fields[flag].name);
            quote!(if #flag { Some(#value) } else { None })
        }
        None => value,
    };
    let range = field.range.map(|(low, high)| {
        let (low, high) = (number(low), number(high));
        quote! {
            if !(#low..).contains(&#name) {
                return Err(Refusal { offset: place, kind: ParseErrorKind::TooSmall });
            }
            if !(..=#high).contains(&#name) {
                return Err(Refusal { offset: place, kind: ParseErrorKind::TooLarge });
            }
        }
    });
    let place = range.is_some().then(|| quote!(let place = slices.place();));
    quote!(#place let #name = #value; #range)
}

fn read_integer(width: Width) -> TokenStream {
    let integer = integer(width);
    quote!(#integer::from_be_bytes(*slices.array()?))
}

/// A field that has one value. Its name stays in scope: a later one may depend on it.
fn constant(cx: &Context<'_>, field: &Field, constant: &Constant) -> TokenStream {
    let name = ident(&field.name);
    let (value, differs) = match (constant, &field.shape) {
        (Constant::Text(text), Shape::Wire(index)) => {
            let octets = counted(cx.model.types[*index].shape, text);
            let octets = syn::LitByteStr::new(&octets, proc_macro2::Span::call_site());
            (quote!(slices.array()?), quote!(#name != #octets))
        }
        (Constant::Number(value), Shape::Integer(width)) => {
            let value = number(*value);
            (read_integer(*width), quote!(#name != #value))
        }
        // Any octet but zero is true.
        (Constant::Flag(true), _) => (read_integer(Width::U8), quote!(#name == 0)),
        _ => (read_integer(Width::U8), quote!(#name != 0)),
    };
    quote! {
        let place = slices.place();
        let #name = #value;
        if #differs {
            return Err(Refusal { offset: place, kind: ParseErrorKind::Mismatch });
        }
    }
}
