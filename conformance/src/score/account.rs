//! What an engine says of a connection.

use serde::Deserialize;
use serde_json::Value;

use crate::Record;

/// The columns of a session that tell of its authentication and use; one that is absent is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Account {
    /// Whether the user was let in.
    pub auth_success: Option<bool>,
    /// How often the client tried.
    pub auth_attempts: Option<u64>,
    /// The method that decided.
    pub auth_method: Option<String>,
    /// How sure the verdict is: `exact`, `aligned` or `heuristic`.
    pub auth_evidence: Option<String>,
    /// Every request and its answer.
    pub auth_steps: Option<Vec<Step>>,
    /// What the session was opened for.
    pub session_kind: Option<String>,
    /// Whether the client asked for its agent to be forwarded.
    pub agent_forwarding: Option<bool>,
    /// How often keys were exchanged again.
    pub rekeys: Option<u64>,
    /// How far the client came that left without being let in.
    pub scan: Option<String>,
}

/// A request for authentication and its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Step {
    /// What was tried; absent where sizes do not tell.
    pub method: Option<String>,
    /// What came of it, in the words of [`Reply`](super::labels::Reply).
    pub outcome: Option<String>,
}

impl Account {
    /// The account that a record gives.
    ///
    /// # Errors
    ///
    /// When a column is of another type.
    pub fn of(record: &Record) -> Result<Self, serde_json::Error> {
        serde_json::from_value(Value::Object(record.fields.clone()))
    }

    /// The requests that got an answer, as texts to compare: `password fail`.
    #[must_use]
    pub fn answered(&self) -> Option<Vec<String>> {
        let steps = self.auth_steps.as_ref()?.iter();
        let answered = steps.filter(|step| step.outcome.as_deref() != Some("no_reply"));
        let word = |word: &Option<String>| word.clone().unwrap_or_else(|| "?".to_owned());
        Some(answered.map(|step| format!("{} {}", word(&step.method), word(&step.outcome))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_is_unknown() {
        let line = r#"{"ts":1,"uid":"C","id.orig_h":"::1","id.orig_p":1,"id.resp_h":"::1","id.resp_p":22,
            "auth_success":true,"auth_steps":[{"ts":1.5,"method":"password","outcome":"success"},{"outcome":"no_reply"}]}"#;
        let [record] = &Record::lines(&line.replace('\n', "")).unwrap()[..] else { panic!("one line") };
        let account = Account::of(record).unwrap();
        assert_eq!((account.auth_success, account.auth_attempts), (Some(true), None));
        assert_eq!(account.answered(), Some(vec!["password success".to_owned()]));
    }
}
