//! What an engine got right, wrong, or did not say.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Outcome;

use super::labels::Weight;
use super::{Account, Label};

/// How often something was right, wrong, or not said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Marks {
    /// As the peers logged it.
    pub right: usize,
    /// Otherwise.
    pub wrong: usize,
    /// Not said.
    pub unknown: usize,
}

impl Marks {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Right => self.right += 1,
            Outcome::Wrong => self.wrong += 1,
            Outcome::Missing => self.unknown += 1,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> usize {
        self.right + self.wrong + self.unknown
    }
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Let in or not.
    Verdict,
    /// The number of attempts.
    Attempts,
    /// The method that decided.
    Method,
    /// Every request and its answer, in order.
    Steps,
    /// What the session was opened for.
    Session,
    /// Whether the agent was forwarded.
    Agent,
    /// How often keys were exchanged again.
    Rekeys,
    /// How far a client came that was not let in.
    Scan,
}

impl Aspect {
    /// All of them, in the order of the reports.
    pub const ALL: [Self; 8] = [
        Self::Verdict,
        Self::Attempts,
        Self::Method,
        Self::Steps,
        Self::Session,
        Self::Agent,
        Self::Rekeys,
        Self::Scan,
    ];

    /// Whether it tells what came of authentication as a whole.
    #[must_use]
    pub const fn is_main(self) -> bool {
        matches!(self, Self::Verdict | Self::Attempts | Self::Method)
    }

    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Attempts => "attempts",
            Self::Method => "method",
            Self::Steps => "steps",
            Self::Session => "session",
            Self::Agent => "agent",
            Self::Rekeys => "rekeys",
            Self::Scan => "scan",
        }
    }
}

/// The marks of a group of connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Marked(BTreeMap<Aspect, Marks>);

impl Marked {
    /// Whether anything was said of an aspect at all.
    #[must_use]
    pub fn speaks_of(&self, aspect: Aspect) -> bool {
        let Marks { right, wrong, .. } = self.of(aspect);
        right + wrong > 0
    }

    /// The marks of one aspect.
    #[must_use]
    pub fn of(&self, aspect: Aspect) -> Marks {
        self.0.get(&aspect).copied().unwrap_or_default()
    }

    fn add(&mut self, outcomes: &[(Aspect, Outcome)]) {
        for (aspect, outcome) in outcomes {
            self.0.entry(*aspect).or_default().add(*outcome);
        }
    }
}

/// A connection of which something was wrong or not said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Miss {
    /// The capture's name.
    pub capture: String,
    /// The client's port.
    pub port: u16,
    /// The client's software.
    pub client: String,
    /// The server's software.
    pub server: String,
    /// What protects the packets.
    pub mode: String,
    /// What was wrong.
    pub wrong: Vec<Aspect>,
    /// What was not said.
    pub unknown: Vec<Aspect>,
    /// What the peers logged.
    pub truth: String,
    /// What was said.
    pub said: String,
}

impl Miss {
    fn of(label: &Label, account: &Account, wrong: Vec<Aspect>, unknown: Vec<Aspect>) -> Self {
        Self {
            capture: label.pcap.clone(),
            port: label.client_port,
            client: label.client().to_owned(),
            server: label.server().to_owned(),
            mode: label.mode().to_string(),
            wrong,
            unknown,
            truth: truth(label),
            said: said(account),
        }
    }
}

/// All marks of one engine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Card {
    /// Whose.
    pub engine: String,
    /// Of all connections that count.
    pub total: Marked,
    /// By the client's software.
    pub by_client: BTreeMap<String, Marked>,
    /// By the server's software.
    pub by_server: BTreeMap<String, Marked>,
    /// By what protects the packets.
    pub by_mode: BTreeMap<String, Marked>,
    /// By the evidence that was given for the verdict.
    pub by_evidence: BTreeMap<String, Marked>,
    /// Users that were not let in and are said to have been.
    pub false_successes: Vec<Miss>,
    /// Users that were let in and are said not to have been.
    pub false_failures: Vec<Miss>,
    /// All that was wrong or not said, these included.
    pub misses: Vec<Miss>,
    /// Users that are said to have been let in although nobody tried; they are not in the marks.
    pub unfounded: Vec<Miss>,
}

