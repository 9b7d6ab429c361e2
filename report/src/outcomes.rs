//! How sessions ended, counted.

use kexray_analyzer::Session;
use serde::Serialize;

/// Sessions by what became of authentication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Outcomes {
    pub(crate) success: u64,
    pub(crate) failure: u64,
    pub(crate) unknown: u64,
}

impl Outcomes {
    pub(crate) fn of(session: &Session) -> Self {
        let mut outcomes = Self::default();
        match session.auth_success {
            Some(true) => outcomes.success = 1,
            Some(false) => outcomes.failure = 1,
            None => outcomes.unknown = 1,
        }
        outcomes
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.success = self.success.saturating_add(other.success);
        self.failure = self.failure.saturating_add(other.failure);
        self.unknown = self.unknown.saturating_add(other.unknown);
    }

    pub(crate) fn all(self) -> u64 {
        self.success.saturating_add(self.failure).saturating_add(self.unknown)
    }
}
