//! How frames are sealed: what of them is aligned, padded, in clear.

use super::{Lowering, names};
use crate::diagnostics::{Code, Span};
use crate::model::{Block, Field, Sealing, Shape};
use crate::syntax as tree;
use crate::syntax::{BlockItem, Name};

/// Blocks and tags beyond this are a slip of the pen; the bound keeps all arithmetic far from any overflow.
const LARGEST: u64 = 65_536;

impl Lowering<'_> {
    /// `frames_are_right`: else what is wrong with a frame would be told again.
    pub(super) fn sealings(&mut self, items: Vec<tree::SealingItem>, frames_are_right: bool) {
        for item in items.into_iter().filter(|_| frames_are_right) {
            let sealing = self.sealing(item);
            self.model.sealings.extend(sealing);
        }
    }

    fn sealing(&mut self, item: tree::SealingItem) -> Option<Sealing> {
        let frames = names(&self.model.frames, |frame| &frame.name);
        let frame = self.find(Code::UnknownType, "frame", &item.frame, &frames)?;
        let (low, high) = item.padding.1;
        if low > high || high > LARGEST {
            let message = format!("a range of padding is not empty, and ends at {LARGEST} at most");
            self.diagnostics.report(Code::BadSealing, &item.padding.2, message);
        }
        let block = match &item.align.1 {
            BlockItem::Fixed(octets, span) => self.octets(*octets, span).map(Block::Fixed),
            BlockItem::AtLeast(octets, span) => self.octets(*octets, span).map(Block::AtLeast),
        };
        let smallest = item.smallest.as_ref().map_or(Some(0), |(octets, span)| self.octets(*octets, span));
        let tag = item.tag.as_ref().map(|(octets, span)| match octets {
            // A checksum may stand inside of the frame, and nothing behind it.
            0 => Some(0),
            _ => self.octets(*octets, span),
        });

        let known = names(&self.model.frames[frame].fields, |field| &field.name);
        let mut place = |name: &Name| self.find(Code::UnknownField, "field of that frame", name, &known);
        let (payload, padding, aligned_from) =
            (place(&item.payload), place(&item.padding.0), place(&item.align.0));
        let clear_to = item.clear.as_ref().map(&mut place);
        let (payload, padding, aligned_from) = (payload?, padding?, aligned_from?);
        let clear_to = match clear_to {
            Some(found) => Some(found?),
            None => None,
        };
        let fields = &self.model.frames[frame].fields;
        let size = |field: &Field| match field.shape {
            Shape::Integer(width) => Some(width.octets() as u64),
            Shape::Flag => Some(1),
            Shape::Fixed(octets) => Some(octets as u64),
            _ => None,
        };
        let open =
            |index: usize| matches!(fields.get(index).map(|field| &field.shape), Some(Shape::Sized(_)));
        let sizes: Vec<(bool, Option<u64>)> = fields
            .iter()
            .enumerate()
            .map(|(index, field)| (index == payload || index == padding, size(field)))
            .collect();
        // What is wrong with it, and where.
        let mut wrong: Vec<(&Span, String)> = Vec::new();
        if payload == padding {
            wrong.push((&item.padding.0.span, "one field is not both payload and padding".to_owned()));
        }
        for (index, name) in [(payload, &item.payload), (padding, &item.padding.0)] {
            if !open(index) {
                wrong.push((
                    &name.span,
                    format!("`{}` has one size only, so it is neither payload nor padding", name.text),
                ));
            }
            if index < aligned_from {
                wrong.push((
                    &item.align.0.span,
                    format!("`{}` stands in front of what is aligned", name.text),
                ));
            }
        }
        if let (Some(index), Some(name)) = (clear_to, &item.clear)
            && (index >= payload || index >= padding)
        {
            wrong.push((&name.span, "what holds payload or padding is not in clear".to_owned()));
        }
        let unknown = fields.iter().zip(&sizes).filter(|(_, (open, octets))| !open && octets.is_none());
        if let (true, Some((field, _))) = (wrong.is_empty(), unknown.into_iter().next()) {
            wrong.push((&item.frame.span, format!("the size of its field `{}` is not known", field.name)));
        }
        let told = wrong.is_empty();
        for (span, message) in wrong {
            self.diagnostics.report(Code::BadSealing, span, message);
        }
        if !told {
            return None;
        }
        let sum = |range: std::ops::Range<usize>| {
            sizes
                .get(range)
                .unwrap_or_default()
                .iter()
                .filter(|(either, _)| !either)
                .filter_map(|(_, octets)| *octets)
                .sum()
        };
        Some(Sealing {
            docs: item.docs,
            name: item.name.text,
            frame,
            lead: sum(0..aligned_from),
            fixed: sum(aligned_from..sizes.len()),
            clear: clear_to.map_or(0, |last| sum(0..last + 1)),
            aligned_from,
            clear_to,
            block: block?,
            padding: (low, high),
            smallest: smallest?,
            tag: match tag {
                Some(octets) => Some(octets?),
                None => None,
            },
        })
    }

    /// A number of octets that is neither none nor absurd.
    fn octets(&mut self, octets: u64, span: &Span) -> Option<u64> {
        let fits = (1..=LARGEST).contains(&octets);
        if !fits {
            let message = format!("{octets} octets are none, or more than {LARGEST}");
            self.diagnostics.report(Code::BadSealing, span, message);
        }
        fits.then_some(octets)
    }
}
