//! Zeek's rule, on the lengths of delivered chunks of ciphertext.
//!
//! The first chunk from the server, once the client has sent ciphertext, is taken for SERVICE_ACCEPT. SUCCESS is 16
//! octets shorter than that, and whatever else comes next is the length of FAILURE.

use kexray_grammar::Role;
use kexray_grammar::numbers::{CLASSIC_BANNER_IS_LONGER, CLASSIC_SUCCESS_IS_SHORTER};

/// The rule's state.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Classic {
    client_spoke: bool,
    service_accept: Option<u64>,
    failure: Option<u64>,
    banner_skipped: bool,
    decided: bool,
    gave_up: bool,
}

/// What a chunk means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    Failed,
    Succeeded {
        /// Without any attempt but "none".
        by_none: bool,
    },
}

impl Classic {
    /// Takes the length of a chunk.
    pub(crate) fn observe(&mut self, from: Role, length: u64) -> Option<Attempt> {
        if self.decided {
            return None;
        }
        if from == Role::Client {
            self.client_spoke = true;
            return None;
        }
        if !self.client_spoke {
            return None;
        }
        let Some(service_accept) = self.service_accept else {
            self.service_accept = Some(length);
            return None;
        };
        let success = length.saturating_add(CLASSIC_SUCCESS_IS_SHORTER as u64) == service_accept;
        match self.failure {
            Some(failure) if length == failure => Some(Attempt::Failed),
            failure if success => {
                self.decided = true;
                Some(Attempt::Succeeded { by_none: failure.is_none() })
            }
            Some(_) => None,
            None if !self.banner_skipped
                && length > service_accept.saturating_add(CLASSIC_BANNER_IS_LONGER as u64) =>
            {
                self.banner_skipped = true;
                None
            }
            None => {
                self.failure = Some(length);
                None
            }
        }
    }

    /// Bytes are missing: lengths prove nothing any more.
    pub(crate) fn give_up(&mut self) {
        if !self.decided {
            self.decided = true;
            self.gave_up = true;
        }
    }

    /// Whether bytes were missing before there was a verdict.
    pub(crate) const fn gave_up(&self) -> bool {
        self.gave_up
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempt, Classic};
    use kexray_grammar::Role::{self, Client, Server};

    fn check(chunks: &[(Role, u64)], expected: &[Attempt]) {
        let mut classic = Classic::default();
        let attempts: Vec<_> =
            chunks.iter().filter_map(|(from, length)| classic.observe(*from, *length)).collect();
        assert_eq!(attempts, expected);
    }

    #[test]
    fn a_password_that_fails_and_one_that_is_taken() {
        let chunks = [
            (Client, 44),
            (Server, 44),
            (Client, 60),
            (Server, 52),
            (Client, 148),
            (Server, 52),
            (Client, 148),
            (Server, 28),
        ];
        check(&chunks, &[Attempt::Failed, Attempt::Succeeded { by_none: false }]);
    }

    #[test]
    fn none_is_enough() {
        check(
            &[(Client, 44), (Server, 44), (Client, 60), (Server, 28)],
            &[Attempt::Succeeded { by_none: true }],
        );
    }

    #[test]
    fn what_the_server_says_before_the_client_is_ignored() {
        check(
            &[(Server, 172), (Client, 44), (Server, 44), (Client, 60), (Server, 28)],
            &[Attempt::Succeeded { by_none: true }],
        );
    }

    #[test]
    fn one_banner_is_skipped() {
        let chunks = [(Client, 44), (Server, 44), (Client, 60), (Server, 1256), (Server, 52), (Server, 52)];
        check(&chunks, &[Attempt::Failed]);
    }

    #[test]
    fn nothing_follows_success() {
        let chunks = [(Client, 44), (Server, 44), (Server, 52), (Server, 28), (Server, 52), (Server, 28)];
        check(&chunks, &[Attempt::Succeeded { by_none: false }]);
    }
}
