//! Structures told apart by the string in front of them.

use proc_macro2::TokenStream;
use quote::quote;

use super::structures::{borrows, counted, declare};
use super::types::integer;
use super::{Context, bytes, ident, lifetime, number};
use crate::case::snake;
use crate::model::{Keyed, TypeShape, Variant};

pub(super) fn emit(cx: &Context<'_>) -> TokenStream {
    cx.model.keyed.iter().map(|keyed| one(cx, keyed)).collect()
}

fn one(cx: &Context<'_>, keyed: &Keyed) -> TokenStream {
    let docs = cx.docs(&keyed.docs, None);
    let name = ident(&keyed.name);
    let module = ident(&snake(&keyed.name));
    let structs = keyed.variants.iter().map(|variant| declare(cx, &variant.structure));
    let variants: Vec<_> = keyed.variants.iter().map(|variant| ident(&variant.structure.name)).collect();
    let variant_docs = keyed
        .variants
        .iter()
        .map(|variant| cx.docs_or(&variant.structure.docs, &format!("`{}`.", variant.tag)));
    let lifetime = lifetime(keyed.variants.iter().any(|variant| borrows(cx, &variant.structure)));
    let octets = if lifetime.is_empty() { quote!(&[u8]) } else { quote!(&'p [u8]) };
    let lifetimes = keyed.variants.iter().map(|variant| super::lifetime(borrows(cx, &variant.structure)));
    let tags: Vec<_> = keyed.variants.iter().map(|variant| bytes(&variant.tag)).collect();
    let texts = keyed.variants.iter().map(|variant| &variant.tag);
    let heads = keyed.variants.iter().map(|variant| {
        syn::LitByteStr::new(
            &counted(TypeShape::Bytes(keyed.width), &variant.tag),
            proc_macro2::Span::call_site(),
        )
    });
    let (width, integer) = (number(keyed.width.octets() as u64), integer(keyed.width));
    let certified = keyed.variants.iter().map(|variant| certified(keyed, variant));
    quote! {
        #docs
        pub mod #module {
            use super::*;

            #(#structs)*

            #docs
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            #[non_exhaustive]
            pub enum #name #lifetime { #(#variant_docs #variants(#variants #lifetimes),)* }

            impl #lifetime #name #lifetime {
                /// Reads the string in front, and then the structure that it names. `Ok(None)` where it names none.
                ///
                /// # Errors
                ///
                /// Where the octets do not hold the fields.
                pub fn parse(octets: #octets) -> Result<Option<Parsed<Self>>, ParseError> {
                    let (tag, body) = Self::split_tag(octets)?;
                    Ok(match tag {
                        #(#tags => Some(#variants::read_from(body)?.map(Self::#variants)),)*
                        _ => None,
                    })
                }

                /// Does what `parse` does, through `binrw`: slower, and the same.
                ///
                /// # Errors
                ///
                /// Where the octets do not hold the fields.
                pub fn parse_with_binrw(octets: #octets) -> Result<Option<Parsed<Self>>, ParseError> {
                    let (tag, body) = Self::split_tag(octets)?;
                    Ok(match tag {
                        #(#tags => Some(#variants::read_with_binrw(body)?.map(Self::#variants)),)*
                        _ => None,
                    })
                }

                /// The string in front, and what is behind it.
                fn split_tag(octets: &[u8]) -> Result<(&[u8], &[u8]), ParseError> {
                    let truncated = ParseError { structure: stringify!(#name), offset: 0, kind: ParseErrorKind::Truncated };
                    let (count, rest) = octets.split_first_chunk::<#width>().ok_or(truncated)?;
                    let count = usize::try_from(#integer::from_be_bytes(*count)).map_err(|_| truncated)?;
                    rest.split_at_checked(count).ok_or(truncated)
                }

                /// The string in front.
                #[must_use]
                pub const fn tag(&self) -> &'static str {
                    match self {
                        #(Self::#variants(_) => #texts,)*
                    }
                }

                /// Writes it, the string in front included.
                ///
                /// # Errors
                ///
                /// Where a field is longer than its count can say.
                pub fn to_octets(&self) -> BinResult<Vec<u8>> {
                    match self {
                        #(Self::#variants(value) => append(value, #heads.to_vec()),)*
                    }
                }

                /// What a certificate certifies.
                #[must_use]
                pub const fn certified(&self) -> Option<Self> {
                    match self {
                        #(#certified,)*
                    }
                }
            }
        }
        pub use #module::#name;
    }
}

fn certified(keyed: &Keyed, variant: &Variant) -> TokenStream {
    let outer = ident(&variant.structure.name);
    let Some(index) = variant.certifies else { return quote!(Self::#outer(_) => None) };
    let structure = &keyed.variants[index].structure;
    let inner = ident(&structure.name);
    let fields = structure.fields.iter().filter(|field| field.constant.is_none());
    let fields: Vec<_> = fields.map(|field| ident(&field.name)).collect();
    quote!(Self::#outer(value) => Some(Self::#inner(#inner { #(#fields: value.#fields),* })))
}
