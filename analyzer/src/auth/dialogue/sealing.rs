//! Wire sizes and the payloads that take them.

use std::num::Saturating;

use kexray_grammar::{Padding as Rule, Sealing};

use super::octets::{Interval, Octets, octets};

/// How much padding a sender adds. RFC 4253 section 6 asks for four octets at least, and for alignment; the rest is habit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Padding {
    /// Not seen yet.
    #[default]
    Unknown,
    /// As little as is allowed.
    Least,
    /// As little as is allowed, aligned to 16 octets where the cipher's blocks are smaller.
    Coarse,
    /// A block or more.
    Block,
    /// Anything.
    Any,
}

impl Padding {
    /// What a sender may do of which nothing is known, each with what speaks against it.
    pub(super) const HABITS: [(Self, u16); 4] =
        [(Self::Least, 0), (Self::Coarse, 2), (Self::Block, 2), (Self::Any, 9)];

    /// The rule, if one was seen.
    pub(super) const fn usual(self) -> Option<Rule> {
        match self {
            Self::Unknown | Self::Any => None,
            _ => Some(self.rule()),
        }
    }

    const fn rule(self) -> Rule {
        match self {
            Self::Least => Rule::Least,
            Self::Coarse => Rule::Coarse,
            Self::Block => Rule::Block,
            Self::Unknown | Self::Any => Rule::Any,
        }
    }
}

/// What a packet of some octets may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holds {
    pub(super) payload: Interval,
    /// The least payload, if the packet is not larger than alignment asks for. Some send no packet below a certain size.
    pub(super) unfloored: Octets,
}

/// What a packet of so many octets on the wire may hold; `None` where there is no such packet.
pub(super) fn holds(sealing: &Sealing, wire: Octets, padding: Padding) -> Option<Holds> {
    let wire = wire.0 as usize;
    let mut payload: Interval = sealing.payload_sizes(wire, padding.rule())?.into();
    let unfloored = payload.least;
    if wire == sealing.smallest(Rule::Floored) {
        payload.least = Saturating(0);
    }
    Some(Holds { payload, unfloored })
}

/// The octets on the wire of payloads in an interval.
pub(super) fn wire(sealing: &Sealing, payload: Interval, padding: Padding) -> Interval {
    let least = match padding {
        Padding::Unknown => Rule::Least,
        _ => padding.rule(),
    };
    let most = octets(sealing.padded_at_most(payload.most.0 as usize, padding.rule()));
    let floor = octets(sealing.smallest(Rule::Floored));
    Interval::new(octets(sealing.padded(payload.least.0 as usize, least)), most.max(floor))
}
