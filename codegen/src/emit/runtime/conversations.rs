// What generated conversations stand on. This file is part of every generated file of strategies whose spec has orders.

/// An order, for walks through it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OrderTable {
    /// Its name in the spec; that of an exchange's order is the exchange's.
    pub name: &'static str,
    /// Whether each end goes its own way through the states.
    pub each: bool,
    /// Its states, by name, and whether each is an end. It begins in the first.
    pub states: &'static [(&'static str, bool)],
    /// What leads from one to another.
    pub turns: &'static [Turn],
}

/// What leads from a state to one.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Turn {
    /// Index of the state.
    pub from: usize,
    /// Who may cause it.
    pub sender: super::Sender,
    /// What is said or done.
    pub does: Does,
    /// Index of the state.
    pub to: usize,
    /// Whether the state says so itself, and not `anywhere`.
    pub own: bool,
}

/// What is said or done where an order goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Does {
    /// A message, by the layer or exchange that it belongs to, and its name.
    Says(&'static str, &'static str),
    /// Another order, by name.
    Runs(&'static str),
    /// The order of the exchange in use.
    RunsExchange,
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Said {
    /// Who said it.
    pub sender: super::Role,
    /// The layer or exchange that it belongs to.
    pub family: &'static str,
    /// Its name in the spec.
    pub name: &'static str,
    /// Its octets, from the number on.
    pub payload: Vec<u8>,
}

/// Conversations as an order allows them, from its start to one of its ends, unless an end gave up before. `exchange` is
/// the one that the method in use selects. `None` where there is no order of that name.
#[must_use]
pub fn conversation(order: &str, exchange: &'static str) -> Option<BoxedStrategy<Vec<Said>>> {
    let order = table(order)?;
    let talk = vec(any::<u32>(), 0..24).prop_flat_map(move |picks| {
        let said = walk(order, exchange, &picks);
        let payloads: Vec<BoxedStrategy<Vec<u8>>> = said.iter().map(|(_, family, name)| payload(family, name)).collect();
        payloads.prop_map(move |payloads| {
            let said = said.iter().zip(payloads);
            said.map(|((sender, family, name), payload)| Said { sender: *sender, family, name, payload }).collect()
        })
    });
    Some(talk.boxed())
}

fn table(name: &str) -> Option<&'static OrderTable> {
    ORDERS.iter().find(|order| order.name == name)
}

fn payload(family: &str, name: &str) -> BoxedStrategy<Vec<u8>> {
    let sample = SAMPLES.iter().find(|sample| sample.family == family && sample.name == name);
    sample.map_or_else(|| Just(Vec::new()).boxed(), |sample| (sample.strategy)())
}

/// How often an end does what may be done anywhere: once in so many times.
const SELDOM: u32 = 8;
/// A conversation is broken off where it does not come to an end by itself.
const LONGEST_WALK: usize = 200;

/// Where the two ends stand.
struct Standing {
    order: &'static OrderTable,
    client: usize,
    server: usize,
    /// The order that is run.
    within: Option<Box<Standing>>,
}

/// A step that may be taken: by whom, and in which order.
type Move = (super::Role, &'static OrderTable, &'static Turn);

/// Who says what, in a walk that takes as many free choices as there are, and then the shortest way to an end.
fn walk(order: &'static OrderTable, exchange: &'static str, picks: &[u32]) -> Vec<(super::Role, &'static str, &'static str)> {
    let mut standing = Standing::at_start(order);
    let mut said = Vec::new();
    let mut picks = picks.iter();
    for _ in 0..LONGEST_WALK {
        let Some((sender, order, turn)) = standing.next(picks.next().copied()) else { break };
        match turn.does {
            Does::Says(family, name) => {
                said.push((sender, family, name));
                standing.take(sender, order, turn);
            }
            Does::Runs(_) | Does::RunsExchange => standing.enter(turn, exchange),
        }
    }
    said
}

impl Standing {
    fn at_start(order: &'static OrderTable) -> Self {
        Self { order, client: 0, server: 0, within: None }
    }

    fn of(&self, role: super::Role) -> usize {
        match role {
            super::Role::Client => self.client,
            super::Role::Server => self.server,
        }
    }

