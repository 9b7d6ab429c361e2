//! The language's syntax: text to tree. Names are not looked up here.

mod items;
mod join;
mod orders;
mod parse;
mod show;
mod unbalanced;

pub(crate) use items::*;
pub(crate) use orders::{OrderItem, Step, TransitionItem, VariationItem};
pub use parse::KEYWORDS;
pub(crate) use parse::parse;
