//! Sizes of usual public keys and of what they sign.

use std::num::Saturating;

use super::octets::{Interval, Octets};

/// A kind of key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    /// Octets of the algorithm's name and the public key together.
    pub(super) public: Octets,
    /// Octets of the signature.
    signature: Interval,
}

const fn key(public: u32, least: u32, most: u32) -> Key {
    Key { public: Saturating(public), signature: Interval::new(Saturating(least), Saturating(most)) }
}

impl Key {
    /// Octets of the algorithm's name, the public key, and the signature with its count.
    pub(super) fn signed(&self) -> Interval {
        self.signature.plus(self.public + Saturating(4))
    }
}

/// The usual ones: Ed25519, ECDSA, RSA of 1024 to 4096 bits, security keys.
pub(super) const USUAL: [Key; 10] = [
    key(62, 83, 83),
    key(123, 96, 104),
    key(155, 126, 136),
    key(191, 158, 170),
    key(163, 148, 148),
    key(291, 276, 276),
    key(419, 404, 404),
    key(547, 532, 532),
    key(100, 98, 110),
    key(161, 110, 130),
];

/// Octets of the algorithm's name and the public key of the smallest key.
pub(super) const SMALLEST: Octets = Saturating(62);
/// Octets of the smallest signature: DSA's, RFC 4253 section 6.6.
pub(super) const SMALLEST_SIGNATURE: Octets = Saturating(55);
