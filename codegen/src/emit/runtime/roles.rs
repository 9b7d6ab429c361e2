// Who sends a message, and what may follow it.

/// What leads from one state of an order to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition<State, Message> {
    /// Where it leads from.
    pub from: State,
    /// Who may take it.
    pub sender: Sender,
    /// What is said.
    pub message: Message,
    /// Where it leads to.
    pub to: State,
}

/// An end of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The end that asks.
    Client,
    /// The end that serves.
    Server,
}

impl Role {
    /// The other end.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// Who may send a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// The client alone.
    Client,
    /// The server alone.
    Server,
    /// Either end.
    Either,
}

impl Sender {
    /// Whether the end of that role may send it.
    #[must_use]
    pub const fn allows(self, role: Role) -> bool {
        matches!((self, role), (Self::Either, _) | (Self::Client, Role::Client) | (Self::Server, Role::Server))
    }

    /// The only role that may send it, if there is just one.
    #[must_use]
    pub const fn role(self) -> Option<Role> {
        match self {
            Self::Client => Some(Role::Client),
            Self::Server => Some(Role::Server),
            Self::Either => None,
        }
    }
}

/// Who sent a message: it feeds the parameters that no field does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Whether the end that opened the connection sent it.
    pub from_originator: bool,
    /// Whether the server sent it.
    pub from_server: bool,
}
