//! Sizes of usual public keys and of what they sign.

use kexray_grammar::{UsualKey, numbers};

use super::octets::{COUNT, Interval, Octets, octets};

/// Octets of the algorithm's name and the public key of the smallest key.
pub(super) const SMALLEST: Octets = octets(numbers::SMALLEST_PUBLIC_KEY);
/// Octets of the smallest signature.
pub(super) const SMALLEST_SIGNATURE: Octets = octets(numbers::SMALLEST_SIGNATURE);

/// The usual keys that, with their algorithm's name, take one of so many octets.
pub(super) fn usual(key: Interval) -> impl Iterator<Item = UsualKey> {
    UsualKey::all().filter(move |usual| key.meets(Interval::exactly(octets(usual.public()))))
}

/// Whether a usual key, its algorithm's name, and its signature with the count take one of so many octets.
pub(super) fn is_usual_signed(signed: Interval) -> bool {
    UsualKey::all().any(|usual| {
        let signature = Interval::new(octets(usual.signature()), octets(usual.longest_signature()));
        signed.meets(signature.plus(octets(usual.public()) + COUNT))
    })
}
