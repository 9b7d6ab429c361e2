//! Wire types: octets behind a count.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Context, ident};
use crate::model::{TypeShape, Width, WireType};

pub(super) fn emit(cx: &Context<'_>) -> TokenStream {
    cx.model.types.iter().map(|wire_type| one(cx, wire_type)).collect()
}

/// The Rust integer of a width.
pub(super) fn integer(width: Width) -> TokenStream {
    match width {
        Width::U8 => quote!(u8),
        Width::U16 => quote!(u16),
        Width::U32 => quote!(u32),
        Width::U64 => quote!(u64),
    }
}

fn one(cx: &Context<'_>, wire_type: &WireType) -> TokenStream {
    let name = ident(&wire_type.rust_name);
    let docs = cx.docs(&wire_type.docs, None);
    let (width, octets, count, written) = match wire_type.shape {
        TypeShape::BitCounted(width) => (
            width,
            quote!(u64::from(count).div_ceil(8)),
            quote!(significant_bits(self.0)),
            quote!(without_zeros(self.0)),
        ),
        TypeShape::Bytes(width) | TypeShape::Names(width) | TypeShape::Integers(width) => {
            (width, quote!(u64::from(count)), quote!(self.0.len()), quote!(self.0))
        }
        // These become Rust's own types.
        TypeShape::Integer(_) | TypeShape::Flag => return TokenStream::new(),
    };
    let width = integer(width);
    let names = matches!(wire_type.shape, TypeShape::Names(_)).then(|| {
        quote! {
            impl<'p> #name<'p> {
                /// The names, in order.
                #[must_use]
                pub const fn names(self) -> Names<'p> {
                    Names::new(self.0)
                }

                /// The first names, in order.
                #[must_use]
                pub const fn first(self, at_most: usize) -> Names<'p> {
                    Names::first(self.0, at_most)
                }
            }
        }
    });
    quote! {
        #docs
        #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
        pub struct #name<'p>(pub &'p [u8]);

        #names

        impl<'p> #name<'p> {
            #[allow(dead_code)]
            #[inline(always)]
            fn read_slices(slices: &mut Slices<'p>) -> Result<Self, Refusal> {
                let count = #width::from_be_bytes(*slices.array()?);
                slices.take(#octets).map(Self)
            }
        }

        impl fmt::Debug for #name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Octets(self.0).fmt(f)
            }
        }

        impl<'p> BinRead for #name<'p> {
            type Args<'a> = &'p [u8];

            // Left to itself the compiler calls it, which costs as much as the reading.
            #[inline(always)]
            fn read_options<R: Read + Seek>(reader: &mut R, endian: Endian, packet: &'p [u8]) -> BinResult<Self> {
                let count = #width::read_options(reader, endian, ())?;
                take(reader, packet, #octets).map(Self)
            }
        }

        impl BinWrite for #name<'_> {
            type Args<'a> = ();

            fn write_options<W: Write + Seek>(&self, writer: &mut W, endian: Endian, (): ()) -> BinResult<()> {
                put_counted::<W, #width>(#written, #count, writer, endian)
            }
        }
    }
}
