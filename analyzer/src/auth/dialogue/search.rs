//! What a run of octets may hold: every message that fits its size and the situation, and, where none is likely, every
//! sequence of some.

use std::num::Saturating;

use kexray_grammar::{Role, Sealing, Software};

use super::framing::Run;
use super::octets::{Interval, Octets, octets};
use super::rules::{Cost, Ends, Offer, Pace, Packet, against, effect, offers};
use super::said::Said;
use super::sealing::{Holds, Padding, holds, wire};
use super::situation::{Situation, Stage};
use super::standing::{Standing, Terms};
use super::way::{TOGETHER, Way};
use crate::auth::Method;

/// A reading of all that was sent so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) situation: Situation,
    pub(super) cost: Cost,
}

/// A reading that goes on from another one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) reading: Reading,
    pub(super) way: Way,
}

/// A reading that costs so much more than the best one is given up.
pub(super) const HOPELESS: Cost = against(8);
/// Readings that are followed side by side.
pub(super) const READINGS: usize = 12;
/// Messages that are tried for a part of a run. None that peers sent took a tenth of it.
pub(super) const TRIES: usize = 4096;
/// A run that one message explains at so little cost holds no more.
const LIKELY: Cost = against(3);
/// What speaks against a run of several messages that may be any.
const SEVERAL: Cost = against(3);
/// What speaks against a packet that goes on in the next segment though this one is not full.
const BROKEN: Cost = against(8);

/// What was sent, and after how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Sent {
    pub(super) from: Role,
    pub(super) pace: Pace,
    pub(super) run: Run,
}

/// The search for what one run may hold.
pub(super) struct Search<'a> {
    ends: &'a Ends,
    sealing: &'a Sealing,
    sent: Sent,
    found: &'a mut Vec<Found>,
    /// The least cost among what was found.
    best: Cost,
    /// How far the search went, and from where.
    way: Way,
    /// How many messages were tried for a part of the run.
    pub(super) tried: usize,
}

/// Packets of a run that are still to be told.
#[derive(Clone, Copy)]
struct Rest {
    /// How many octets there are.
    octets: Interval,
    /// How many there are in all.
    total: Octets,
    /// How many packets were told.
    told: usize,
}

impl<'a> Search<'a> {
    pub(super) fn new(standing: &'a Standing, sent: Sent, found: &'a mut Vec<Found>) -> Self {
        let Terms { ends, sealings } = &*standing.terms;
        let best = Saturating(u16::MAX);
        Self { ends, sealing: sealings.of(sent.from), sent, found, best, way: Way::default(), tried: 0 }
    }

    /// Goes on from a reading, which is that one of all.
    pub(super) fn go_on(&mut self, before: usize, reading: &Reading) {
        let Sent { from, run, .. } = self.sent;
        if *reading.situation.gone.of(from) {
            return;
        }
        let mut reading = *reading;
        if reading.situation.carried.of(from.peer()).0 > 0 {
            // The other end is in the middle of a packet.
            reading.cost += against(3);
        }
        let total = octets(run.octets) + std::mem::take(reading.situation.carried.of_mut(from));
        self.way = Way::from(before, total);
        let likely = self.alone(&reading, total);
        let fills = self.ends.habits.of(from).has(Software::fills_with_ignore);
        // Of what fills its segment the end of a packet may be missing, however well the rest fits.
        if run.packet || !fills && !run.full && likely.is_some_and(|cost| cost < LIKELY) {
            return;
        }
        let mut later = reading;
        *later.situation.carried.of_mut(from) = total;
        later.cost += if run.full { against(1) } else { BROKEN };
        // That a packet goes on is always possible: what is hopeless beside it need not be looked for.
        self.best = self.best.min(later.cost);
        if reading.situation.stage == Stage::Going {
            // Where the server pads at random it may not have been a SUCCESS that it said.
            if total == octets(run.octets) && reading.situation.padding.server != Padding::Any {
                self.several(&reading, total);
            }
        } else {
            self.step(&reading, Rest { octets: Interval::exactly(total), total, told: 0 });
        }
        self.arrive(later, 0);
    }

    /// Takes a run for one message. Tells what speaks against the likeliest.
    fn alone(&mut self, reading: &Reading, total: Octets) -> Option<Cost> {
        let (ends, sealing, from) = (self.ends, self.sealing, self.sent.from);
        let habit = *reading.situation.padding.of(from);
        let mut likely = None;
        let usual = holds(sealing, total, habit)?;
        offers(ends, &reading.situation, from, &mut |offer: Offer| {
            let exact = offer.payload.is_exact();
            if habit == Padding::Unknown && exact {
                for (padding, points) in Padding::HABITS {
                    if let Some(holds) = holds(sealing, total, padding) {
                        let cost = self.one(reading, total, &offer, holds, padding, against(points));
                        likely = least(likely, cost);
                    }
                }
            } else {
                let cost = self.one(reading, total, &offer, usual, habit, against(0));
                likely = least(likely, cost);
            }
        });
        likely
    }

    /// Takes a run for that message, if it fits. Tells what speaks against it.
    fn one(
        &mut self,
        reading: &Reading,
        total: Octets,
        offer: &Offer,
        holds: Holds,
        padding: Padding,
        more: Cost,
    ) -> Option<Cost> {
        if !offer.payload.meets(holds.payload) {
            return None;
        }
        let from = self.sent.from;
        let mut cost = offer.cost + more + self.hidden(offer.said, total);
        if offer.said == Said::Aside
            && !offer.payload.is_exact()
            && self.ends.habits.of(from).has(Software::fills_with_ignore)
        {
            // It hides something, or it would not be so long.
            cost += against(4);
        }
        if offer.payload.most < holds.unfloored && !self.ends.habits.of(from).has(Software::floors) {
            cost += against(2);
        }
        let mut situation = reading.situation;
        *situation.padding.of_mut(from) = padding;
        let size = Some((total, holds.payload));
        let packet = Packet { from, said: offer.said, size, pace: self.sent.pace };
        let (situation, surprise) = effect(self.ends, &situation, &packet);
        cost += surprise;
        self.way.take(0, offer.said, total);
        self.arrive(Reading { situation, cost: reading.cost + cost }, 1);
        Some(cost)
    }

