//! Keyed structures.

use std::fmt::Write as _;

use super::text::code;
use super::{Context, Titled};
use crate::case::kebab;
use crate::model::Keyed;

impl Context<'_> {
    pub(super) fn keyed(&self, keyed: &Keyed) -> Titled {
        let mut text = String::new();
        for variant in &keyed.variants {
            let _ = writeln!(text, "## {}\n\nBehind {}.", variant.structure.name, code(&variant.tag));
            if let Some(certified) = variant.certifies.map(|index| &keyed.variants[index].structure.name) {
                let _ = writeln!(text, "It certifies [{certified}](#{}).", certified.to_lowercase());
            }
            text.push('\n');
            self.structure(&variant.structure, None, &mut text);
        }
        let name = format!("keyed-{}.md", kebab(&keyed.name));
        self.page(name, format!("Keyed {}", keyed.name), &keyed.docs, &text)
    }
}
