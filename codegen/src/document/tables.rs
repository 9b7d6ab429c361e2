//! Tables.

use std::fmt::Write as _;

use super::text::{cell, code, number};
use super::{Context, Titled, exchange_page};
use crate::case::kebab;
use crate::model::{Cell, Column, ColumnKind, Table};

impl Context<'_> {
    pub(super) fn table(&self, table: &Table) -> Titled {
        let mut text = String::from("## Columns\n\n| column | kind | meaning |\n|---|---|---|\n");
        for column in &table.columns {
            let optional = if column.optional { "optional " } else { "" };
            let kind = format!("{optional}{}", kind(column));
            let _ = writeln!(text, "| {} | {} | {} |", code(&column.name), cell(&[kind]), cell(&column.docs));
        }
        text.push_str("\n## Names\n\n");
        if table.rows.iter().any(|row| row.name.contains('*')) {
            text.push_str("In a pattern, `*` stands for any text. Whole names come before patterns.\n\n");
        }
        // What hardly any row has goes into the notes.
        let columns: Vec<_> = table.columns.iter().enumerate().collect();
        let heads: String =
            columns.iter().map(|(_, column)| format!(" {} |", column.name.replace('_', " "))).collect();
        let lines = "---|".repeat(columns.len());
        let _ = writeln!(text, "| name |{heads} notes |\n|---|{lines}---|");
        for row in &table.rows {
            let cells: String = columns
                .iter()
                .map(|(index, column)| format!(" {} |", self.value(column, row.cells[*index].as_ref())))
                .collect();
            let _ = writeln!(text, "| {} |{cells} {} |", code(&row.name), cell(&row.docs));
        }
        let (file, title) = if table.algorithms { ("algorithms", "Algorithms") } else { ("table", "Table") };
        let name = format!("{file}-{}.md", kebab(&table.name));
        self.page(name, format!("{title} {}", table.name), &table.docs, &text)
    }

    fn value(&self, column: &Column, value: Option<&Cell>) -> String {
        match (value, &column.kind) {
            (None, _) | (Some(Cell::Flag(false)), _) => String::new(),
            (Some(Cell::Flag(true)), _) => "yes".to_owned(),
            (Some(Cell::Text(text)), _) => cell(std::slice::from_ref(text)),
            (Some(Cell::Count(count)), _) => number(*count),
            (Some(Cell::Index(index)), ColumnKind::Sealing) => {
                let name = &self.model.sealings[*index].name;
                format!("[{name}](frames.md#{})", name.to_lowercase())
            }
            (Some(Cell::Index(index)), ColumnKind::OneOf(words)) => words[*index].clone(),
            (Some(Cell::Index(index)), _) => {
                let name = &self.model.exchanges[*index].name;
                format!("[{name}]({})", exchange_page(name))
            }
        }
    }
}

fn kind(column: &Column) -> String {
    match &column.kind {
        ColumnKind::Text => "text".to_owned(),
        ColumnKind::Count => "count".to_owned(),
        ColumnKind::Flag => "boolean".to_owned(),
        ColumnKind::Sealing => "sealing".to_owned(),
        ColumnKind::Exchange => "exchange".to_owned(),
        ColumnKind::OneOf(words) => words.join(", "),
    }
}
