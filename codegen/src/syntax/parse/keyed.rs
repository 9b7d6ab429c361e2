//! `keyed NAME by TYPE { "tag" Variant { ... } }`

use syn::braced;
use syn::parse::ParseStream;

use super::super::items::{Docs, KeyedItem, VariantItem};
use super::Parser;
use super::fields::fields;
use super::tokens::{expect_word, name, take_word_or, text};

pub(super) fn item(input: ParseStream<'_>, docs: Docs, parser: &mut Parser<'_>) -> syn::Result<KeyedItem> {
    let name = name(input)?;
    expect_word(input, "by")?;
    let tag = self::name(input)?;
    let body;
    braced!(body in input);
    let mut variants = Vec::new();
    while !body.is_empty() {
        let docs = super::tokens::docs(&body)?;
        let tag = text(&body)?;
        let name = self::name(&body)?;
        let certifies = take_word_or(&body, "certifies", "{")?.then(|| self::name(&body)).transpose()?;
        variants.push(VariantItem { docs, tag, name, certifies, fields: fields(&body, parser)? });
    }
    Ok(KeyedItem { docs, name, tag, variants })
}
