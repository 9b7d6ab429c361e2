//! Tables: an id, the look-up by name, and what is known of each.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Context, bytes, ident, number};
use crate::case::camel;
use crate::model::{Cell, Column, ColumnKind, Row, Table};
use crate::perfect_hash::{EMPTY, places};

pub(super) fn emit(cx: &Context<'_>) -> syn::Result<TokenStream> {
    if cx.model.tables.is_empty() {
        return Ok(TokenStream::new());
    }
    let runtime: TokenStream = syn::parse_str(super::TABLES_RUNTIME)?;
    let tables = cx.model.tables.iter().map(|item| table(cx, item)).collect::<syn::Result<Vec<_>>>()?;
    Ok(quote!(#runtime #(#tables)*))
}

fn table(cx: &Context<'_>, table: &Table) -> syn::Result<TokenStream> {
    let docs = cx.docs(&table.docs, None);
    let name = ident(&table.name);
    let text = &table.name;
    let row_name = format_ident!("{}Row", table.name);
    let words = table.columns.iter().filter_map(|column| match &column.kind {
        ColumnKind::OneOf(words) => Some(self::words(cx, table, column, words)),
        _ => None,
    });
    let columns: Vec<_> = table.columns.iter().map(|column| ident(&column.name)).collect();
    let types: Vec<_> = table.columns.iter().map(|column| rust_type(table, column)).collect();
    let accessors = table.columns.iter().zip(&types).map(|(column, rust)| {
        let docs = cx.docs_or(&column.docs, &format!("The column `{}`.", column.name));
        let name = ident(&column.name);
        quote! {
            #docs
            #[must_use]
            pub fn #name(self) -> #rust {
                self.row().#name
            }
        }
    });
    let rows = table.rows.iter().map(|row| self::row(cx, table, row, &row_name));
    let count = number(table.rows.len() as u64);
    // Whole names alone are looked up by their hash.
    let whole: Vec<(usize, &str)> = (0..)
        .zip(table.rows.iter().map(|row| row.name.as_str()))
        .filter(|(_, name)| !name.contains('*'))
        .collect();
    let whole_names: Vec<&str> = whole.iter().map(|(_, name)| *name).collect();
    let places = places(&whole_names).ok_or_else(|| {
        syn::Error::new(proc_macro2::Span::call_site(), format!("names of `{text}` hash alike"))
    })?;
    let displacements = places.displacements.iter().map(|value| number(u64::from(*value)));
    let slots = places.slots.iter().map(|slot| match whole.get(usize::from(*slot)) {
        Some((row, _)) if *slot != EMPTY => number(*row as u64),
        _ => number(u64::from(EMPTY)),
    });
    let patterns: Vec<_> = (0_u64..).zip(&table.rows).filter(|(_, row)| row.name.contains('*')).collect();
    let fit = patterns.iter().map(|(index, row)| {
        let (index, pattern) = (number(*index), bytes(&row.name));
        quote!((#pattern, Self(#index)))
    });
    let like = if patterns.is_empty() {
        quote!(Self::of_name(name))
    } else {
        quote! {
            let patterns: &[(&[u8], Self)] = &[#(#fit),*];
            let pattern = || patterns.iter().find(|(pattern, _)| matches(pattern, name)).map(|(_, id)| *id);
            Self::of_name(name).or_else(pattern)
        }
    };
    let algorithm = table.algorithms.then(|| algorithm(&name));
    Ok(quote! {
        #docs
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #name(u16);

        struct #row_name {
            name: &'static str,
            #(#columns: #types,)*
        }

        impl #name {
            const ROWS: &'static [#row_name; #count] = &[#(#rows),*];
            const PLACES: Places = Places { displacements: &[#(#displacements),*], slots: &[#(#slots),*] };

            fn row(self) -> &'static #row_name {
                Self::ROWS.get(usize::from(self.0)).unwrap_or(&Self::ROWS[0])
            }

            /// All of them, in the order of the spec.
            pub fn all() -> impl Iterator<Item = Self> {
                (0..#count).map(Self)
            }

            /// The one of exactly that name.
            #[must_use]
            pub fn of_name(name: &[u8]) -> Option<Self> {
                let found = Self(Self::PLACES.find(name)?);
                (Self::ROWS.get(usize::from(found.0))?.name.as_bytes() == name).then_some(found)
            }

            /// The one of that name, or of the first pattern that the name fits.
            #[must_use]
            pub fn like(name: &[u8]) -> Option<Self> {
                #like
            }

            /// Its name, or the pattern of its names.
            #[must_use]
            pub fn name(self) -> &'static str {
                self.row().name
            }

            #(#accessors)*
        }

        #algorithm

        impl fmt::Debug for #name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(#text).field(&self.name()).finish()
            }
        }

        impl fmt::Display for #name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        #(#words)*
    })
}

/// What a table of algorithms has in common with others.
fn algorithm(name: &syn::Ident) -> TokenStream {
    quote! {
        impl Algorithm for #name {
            fn of_name(name: &[u8]) -> Option<Self> {
                Self::of_name(name)
            }

            fn like(name: &[u8]) -> Option<Self> {
                Self::like(name)
            }

            fn name(self) -> &'static str {
                self.name()
            }

            fn index(self) -> usize {
                usize::from(self.0)
            }
        }
    }
}

