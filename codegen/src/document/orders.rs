//! Orders: a drawing, and a table of what each state allows.

use std::fmt::Write as _;

use super::text::{cell, code, paragraphs};
use super::{Context, Titled, layer_page};
use crate::graph::{GraphFormat, anywhere, graphs, sayings};
use crate::model::Order;

impl Context<'_> {
    /// A page for each order over layers.
    pub(super) fn orders(&self) -> Vec<Titled> {
        let over_layers = self.model.orders.iter().enumerate().filter(|(_, order)| order.exchange.is_none());
        let pages = over_layers.map(|(index, order)| {
            let mut text = String::new();
            let layers = order.layers.iter().map(|layer| &self.model.layers[*layer].name);
            let layers: Vec<_> = layers.map(|name| format!("[{name}]({})", layer_page(name))).collect();
            let _ = writeln!(text, "It orders messages of {}.\n", layers.join(", "));
            if order.each {
                text.push_str("Each end goes its own way through the states.\n\n");
            }
            self.order(index, &mut text);
            let name = format!("order-{}.md", crate::case::kebab(&order.name));
            self.page(name, format!("Order {}", order.name), &order.docs, &text)
        });
        pages.collect()
    }

    /// The order of an exchange, where it has one.
    pub(super) fn order_of_exchange(&self, exchange: usize, text: &mut String) {
        let index = self.model.orders.iter().position(|order| order.exchange == Some(exchange));
        let Some(index) = index else { return };
        text.push_str("## Order\n\n");
        let docs = paragraphs(&self.model.orders[index].docs);
        if !docs.is_empty() {
            let _ = writeln!(text, "{docs}\n");
        }
        self.order(index, text);
    }

    fn order(&self, index: usize, text: &mut String) {
        let order = &self.model.orders[index];
        let drawings = graphs(self.model, GraphFormat::Mermaid);
        let _ = writeln!(text, "```mermaid\n{}```\n", drawings[index].text);
        for line in anywhere(self.model, order) {
            let line = line.replacen("anywhere", "Anywhere", 1);
            let _ = writeln!(text, "- {line}.");
        }
        if !order.anywhere.is_empty() {
            text.push('\n');
        }
        text.push_str("| state | who, and what | then | meaning |\n|---|---|---|---|\n");
        for (state, declared) in order.states.iter().enumerate() {
            let end = match (declared.is_end, declared.fails) {
                (true, _) => " (end)",
                (_, true) => " (failure)",
                _ => "",
            };
            let name = format!("{}{end}", code(&declared.name));
            let meaning = cell(&declared.docs);
            let rows = self.rows(order, state);
            if rows.is_empty() {
                let _ = writeln!(text, "| {name} | | | {meaning} |");
            }
            for (row, (saying, to)) in rows.iter().enumerate() {
                let (name, meaning) = if row == 0 { (name.as_str(), meaning.as_str()) } else { ("", "") };
                let _ = writeln!(text, "| {name} | {saying} | {to} | {meaning} |");
            }
        }
        text.push('\n');
        for variation in &order.variations {
            let _ = writeln!(text, "Variation {}: {}\n", code(&variation.name), paragraphs(&variation.docs));
            let mut states: Vec<usize> = variation.forbids.iter().map(|(state, _)| *state).collect();
            states.sort_unstable();
            states.dedup();
            for state in states {
                let forbidden = variation.forbids.iter().filter(|(of, _)| *of == state);
                let names: Vec<_> = forbidden.map(|(_, label)| order.labels[*label].name.as_str()).collect();
                let _ = writeln!(text, "- not in {}: {}", code(&order.states[state].name), names.join(", "));
            }
            text.push('\n');
        }
    }

    /// What leads on from a state, and where to.
    fn rows(&self, order: &Order, state: usize) -> Vec<(String, String)> {
        let leads = order.leads(state).into_iter();
        let leads = leads
            .map(|(to, said)| (sayings(self.model, order, &said).join("; "), code(&order.states[to].name)));
        let like = order.states[state].like.map(|like| &order.states[like].name);
        leads.chain(like.map(|like| (format!("what {} allows", code(like)), String::new()))).collect()
    }
}
