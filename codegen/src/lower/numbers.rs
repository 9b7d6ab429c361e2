//! Which message numbers belong to a layer, or to all exchanges.

use super::Lowering;
use crate::diagnostics::Code;
use crate::syntax::NumbersItem;

impl Lowering<'_> {
    /// A range of message numbers, if it is one.
    pub(super) fn numbers(&mut self, item: &NumbersItem) -> Option<(u8, u8)> {
        let octet = |number| u8::try_from(number).ok();
        let range = octet(item.low).zip(octet(item.high)).filter(|(low, high)| low <= high);
        if range.is_none() {
            let message = "this range is empty, or reaches beyond one octet";
            self.diagnostics.report(Code::NumberOutOfRange, &item.span, message);
        }
        range
    }

    pub(super) fn exchange_numbers(&mut self, items: &[NumbersItem]) {
        let mut items = items.iter();
        let Some(first) = items.next() else { return };
        self.model.exchange_numbers = self.numbers(first);
        for item in items {
            let message = "the numbers of exchanges are said twice";
            self.diagnostics
                .report(Code::DuplicateName, &item.span, message)
                .related(&first.span, "first here");
        }
    }
}
