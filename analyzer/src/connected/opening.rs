//! The first flights, and how the rest goes on.

use kexray_grammar::Role;

use super::sizes::KEY;
use crate::wire::Wire;

/// Flights that are kept.
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
    kept: [Flight; KEPT],
    count: usize,
    /// Keys that wait for their echo, and those that got one.
    typed: u32,
    pub(super) echoed: u32,
}

impl Opening {
    pub(super) const fn new() -> Self {
        Self { kept: [Flight { from: Role::Client, octets: 0 }; KEPT], count: 0, typed: 0, echoed: 0 }
    }

    pub(super) fn add(&mut self, from: Role, octets: u32, wire: &Wire) {
        if let Some(slot) = self.kept.get_mut(self.count) {
            *slot = Flight { from, octets };
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
    pub(super) fn flights(&self) -> &[Flight] {
        self.kept.get(..self.count).unwrap_or(&self.kept)
    }

    /// Whether these are all that there were.
    pub(super) const fn is_all(&self) -> bool {
        self.count <= KEPT
    }
}
