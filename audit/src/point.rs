//! Whether points are on their curves: who sends one that is not learns something of a secret, if the other end does not
//! look. RFC 5656 section 4, SEC 1 section 3.2.2.1.

use kexray_analyzer::Proof;
use kexray_analyzer::grammar::{Curve, FixedKey, PublicKey};
use num_bigint::BigUint;

/// The first octet of a point of which both coordinates follow. SEC 1 section 2.3.3.
const UNCOMPRESSED: u8 = 4;
/// Of one of which one follows, and the sign of the other.
const COMPRESSED: [u8; 2] = [2, 3];

/// Whether the point that the client sent is on its curve; `None` where it cannot be told.
pub(crate) fn client_is_valid(proof: &Proof) -> Option<bool> {
    is_on(proof.curve?, &proof.client_point)
}

/// The same of the server's, and of its host key, if that is a point.
pub(crate) fn server_is_valid(proof: &Proof) -> Option<bool> {
    let sent = proof.curve.and_then(|curve| is_on(curve, &proof.server_point));
    let both = [sent, host_key_is_valid(&proof.host_key)];
    both.into_iter().flatten().reduce(|one, other| one && other)
}

fn host_key_is_valid(blob: &[u8]) -> Option<bool> {
    let key = PublicKey::parse(blob).ok().flatten()?.value;
    let key = key.certified().unwrap_or(key);
    let curve = Curve::of_name(FixedKey::of_name(key.tag().as_bytes())?.curve().as_bytes())?;
    let point = match key {
        PublicKey::EcdsaP256(key) => key.q,
        PublicKey::EcdsaP384(key) => key.q,
        PublicKey::EcdsaP521(key) => key.q,
        PublicKey::SkEcdsa(key) => key.q,
        _ => return None,
    };
    is_on(curve, point.0)
}

/// Whether it is a point of the curve; `None` where none was seen, where it is compressed, and where any value is one, as on
/// curve25519.
fn is_on(curve: Curve, point: &[u8]) -> Option<bool> {
    let number = |digits: &str| BigUint::parse_bytes(digits.as_bytes(), 16);
    let (prime, coefficient) = (number(curve.prime()?)?, number(curve.coefficient()?)?);
    let (form, coordinates) = point.split_first()?;
    if COMPRESSED.contains(form) {
        return None;
    }
    if *form != UNCOMPRESSED || point.len() != curve.octets() {
        return Some(false);
    }
    let (x, y) = coordinates.split_at_checked(coordinates.len() / 2)?;
    let [x, y] = [x, y].map(BigUint::from_bytes_be);
    if x >= prime || y >= prime {
        return Some(false);
    }
    Some(fits(&x, &y, &prime, coefficient))
}

/// Whether y^2 = x^3 - 3x + b modulo the prime; here with all that is taken away on the other side.
#[expect(clippy::arithmetic_side_effects, reason = "these numbers grow as they need, and no prime is zero")]
fn fits(x: &BigUint, y: &BigUint, prime: &BigUint, b: BigUint) -> bool {
    let left = y * y + x * 3_u32;
    let right = x * x * x + b;
    left % prime == right % prime
}

#[cfg(test)]
mod tests {
    use kexray_analyzer::grammar::{SshString, public_key};

    use super::*;

    /// The base points of FIPS 186-4 section D.1.2.
    const BASES: [(&str, &str); 3] = [
        (
            "nistp256",
            "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
             4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
        ),
        (
            "nistp384",
            "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7\
             3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
        ),
        (
            "nistp521",
            "0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66\
             011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
        ),
    ];

    fn points() -> impl Iterator<Item = (Curve, Vec<u8>)> {
        BASES.into_iter().map(|(name, digits)| {
            let digits = digits.as_bytes().chunks(2);
            let octets = digits.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap());
            (Curve::of_name(name.as_bytes()).unwrap(), octets.collect())
        })
    }

    #[test]
    fn base_points_are_on_their_curves_and_no_other_point_with_such_a_coordinate_is() {
        for (curve, point) in points() {
            assert_eq!(point.len(), curve.octets(), "{}", curve.name());
            assert_eq!(is_on(curve, &point), Some(true), "{}", curve.name());
            for place in 1..point.len() {
                let mut other = point.clone();
                other[place] ^= 1;
                assert_eq!(is_on(curve, &other), Some(false), "{}, octet {place}", curve.name());
            }
        }
    }

    #[test]
    fn coordinates_are_less_than_the_prime() {
        for (curve, mut point) in points() {
            let (half, prime) =
                (point.len() / 2, BigUint::parse_bytes(curve.prime().unwrap().as_bytes(), 16));
            // Where there is room, the same point modulo the prime.
            let x = BigUint::from_bytes_be(&point[1..=half]) + prime.unwrap();
            let octets = x.to_bytes_be();
            if octets.len() <= half {
                point[1..=half].fill(0);
                point[half + 1 - octets.len()..=half].copy_from_slice(&octets);
                assert_eq!(is_on(curve, &point), Some(false), "{}", curve.name());
            }
        }
    }

    #[test]
    fn other_forms_are_told_as_far_as_they_can_be() {
        let (curve, point) = points().next().unwrap();
        assert_eq!(is_on(curve, &[0]), Some(false), "the point at infinity");
        assert_eq!(is_on(curve, &point[..64]), Some(false), "cut");
        assert_eq!(is_on(curve, &[&[5], &point[1..]].concat()), Some(false));
        assert_eq!(is_on(curve, &[&[2], &point[1..33]].concat()), None, "compressed");
        assert_eq!(is_on(curve, &[]), None, "not seen");
        assert_eq!(is_on(Curve::of_name(b"curve25519").unwrap(), &[9; 32]), None, "any value will do");
    }

    #[test]
    fn the_host_key_counts_for_the_server() {
        let (curve, point) = points().next().unwrap();
        let blob = |q: &[u8]| {
            let key = public_key::EcdsaP256 { curve: SshString(b"nistp256"), q: SshString(q) };
            PublicKey::EcdsaP256(key).to_octets().unwrap().into_boxed_slice()
        };
        let mut other = point.clone();
        other[40] ^= 1;
        let proof = |client: &[u8], server: &[u8], key: &[u8]| Proof {
            host_key: blob(key),
            curve: Some(curve),
            client_point: client.into(),
            server_point: server.into(),
            ..Proof::default()
        };
        let valid = |proof: &Proof| (client_is_valid(proof), server_is_valid(proof));
        assert_eq!(valid(&proof(&point, &point, &point)), (Some(true), Some(true)));
        assert_eq!(valid(&proof(&other, &point, &point)), (Some(false), Some(true)));
        assert_eq!(valid(&proof(&point, &other, &point)), (Some(true), Some(false)));
        assert_eq!(valid(&proof(&point, &point, &other)), (Some(true), Some(false)));
        assert_eq!(valid(&Proof::default()), (None, None));
    }
}
