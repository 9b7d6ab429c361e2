//! Tables: that every row has a value for every column, of its kind.

use std::collections::BTreeMap;

use super::{Lowering, names};
use crate::diagnostics::{Code, Span};
use crate::model::{Cell, Column, ColumnKind, Row, Table};
use crate::patterns::covers;
use crate::suggest::did_you_mean;
use crate::syntax::{self as tree, CellItem, ColumnKindItem, Constant, Name};

/// As many rows as an id can tell apart.
const MOST_ROWS: usize = 10_000;

impl Lowering<'_> {
    pub(super) fn tables(&mut self, items: Vec<tree::TableItem>, exchanges: &[String]) {
        let kinds = Kinds {
            sealings: names(&self.model.sealings, |sealing| &sealing.name),
            exchanges: exchanges.to_vec(),
        };
        for item in items {
            let table = self.table(item, &kinds);
            self.model.tables.push(table);
        }
    }

    fn table(&mut self, item: tree::TableItem, kinds: &Kinds) -> Table {
        self.not_empty("row", &item.name, item.rows.is_empty());
        if item.rows.iter().map(|row| row.names.len()).sum::<usize>() > MOST_ROWS {
            let message = format!("a table has {MOST_ROWS} rows at most");
            self.diagnostics.report(Code::BadCell, &item.name.span, message);
        }
        self.unique("column", item.columns.iter().map(|column| &column.name));
        let is_broken = self.broken.contains(&item.name.text);
        let (mut columns, mut defaults) = (Vec::new(), Vec::new());
        for column in item.columns {
            let kind = self.column_kind(column.kind);
            let default = column.default.as_ref().and_then(|cell| self.cell(cell, &kind, kinds));
            defaults.push((column.default.is_some(), default));
            columns.push(Column {
                docs: column.docs,
                name: column.name.text,
                kind,
                optional: column.optional,
            });
        }
        // There a pattern that is taken is a mistake of the exchange.
        let selects = columns.iter().any(|column: &Column| matches!(column.kind, ColumnKind::Exchange));
        let mut rows = Vec::new();
        let mut taken: BTreeMap<String, Span> = BTreeMap::new();
        for row in item.rows {
            let cells = self.cells(&row, &columns, &defaults, kinds, is_broken);
            for (name, span) in row.names {
                self.row_name(&name, &span, &taken, selects);
                rows.push(Row { docs: row.docs.clone(), name: name.clone(), cells: cells.clone() });
                taken.entry(name).or_insert(span);
            }
        }
        Table { docs: item.docs, name: item.name.text, algorithms: item.algorithms, columns, rows }
    }

    fn column_kind(&mut self, kind: ColumnKindItem) -> ColumnKind {
        match kind {
            ColumnKindItem::Text => ColumnKind::Text,
            ColumnKindItem::Count => ColumnKind::Count,
            ColumnKindItem::Flag => ColumnKind::Flag,
            ColumnKindItem::Sealing => ColumnKind::Sealing,
            ColumnKindItem::Exchange => ColumnKind::Exchange,
            ColumnKindItem::OneOf(words) => {
                self.unique("word", words.iter());
                ColumnKind::OneOf(words.into_iter().map(|word| word.text).collect())
            }
        }
    }

    /// The values of a row, one a column.
    fn cells(
        &mut self,
        row: &tree::RowItem,
        columns: &[Column],
        defaults: &[(bool, Option<Cell>)],
        kinds: &Kinds,
        is_broken: bool,
    ) -> Vec<Option<Cell>> {
        self.unique("column", row.cells.iter().map(|(name, _)| name));
        let known: Vec<String> = names(columns, |column| &column.name);
        for (name, _) in &row.cells {
            // The column that is meant may be one that did not parse.
            if !known.contains(&name.text) && !is_broken {
                let help = did_you_mean(&name.text, known.iter().map(String::as_str));
                let message = format!("there is no column `{}`", name.text);
                self.diagnostics.report(Code::UnknownColumn, &name.span, message).help = help;
            }
        }
        let mut cells = Vec::new();
        // The column that is missed may be the one that was misspelled.
        let misspelled = row.cells.iter().any(|(name, _)| !known.contains(&name.text));
        for (column, (has_default, default)) in columns.iter().zip(defaults) {
            let given = row.cells.iter().find(|(name, _)| name.text == column.name);
            cells.push(match given {
                Some((_, cell)) => self.cell(cell, &column.kind, kinds),
                None => {
                    if let (false, Some((_, span))) =
                        (*has_default || column.optional || misspelled, row.names.first())
                    {
                        let message = format!("this row has no `{}`", column.name);
                        let help =
                            "give the column a value here, or a default, `= VALUE`, or make it `optional`";
                        self.diagnostics.report(Code::BadCell, span, message).help(help);
                    }
                    default.clone()
                }
            });
        }
        cells
    }

    /// A value, if it is of that kind.
    fn cell(&mut self, cell: &CellItem, kind: &ColumnKind, kinds: &Kinds) -> Option<Cell> {
        let (span, wanted) = match (cell, kind) {
            (CellItem::Constant(Constant::Text(text, _)), ColumnKind::Text) => {
                return Some(Cell::Text(text.clone()));
            }
            (CellItem::Constant(Constant::Number(number, span)), ColumnKind::Count) => {
                if u32::try_from(*number).is_ok() {
                    return Some(Cell::Count(*number));
                }
                (span, "a count has 32 bits at most".to_owned())
            }
            (CellItem::Constant(Constant::Flag(flag, _)), ColumnKind::Flag) => {
                return Some(Cell::Flag(*flag));
            }
            (CellItem::Word(name), ColumnKind::Sealing) => {
                return self.index("sealing", name, &kinds.sealings);
            }
            (CellItem::Word(name), ColumnKind::Exchange) => {
                return self.index("exchange", name, &kinds.exchanges);
            }
            (CellItem::Word(name), ColumnKind::OneOf(words)) => {
                return self.index("word of that column", name, words);
            }
            (cell, kind) => {
                let span = match cell {
                    CellItem::Constant(
                        Constant::Text(_, span) | Constant::Number(_, span) | Constant::Flag(_, span),
                    ) => span,
                    CellItem::Word(name) => &name.span,
                };
                (span, kind.wanted())
            }
        };
        self.diagnostics.report(Code::BadCell, span, "this value is not of the column's kind").help(wanted);
        None
    }

    fn index(&mut self, what: &str, name: &Name, known: &[String]) -> Option<Cell> {
        self.find(Code::BadCell, what, name, known).map(Cell::Index)
    }

    /// Reports a name that stands twice, or that a pattern in front takes already.
    fn row_name(&mut self, name: &str, span: &Span, taken: &BTreeMap<String, Span>, selects: bool) {
        if let Some(first) = taken.get(name) {
            let message = format!("\"{name}\" stands twice in this table");
            self.diagnostics.report(Code::DuplicateName, span, message).related(first, "first here");
            return;
        }
        let hides = taken.iter().find(|(wide, first)| {
            wide.contains('*') && name.contains('*') && first.start < span.start && covers(wide, name)
        });
        if let Some((wide, first)) = hides.filter(|_| !selects) {
            let message = format!("\"{name}\" is never found: \"{wide}\" takes all of its names");
            let help = "put the narrower pattern first";
            self.diagnostics.report(Code::BadCell, span, message).related(first, "first here").help(help);
        }
    }
}

/// What a value may name.
struct Kinds {
    sealings: Vec<String>,
    exchanges: Vec<String>,
}

impl ColumnKind {
    fn wanted(&self) -> String {
        match self {
            Self::Text => "a text in quotes fits".to_owned(),
            Self::Count => "a number fits".to_owned(),
            Self::Flag => "`true` or `false` fits".to_owned(),
            Self::Sealing => "the name of a sealing fits".to_owned(),
            Self::Exchange => "the name of an exchange fits".to_owned(),
            Self::OneOf(words) => format!("one of: {}", words.join(", ")),
        }
    }
}
