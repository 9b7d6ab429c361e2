//! `proptest` strategies for octets of every structure, and a table of all structures for tests that go over them.

use proc_macro2::TokenStream;
use quote::quote;

use super::structures::{borrows, counted};
use super::{Context, ident, line_samples, number};
use crate::case::snake;
use crate::model::{Constant, Field, Message, Operator, Sender, Shape, Size, Structure, TypeShape, Width};

/// The part that is the same in every such file.
const RUNTIME: &str = include_str!("runtime/strategies.rs");

/// Integers that sizes are made from are drawn from the lowest so many.
const SMALL: u64 = 300;

/// A structure, and where it stands.
struct Placed<'m> {
    structure: &'m Structure,
    family: &'m str,
    /// The Rust type, without its lifetime.
    path: TokenStream,
    /// What stands in front of its fields.
    head: Vec<u8>,
    sender: Sender,
}

pub(super) fn emit(cx: &Context<'_>) -> syn::Result<TokenStream> {
    let runtime: TokenStream = syn::parse_str(RUNTIME)?;
    let placed = placed(cx);
    let wire_types = cx.model.types.iter().map(|wire_type| {
        let name = ident(&wire_type.rust_name);
        let shown = match wire_type.shape {
            // These become Rust's own types.
            TypeShape::Integer(_) | TypeShape::Flag => return TokenStream::new(),
            TypeShape::Names(_) => quote!(Shown::Names(self.names().iter().map(<[u8]>::to_vec).collect())),
            _ => quote!(Shown::Octets(self.0.to_vec())),
        };
        quote! {
            impl Show for super::#name<'_> {
                fn show(&self) -> Shown {
                    #shown
                }
            }
        }
    });
    let groups = cx.model.groups.iter().map(|group| {
        let name = ident(&group.name);
        let path = quote!(super::#name);
        let strategy = strategy(cx, group, &path, &[]);
        let fields = fields(cx, group, &path);
        quote!(#strategy #fields)
    });
    let structures = placed.iter().map(|item| {
        let strategy = strategy(cx, item.structure, &item.path, &item.head);
        let fields = fields(cx, item.structure, &item.path);
        quote!(#strategy #fields)
    });
    let samples = placed.iter().map(sample);
    let any = any(cx);
    let agree = agree(cx);
    let lines = line_samples::emit(cx);
    Ok(quote! {
        #runtime
        #(#wire_types)*
        #(#groups)*
        #(#structures)*
        #any

        /// All structures but groups, in the order of the spec.
        pub const SAMPLES: &[Sample] = &[#(#samples),*];

        #lines

        #agree
    })
}

fn placed<'m>(cx: &Context<'m>) -> Vec<Placed<'m>> {
    let model = cx.model;
    let frames = model.frames.iter().map(|structure| {
        let name = ident(&structure.name);
        let path = quote!(super::#name);
        Placed { structure, family: &structure.name, path, head: Vec::new(), sender: Sender::Either }
    });
    let keyed = model.keyed.iter().flat_map(|keyed| {
        keyed.variants.iter().map(|variant| {
            let (module, name) = (ident(&snake(&keyed.name)), ident(&variant.structure.name));
            Placed {
                structure: &variant.structure,
                family: &keyed.name,
                path: quote!(super::#module::#name),
                head: counted(TypeShape::Bytes(keyed.width), &variant.tag),
                sender: Sender::Either,
            }
        })
    });
    let layers = model.layers.iter().map(|layer| (&layer.name, &layer.messages));
    let exchanges = model.exchanges.iter().map(|exchange| (&exchange.name, &exchange.messages));
    let messages = layers.chain(exchanges).flat_map(|(family, messages)| {
        messages.iter().map(move |message| {
            let (module, name) = (ident(&snake(family)), ident(&message.structure.name));
            Placed {
                structure: &message.structure,
                family,
                path: quote!(super::#module::#name),
                head: vec![message.number],
                sender: message.sender,
            }
        })
    });
    frames.chain(keyed).chain(messages).collect()
}

/// The method that gives a structure's strategy.
fn strategy(cx: &Context<'_>, structure: &Structure, path: &TokenStream, head: &[u8]) -> TokenStream {
    let lives = anonymous(borrows(cx, structure));
    let docs = match head {
        [] => " Octets that are read to their end and written again as they were.".to_owned(),
        [number] => format!(
            " Payloads, from the number {number} on, that are read to their end and written again as they were."
        ),
        _ => {
            " Octets, from the string in front on, that are read to their end and written again as they were."
                .to_owned()
        }
    };
    let head = syn::LitByteStr::new(head, proc_macro2::Span::call_site());
    let draws = structure.fields.iter().enumerate().map(|(index, field)| {
        let draw = draw(cx, structure, index);
        let flag = match field.present_if {
            Some(flag) => {
                let flag = number(flag as u64);
                quote!(Some(#flag))
            }
            None => quote!(None),
        };
        quote!((#draw, #flag))
    });
    quote! {
        impl #path #lives {
            #[doc = #docs]
            #[must_use]
            pub fn strategy() -> BoxedStrategy<Vec<u8>> {
                row(#head, Vec::from([#(#draws),*]))
            }
        }
    }
}

fn draw(cx: &Context<'_>, structure: &Structure, index: usize) -> TokenStream {
    let field = &structure.fields[index];
    let octets = |value: TokenStream| quote!(Draw::Octets(#value));
    let integer = |width: Width| {
        let (low, mut high) = bounds(field, width);
        if decides_a_size(structure, index) {
            high = high.min(low.saturating_add(SMALL));
        }
        let (width, low, high) = (octets_of(width), number(low), number(high));
        quote!(Draw::Integer { width: #width, low: #low, high: #high })
    };
    match &field.shape {
        Shape::Integer(width) => integer(*width),
        Shape::Flag => {
            let (low, high) = match field.constant {
                Some(Constant::Flag(true)) => (1, 1),
                Some(_) => (0, 0),
                None => (0, 1),
            };
            let (low, high) = (number(low), number(high));
            quote!(Draw::Integer { width: 1, low: #low, high: #high })
        }
        Shape::Fixed(length) => {
            let length = number(*length as u64);
            octets(quote!(octets(#length, #length)))
        }
        Shape::Wire(wire_type) => {
            let shape = cx.model.types[*wire_type].shape;
            if let Some(Constant::Text(text)) = &field.constant {
                let text = self::counted(shape, text);
                let text = syn::LitByteStr::new(&text, proc_macro2::Span::call_site());
                return octets(quote!(Just(#text.to_vec()).boxed()));
            }
            if let (Some(words), TypeShape::Bytes(width)) = (field.words, shape) {
                let words = ident(&cx.model.words[words].name.to_uppercase());
                let width = octets_of(width);
                return octets(quote!(one_of(#width, super::words::#words)));
            }
            match shape {
                TypeShape::Integer(width) => integer(width),
                TypeShape::Flag => integer(Width::U8),
                TypeShape::Bytes(width) | TypeShape::Integers(width) => {
                    let width = octets_of(width);
                    octets(quote!(counted(#width)))
                }
                TypeShape::Names(width) => {
                    let width = octets_of(width);
                    octets(quote!(names(#width)))
                }
                TypeShape::BitCounted(width) => {
                    let width = octets_of(width);
                    octets(quote!(bit_counted(#width)))
                }
            }
        }
        Shape::Sized(size) => {
            let numbers = if size.fields().is_empty() { quote!(_) } else { quote!(numbers) };
            let size = size_of(size);
            quote!(Draw::Sized(|#numbers| #size))
        }
        Shape::Rest => octets(quote!(octets(0, 40))),
        Shape::Repeated { group, count } => {
            let counter = &structure.fields[*count];
            let (low, high) = match counter.shape {
                Shape::Integer(width) => bounds(counter, width),
                _ => (0, u64::MAX),
            };
            let group = ident(&cx.model.groups[*group].name);
            let (least, most) = (number(low), number(high.min(low.saturating_add(4))));
            let count = number(*count as u64);
            quote!(Draw::Groups { group: super::#group::strategy(), least: #least, most: #most, count: #count })
        }
    }
}

/// The values that an integer may have, inclusive.
fn bounds(field: &Field, width: Width) -> (u64, u64) {
    match field.constant {
        Some(Constant::Number(value)) => (value, value),
        _ => field.range.unwrap_or((0, u64::MAX >> (64 - 8 * width.octets()))),
    }
}

/// Whether the size of another field is made from it.
fn decides_a_size(structure: &Structure, index: usize) -> bool {
    structure
        .fields
        .iter()
        .any(|field| matches!(&field.shape, Shape::Sized(size) if size.fields().contains(&index)))
}

fn octets_of(width: Width) -> syn::LitInt {
    number(width.octets() as u64)
}

/// The size as an expression over `numbers`.
fn size_of(size: &Size) -> TokenStream {
    match size {
        Size::Number(value) => {
            let value = number(*value);
            quote!(#value)
        }
        Size::Field(index) => {
            let index = number(*index as u64);
            quote!(numbers[#index])
        }
        Size::Binary { left, operator, right } => {
            let (left, right) = (size_of(left), size_of(right));
            match operator {
                Operator::Add => quote!(#left + #right),
                Operator::Subtract => quote!(#left - #right),
                Operator::Remainder => quote!(#left % #right),
            }
        }
    }
}

fn fields(cx: &Context<'_>, structure: &Structure, path: &TokenStream) -> TokenStream {
    let lives = anonymous(borrows(cx, structure));
    let fields = structure.fields.iter().filter(|field| field.constant.is_none()).map(|field| {
        let (text, name) = (&field.name, ident(&field.name));
        quote!((#text, self.#name.show()))
    });
    quote! {
        impl Fields for #path #lives {
            fn fields(&self) -> Vec<(&'static str, Shown)> {
                Vec::from([#(#fields),*])
            }
        }
    }
}

fn anonymous(borrows: bool) -> TokenStream {
    if borrows { quote!(<'_>) } else { TokenStream::new() }
}

fn sample(item: &Placed<'_>) -> TokenStream {
    let (family, name, path) = (item.family, &item.structure.name, &item.path);
    let head = syn::LitByteStr::new(&item.head, proc_macro2::Span::call_site());
    let sender = match item.sender {
        Sender::Client => quote!(super::Sender::Client),
        Sender::Server => quote!(super::Sender::Server),
        Sender::Either => quote!(super::Sender::Either),
    };
    quote! {
        Sample {
            family: #family,
            name: #name,
            head: #head,
            sender: #sender,
            strategy: #path::strategy,
            fields: |octets| #path::read_from(octets).map(|parsed| parsed.map(|value| value.fields())),
            agree: |octets| #path::read_from(octets) == #path::read_with_binrw(octets),
        }
    }
}

/// Strategies for any message of a layer or an exchange, and for any structure of a family.
fn any(cx: &Context<'_>) -> TokenStream {
    let model = cx.model;
    let of_messages =
        |messages: &[Message]| anonymous(messages.iter().any(|message| borrows(cx, &message.structure)));
    let layers = model.layers.iter().map(|layer| (&layer.name, of_messages(&layer.messages)));
    let exchanges = model.exchanges.iter().map(|exchange| (&exchange.name, of_messages(&exchange.messages)));
    let messages = layers.chain(exchanges).map(|(name, lives)| {
        let module = ident(&snake(name));
        quote! {
            impl super::#module::Message #lives {
                /// Payloads of any message that the end of that role may send; `None` where it may send none.
                #[must_use]
                pub fn strategy(role: super::Role) -> Option<BoxedStrategy<Vec<u8>>> {
                    any_of(#name, role)
                }
            }
        }
    });
    let keyed = model.keyed.iter().map(|keyed| {
        let (name, text) = (ident(&keyed.name), &keyed.name);
        let lives = anonymous(keyed.variants.iter().any(|variant| borrows(cx, &variant.structure)));
        quote! {
            impl super::#name #lives {
                /// Octets of any of them; `None` where there are none.
                #[must_use]
                pub fn strategy() -> Option<BoxedStrategy<Vec<u8>>> {
                    any_of(#text, super::Role::Client)
                }
            }
        }
    });
    let exchange = (!model.exchanges.is_empty()).then(|| {
        quote! {
            impl super::Exchange {
                /// Payloads of any of its messages that the end of that role may send; `None` where it may send none.
                #[must_use]
                pub fn strategy(self, role: super::Role) -> Option<BoxedStrategy<Vec<u8>>> {
                    any_of(self.name(), role)
                }
            }
        }
    });
    quote!(#(#messages)* #(#keyed)* #exchange)
}

/// The comparison of both back ends where one structure is chosen among many.
fn agree(cx: &Context<'_>) -> TokenStream {
    let layers = cx.model.layers.iter().map(|layer| {
        let module = ident(&snake(&layer.name));
        quote!(super::#module::Message::parse(role, octets) == super::#module::Message::parse_with_binrw(role, octets))
    });
    let exchanges = (!cx.model.exchanges.is_empty()).then(|| {
        quote!(
            super::Exchange::ALL
                .iter()
                .all(|exchange| exchange.parse(role, octets) == exchange.parse_with_binrw(role, octets))
        )
    });
    let keyed = cx.model.keyed.iter().map(|keyed| {
        let name = ident(&keyed.name);
        quote!(super::#name::parse(octets) == super::#name::parse_with_binrw(octets))
    });
    let by_role: Vec<TokenStream> = layers.chain(exchanges).collect();
    let by_role = (!by_role.is_empty())
        .then(|| quote!([super::Role::Client, super::Role::Server].into_iter().all(|role| #(#by_role)&&*)));
    let all: Vec<TokenStream> = by_role.into_iter().chain(keyed).collect();
    let (octets, all) =
        if all.is_empty() { (quote!(_), quote!(true)) } else { (quote!(octets), quote!(#(#all)&&*)) };
    quote! {
        /// Whether these octets are the same message, or the same mistake, with and without `binrw`: for every layer,
        /// exchange and family, and from both ends.
        #[must_use]
        pub fn back_ends_agree(#octets: &[u8]) -> bool {
            #all
        }
    }
}
