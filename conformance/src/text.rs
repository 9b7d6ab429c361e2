//! Texts that are written in different ways.

/// The octets of a text of ours, in which what is no printable text stands as `\xNN`.
#[must_use]
pub fn octets_of_ours(text: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let escaped = match rest {
            [b'\\', b'x', high, low, ..] => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        match escaped {
            Some(octet) => {
                octets.push(octet);
                rest = rest.get(4..).unwrap_or_default();
            }
            None => {
                octets.push(*first);
                rest = behind;
            }
        }
    }
    octets
}

/// The octets of a label, which is their Latin-1 reading; `None` where it is not.
#[must_use]
pub fn octets_of_label(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect()
}

/// Octets written as hexadecimal digits; `None` where they are not.
#[must_use]
pub fn octets_of_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| match pair {
            [_, _] => u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok(),
            _ => None,
        })
        .collect()
}

/// An MD5 digest as fingerprints are written: pairs of digits between colons.
#[must_use]
pub fn md5(parts: &[&[u8]]) -> String {
    use md5::{Digest, Md5};

    let digest = parts.iter().fold(Md5::new(), |digest, part| digest.chain_update(part)).finalize();
    let pairs: Vec<_> = digest.iter().map(|octet| format!("{octet:02x}")).collect();
    pairs.join(":")
}

/// The SHA-256 of a key as `ssh-keygen -l` prints it.
#[must_use]
pub fn fingerprint(key: &[u8]) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    use sha2::{Digest, Sha256};

    format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(key)))
}

/// Whether a text fits a pattern in which `*` stands for any text.
#[must_use]
pub fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            let mut ends = rest.char_indices().map(|(place, _)| place).chain([rest.len()]);
            ends.any(|place| rest.get(place..).is_some_and(|rest| fits(tail, rest)))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_latin_1_are_the_same_octets() {
        assert_eq!(octets_of_ours(r"SSH-\xff\x00é"), b"SSH-\xff\x00\xc3\xa9");
        assert_eq!(octets_of_label("ÿ\0é").unwrap(), b"\xff\x00\xe9");
        assert_eq!(octets_of_ours(r"a\xzz\x4"), br"a\xzz\x4");
        assert_eq!(octets_of_label("€"), None);
    }

    #[test]
    fn hexadecimal() {
        assert_eq!(octets_of_hex("00ff").unwrap(), [0, 255]);
        assert_eq!(octets_of_hex("0"), None);
        assert_eq!(octets_of_hex("zz"), None);
    }

    #[test]
    fn digests_look_like_fingerprints() {
        assert_eq!(md5(&[b"a", b"bc"]), "90:01:50:98:3c:d2:4f:b0:d6:96:3f:7d:28:e1:7f:72");
    }

    #[test]
    fn patterns() {
        assert!(fits("*", ""));
        assert!(fits("a*c", "abbc"));
        assert!(fits("*b*", "abc"));
        assert!(!fits("a*c", "abd"));
        assert!(!fits("a", "ab"));
    }
}
