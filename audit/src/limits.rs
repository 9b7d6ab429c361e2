//! What is kept at most.

/// Bounds on what an [`Audit`](crate::Audit) keeps. What is beyond them is counted in [`Dropped`](crate::Dropped).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Servers: address, port and host key.
    pub servers: usize,
    /// Clients: address and identification line.
    pub clients: usize,
    /// Different offers, of all servers and clients together, and as many different results of negotiation.
    pub offers: usize,
    /// Octets of all different offers together.
    pub offer_octets: usize,
    /// Different values of one kind that are kept of one server or client: identification lines, offers, results of
    /// negotiation.
    pub values: usize,
    /// Public values of key exchanges that are remembered, to know them again: the latest ones.
    pub public_values: usize,
    /// Groups without a name that are remembered, likewise.
    pub groups: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            servers: 1 << 16,
            clients: 1 << 16,
            offers: 1 << 14,
            offer_octets: 32 << 20,
            values: 64,
            public_values: 1 << 17,
            groups: 1 << 14,
        }
    }
}

/// Octets of an identification line that are kept.
pub(crate) const LINE: usize = kexray_analyzer::grammar::numbers::ALLOWED_IDENTIFICATION_LINE;