impl Card {
    /// One without marks.
    #[must_use]
    pub fn new(engine: &str) -> Self {
        Self { engine: engine.to_owned(), ..Self::default() }
    }

    /// Adds a connection.
    pub fn add(&mut self, label: &Label, account: &Account) {
        let mut outcomes = compare(label, account);
        match label.weight() {
            Weight::Full => {}
            Weight::WrongOnly => outcomes.retain(|it| *it == (Aspect::Verdict, Outcome::Wrong)),
            Weight::Nothing => {
                if (label.auth_success, account.auth_success) == (Some(false), Some(true)) {
                    self.unfounded.push(Miss::of(label, account, vec![Aspect::Verdict], Vec::new()));
                }
                outcomes.retain(|it| it.0 == Aspect::Scan);
            }
        }
        let evidence = account.auth_evidence.as_deref().unwrap_or("none");
        let groups = [
            (&mut self.by_client, label.client().to_owned()),
            (&mut self.by_server, label.server().to_owned()),
            (&mut self.by_mode, label.mode().to_string()),
            (&mut self.by_evidence, evidence.to_owned()),
        ];
        self.total.add(&outcomes);
        for (group, name) in groups {
            if !outcomes.is_empty() {
                group.entry(name).or_default().add(&outcomes);
            }
        }
        self.name(label, account, &outcomes);
    }

    fn name(&mut self, label: &Label, account: &Account, outcomes: &[(Aspect, Outcome)]) {
        let with = |outcome: Outcome| {
            let aspects = outcomes.iter().filter(|it| it.1 == outcome).map(|it| it.0);
            aspects.collect::<Vec<_>>()
        };
        let (wrong, unknown) = (with(Outcome::Wrong), with(Outcome::Missing));
        if wrong.is_empty() && unknown.is_empty() {
            return;
        }
        let miss = Miss::of(label, account, wrong, unknown);
        if miss.wrong.contains(&Aspect::Verdict) {
            let list = if label.auth_success == Some(true) {
                &mut self.false_failures
            } else {
                &mut self.false_successes
            };
            list.push(miss.clone());
        }
        self.misses.push(miss);
    }
}

/// Compares everything of which the truth is known.
fn compare(label: &Label, account: &Account) -> Vec<(Aspect, Outcome)> {
    let mut outcomes = Vec::new();
    if let Some(success) = label.auth_success {
        outcomes.push((Aspect::Verdict, Outcome::of(&success, account.auth_success.as_ref())));
    }
    outcomes.push((Aspect::Attempts, Outcome::of(&label.attempts(), account.auth_attempts.as_ref())));
    if let Some(method) = label.method() {
        outcomes.push((Aspect::Method, Outcome::of(&method, account.auth_method.as_deref().as_ref())));
    }
    outcomes.push((Aspect::Steps, Outcome::of(&answered(label), account.answered().as_ref())));
    if let Some(session) = label.session() {
        let named = account.session_kind.as_deref().map(|kind| session.is_called(kind));
        outcomes.push((Aspect::Session, Outcome::of(&true, named.as_ref())));
    }
    if let Some(forwarded) = label.agent_forwarding.filter(|_| label.auth_success == Some(true)) {
        outcomes.push((Aspect::Agent, Outcome::of(&forwarded, account.agent_forwarding.as_ref())));
    }
    if let Some(rekeys) = label.rekeys().filter(|_| label.auth_success == Some(true)) {
        outcomes.push((Aspect::Rekeys, Outcome::of(&rekeys, account.rekeys.as_ref())));
    }
    if let Some(scan) = label.scan() {
        outcomes.push((Aspect::Scan, Outcome::of(&scan, account.scan.as_deref().as_ref())));
    } else if label.auth_success == Some(true) && account.scan.is_some() {
        outcomes.push((Aspect::Scan, Outcome::Wrong));
    }
    outcomes
}

/// The requests that got an answer, as [`Account::answered`] has them.
fn answered(label: &Label) -> Vec<String> {
    let answered = label.tried().iter().map(|(method, reply)| {
        let reply = serde_json::to_value(reply).ok();
        format!("{method} {}", reply.as_ref().and_then(|reply| reply.as_str()).unwrap_or("?"))
    });
    answered.filter(|step| !step.ends_with(" no_reply")).collect()
}

