//! IP packets within IP packets.

mod gre;
mod udp;

use crate::descent::{Descent, LinkError};
use crate::ip::Datagram;

const IPV4: u8 = 4;
const UDP: u8 = 17;
const IPV6: u8 = 41;
const GRE: u8 = 47;

/// The IP packet inside a datagram that is not TCP; `None` if it is not a tunnel's.
///
/// IP-in-IP and 6in4 are RFC 2003, RFC 2473 and RFC 4213.
pub(crate) fn inner<'a>(
    datagram: &Datagram<'a>,
    descent: &mut Descent,
) -> Option<Result<&'a [u8], LinkError>> {
    match datagram.protocol {
        IPV4 | IPV6 => Some(descent.enter().map(|()| datagram.payload)),
        GRE => Some(gre::inner(datagram.payload, descent)),
        UDP => udp::inner(datagram.payload, descent),
        _ => None,
    }
}
