//! Types, groups and words.

use std::fmt::Write as _;

use super::text::{code, paragraphs};
use super::{Context, Titled};

impl Context<'_> {
    pub(super) fn types(&self) -> Titled {
        let mut text = String::new();
        for item in &self.model.type_names {
            let docs = paragraphs(&item.docs);
            let _ = writeln!(text, "## {}\n\n{}: {docs}\n", item.name, code(&item.shape.to_string()));
        }
        for group in &self.model.groups {
            let _ = writeln!(text, "## {}\n\nFields that repeat together.\n", group.name);
            self.structure(group, None, &mut text);
        }
        for words in &self.model.words {
            let docs = paragraphs(&words.docs);
            let _ = writeln!(text, "## {}\n\n{docs}\n", words.name);
            for word in &words.words {
                let _ = writeln!(text, "- {}", code(word));
            }
            text.push('\n');
        }
        self.page("types.md".to_owned(), "Types, groups and words".to_owned(), &[], &text)
    }
}
