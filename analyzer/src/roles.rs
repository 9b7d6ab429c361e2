//! Who is the client: by TCP until SSH proves otherwise.

use kexray_grammar::{NameList, Role, words};

use crate::Side;

/// The SSH roles of the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Roles {
    client: Side,
    proven: bool,
}

impl Roles {
    /// As TCP has it: who opened the connection is the client.
    pub(crate) const fn assumed() -> Self {
        Self { client: Side::Originator, proven: false }
    }

    pub(crate) const fn proven(self) -> bool {
        self.proven
    }

    /// Whether it is proven that the TCP server is the SSH client.
    pub(crate) const fn reversed(self) -> bool {
        self.proven && matches!(self.client, Side::Responder)
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

    /// The same with the roles exchanged, not proven.
    pub(crate) const fn exchanged(self) -> Self {
        Self { client: self.client.peer(), proven: false }
    }

    /// The side does what only that role may. The first proof counts.
    pub(crate) fn prove(&mut self, side: Side, role: Role) {
        if !self.proven {
            self.client = if role == Role::Client { side } else { side.peer() };
            self.proven = true;
        }
    }

    /// Goes back to what TCP says: the sides contradict each other.
    pub(crate) fn doubt(&mut self) {
        *self = Self::assumed();
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
