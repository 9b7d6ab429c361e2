//! What wraps a message, and how long it is.

use proc_macro2::TokenStream;
use quote::quote;

use super::structures::{borrows, declare, size_of};
use super::{Context, ident, number};
use crate::model::{Field, Shape, Structure, Width};

pub(super) fn emit(cx: &Context<'_>) -> TokenStream {
    cx.model.frames.iter().map(|frame| one(cx, frame)).collect()
}

/// Octets of a field whose size does not depend on what was sent.
fn fixed(shape: &Shape) -> Option<u64> {
    match shape {
        Shape::Integer(Width::U8) | Shape::Flag => Some(1),
        Shape::Integer(Width::U16) => Some(2),
        Shape::Integer(Width::U32) => Some(4),
        Shape::Integer(Width::U64) => Some(8),
        Shape::Fixed(octets) => Some(*octets as u64),
        _ => None,
    }
}

/// Whether a field decides the size of another.
fn measures(frame: &Structure, index: usize) -> bool {
    frame
        .fields
        .iter()
        .any(|field| matches!(&field.shape, Shape::Sized(size) if size.fields().contains(&index)))
}

fn one(cx: &Context<'_>, frame: &Structure) -> TokenStream {
    let declaration = declare(cx, frame);
    let name = ident(&frame.name);
    let text = &frame.name;
    // The integers at the front, at fixed offsets, say how long the rest is.
    let mut offset = 0;
    let mut head = 0;
    let mut reads = Vec::new();
    for (index, field) in frame.fields.iter().enumerate() {
        let Shape::Integer(width) = &field.shape else { break };
        let Some(octets) = fixed(&field.shape) else { break };
        if *width == Width::U64 {
            break;
        }
        let start = offset;
        offset += octets;
        if field.range.is_none() && !measures(frame, index) {
            continue;
        }
        head = offset;
        let integer = super::types::integer(*width);
        let (field_name, start, length) = (ident(&field.name), number(start), number(octets));
        let in_range = field.range.map(|(low, high)| {
            let (low, high) = (number(low), number(high));
            quote! {
                if #field_name < #low {
                    return Err(ParseError { structure: #text, offset: #start, kind: ParseErrorKind::TooSmall });
                }
                if #field_name > #high {
                    return Err(ParseError { structure: #text, offset: #start, kind: ParseErrorKind::TooLarge });
                }
            }
        });
        let read = quote! {
            let Some(octets) = head.get(#start..).and_then(|octets| octets.first_chunk::<#length>()) else {
                return Ok(None);
            };
            let #field_name = #integer::from_be_bytes(*octets);
            #in_range
        };
        reads.push((index, read));
    }
    let parts_told = parts_told(frame, &reads);
    let reads: Vec<_> = reads.iter().map(|(_, read)| read).collect();
    let told_from = if reads.is_empty() { quote!(_) } else { quote!(head) };
    let head_length = number(head);
    let sum: u64 = frame.fields.iter().filter_map(|field| fixed(&field.shape)).sum();
    let sum = number(sum);
    let parts: Vec<_> = frame
        .fields
        .iter()
        .filter_map(|field| match &field.shape {
            Shape::Sized(size) => Some(size_of(frame, size)),
            _ => None,
        })
        .collect();
    let total =
        if parts.is_empty() { quote!(let total: i64 = #sum;) } else { quote!(let mut total: i64 = #sum;) };
    let add = (!parts.is_empty()).then(|| {
        quote! {
            #(
                let part = #parts;
                if part < 0 {
                    return Err(ParseError { structure: #text, offset: 0, kind: ParseErrorKind::Contradiction });
                }
                total += part;
            )*
        }
    });
    let lifetime = if borrows(cx, frame) { quote!(<'_>) } else { TokenStream::new() };
    quote! {
        #declaration

        impl #name #lifetime {
            /// Octets from which the whole length can be told.
            pub const HEAD: usize = #head_length;

            /// How long it is in all, told from its first octets; `None` where they are too few to tell.
            ///
            /// # Errors
            ///
            /// Where the lengths are out of range or contradict each other.
            pub fn measure(#told_from: &[u8]) -> Result<Option<usize>, ParseError> {
                #(#reads)*
                #total
                #add
                Ok(usize::try_from(total).ok())
            }

            #(#parts_told)*
        }
    }
}

/// For each part whose size others tell, how many octets it has: what stays readable of a frame may tell more than how
/// long all of it is.
fn parts_told(frame: &Structure, reads: &[(usize, TokenStream)]) -> Vec<TokenStream> {
    let text = &frame.name;
    let told = |field: &Field| {
        let Shape::Sized(size) = &field.shape else { return None };
        let needed = size.fields();
        // All that tells it has to be at the front.
        let at_front = |index: &usize| reads.iter().any(|(read, _)| read == index);
        (!needed.is_empty() && needed.iter().all(at_front)).then_some(())?;
        let read = reads.iter().filter(|(index, _)| needed.contains(index)).map(|(_, read)| read);
        let part = size_of(frame, size);
        let name = ident(&format!("{}_octets", field.name));
        let docs = format!(
            " Octets of `{}`, told from the first octets of the frame; `None` where they are too few to tell.",
            field.name
        );
        Some(quote! {
            #[doc = #docs]
            ///
            /// # Errors
            ///
            /// Where the lengths are out of range or contradict each other.
            pub fn #name(head: &[u8]) -> Result<Option<usize>, ParseError> {
                #(#read)*
                let part = #part;
                if part < 0 {
                    return Err(ParseError { structure: #text, offset: 0, kind: ParseErrorKind::Contradiction });
                }
                Ok(usize::try_from(part).ok())
            }
        })
    };
    frame.fields.iter().filter_map(told).collect()
}
