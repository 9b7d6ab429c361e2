//! Community ID: an identifier of a connection on which tools agree. Community ID Flow Hashing, version 1.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use crate::flow::{Endpoint, Flow};

/// The number of TCP among the protocols over IP.
const TCP: u8 = 6;

impl Flow {
    /// Its Community ID, version 1: `1:` and the base64 of a SHA-1 over both ends, the same for either direction. Tools
    /// that are to agree share the seed, which is 0 where nothing else was agreed on.
    #[must_use]
    pub fn community_id(&self, seed: u16) -> String {
        let key = |end: Endpoint| (octets(end.address), end.port);
        let (one, other) = (key(self.originator), key(self.responder));
        let ((low, low_port), (high, high_port)) = if one <= other { (one, other) } else { (other, one) };
        let digest = Sha1::new()
            .chain_update(seed.to_be_bytes())
            .chain_update(low)
            .chain_update(high)
            .chain_update([TCP, 0])
            .chain_update(low_port.to_be_bytes())
            .chain_update(high_port.to_be_bytes())
            .finalize();
        let mut text = String::with_capacity(30);
        text.push_str("1:");
        STANDARD.encode_string(digest, &mut text);
        text
    }
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use kexray_analyzer::Timestamp;

    use crate::flow::{Endpoint, Flow};
    use crate::overlay::Overlay;

    fn flow(one: &str, other: &str) -> Flow {
        let end = |text: &str| {
            let end: std::net::SocketAddr = text.parse().unwrap();
            Endpoint { address: end.ip(), port: end.port() }
        };
        Flow {
            originator: end(one),
            responder: end(other),
            overlay: Overlay::NONE,
            first_packet: Timestamp::default(),
            number: 1,
            opening_seen: true,
            ended: false,
        }
    }

    /// The TCP connections among the test vectors of the specification.
    #[test]
    fn the_specifications_vectors() {
        let ipv4 = ["128.232.110.120:34855", "66.35.250.204:80"];
        let ipv6 = ["[2001:470:e5bf:dead:4957:2174:e82c:4887]:63943", "[2607:f8b0:400c:c03::1a]:25"];
        for ([one, other], seed, id) in [
            (ipv4, 0, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
            (ipv4, 1, "1:3V71V58M3Ksw/yuFALMcW0LAHvc="),
            (ipv6, 0, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="),
        ] {
            assert_eq!(flow(one, other).community_id(seed), id);
            assert_eq!(flow(other, one).community_id(seed), id);
        }
    }
}
