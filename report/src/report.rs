//! Gathers what a page tells.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::IpAddr;

use kexray_analyzer::{Config, Engine, Event, Session, Timestamp};
use kexray_audit::Audit;
use kexray_capture::{Endpoint, Flow, Observer, Oddity, Uid};

use crate::algorithms::Algorithms;
use crate::contents::{Contents, Detail, Named, Pair};
use crate::conversation::Conversation;
use crate::facts::{Facts, LINE, Oddities, socket, written};
use crate::findings::Findings;
use crate::limits::Limits;
use crate::notices::Notices;
use crate::outcomes::Outcomes;
use crate::page;
use crate::sample::{Place, Sample};
use crate::tally::Tally;
use crate::text::shown;
use crate::timeline::Timeline;

/// What the sessions of captures came to: an [`Observer`] of their flows that writes a page.
#[derive(Debug)]
pub struct Report {
    limits: Limits,
    seed: u64,
    /// The flows of which something was told, by their numbers.
    open: HashMap<u64, Open>,
    sample: Sample<Gathered>,
    outcomes: Outcomes,
    /// When the first session began, and the last.
    span: Option<(Timestamp, Timestamp)>,
    timeline: Timeline,
    pairs: Tally<(IpAddr, Endpointed)>,
    clients: Tally<String>,
    servers: Tally<String>,
    oddities: Tally<&'static str>,
    algorithms: Algorithms,
    audit: Audit,
    notices: Notices,
}

/// An address and a port, in order.
type Endpointed = (IpAddr, u16);

#[derive(Debug)]
struct Open {
    first_packet: Timestamp,
    place: Place,
    oddities: Oddities,
}

/// What is gathered of a session of the sample.
#[derive(Clone, Debug, Default)]
struct Gathered {
    conversation: Conversation,
    detail: Option<Detail>,
}

impl Default for Report {
    fn default() -> Self {
        Self::new(Limits::default(), 0)
    }
}

impl Report {
    /// A report that keeps no more than that. The same seed gives the same uids, as in [`Uid::of`].
    #[must_use]
    pub fn new(limits: Limits, seed: u64) -> Self {
        Self {
            limits,
            seed,
            open: HashMap::new(),
            sample: Sample::new(limits.sessions),
            outcomes: Outcomes::default(),
            span: None,
            timeline: Timeline::default(),
            pairs: Tally::default(),
            clients: Tally::default(),
            servers: Tally::default(),
            oddities: Tally::default(),
            algorithms: Algorithms::default(),
            audit: Audit::default(),
            notices: Notices::default(),
        }
    }

    /// How connections are to be analyzed: a page shows what each packet was taken for.
    #[must_use]
    pub fn config() -> Config {
        let mut config = Config::default();
        config.engine = Engine::Dialogue;
        config.explain = true;
        config.proof = true;
        config
    }

    /// Sessions so far.
    #[must_use]
    pub fn sessions(&self) -> u64 {
        self.outcomes.all()
    }

    /// Writes the page. `sources` says where the sessions come from, as names of files do.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(&self, sources: &[impl AsRef<str>], out: &mut dyn Write) -> io::Result<()> {
        page::write(&self.contents(sources), out)
    }

    fn contents(&self, sources: &[impl AsRef<str>]) -> Contents<'_> {
        let mut details: Vec<_> =
            self.sample.iter().filter_map(|gathered| gathered.detail.as_ref()).collect();
        details.sort_by_key(|detail| (detail.facts.at, &detail.facts.uid));
        let named = |tally: &Tally<String>| {
            tally.rows(self.limits.rows, |name, outcomes| Named { name: name.clone(), outcomes })
        };
        Contents {
            version: env!("CARGO_PKG_VERSION"),
            sources: sources.iter().map(|source| shown(source.as_ref().as_bytes(), LINE)).collect(),
            outcomes: self.outcomes,
            first: self.span.map(|(first, _)| first.as_nanos() / 1000),
            last: self.span.map(|(_, last)| last.as_nanos() / 1000),
            timeline: self.timeline.steps(),
            notices: self.notices.told(),
            findings: Findings::of(&self.audit, self.limits.rows),
            pairs: self.pairs.rows(self.limits.rows, |(client, server), outcomes| Pair {
                client: client.to_string(),
                server: written(Endpoint { address: server.0, port: server.1 }),
                outcomes,
            }),
            algorithms: self.algorithms.totals(&self.limits),
            clients: named(&self.clients),
            servers: named(&self.servers),
            oddities: self
                .oddities
                .rows(self.limits.rows, |name, outcomes| Named { name: (*name).to_owned(), outcomes }),
            sessions: details,
        }
    }

    /// The flow, as one of which something was told.
    fn opened(&mut self, flow: &Flow) -> &mut Open {
        let (seed, sample) = (self.seed, &mut self.sample);
        let mut new = || Open {
            first_packet: flow.first_packet,
            place: sample.open(Uid::of(flow, seed).to_string()),
            oddities: Oddities::default(),
        };
        let open = self.open.entry(flow.number).or_insert_with(&mut new);
        if open.first_packet != flow.first_packet {
            // Another capture, and what was here had no end.
            *open = new();
        }
        open
    }

    fn count(&mut self, flow: &Flow, session: &Session, oddities: &Oddities) {
        let (outcomes, names) = (Outcomes::of(session), self.limits.names);
        let at = session.started.unwrap_or(flow.first_packet);
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
        self.outcomes.add(outcomes);
        self.timeline.add(at, outcomes);
        let (client, server) = session.by_role(flow.originator, flow.responder);
        self.pairs.add((client.address, (server.address, server.port)), outcomes, names);
        if let Some(line) = &session.client {
            self.clients.add(shown(line, LINE), outcomes, names);
        }
        if let Some(line) = &session.server {
            self.servers.add(shown(line, LINE), outcomes, names);
        }
        for name in oddities.names() {
            self.oddities.add(name, outcomes, names);
        }
        self.algorithms.add(session, outcomes, &self.limits);
        let repeated =
            self.audit.add(socket(flow.originator), socket(flow.responder), flow.overlay.as_u64(), session);
        self.notices.add(flow, session, repeated, self.limits.rows);
    }
}

impl Observer for Report {
    fn event(&mut self, flow: &Flow, at: Timestamp, event: &Event<'_>) {
        let limits = self.limits;
        let place = self.opened(flow).place.clone();
        if let Some(gathered) = self.sample.at(&place) {
            gathered.conversation.add(at, event, &limits);
        }
    }

    fn oddity(&mut self, flow: &Flow, _: Timestamp, oddity: Oddity) {
        self.opened(flow).oddities.add(&oddity);
    }

    fn session(&mut self, flow: &Flow, session: &mut Session) {
        self.opened(flow);
        let Some(Open { place, oddities, .. }) = self.open.remove(&flow.number) else { return };
        self.count(flow, session, &oddities);
        let limits = self.limits;
        if let Some(gathered) = self.sample.at(&place) {
            let facts = Facts::of(place.uid(), flow, session, oddities.names());
            let start = session.started.unwrap_or(flow.first_packet);
            let conversation = std::mem::take(&mut gathered.conversation).told(session, start, &limits);
            gathered.detail = Some(Detail { facts, conversation });
        }
    }
}
