//! What kind of hardware an interface is, by Linux's `ARPHRD_` numbers.

use nix::ifaddrs::getifaddrs;

use super::LiveError;
use crate::link::LinkType;

const ETHERNET: u16 = 1;
const RAW_IP: u16 = 519;
pub(super) const LOOPBACK: u16 = 772;
const TUNNEL_4: u16 = 768;
const TUNNEL_6: u16 = 769;
const TUNNEL_6_IN_4: u16 = 776;
const NONE: u16 = 65_534;

/// The kind of the interface of that name.
pub(super) fn of(name: &str) -> Result<u16, LiveError> {
    let all = getifaddrs().map_err(|error| LiveError::Io(error.into()))?;
    let address =
        |interface: nix::ifaddrs::InterfaceAddress| Some(interface.address?.as_link_addr()?.hatype());
    all.filter(|interface| interface.interface_name == name).find_map(address).ok_or(LiveError::NoInterface)
}

/// What a packet socket gives of such an interface.
pub(super) const fn link_type(kind: u16) -> Option<LinkType> {
    match kind {
        ETHERNET | LOOPBACK => Some(LinkType::ETHERNET),
        RAW_IP | TUNNEL_4 | TUNNEL_6 | TUNNEL_6_IN_4 | NONE => Some(LinkType::RAW),
        _ => None,
    }
}
