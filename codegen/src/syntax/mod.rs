//! The language's syntax: text to tree. Names are not looked up here.

mod items;
mod join;
mod parse;
mod show;
mod unbalanced;

pub(crate) use items::*;
pub use parse::KEYWORDS;
pub(crate) use parse::parse;
