//! Names of algorithms that a table gives an exchange: they select it as its own methods do.

use super::items::{CellItem, ColumnKindItem, Spec, TableItem};
use crate::diagnostics::Span;

/// Adds the names of such rows to the methods of their exchanges.
pub(super) fn methods(spec: &mut Spec) {
    let mut misspelled = false;
    for table in &spec.tables {
        let columns = table.columns.iter().filter(|column| matches!(column.kind, ColumnKindItem::Exchange));
        for column in columns {
            for row in &table.rows {
                let given = row.cells.iter().find(|(name, _)| name.text == column.name.text);
                let cell = given.map(|(_, cell)| cell).or(column.default.as_ref());
                let Some(CellItem::Word(exchange)) = cell else { continue };
                let exchange = spec.exchanges.iter_mut().find(|item| item.name.text == exchange.text);
                if exchange.is_none() {
                    misspelled = true;
                }
                if let Some(exchange) = exchange {
                    // What stands twice in a table is told there.
                    let names = row.names.iter().filter(|(name, span)| is_first(table, name, span));
                    exchange.methods.extend(names.cloned());
                }
            }
        }
    }
    if misspelled {
        // An exchange without a method may be the one that was meant.
        let idle = spec.exchanges.iter().filter(|exchange| exchange.methods.is_empty());
        spec.broken.extend(idle.map(|exchange| exchange.name.text.clone()));
    }
}

/// Whether a name stands nowhere further up in the table.
fn is_first(table: &TableItem, name: &str, span: &Span) -> bool {
    let mut names = table.rows.iter().flat_map(|row| &row.names);
    names.find(|(other, _)| other == name).is_none_or(|(_, first)| first == span)
}
