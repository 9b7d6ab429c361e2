//! Who is the client: by TCP until SSH proves otherwise.

use kexray_grammar::{NameList, Role, words};

use crate::Side;

/// The SSH roles of the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Roles {
    client: Side,
    proof: Proof,
}

/// What says so. Later ones count more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Proof {
    /// TCP: who opened the connection is the client.
    Assumed,
    /// A marker among the key-exchange methods. Anyone can list anything.
    Marked,
    /// A message that only one of them sends. It is no use to send the other's.
    Exchanged,
}

impl Roles {
    /// As TCP has it.
    pub(crate) const fn assumed() -> Self {
        Self { client: Side::Originator, proof: Proof::Assumed }
    }

    pub(crate) const fn proof(self) -> Proof {
        self.proof
    }

    /// Whether it is proven that the TCP server is the SSH client.
    pub(crate) fn reversed(self) -> bool {
        self.proof > Proof::Assumed && self.client == Side::Responder
    }

    pub(crate) fn of(self, side: Side) -> Role {
        if side == self.client { Role::Client } else { Role::Server }
    }

    pub(crate) const fn side(self, role: Role) -> Side {
        match role {
            Role::Client => self.client,
            Role::Server => self.client.peer(),
        }
    }

    /// The side lists a marker of that role. Where both list the same one's, TCP decides again.
    pub(crate) fn mark(&mut self, side: Side, role: Role) {
        if self.proof == Proof::Marked && self.of(side) != role {
            *self = Self::assumed();
        } else if self.proof < Proof::Exchanged {
            *self = Self::with(side, role, Proof::Marked);
        }
    }

    /// The side sends what only that role does. Tells whether that contradicts a marker.
    pub(crate) fn prove(&mut self, side: Side, role: Role) -> bool {
        let contradicted = self.proof == Proof::Marked && self.of(side) != role;
        if self.proof < Proof::Exchanged {
            *self = Self::with(side, role, Proof::Exchanged);
        }
        contradicted
    }

    fn with(side: Side, role: Role, proof: Proof) -> Self {
        Self { client: if role == Role::Client { side } else { side.peer() }, proof }
    }
}

/// The role of who lists these key-exchange methods, if a marker among them tells it. RFC 8308 section 2.1.
pub(crate) fn marked(kex_algorithms: NameList<'_>) -> Option<Role> {
    let mut marked = None;
    for name in kex_algorithms.names().iter() {
        let role = if words::CLIENT_MARKERS.contains(&name) {
            Role::Client
        } else if words::SERVER_MARKERS.contains(&name) {
            Role::Server
        } else {
            continue;
        };
        if marked.is_some_and(|other| other != role) {
            // Markers of both roles prove neither.
            return None;
        }
        marked = Some(role);
    }
    marked
}
