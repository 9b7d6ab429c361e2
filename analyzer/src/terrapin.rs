//! Whether a session is open to the prefix truncation attack. CVE-2023-48795, <https://terrapin-attack.com>.

use crate::negotiation::Directions;
use crate::session::Session;

/// The cipher whose nonces are sequence numbers.
const CHACHA20_POLY1305: &[&[u8]] = &[b"chacha20-poly1305@openssh.com", b"chacha20-poly1305"];

impl Session {
    /// Whether what is sent in each direction can be cut at its beginning without either end noticing: where not both
    /// ends offer strict key exchange, and the cipher is chacha20-poly1305, or one in CBC mode with a MAC over the
    /// ciphertext. `None` where an offer or the negotiation was not seen, or [was not
    /// wanted](crate::Sink::wants_details), or a cipher could not be agreed on.
    #[must_use]
    pub fn terrapin(&self) -> Directions<Option<bool>> {
        let strict = self.client_offer.as_ref().zip(self.server_offer.as_ref());
        let strict = strict.map(|(client, server)| client.strict_kex && server.strict_kex);
        let Some((strict, algorithms)) = strict.zip(self.algorithms.as_ref()) else {
            return Directions::default();
        };
        let open = |cipher: Option<&[u8]>, mac: Option<&[u8]>| Some(!strict && can_be_cut(cipher?, mac));
        let (cipher, mac) = (&algorithms.encryption, &algorithms.mac);
        Directions {
            client_to_server: open(cipher.client_to_server.as_deref(), mac.client_to_server.as_deref()),
            server_to_client: open(cipher.server_to_client.as_deref(), mac.server_to_client.as_deref()),
        }
    }
}

fn can_be_cut(cipher: &[u8], mac: Option<&[u8]>) -> bool {
    CHACHA20_POLY1305.contains(&cipher)
        || has_part(cipher, b"cbc") && mac.is_some_and(|mac| has_part(mac, b"etm"))
}

/// Whether a name has that part: between hyphens, before what follows an `@`.
fn has_part(name: &[u8], part: &[u8]) -> bool {
    let name = name.split(|octet| *octet == b'@').next().unwrap_or_default();
    name.split(|octet| *octet == b'-').any(|other| other == part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Algorithms, Offer};

    fn offer(strict_kex: bool) -> Option<Box<Offer>> {
        Some(Box::new(Offer {
            hassh: "".into(),
            hassh_algorithms: [].into(),
            server_host_key_algorithms: [].into(),
            strict_kex,
        }))
    }

    fn session(
        client: Option<Box<Offer>>,
        server: Option<Box<Offer>>,
        algorithms: Option<Algorithms>,
    ) -> Session {
        let mut session = Session::default();
        session.client_offer = client;
        session.server_offer = server;
        session.algorithms = algorithms;
        session
    }

    /// Every cipher with every MAC in each direction, and every pair of ends.
    #[test]
    fn every_combination() {
        // Whether it can be cut with any MAC, and whether with one over the ciphertext.
        let ciphers = [
            ("chacha20-poly1305@openssh.com", true, true),
            ("chacha20-poly1305", true, true),
            ("aes128-cbc", false, true),
            ("aes256-cbc", false, true),
            ("3des-cbc", false, true),
            ("rijndael-cbc@lysator.liu.se", false, true),
            ("aes128-ctr", false, false),
            ("aes256-gcm@openssh.com", false, false),
            ("AEAD_AES_128_GCM", false, false),
            ("none", false, false),
        ];
        let macs = [
            ("hmac-sha1", false),
            ("hmac-sha2-256", false),
            ("umac-64@openssh.com", false),
            ("hmac-sha1-etm@openssh.com", true),
            ("hmac-sha2-512-etm@openssh.com", true),
            ("umac-128-etm@openssh.com", true),
        ];
        let mut seen = 0;
        for (cipher, always, with_etm) in ciphers {
            for (mac, etm) in macs {
                for (client, server) in [(false, false), (false, true), (true, false), (true, true)] {
                    let name = |text: &str| Some(text.as_bytes().into());
                    let mut algorithms = Algorithms::default();
                    algorithms.encryption.client_to_server = name(cipher);
                    algorithms.mac.client_to_server = name(mac);
                    algorithms.encryption.server_to_client = name("aes128-ctr");
                    algorithms.mac.server_to_client = name("hmac-sha2-256-etm@openssh.com");
                    let session = session(offer(client), offer(server), Some(algorithms));
                    let open = !(client && server) && (always || with_etm && etm);
                    let told = session.terrapin();
                    assert_eq!(told.client_to_server, Some(open), "{cipher} {mac} {client} {server}");
                    assert_eq!(told.server_to_client, Some(false));
                    seen += 1;
                }
            }
        }
        assert_eq!(seen, 240);
    }

    #[test]
    fn what_was_not_seen_is_not_known() {
        let unknown = Directions { client_to_server: None, server_to_client: None };
        assert_eq!(session(offer(false), None, None).terrapin(), unknown);
        let failed = session(offer(false), offer(false), Some(Algorithms::default()));
        assert_eq!(failed.terrapin(), unknown);
    }
}
