//! Whether a session is open to the prefix truncation attack. CVE-2023-48795, <https://terrapin-attack.com>.

use kexray_grammar::{Cipher, CipherMode, Mac, Named, Seal};

use crate::negotiation::Directions;
use crate::session::Session;

impl Session {
    /// Whether what is sent in each direction can be cut at its beginning without either end noticing: where not both
    /// ends offer strict key exchange, and the cipher is chacha20-poly1305, or one in CBC mode with a MAC over the
    /// ciphertext. `None` where an offer or the negotiation was not seen, or [was not
    /// wanted](crate::Sink::wants_details), or a cipher could not be agreed on, or nothing is known of what was.
    #[must_use]
    pub fn terrapin(&self) -> Directions<Option<bool>> {
        let strict = self.client_offer.as_ref().zip(self.server_offer.as_ref());
        let strict = strict.map(|(client, server)| client.strict_kex && server.strict_kex);
        let Some((strict, algorithms)) = strict.zip(self.algorithms.as_ref()) else {
            return Directions::default();
        };
        algorithms.encryption.with(&algorithms.mac, |cipher, mac| {
            can_be_cut(cipher.as_ref()?, mac.as_ref()).map(|open| open && !strict)
        })
    }
}

fn can_be_cut(cipher: &Named<Cipher>, mac: Option<&Named<Mac>>) -> Option<bool> {
    let cipher = cipher.known()?;
    let over_ciphertext = |mac: Mac| mac.seal() == Seal::EncryptThenMac;
    match (cipher.seal(), cipher.mode(), mac) {
        // Its nonces are sequence numbers.
        (Some(Seal::Chacha20Poly1305), ..) => Some(true),
        (None, CipherMode::Cbc, Some(mac)) => mac.known().map(over_ciphertext),
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Algorithms, Offer};

    fn offer(strict_kex: bool) -> Option<Box<Offer>> {
        Some(Box::new(Offer {
            hassh: "".into(),
            hassh_algorithms: [].into(),
            ends: [0; 3],
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
                    let mut algorithms = Algorithms::default();
                    algorithms.encryption.client_to_server = Some(Named::of(cipher.as_bytes()));
                    algorithms.mac.client_to_server = Some(Named::of(mac.as_bytes()));
                    algorithms.encryption.server_to_client = Some(Named::of(b"aes128-ctr"));
                    algorithms.mac.server_to_client = Some(Named::of(b"hmac-sha2-256-etm@openssh.com"));
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
    fn of_a_cipher_that_nobody_knows_nothing_is_said() {
        let mut algorithms = Algorithms::default();
        algorithms.encryption.client_to_server = Some(Named::of(b"rot13-cbc@example.com"));
        algorithms.encryption.server_to_client = Some(Named::of(b"aes128-cbc"));
        algorithms.mac.server_to_client = Some(Named::of(b"crc-etm@example.com"));
        let told = session(offer(false), offer(false), Some(algorithms)).terrapin();
        assert_eq!(told, Directions { client_to_server: None, server_to_client: None });
    }

    #[test]
    fn what_was_not_seen_is_not_known() {
        let unknown = Directions { client_to_server: None, server_to_client: None };
        assert_eq!(session(offer(false), None, None).terrapin(), unknown);
        let failed = session(offer(false), offer(false), Some(Algorithms::default()));
        assert_eq!(failed.terrapin(), unknown);
    }
}