fn truth(label: &Label) -> String {
    let mut words = vec![verdict(label.auth_success).to_owned(), attempts(Some(label.attempts()))];
    words.extend(label.method().map(str::to_owned));
    words.extend(label.session().map(|session| format!("{session:?}").to_lowercase()));
    words.extend(label.scan().map(|scan| format!("left at {scan}")));
    format!("{} [{}]", words.join(", "), answered(label).join(", "))
}

fn said(account: &Account) -> String {
    let mut words = vec![verdict(account.auth_success).to_owned(), attempts(account.auth_attempts)];
    words.extend(account.auth_method.clone());
    words.extend(account.session_kind.clone());
    words.extend(account.scan.as_ref().map(|scan| format!("left at {scan}")));
    words.extend(account.auth_evidence.clone());
    let steps = account.answered().map(|steps| format!(" [{}]", steps.join(", ")));
    words.join(", ") + &steps.unwrap_or_default()
}

fn verdict(success: Option<bool>) -> &'static str {
    match success {
        Some(true) => "success",
        Some(false) => "failure",
        None => "unknown",
    }
}

fn attempts(attempts: Option<u64>) -> String {
    match attempts {
        None => "attempts unknown".to_owned(),
        Some(1) => "1 attempt".to_owned(),
        Some(attempts) => format!("{attempts} attempts"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(pcap: &str, success: bool) -> Label {
        let reply = if success { "success" } else { "fail" };
        let label = serde_json::json!({
            "pcap": pcap, "client_ip": "10.0.0.1", "client_port": 4, "server_ip": "10.0.0.2", "server_port": 22,
            "ts": 1, "client_impl": "a", "server_impl": "b", "auth_success": success, "session": "exec",
            "auth_methods_tried": [["none", "fail"], ["password", reply]],
        });
        serde_json::from_value(label).unwrap()
    }

    fn account(success: bool, attempts: u64) -> Account {
        Account { auth_success: Some(success), auth_attempts: Some(attempts), ..Account::default() }
    }

    #[test]
    fn each_aspect_is_marked_by_itself() {
        let mut card = Card::new("test");
        card.add(&label("a.pcap", true), &account(true, 2));
        assert_eq!(card.total.of(Aspect::Verdict), Marks { right: 1, wrong: 0, unknown: 0 });
        assert_eq!(card.total.of(Aspect::Attempts), Marks { right: 0, wrong: 1, unknown: 0 });
        assert_eq!(card.total.of(Aspect::Session), Marks { right: 0, wrong: 0, unknown: 1 });
        assert_eq!(card.total.of(Aspect::Agent), Marks::default());
        assert_eq!(card.misses[0].truth, "success, 1 attempt, password, exec [none fail, password success]");
        assert_eq!(card.misses[0].said, "success, 2 attempts");
    }

    #[test]
    fn false_verdicts_are_told_apart() {
        let mut card = Card::new("test");
        card.add(&label("a.pcap", true), &account(false, 1));
        card.add(&label("b.pcap", false), &account(true, 1));
        assert_eq!(card.false_failures[0].capture, "a.pcap");
        assert_eq!(card.false_successes[0].capture, "b.pcap");
    }

    #[test]
    fn a_success_where_nobody_tried_is_named_and_not_counted() {
        let quiet = r#"{"pcap":"a","client_ip":"::1","client_port":4,"server_ip":"::1","server_port":22,"ts":1,
            "auth_success":false,"auth_methods_tried":[]}"#;
        let mut card = Card::new("test");
        card.add(&serde_json::from_str(quiet).unwrap(), &account(true, 1));
        assert_eq!((card.unfounded.len(), card.total), (1, Marked::default()));
    }

    #[test]
    fn of_a_cut_capture_a_wrong_verdict_counts_and_nothing_else() {
        let mut card = Card::new("test");
        card.add(&label("cut_a.pcap", true), &Account::default());
        card.add(&label("cut_b.pcap", true), &account(true, 7));
        assert_eq!(card, Card::new("test"));
        card.add(&label("cut_c.pcap", true), &account(false, 7));
        assert_eq!(card.total.of(Aspect::Verdict).wrong, 1);
        assert_eq!(card.total.of(Aspect::Attempts).total(), 0);
    }
}
