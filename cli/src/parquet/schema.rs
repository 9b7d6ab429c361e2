//! What Parquet calls the types of columns.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::errors::Result;
use parquet::schema::types::{Type, TypePtr};

use crate::columns::{Column, Kind, Log};

/// The schema of a log with these columns.
pub(super) fn of<L: Log>(columns: &[&'static Column<L>]) -> Result<Type> {
    let fields = columns.iter().map(|column| field(column.name, column.kind)).collect::<Result<_>>()?;
    Type::group_type_builder(L::NAME).with_fields(fields).build()
}

/// A column that may be unset.
fn field(name: &str, kind: Kind) -> Result<TypePtr> {
    match kind {
        Kind::Texts => list(name, scalar("element", Kind::Text, Repetition::REQUIRED)?),
        Kind::Objects(members) => {
            let members = members.iter().map(|(name, kind)| scalar(name, *kind, Repetition::OPTIONAL));
            let element = Type::group_type_builder("element")
                .with_repetition(Repetition::REQUIRED)
                .with_fields(members.collect::<Result<_>>()?)
                .build()?;
            list(name, Arc::new(element))
        }
        kind => scalar(name, kind, Repetition::OPTIONAL),
    }
}

/// A list in the three levels that Parquet wants.
fn list(name: &str, element: TypePtr) -> Result<TypePtr> {
    let repeated =
        Type::group_type_builder("list").with_repetition(Repetition::REPEATED).with_fields(vec![element]);
    let list = Type::group_type_builder(name)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(LogicalType::List))
        .with_fields(vec![Arc::new(repeated.build()?)]);
    Ok(Arc::new(list.build()?))
}

fn scalar(name: &str, kind: Kind, repetition: Repetition) -> Result<TypePtr> {
    let (physical, logical) = match kind {
        Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::NANOS))),
        Kind::Bool => (Physical::BOOLEAN, None),
        Kind::Count => (Physical::INT64, Some(LogicalType::integer(64, false))),
        Kind::Port => (Physical::INT32, Some(LogicalType::integer(16, false))),
        Kind::Address | Kind::Enum | Kind::Text | Kind::Texts | Kind::Objects(_) => {
            (Physical::BYTE_ARRAY, Some(LogicalType::String))
        }
    };
    let scalar =
        Type::primitive_type_builder(name, physical).with_logical_type(logical).with_repetition(repetition);
    Ok(Arc::new(scalar.build()?))
}
