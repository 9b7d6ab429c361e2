//! Whether an RSA signature is one at all: it takes the public key only. RFC 8017 section 8.2.2.

use kexray_analyzer::Proof;
use kexray_analyzer::grammar::{HostKeyAlgorithm, PublicKey};
use num_bigint::BigUint;

/// Longest modulus that is reckoned with, in octets: 8,192 bits. The work grows with the square of it.
const MODULUS: usize = 1024;
/// Longest exponent, in octets. As good as all are 65,537.
const EXPONENT: usize = 4;
/// Least octets of padding. RFC 8017 section 9.2.
const PADDING: usize = 8;

/// Whether the signature of an RSA host key, raised to the public exponent, is not padded text: it signs nothing. `None`
/// where there is no such signature, or its numbers are not reckoned with.
pub(crate) fn is_faulty(proof: &Proof) -> Option<bool> {
    let key = PublicKey::parse(&proof.host_key).ok().flatten()?.value;
    let PublicKey::Rsa(key) = key.certified().unwrap_or(key) else { return None };
    let (modulus, exponent) = (trimmed(key.n.0), trimmed(key.e.0));
    let (algorithm, behind) = string(&proof.signature)?;
    let (signature, _) = string(behind)?;
    // Other algorithms of RSA keys pad otherwise.
    let pads = HostKeyAlgorithm::of_name(algorithm).is_some_and(HostKeyAlgorithm::pkcs1);
    let reckoned = (128..=MODULUS).contains(&modulus.len()) && (1..=EXPONENT).contains(&exponent.len());
    if !pads || !reckoned || signature.len() > modulus.len() {
        return None;
    }
    let [modulus, exponent, signature] = [modulus, exponent, signature].map(BigUint::from_bytes_be);
    if signature >= modulus {
        return None;
    }
    let octets = usize::try_from(modulus.bits().div_ceil(8)).ok()?;
    let text = signature.modpow(&exponent, &modulus).to_bytes_be();
    // The number has lost its first octet, which is zero.
    Some(text.len().checked_add(1) != Some(octets) || !is_padded(&text))
}

/// Whether it is 1, then at least eight 255, then 0 and something. RFC 8017 section 9.2, without the first octet.
fn is_padded(text: &[u8]) -> bool {
    let Some((1, rest)) = text.split_first().map(|(first, rest)| (*first, rest)) else { return false };
    let padding = rest.iter().take_while(|octet| **octet == 0xff).count();
    padding >= PADDING && rest.get(padding) == Some(&0)
}

/// A number without the zeros in front.
fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// The string in front, and what is behind it. RFC 4251 section 5.
fn string(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, behind) = octets.split_first_chunk()?;
    behind.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kexray_analyzer::grammar::{Mpint, public_key};

    /// Two primes of 512 bits.
    const PRIMES: [&str; 2] = [
        "ebba978bbe536f9be728ecb76f2216e3d46abeae4b261e8a088d367931cb973f\
         e0aedf6be2667cb83d78f0eaa096d9307858158ff52becf670a795490f54ee9b",
        "df6480719d3301c01e4238b8d026cf4ce1ecd7290c814edac6eac8e5dee73f5c\
         0822cb9f68b567609a5ed58ac7bf8d4ecffb71477fc5f7f0280a3662696b522d",
    ];

    struct Key {
        primes: [BigUint; 2],
        modulus: BigUint,
        exponent: BigUint,
    }

    impl Key {
        fn new() -> Self {
            let primes = PRIMES.map(|digits| BigUint::parse_bytes(digits.as_bytes(), 16).unwrap());
            let modulus = &primes[0] * &primes[1];
            Self { primes, modulus, exponent: BigUint::from(65_537_u32) }
        }

        /// What text becomes if the half of one prime is reckoned wrongly.
        fn sign(&self, text: &BigUint, error: u32) -> Vec<u8> {
            let one = BigUint::from(1_u32);
            let [p, q] = &self.primes;
            let half = |prime: &BigUint| {
                let secret = self.exponent.modinv(&(prime - &one)).unwrap();
                text.modpow(&secret, prime)
            };
            let (of_p, of_q) = (half(p) + error, half(q));
            let step = (of_p + p * 2_u32 - &of_q % p) * q.modinv(p).unwrap() % p;
            ((of_q + step * q) % &self.modulus).to_bytes_be()
        }

        fn proof(&self, algorithm: &[u8], signature: &[u8]) -> Proof {
            let (e, n) = (self.exponent.to_bytes_be(), [vec![0], self.modulus.to_bytes_be()].concat());
            let key = PublicKey::Rsa(public_key::Rsa { e: Mpint(&e), n: Mpint(&n) });
            let signature = [algorithm, signature]
                .map(|part| [&u32::try_from(part.len()).unwrap().to_be_bytes()[..], part].concat());
            let (host_key, signature) = (key.to_octets().unwrap().into(), signature.concat().into());
            Proof { host_key, signature, ..Proof::default() }
        }

        /// Padded text that ends in these octets.
        fn padded(digest: &[u8]) -> BigUint {
            let padding = vec![0xff; 128 - 3 - digest.len()];
            BigUint::from_bytes_be(&[&[0, 1][..], &padding, &[0], digest].concat())
        }
    }

    #[test]
    fn an_error_in_one_half_is_seen() {
        let key = Key::new();
        for digest in [&[7; 35][..], &[9; 51], &[11; 83]] {
            let text = Key::padded(digest);
            for algorithm in [&b"ssh-rsa"[..], b"rsa-sha2-256", b"rsa-sha2-512"] {
                let right = key.proof(algorithm, &key.sign(&text, 0));
                assert_eq!(is_faulty(&right), Some(false));
                let wrong = key.sign(&text, 1);
                assert_eq!(is_faulty(&key.proof(algorithm, &wrong)), Some(true));
                // It gives the key away to whoever knows the text.
                let raised = BigUint::from_bytes_be(&wrong).modpow(&key.exponent, &key.modulus);
                let difference = (raised + &key.modulus - &text) % &key.modulus;
                let shared = common_divisor(difference, key.modulus.clone());
                assert!(key.primes.contains(&shared));
            }
        }
    }

    fn common_divisor(mut one: BigUint, mut other: BigUint) -> BigUint {
        while other != BigUint::ZERO {
            (one, other) = (other.clone(), one % other);
        }
        one
    }

    #[test]
    fn of_other_signatures_nothing_is_said() {
        let key = Key::new();
        let signature = key.sign(&Key::padded(&[7; 35]), 1);
        for algorithm in [&b"ssh-ed25519"[..], b"rsa-pss", b""] {
            assert_eq!(is_faulty(&key.proof(algorithm, &signature)), None);
        }
        let too_long = [&signature[..], &[0]].concat();
        assert_eq!(is_faulty(&key.proof(b"ssh-rsa", &too_long)), None);
        assert_eq!(is_faulty(&key.proof(b"ssh-rsa", &[0xff; 128])), None, "beyond the modulus");
        assert_eq!(is_faulty(&Proof::default()), None);
        let mut cut = key.proof(b"ssh-rsa", &signature);
        cut.signature = cut.signature[..20].into();
        assert_eq!(is_faulty(&cut), None);
    }

    #[test]
    fn padding_is_what_the_standard_says() {
        let text = |padding: usize| [&[1][..], &vec![0xff; padding], &[0, 42]].concat();
        assert!(is_padded(&text(8)) && !is_padded(&text(7)));
        assert!(!is_padded(b"") && !is_padded(&[2; 128]) && !is_padded(&[1, 0]));
    }
}
