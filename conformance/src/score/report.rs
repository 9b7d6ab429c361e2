//! Cards as text for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Card;
use super::card::{Aspect, Marked, Marks, Miss};

/// The cards beside each other, then each one's misses: Markdown, which reads well on a terminal too.
///
/// With `all`, connections of which only steps, the session and the like were missed are named as well. What an engine
/// never speaks of is no miss.
#[must_use]
pub fn markdown(cards: &[Card], all: bool) -> String {
    let mut text = String::new();
    table(&mut text, "All connections that count", cards, |card| vec![("all", &card.total)]);
    table(&mut text, "By cipher mode", cards, |card| groups(&card.by_mode));
    table(&mut text, "By client", cards, |card| groups(&card.by_client));
    table(&mut text, "By server", cards, |card| groups(&card.by_server));
    table(&mut text, "By evidence", cards, |card| groups(&card.by_evidence));
    for card in cards {
        let named = |aspect: Aspect| card.total.speaks_of(aspect) && (all || aspect.is_main());
        list(&mut text, &format!("False successes of {}", card.engine), &card.false_successes, named);
        list(&mut text, &format!("False failures of {}", card.engine), &card.false_failures, named);
        list(
            &mut text,
            &format!("Success said by {} where nobody tried", card.engine),
            &card.unfounded,
            named,
        );
        let others: Vec<Miss> =
            card.misses.iter().filter(|miss| !miss.wrong.contains(&Aspect::Verdict)).cloned().collect();
        list(&mut text, &format!("Other misses of {}", card.engine), &others, named);
    }
    text
}

fn groups(groups: &BTreeMap<String, Marked>) -> Vec<(&str, &Marked)> {
    groups.iter().map(|(name, marked)| (name.as_str(), marked)).collect()
}

type Groups<'c> = Vec<(&'c str, &'c Marked)>;

/// A row for each group and engine; a cell is `right/wrong/unknown`, with the share that is right.
fn table<'c>(text: &mut String, title: &str, cards: &'c [Card], groups: impl Fn(&'c Card) -> Groups<'c>) {
    let mut rows: Vec<(&str, &str, &Marked)> = Vec::new();
    for card in cards {
        rows.extend(groups(card).into_iter().map(|(group, marked)| (group, card.engine.as_str(), marked)));
    }
    rows.sort_by_key(|(group, ..)| *group);
    let names = Aspect::ALL.map(Aspect::name);
    let _ = writeln!(text, "## {title}\n\nright / wrong / unknown\n");
    let _ = writeln!(text, "| group | engine | {} |", names.join(" | "));
    let _ = writeln!(text, "|---|---|{}", "---|".repeat(names.len()));
    for (group, engine, marked) in rows {
        let cells = Aspect::ALL.map(|aspect| cell(marked.of(aspect)));
        let _ = writeln!(text, "| {group} | {engine} | {} |", cells.join(" | "));
    }
    text.push('\n');
}

fn cell(marks: Marks) -> String {
    let Marks { right, wrong, unknown } = marks;
    match share(marks) {
        Some(share) => format!("{share} % ({right}/{wrong}/{unknown})"),
        None => "-".to_owned(),
    }
}

/// The share that is right, in percent with one decimal, cut and not rounded: 100.0 means all.
#[must_use]
pub fn share(marks: Marks) -> Option<String> {
    let thousandths = (marks.right * 1000).checked_div(marks.total())?;
    Some(format!("{}.{}", thousandths / 10, thousandths % 10))
}

/// Names the misses of which at least one aspect `counts`.
fn list(text: &mut String, title: &str, misses: &[Miss], counts: impl Fn(Aspect) -> bool) {
    let missed = |miss: &Miss| {
        let aspects = miss.wrong.iter().chain(&miss.unknown).filter(|aspect| counts(**aspect));
        aspects.map(|aspect| aspect.name()).collect::<Vec<_>>().join(", ")
    };
    let misses: Vec<_> =
        misses.iter().map(|miss| (miss, missed(miss))).filter(|(_, missed)| !missed.is_empty()).collect();
    let _ = writeln!(text, "## {title}: {}\n", misses.len());
    for (Miss { capture, port, client, server, mode, truth, said, .. }, missed) in &misses {
        let _ = writeln!(text, "- {capture} {port} ({client} to {server}, {mode}), {missed}:");
        let _ = writeln!(text, "  truth: {truth}; said: {said}");
    }
    if !misses.is_empty() {
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_rounded_up() {
        assert_eq!(share(Marks { right: 1999, wrong: 1, unknown: 0 }).as_deref(), Some("99.9"));
        assert_eq!(share(Marks { right: 3, wrong: 0, unknown: 0 }).as_deref(), Some("100.0"));
        assert_eq!(share(Marks::default()), None);
    }
}