/// The enum of a column whose values are words.
fn words(cx: &Context<'_>, table: &Table, column: &Column, words: &[String]) -> TokenStream {
    let docs = cx.docs_or(&column.docs, &format!("The column `{}`.", column.name));
    let name = ident(&words_name(table, column));
    let variants: Vec<_> = words.iter().map(|word| ident(&camel(word))).collect();
    let variant_docs = words.iter().map(|word| format!(" `{word}`."));
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum #name { #(#[doc = #variant_docs] #variants,)* }

        impl #name {
            /// All of them, in the order of the spec.
            pub const ALL: &'static [Self] = &[#(Self::#variants),*];

            /// Its name in the spec.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    #(Self::#variants => #words,)*
                }
            }
        }
    }
}

/// How the enum of a column is called.
pub(crate) fn words_name(table: &Table, column: &Column) -> String {
    format!("{}{}", table.name, camel(&column.name))
}

fn rust_type(table: &Table, column: &Column) -> TokenStream {
    let rust = match &column.kind {
        ColumnKind::Text => quote!(&'static str),
        ColumnKind::Count => quote!(usize),
        ColumnKind::Flag => quote!(bool),
        ColumnKind::Sealing => quote!(Seal),
        ColumnKind::Exchange => quote!(Exchange),
        ColumnKind::OneOf(_) => {
            let name = ident(&words_name(table, column));
            quote!(#name)
        }
    };
    if column.optional { quote!(Option<#rust>) } else { rust }
}

fn row(cx: &Context<'_>, table: &Table, row: &Row, row_name: &syn::Ident) -> TokenStream {
    let name = &row.name;
    let cells = table.columns.iter().zip(&row.cells).map(|(column, cell)| {
        let name = ident(&column.name);
        let value = cell.as_ref().map(|cell| value(cx, table, column, cell));
        let value = match (value, column.optional) {
            (Some(value), true) => quote!(Some(#value)),
            (Some(value), false) => value,
            (None, _) => quote!(None),
        };
        quote!(#name: #value)
    });
    quote!(#row_name { name: #name, #(#cells,)* })
}

fn value(cx: &Context<'_>, table: &Table, column: &Column, cell: &Cell) -> TokenStream {
    match (cell, &column.kind) {
        (Cell::Text(text), _) => quote!(#text),
        (Cell::Count(count), _) => {
            let count = number(*count);
            quote!(#count)
        }
        (Cell::Flag(flag), _) => quote!(#flag),
        (Cell::Index(index), ColumnKind::Sealing) => {
            let variant = ident(&cx.model.sealings[*index].name);
            quote!(Seal::#variant)
        }
        (Cell::Index(index), ColumnKind::OneOf(words)) => {
            let (name, variant) = (ident(&words_name(table, column)), ident(&camel(&words[*index])));
            quote!(#name::#variant)
        }
        (Cell::Index(index), _) => {
            let variant = ident(&cx.model.exchanges[*index].name);
            quote!(Exchange::#variant)
        }
    }
}
