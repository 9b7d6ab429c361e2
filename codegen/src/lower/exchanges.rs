//! Exchanges, and which method selects which.

use std::collections::BTreeMap;

use super::Lowering;
use crate::diagnostics::{Code, Span};
use crate::model::Exchange;
use crate::patterns::covers;
use crate::syntax as tree;

impl Lowering<'_> {
    /// The exchanges; gives back the order of each.
    pub(super) fn exchanges(&mut self, items: Vec<tree::ExchangeItem>) -> Vec<Option<tree::OrderItem>> {
        let numbers = self.model.exchange_numbers.as_ref().map(|numbers| numbers.range);
        let mut orders = Vec::new();
        let mut taken: BTreeMap<String, Span> = BTreeMap::new();
        // Patterns of the exchanges in front.
        let mut earlier: Vec<(String, Span)> = Vec::new();
        for item in items {
            self.not_empty("message", &item.name, item.messages.is_empty());
            if item.methods.is_empty() && !self.broken.contains(&item.name.text) {
                let message = format!("exchange `{}` has no method, so it is never chosen", item.name.text);
                let help = "name the methods that select it: `method \"name\", \"prefix-*\";`";
                self.diagnostics.report(Code::NoMethod, &item.name.span, message).help(help);
            }
            let mut methods = Vec::new();
            for (method, span) in item.methods {
                if let Some(first) = taken.get(&method) {
                    let message = format!("method \"{method}\" is claimed twice");
                    let help = "the method alone chooses the exchange";
                    self.diagnostics
                        .report(Code::MethodTaken, &span, message)
                        .related(first, "first here")
                        .help(help);
                } else {
                    self.never_selects(&method, &span, &earlier);
                    taken.insert(method.clone(), span);
                }
                methods.push(method);
            }
            let patterns = methods.iter().filter(|method| method.contains('*'));
            earlier.extend(patterns.filter_map(|method| Some((method.clone(), taken.get(method)?.clone()))));
            let messages = self.messages(item.messages, false, numbers);
            self.model.exchanges.push(Exchange { docs: item.docs, name: item.name.text, methods, messages });
            orders.push(item.order);
        }
        orders
    }

    /// Reports a pattern that fits only names which a pattern in front takes already. Whole names come before all
    /// patterns.
    fn never_selects(&mut self, pattern: &str, span: &Span, earlier: &[(String, Span)]) {
        let taken = earlier.iter().find(|(wide, _)| covers(wide, pattern));
        if let Some((wide, first)) = taken.filter(|_| pattern.contains('*')) {
            let message =
                format!("\"{pattern}\" never selects this exchange: \"{wide}\" takes all of its names");
            let help = "put the exchange with the narrower pattern first";
            self.diagnostics.report(Code::MethodTaken, span, message).related(first, "first here").help(help);
        }
    }
}
