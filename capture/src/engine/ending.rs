//! When flows end, and why.

use std::collections::BTreeMap;

use super::Engine;
use crate::application::Application;
use crate::flow::{Connection, Index, Outlet, Phase, Tick};
use crate::stats::count;

impl<A: Application> Engine<A> {
    /// Closes flows that have been quiet for too long, and ends waits that took too long, in the order of their first packets.
    pub(crate) fn expire(&mut self, now: Tick) {
        let mut due: BTreeMap<_, _> =
            self.waiting.iter().map(|(number, index)| (*number, Due::Wait(*index))).collect();
        for phase in Phase::ALL {
            while let Some(index) = self.flows.overdue(phase, now, phase.timeout(&self.limits))
                && let Some(connection) = self.flows.remove(index)
            {
                due.insert(connection.number(), Due::End(connection));
            }
        }
        for (number, due) in due {
            match due {
                Due::Wait(index) => self.end_wait(number, index),
                Due::End(connection) => self.end(connection, Reason::Age),
            }
        }
    }

    /// Takes in what has waited for too long in the flow of that number, if it is still there.
    fn end_wait(&mut self, number: u64, index: Index) {
        if let Some(connection) = self.flows.value_mut(index)
            && connection.number() == number
        {
            let (at, held) = (self.now, connection.cost());
            let mut outlet =
                Outlet { application: &mut self.application, stats: &mut self.stats, limits: &self.limits };
            connection.end_overdue_waits(at, &mut outlet);
            self.settle(index, at, held);
        }
    }

    pub(super) fn close(&mut self, index: Index, reason: Reason) {
        if let Some(connection) = self.flows.remove(index) {
            self.end(connection, reason);
        }
    }

    pub(super) fn end(&mut self, mut connection: Connection<A::State>, reason: Reason) {
        self.buffered = self.buffered.saturating_sub(connection.cost());
        self.waiting.remove(&connection.number());
        count(match (connection.phase(), reason) {
            (Phase::Closing, _) => &mut self.stats.flows_closed,
            (_, Reason::Age) => &mut self.stats.flows_expired,
            (_, Reason::Room) => &mut self.stats.flows_evicted,
            (_, Reason::Replaced) => &mut self.stats.flows_replaced,
            (_, Reason::EndOfCapture) => &mut self.stats.flows_unfinished,
        });
        connection.finish(self.now, &mut self.outlet());
    }
}

/// What time brings for a flow.
enum Due<S> {
    /// The end of a wait.
    Wait(Index),
    /// Its own end.
    End(Connection<S>),
}

/// Why a flow is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It was quiet for too long.
    Age,
    /// Others need its room.
    Room,
    /// Another one has its ports.
    Replaced,
    /// There are no more packets.
    EndOfCapture,
}
