//! How frames are sealed.

use std::fmt::Write as _;

use super::Context;
use super::text::{code, number, paragraphs};
use crate::model::{Block, Sealing};

impl Context<'_> {
    pub(super) fn sealings(&self, text: &mut String) {
        for sealing in &self.model.sealings {
            self.sealing(sealing, text);
        }
    }

    fn sealing(&self, sealing: &Sealing, text: &mut String) {
        let frame = &self.model.frames[sealing.frame];
        let _ = writeln!(text, "## {}\n", sealing.name);
        let docs = paragraphs(&sealing.docs);
        if !docs.is_empty() {
            let _ = writeln!(text, "{docs}\n");
        }
        let _ = writeln!(text, "Seals [{0}](#{1}).\n", frame.name, frame.name.to_lowercase());
        let clear = match sealing.clear_to.and_then(|index| frame.fields.get(index)) {
            Some(field) => format!("in clear up to {}: {} octets", code(&field.name), number(sealing.clear)),
            None => "none of it in clear".to_owned(),
        };
        let (divisor, block) = match sealing.block {
            Block::Fixed(octets) => (number(octets), number(octets)),
            Block::AtLeast(octets) => {
                ("b".to_owned(), format!("b, the cipher's block, but {octets} at least"))
            }
        };
        let from = frame.fields.get(sealing.aligned_from).map_or("", |field| &field.name);
        let tag = sealing.tag.map_or("m".to_owned(), number);
        let (low, high) = sealing.padding;
        let _ = writeln!(text, "- {clear};\n- aligned from {} on, to {block};", code(from));
        let _ = writeln!(text, "- padding of {} to {} octets;", number(low), number(high));
        if sealing.smallest > 0 {
            let _ =
                writeln!(text, "- {} octets at least without what stands behind;", number(sealing.smallest));
        }
        let _ = writeln!(text, "- behind it a tag of {tag} octets.\n");
        let lead = if sealing.lead == 0 { String::new() } else { format!("{} + ", sealing.lead) };
        let least = number(sealing.fixed + low);
        let _ = writeln!(
            text,
            "A payload of p octets takes {lead}⌈(p + {least}) / {divisor}⌉ × {divisor} + {tag} octets with the least padding.\n"
        );
    }
}
