//! What the page's script is given.

use serde::Serialize;

use crate::algorithms::Totals;
use crate::conversation::Told;
use crate::facts::Facts;
use crate::findings::Findings;
use crate::notices::Told as Noticed;
use crate::outcomes::Outcomes;
use crate::tally::Rows;
use crate::timeline::Steps;

/// All of it.
#[derive(Debug, Serialize)]
pub(crate) struct Contents<'r> {
    pub(crate) version: &'static str,
    pub(crate) sources: Vec<String>,
    /// Of all sessions.
    pub(crate) outcomes: Outcomes,
    /// When the first session began, and the last, in microseconds since the epoch.
    pub(crate) first: Option<u64>,
    pub(crate) last: Option<u64>,
    pub(crate) timeline: Steps,
    pub(crate) notices: Noticed<'r>,
    pub(crate) findings: Findings,
    pub(crate) pairs: Rows<Pair>,
    pub(crate) algorithms: Totals,
    pub(crate) clients: Rows<Named>,
    pub(crate) servers: Rows<Named>,
    pub(crate) oddities: Rows<Named>,
    /// Those that are told in detail, in order of time.
    pub(crate) sessions: Vec<&'r Detail>,
}

/// Who logs in to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Pair {
    pub(crate) client: String,
    pub(crate) server: String,
    pub(crate) outcomes: Outcomes,
}

/// Sessions that have a text in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) outcomes: Outcomes,
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Detail {
    #[serde(flatten)]
    pub(crate) facts: Facts,
    #[serde(flatten)]
    pub(crate) conversation: Told,
}
