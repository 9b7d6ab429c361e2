//! The first flights, and how the rest goes on.

use kexray_grammar::Role;

use super::sizes::KEY;
use crate::wire::Wire;

/// Flights that are kept: fewer than a `u64` has bits.
const KEPT: usize = 40;

/// What an end said in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flight {
    pub(super) from: Role,
    /// Octets on the wire.
    pub(super) octets: u32,
}

/// What was said first.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    /// Octets of each flight.
    octets: [u32; KEPT],
    /// A bit for each: whether the server said it.
    server: u64,
    count: usize,
    /// Keys that wait for their echo, and those that got one.
    typed: u32,
    pub(super) echoed: u32,
}

impl Opening {
    pub(super) const fn new() -> Self {
        Self { octets: [0; KEPT], server: 0, count: 0, typed: 0, echoed: 0 }
    }

    pub(super) fn add(&mut self, from: Role, octets: u32, wire: &Wire) {
        if let Some(slot) = self.octets.get_mut(self.count) {
            *slot = octets;
            self.server |= u64::from(from == Role::Server) << self.count;
        }
        self.count = self.count.saturating_add(1);
        let key = octets == wire.of(KEY);
        match (from, key) {
            (_, false) => self.typed = 0,
            (Role::Client, true) => self.typed = self.typed.saturating_add(1),
            (Role::Server, true) if self.typed > 0 => {
                self.typed = self.typed.saturating_sub(1);
                self.echoed = self.echoed.saturating_add(1);
            }
            (Role::Server, true) => {}
        }
    }

    /// The flights.
    pub(super) fn flights(&self) -> impl Iterator<Item = Flight> + '_ {
        self.octets.iter().take(self.count).enumerate().map(|(place, octets)| {
            let server = self.server >> place & 1 == 1;
            Flight { from: if server { Role::Server } else { Role::Client }, octets: *octets }
        })
    }

    /// Whether these are all that there were.
    pub(super) const fn is_all(&self) -> bool {
        self.count <= KEPT
    }
}
