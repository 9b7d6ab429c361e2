//! Which message numbers belong to a layer, or to all exchanges.

use super::Lowering;
use crate::diagnostics::Code;
use crate::model::ExchangeNumbers;
use crate::syntax::{ExchangeNumbersItem, NumbersItem};

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

    pub(super) fn exchange_numbers(&mut self, items: Vec<ExchangeNumbersItem>) {
        let mut items = items.into_iter();
        let Some(first) = items.next() else { return };
        let range = self.numbers(&first.numbers);
        self.model.exchange_numbers = range.map(|range| ExchangeNumbers { docs: first.docs, range });
        for item in items {
            let message = "the numbers of exchanges are said twice";
            self.diagnostics
                .report(Code::DuplicateName, &item.numbers.span, message)
                .related(&first.numbers.span, "first here");
        }
    }
}
