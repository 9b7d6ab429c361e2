//! What implementations are known to do, told by their identification lines.

/// Habits that sizes and order show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Habits {
    /// Sends IGNORE in front of what it says.
    pub(crate) ignores: bool,
    /// Hides the size of a password with IGNORE in front of it.
    pub(crate) fills_with_ignore: bool,
    /// Pads at random.
    pub(crate) pads_at_random: bool,
    /// Sends no packet below 16 octets and the MAC.
    pub(crate) floors: bool,
    /// Pads no more than it must.
    pub(crate) pads_least: bool,
    /// Aligns what carries a password to 64 octets.
    pub(crate) hides_passwords: bool,
    /// Asks for the service again before each attempt.
    pub(crate) asks_again: bool,
    /// Always probes with the method "none" first.
    pub(crate) probes: bool,
    /// Never probes.
    pub(crate) never_probes: bool,
    /// Signs at once, without asking whether the key would do.
    pub(crate) signs_at_once: bool,
    /// Says in a FAILURE that nothing can continue.
    pub(crate) refuses_without_list: bool,
    /// Looks at passwords by a hash that is slow on purpose.
    pub(crate) hashes_slowly: bool,
    /// Opens a channel as soon as it may.
    pub(crate) goes_on: bool,
    /// Grants the window of a session once its program starts.
    pub(crate) grants_late: bool,
}

impl Habits {
    /// Those of whoever says this.
    pub(crate) fn of(identification: &[u8]) -> Self {
        let mut habits = Self::default();
        let software = identification.splitn(3, |octet| *octet == b'-').nth(2).unwrap_or_default();
        let is = |name: &[u8]| software.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
        if is(b"OpenSSH") {
            habits.hides_passwords = true;
            habits.hashes_slowly = true;
            habits.probes = true;
            habits.goes_on = true;
            habits.grants_late = true;
        } else if is(b"AsyncSSH") {
            habits.ignores = true;
            habits.probes = true;
        } else if is(b"tinyssh") {
            habits.pads_at_random = true;
        } else if is(b"PuTTY") {
            habits.fills_with_ignore = true;
            habits.probes = true;
        } else if is(b"dropbear") {
            habits.probes = true;
            habits.floors = true;
        } else if is(b"ssh2js") {
            habits.refuses_without_list = true;
        } else if is(b"paramiko") {
            habits.asks_again = true;
            habits.never_probes = true;
            habits.signs_at_once = true;
        }
        habits.pads_least = [&b"OpenSSH"[..], b"AsyncSSH", b"PuTTY", b"dropbear", b"paramiko", b"libssh"]
            .iter()
            .any(|name| is(name));
        habits
    }
}
