//! What implementations are known to do, told by their identification lines.

use kexray_grammar::{Identification, Software};

/// Habits that sizes and order show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Habits {
    /// Sends IGNORE in front of what it says.
    pub(crate) ignores: bool,
    /// Hides the size of a password with IGNORE in front of it.
    pub(crate) fills_with_ignore: bool,
    /// Pads at random.
    pub(crate) pads_at_random: bool,
    /// Sends no packet below the smallest of RFC 4253 section 6 and the MAC.
    pub(crate) floors: bool,
    /// Pads no more than it must.
    pub(crate) pads_least: bool,
    /// Octets that it aligns to what carries a password.
    pub(crate) aligns_passwords: Option<usize>,
    /// Asks for the service again before each attempt.
    pub(crate) asks_again: bool,
    /// Always probes with the method "none" first.
    pub(crate) probes: bool,
    /// Never probes.
    pub(crate) never_probes: bool,
    /// Signs at once, without asking whether the key would do.
    pub(crate) signs_at_once: bool,
    /// Asks the user, or a program, for each password; keys are at hand.
    pub(crate) asks_for_passwords: bool,
    /// Asks whether a key would do before it signs.
    pub(crate) asks_first: bool,
    /// Says in a FAILURE that nothing can continue.
    pub(crate) refuses_without_list: bool,
    /// Looks at passwords by a hash that is slow on purpose.
    pub(crate) hashes_slowly: bool,
    /// Says in DEBUG, in front of its answer, what a key may do.
    pub(crate) debugs_keys: bool,
    /// Opens a channel as soon as it may.
    pub(crate) goes_on: bool,
    /// Grants the window of a session once its program starts.
    pub(crate) grants_late: bool,
}

impl Habits {
    /// Those of whoever says this.
    pub(crate) fn of(identification: &[u8]) -> Self {
        let line = Identification::of_line(identification);
        let Some(known) = line.and_then(|line| Software::like(line.software_version)) else {
            return Self::default();
        };
        Self {
            ignores: known.ignores(),
            fills_with_ignore: known.fills_with_ignore(),
            pads_at_random: known.pads_at_random(),
            floors: known.floors(),
            pads_least: known.pads_least(),
            aligns_passwords: known.aligns_passwords(),
            asks_again: known.asks_again(),
            probes: known.probes(),
            asks_first: known.asks_first(),
            asks_for_passwords: known.asks_for_passwords(),
            debugs_keys: known.debugs_keys(),
            never_probes: known.never_probes(),
            signs_at_once: known.signs_at_once(),
            refuses_without_list: known.refuses_without_list(),
            hashes_slowly: known.hashes_slowly(),
            goes_on: known.goes_on(),
            grants_late: known.grants_late(),
        }
    }

    /// Whether it aligns what carries a password, so that its size tells less.
    pub(crate) const fn hides_passwords(&self) -> bool {
        self.aligns_passwords.is_some()
    }
}
