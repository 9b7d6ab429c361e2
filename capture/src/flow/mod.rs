//! Flows: who talks to whom, the table of them, and the life of a connection.

mod connection;
mod identity;
mod key;
mod order;
mod outlet;
mod phase;
mod slab;
mod table;

use std::net::IpAddr;

use kexray_analyzer::Timestamp;

use crate::overlay::Overlay;

pub(crate) use connection::{Connection, Lookup, Quick};
use identity::Identity;
use key::Ends;
pub(crate) use key::{End, Key, share};
pub(crate) use outlet::Outlet;
pub(crate) use phase::Phase;
pub(crate) use slab::Index;
use table::Keyed;
pub(crate) use table::{Table, Tick};

/// An address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// The IP address.
    pub address: IpAddr,
    /// The TCP port.
    pub port: u16,
}

/// A TCP connection, as far as the capture shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flow {
    /// The end that opened the connection: the sender of the SYN, or the receiver of the SYN-ACK;
    /// failing both, the end that does not use port 22, or else the sender of the first packet.
    pub originator: Endpoint,
    /// The other end.
    pub responder: Endpoint,
    /// The virtual network that both addresses are of.
    pub overlay: Overlay,
    /// The time of the first packet.
    pub first_packet: Timestamp,
    /// The number of its first packet in the capture, from 1.
    pub number: u64,
    /// Whether the opening of the connection was captured: a SYN or SYN-ACK. If not, the stream
    /// begins somewhere in the middle, and the roles are a guess.
    pub opening_seen: bool,
    /// Whether an end closed it: a FIN or RST that other packets bear out. It is known once the flow is over.
    pub ended: bool,
}
