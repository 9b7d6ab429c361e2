//! Fingerprints of host keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use kexray_grammar::PublicKey;
use md5::Md5;
use sha2::{Digest, Sha256};

/// MD5 in hexadecimal, octets separated by colons, of the octets in `parts` one after the other.
pub(crate) fn md5(parts: &[&[u8]]) -> String {
    let digest = parts.iter().fold(Md5::new(), |digest, part| digest.chain_update(part)).finalize();
    let mut text = String::with_capacity(47);
    for octet in digest {
        if !text.is_empty() {
            text.push(':');
        }
        digits(octet, &mut text);
    }
    text
}

/// Octets in hexadecimal.
pub(crate) fn hexadecimal(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len().saturating_mul(2));
    octets.iter().for_each(|octet| digits(*octet, &mut text));
    text
}

fn digits(octet: u8, text: &mut String) {
    for nibble in [octet >> 4, octet & 0xf] {
        text.extend(char::from_digit(u32::from(nibble), 16));
    }
}

/// SHA-256 as `ssh-keygen -l` prints it, of the octets in `parts` one after the other.
pub(crate) fn sha256(parts: &[&[u8]]) -> String {
    let digest = parts.iter().fold(Sha256::new(), |digest, part| digest.chain_update(part)).finalize();
    // That and 43 digits.
    let mut text = String::with_capacity(50);
    text.push_str("SHA256:");
    STANDARD_NO_PAD.encode_string(digest, &mut text);
    text
}

/// The SHA-256 fingerprint of a host key's blob; of a certificate, that of the key inside. The second value tells
/// whether the blob could be read, or is of a kind that is not known.
pub(crate) fn fingerprint(blob: &[u8]) -> (String, bool) {
    match PublicKey::parse(blob) {
        Ok(Some(key)) => match key.value.certified().map(|certified| certified.to_octets()) {
            Some(Ok(certified)) => (sha256(&[&certified]), true),
            Some(Err(_)) => (sha256(&[blob]), false),
            None => (sha256(&[blob]), true),
        },
        Ok(None) => (sha256(&[blob]), true),
        Err(_) => (sha256(&[blob]), false),
    }
}