    /// Whether both ends stand where it may be left.
    fn is_over(&self) -> bool {
        let ends = |state: usize| self.order.states.get(state).is_some_and(|(_, is_end)| *is_end);
        self.within.is_none() && ends(self.client) && ends(self.server)
    }

    /// The next step: the one that is picked, or the next on the shortest way to an end.
    fn next(&mut self, pick: Option<u32>) -> Option<Move> {
        self.leave();
        if pick.is_none() && self.is_over() {
            return None;
        }
        let mut moves = Vec::new();
        self.moves(&mut moves);
        match pick {
            Some(pick) => {
                let wanted = pick % SELDOM != 0;
                let fitting: Vec<Move> = moves.iter().copied().filter(|(.., turn)| turn.own == wanted).collect();
                let all = if fitting.is_empty() { &moves } else { &fitting };
                all.get((pick / SELDOM) as usize % all.len().max(1)).copied()
            }
            None => {
                let nearer = |(.., turn): &&Move| turn.own && turn.from != turn.to;
                moves.iter().filter(nearer).min_by_key(|(_, order, turn)| order.steps_to_end(turn.to)).copied()
            }
        }
    }

    /// Goes on behind the order that was run, if that is over.
    fn leave(&mut self) {
        let Some(within) = &mut self.within else { return };
        within.leave();
        if within.is_over() {
            self.within = None;
            for role in [super::Role::Client, super::Role::Server] {
                let run = self.run(role).map(|turn| turn.to);
                let state = if role == super::Role::Client { &mut self.client } else { &mut self.server };
                *state = run.unwrap_or(*state);
            }
        }
    }

    /// The order that an end waits to run.
    fn run(&self, role: super::Role) -> Option<&'static Turn> {
        let mut turns = self.order.turns.iter().filter(|turn| turn.from == self.of(role));
        turns.find(|turn| !matches!(turn.does, Does::Says(..)))
    }

    fn moves(&self, moves: &mut Vec<Move>) {
        for role in [super::Role::Client, super::Role::Server] {
            let turns = self.order.turns.iter().filter(|turn| turn.from == self.of(role));
            let says = turns.filter(|turn| matches!(turn.does, Does::Says(..)) && turn.sender.allows(role));
            // Who runs another order stays where that is run.
            moves.extend(says.filter(|turn| self.within.is_none() || turn.from == turn.to).map(|turn| (role, self.order, turn)));
        }
        if let Some(within) = &self.within {
            return within.moves(moves);
        }
        let runs = [super::Role::Client, super::Role::Server].map(|role| self.run(role));
        if let [Some(client), Some(server)] = runs
            && client.does == server.does
        {
            moves.push((super::Role::Client, self.order, client));
        }
    }

    fn take(&mut self, sender: super::Role, order: &'static OrderTable, turn: &'static Turn) {
        match &mut self.within {
            Some(within) if order.name != self.order.name => within.take(sender, order, turn),
            _ if !self.order.each => (self.client, self.server) = (turn.to, turn.to),
            _ if sender == super::Role::Client => self.client = turn.to,
            _ => self.server = turn.to,
        }
    }

    fn enter(&mut self, turn: &'static Turn, exchange: &'static str) {
        if let Some(within) = &mut self.within {
            return within.enter(turn, exchange);
        }
        let name = if let Does::Runs(name) = turn.does { name } else { exchange };
        self.within = table(name).map(|order| Box::new(Self::at_start(order)));
        if self.within.is_none() {
            // It has no order: it is taken for one that is over.
            (self.client, self.server) = (turn.to, turn.to);
        }
    }
}

impl OrderTable {
    /// How many steps at least lead from a state to an end, without those that may be taken anywhere.
    fn steps_to_end(&self, from: usize) -> usize {
        let mut reached = Vec::from([from]);
        for steps in 0..=self.states.len() {
            if reached.iter().any(|state| self.states.get(*state).is_some_and(|(_, is_end)| *is_end)) {
                return steps;
            }
            let next = self.turns.iter().filter(|turn| turn.own && reached.contains(&turn.from)).map(|turn| turn.to);
            reached = next.collect();
        }
        usize::MAX
    }
}
