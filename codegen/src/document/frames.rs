//! Frames, and lines of text.

use std::fmt::Write as _;

use super::text::{cell, code, paragraphs};
use super::{Context, Titled};
use crate::model::{Line, LinePart};

impl Context<'_> {
    pub(super) fn frames(&self) -> Titled {
        let mut text = String::new();
        for frame in &self.model.frames {
            let _ = writeln!(text, "## {}\n", frame.name);
            self.structure(frame, None, &mut text);
        }
        self.sealings(&mut text);
        for line in &self.model.lines {
            self.line(line, &mut text);
        }
        self.page("frames.md".to_owned(), "Frames and lines".to_owned(), &[], &text)
    }

    fn line(&self, line: &Line, text: &mut String) {
        let _ = writeln!(text, "## {}\n\nA line of text, without its end.\n", line.name);
        let docs = paragraphs(&line.docs);
        if !docs.is_empty() {
            let _ = writeln!(text, "{docs}\n");
        }
        text.push_str("| part | until | meaning |\n|---|---|---|\n");
        let mut names = Vec::new();
        for part in &line.parts {
            match part {
                LinePart::Literal(literal) => {
                    names.push("");
                    let _ = writeln!(text, "| {} | | |", code(&format!("\"{literal}\"")));
                }
                LinePart::Field { docs, name, until } => {
                    names.push(name);
                    let until =
                        until.as_ref().map_or("the end".to_owned(), |until| code(&format!("\"{until}\"")));
                    let _ = writeln!(text, "| {} | {until} | {} |", code(name), cell(docs));
                }
            }
        }
        text.push('\n');
        self.raises(&line.raises, &names, text);
    }
}
