//! What was told of hosts lately, so that it is not told again.

use std::net::IpAddr;
use std::time::Duration;

use kexray_analyzer::Timestamp;

use super::Notice;
use super::room::Room;
use super::window::passed;

/// What is told once: a notice of a host, or of what it did to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Id {
    pub(super) notice: Notice,
    /// The virtual network that the addresses are of.
    pub(super) network: u64,
    pub(super) source: IpAddr,
    pub(super) destination: Option<IpAddr>,
}

/// What was told lately.
#[derive(Clone, Debug, Default)]
pub(super) struct Lately {
    told: Room<Id, Timestamp>,
}

/// Whether something may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Told,
    /// It was told lately.
    Again,
    /// There is no room to remember it.
    Dropped,
}

impl Lately {
    /// Tells it once in such a stretch of time, so many things at most.
    pub(super) fn turn(&mut self, id: Id, at: Timestamp, length: Duration, at_most: usize) -> Turn {
        if self.told.get(&id).is_some_and(|told| passed(*told, at) <= length) {
            return Turn::Again;
        }
        let is_over = |told: &Timestamp| passed(*told, at) > length;
        let Some(told) = self.told.get_or_make(id, at_most, is_over) else { return Turn::Dropped };
        *told = at;
        Turn::Told
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn it_is_told_once_a_window_as_long_as_there_is_room() {
        let mut lately = Lately::default();
        let mut turn = |host: u32, second: u64| {
            let source = Ipv4Addr::from_bits(host).into();
            let id = Id { notice: Notice::EphemeralKeyReused, network: 0, source, destination: None };
            lately.turn(id, Timestamp::from_micros(second * 1_000_000), Duration::from_secs(60), 2)
        };
        assert_eq!(
            [turn(1, 0), turn(1, 60), turn(2, 1), turn(3, 2)],
            [Turn::Told, Turn::Again, Turn::Told, Turn::Dropped]
        );
        assert_eq!([turn(1, 61), turn(3, 62)], [Turn::Told, Turn::Told]);
    }
}
