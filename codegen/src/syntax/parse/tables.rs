//! `algorithms NAME { columns, rows }`, `table NAME { columns, rows }`.

use syn::parse::{ParseStream, Parser as _};
use syn::{LitBool, LitInt, LitStr, Token, braced};

use super::super::items::{CellItem, ColumnItem, ColumnKindItem, Docs, Name, RowItem, Spec, TableItem};
use super::Parser;
use super::fields::constant;
use super::pieces::{end_of, split};
use super::tokens::{name, take_word, texts};

/// A column or row that does not parse is reported and left out.
pub(super) fn item(
    input: ParseStream<'_>,
    docs: Docs,
    algorithms: bool,
    spec: &mut Spec,
    parser: &mut Parser<'_>,
) -> syn::Result<TableItem> {
    let name = name(input)?;
    let body;
    braced!(body in input);
    let (mut columns, mut rows) = (Vec::new(), Vec::new());
    for part in split(body.parse()?, |word| word == "column" || word.starts_with('"')) {
        parser.end = end_of(&part);
        let parsed = (|input: ParseStream<'_>| {
            let docs = super::tokens::docs(input)?;
            if take_word(input, "column") {
                columns.push(column(input, docs)?);
            } else {
                rows.push(row(input, docs)?);
            }
            Ok(())
        })
        .parse2(part);
        if let Err(error) = parsed {
            parser.report(&error);
            spec.broken.insert(name.text.clone());
        }
    }
    Ok(TableItem { docs, name, algorithms, columns, rows })
}

fn column(input: ParseStream<'_>, docs: Docs) -> syn::Result<ColumnItem> {
    let name = name(input)?;
    input.parse::<Token![:]>()?;
    let optional = take_word(input, "optional");
    let first = self::name(input)?;
    let mut words = vec![first];
    while input.parse::<Option<Token![|]>>()?.is_some() {
        words.push(self::name(input)?);
    }
    let kind = match words.as_slice() {
        [kind] => match kind.text.as_str() {
            "text" => ColumnKindItem::Text,
            "count" => ColumnKindItem::Count,
            "boolean" => ColumnKindItem::Flag,
            "sealing" => ColumnKindItem::Sealing,
            "exchange" => ColumnKindItem::Exchange,
            _ => return Err(input.error(
                "expected `text`, `count`, `boolean`, `sealing`, `exchange`, or words with `|` between them",
            )),
        },
        _ => ColumnKindItem::OneOf(words),
    };
    let default = input.parse::<Option<Token![=]>>()?.is_some().then(|| cell(input)).transpose()?;
    input.parse::<Token![;]>()?;
    Ok(ColumnItem { docs, name, kind, optional, default })
}

fn row(input: ParseStream<'_>, docs: Docs) -> syn::Result<RowItem> {
    let names = texts(input)?;
    let body;
    braced!(body in input);
    let cells = body.parse_terminated(named_cell, Token![,])?.into_iter().collect();
    input.parse::<Option<Token![;]>>()?;
    Ok(RowItem { docs, names, cells })
}

fn named_cell(input: ParseStream<'_>) -> syn::Result<(Name, CellItem)> {
    let column = name(input)?;
    input.parse::<Token![:]>()?;
    Ok((column, cell(input)?))
}

fn cell(input: ParseStream<'_>) -> syn::Result<CellItem> {
    if input.peek(LitStr) || input.peek(LitInt) || input.peek(LitBool) {
        constant(input).map(CellItem::Constant)
    } else {
        name(input).map(CellItem::Word)
    }
}