    /// Takes a run for several messages, of which it does not matter what they are.
    fn several(&mut self, reading: &Reading, total: Octets) {
        let any = |packets| self.sealing.can_come_to(total.0 as usize, packets);
        if !(2..=TOGETHER).any(any) {
            return;
        }
        self.way.take(0, Said::Later, Octets::default());
        self.arrive(Reading { cost: reading.cost + SEVERAL, ..*reading }, 1);
    }

    /// Tries all that may come next in a run of several messages.
    fn step(&mut self, reading: &Reading, rest: Rest) {
        let from = self.sent.from;
        let habit = *reading.situation.padding.of(from);
        offers(self.ends, &reading.situation, from, &mut |offer: Offer| {
            let unknown = habit == Padding::Unknown && offer.payload.is_exact();
            let habits: &[(Padding, u16)] = if unknown { &Padding::HABITS } else { &[(habit, 0)] };
            for (padding, points) in habits {
                let cost = reading.cost + offer.cost + against(*points);
                if cost <= self.limit() && self.tried < TRIES {
                    self.take(&Reading { cost, ..*reading }, rest, &offer, *padding);
                }
            }
        });
    }

    /// Takes a message from a run, if it fits: as the last of several, and as one that is not.
    fn take(&mut self, reading: &Reading, rest: Rest, offer: &Offer, padding: Padding) {
        self.tried = self.tried.saturating_add(1);
        let from = self.sent.from;
        let sizes = wire(self.sealing, offer.payload, padding);
        let mut situation = reading.situation;
        *situation.padding.of_mut(from) = padding;
        let told = rest.told.saturating_add(1);
        // The one before left its size open, or this one is of one size.
        let size = |known: bool, octets: Octets| {
            let payload = known.then(|| holds(self.sealing, octets, padding)).flatten();
            payload.map(|holds| (octets, holds.payload))
        };
        let say = |search: &mut Self, size: Option<(Octets, Interval)>| {
            let packet = Packet { from, said: offer.said, size, pace: search.sent.pace };
            let (situation, surprise) = effect(search.ends, &situation, &packet);
            search.way.take(rest.told, offer.said, size.map_or(Octets::default(), |(wire, _)| wire));
            Reading { situation, cost: reading.cost + surprise }
        };
        if told > 1 && sizes.meets(rest.octets) && self.sealing.can_come_to(rest.total.0 as usize, told) {
            let size = if rest.octets.is_exact() {
                size(true, rest.octets.least)
            } else {
                size(sizes.is_exact(), sizes.least)
            };
            let arrived = say(self, size);
            self.arrive(arrived, told);
        }
        let left = rest.octets.without(sizes);
        let smallest = octets(self.sealing.smallest(kexray_grammar::Padding::Least));
        if told < TOGETHER && left.most >= smallest {
            let size = size(sizes.is_exact(), sizes.least);
            let mut next = say(self, size);
            next.cost += against(if sizes.is_exact() { 1 } else { 2 });
            if offer.said == Said::Success && !self.ends.habits.of(from).has(Software::pads_least) {
                // What is not known to go on at once would have to.
                next.cost += against(4);
            }
            if next.cost <= self.limit() {
                let octets = Interval::new(left.least.max(smallest), left.most);
                self.step(&next, Rest { octets, total: rest.total, told });
            }
        }
    }

    /// What speaks against a size that the sender would have hidden.
    fn hidden(&self, said: Said, octets: Octets) -> Cost {
        let secret = matches!(said, Said::Request(Method::Password) | Said::Answer);
        let unaligned = |to| !(octets.0 as usize).saturating_sub(self.sealing.unaligned()).is_multiple_of(to);
        let told = self.ends.habits.of(self.sent.from).aligns_passwords().is_some_and(unaligned);
        if secret && told { against(8) } else { against(0) }
    }

    fn limit(&self) -> Cost {
        self.best + HOPELESS
    }

    /// Keeps a reading to which the first so many packets of the way led.
    fn arrive(&mut self, reading: Reading, told: usize) {
        if reading.cost <= self.limit() {
            self.keep(reading, told);
        }
    }

    fn keep(&mut self, reading: Reading, told: usize) {
        self.best = self.best.min(reading.cost);
        let found = Found { reading, way: self.way.first(told) };
        match self.found.iter_mut().find(|other| other.reading.situation == reading.situation) {
            Some(other) if reading.cost < other.reading.cost => *other = found,
            Some(_) => {}
            None => self.found.push(found),
        }
    }
}

fn least(one: Option<Cost>, two: Option<Cost>) -> Option<Cost> {
    match (one, two) {
        (Some(one), Some(two)) => Some(one.min(two)),
        (one, two) => one.or(two),
    }
}

/// Drops what is hopeless. What the best reading costs is taken off all, since only differences count, and told; `None`
/// where there is no reading.
pub(super) fn prune(found: &mut Vec<Found>) -> Option<Cost> {
    let best = found.iter().map(|found| found.reading.cost).min()?;
    found.retain(|found| found.reading.cost <= best + HOPELESS);
    if found.len() > READINGS {
        found.sort_by_key(|found| found.reading.cost);
        found.truncate(READINGS);
    }
    for found in found {
        found.reading.cost -= best;
    }
    Some(best)
}
