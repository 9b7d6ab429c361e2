//! The public values of a key exchange: whether they hide anything, and what tells one from another.

use kexray_grammar::{Curve, KexMethod, SmallOrderPoint};
use sha2::{Digest, Sha256};

use crate::group::Modulus;
use crate::host_key::hexadecimal;
use crate::key_facts::trimmed;

/// A public value that an end sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicValue {
    /// The first half of its SHA-256. Of a hybrid, the value on the curve alone: the rest differs even where that is used
    /// again. Zeros in front of a number do not count.
    pub digest: u128,
    /// Whether anyone can tell the secret from it, whatever the other end sends.
    pub degenerate: bool,
}

impl PublicValue {
    /// A number, of an exchange in a group. RFC 4253 section 8.
    pub(crate) fn number(value: &[u8], modulus: &Modulus) -> Self {
        let negative = value.first().is_some_and(|octet| octet.leading_ones() > 0);
        let value = trimmed(value);
        let degenerate = negative || matches!(value, [] | [1]) || modulus.is_below(value);
        Self { digest: digest(value), degenerate }
    }

    /// A point, or what else is sent as a string. RFC 5656 section 4, RFC 8731 section 3.
    pub(crate) fn point(value: &[u8], method: Option<KexMethod>) -> Self {
        let curve = method.and_then(KexMethod::curve).and_then(|name| Curve::of_name(name.as_bytes()));
        let point = curve.and_then(|curve| on_curve(value, curve)).unwrap_or(value);
        let degenerate =
            point.iter().all(|octet| *octet == 0) || curve.is_some_and(|curve| has_small_order(point, curve));
        Self { digest: digest(point), degenerate }
    }
}

/// The end of a value, as much as a point of the curve takes.
pub(crate) fn on_curve(value: &[u8], curve: Curve) -> Option<&[u8]> {
    value.get(value.len().checked_sub(curve.octets())?..)
}

/// Whether a point is one of the few whose multiples do not hide the number.
fn has_small_order(point: &[u8], curve: Curve) -> bool {
    let is_listed = |point: &[u8]| {
        SmallOrderPoint::of_name(hexadecimal(point).as_bytes())
            .is_some_and(|listed| listed.curve() == curve.name())
    };
    // Whether or not the highest bit is used: where it is not, it counts for nothing.
    let mut masked = point.to_vec();
    if let Some(last) = masked.last_mut() {
        *last &= u8::MAX >> 1;
    }
    is_listed(point) || is_listed(&masked)
}

fn digest(value: &[u8]) -> u128 {
    Sha256::digest(value).first_chunk().copied().map(u128::from_be_bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(value: &[u8], method: &str) -> PublicValue {
        PublicValue::point(value, KexMethod::of_name(method.as_bytes()))
    }

    /// A number in little-endian order, from its octets from both ends, filled up with one that repeats.
    fn little(front: &[u8], fill: u8, back: u8, length: usize) -> Vec<u8> {
        let mut octets = vec![fill; length];
        octets[..front.len()].copy_from_slice(front);
        octets[length - 1] = back;
        octets
    }

    #[test]
    fn points_of_small_order_hide_nothing() {
        let small = [
            little(&[1], 0, 0, 32),
            little(&[1], 0, 0x80, 32),
            little(&[0xec], 0xff, 0x7f, 32),
            little(&[0xed], 0xff, 0xff, 32),
            little(&[0xee], 0xff, 0x7f, 32),
        ];
        for value in small {
            assert!(point(&value, "curve25519-sha256").degenerate, "{value:?}");
            let hybrid = [&[7; 1184][..], &value].concat();
            assert!(point(&hybrid, "mlkem768x25519-sha256").degenerate);
            assert!(!point(&value, "ecdh-sha2-nistp256").degenerate, "that is of another curve");
        }
        for value in [little(&[2], 0, 0, 32), little(&[9], 0, 0, 32), little(&[0xef], 0xff, 0x7f, 32)] {
            assert!(!point(&value, "curve25519-sha256").degenerate, "{value:?}");
        }
        let mut almost = vec![0xff; 56];
        almost[28] = 0xfe;
        assert!(point(&almost, "curve448-sha512").degenerate, "the prime itself");
        almost[0] = 0xfd;
        assert!(!point(&almost, "curve448-sha512").degenerate);
    }

    #[test]
    fn nothing_but_zeros_hides_nothing() {
        for (value, degenerate) in [(&[0; 32][..], true), (&[], true), (&[7; 32], false)] {
            assert_eq!(PublicValue::point(value, None).degenerate, degenerate);
        }
    }

    #[test]
    fn a_value_is_known_again_in_a_hybrid() {
        let curve = point(&[9; 32], "curve25519-sha256").digest;
        let hybrid =
            |filling| point(&[&[filling; 1184][..], &[9; 32]].concat(), "mlkem768x25519-sha256").digest;
        assert_eq!((hybrid(1), hybrid(2)), (curve, curve));
        assert_ne!(PublicValue::point(&[8; 32], None).digest, curve);
        let number = |value: &[u8]| PublicValue::number(value, &Modulus::Unknown).digest;
        assert_eq!(number(&[0, 0x99, 1]), number(&[0x99, 1]));
    }
}
