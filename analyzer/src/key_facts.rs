//! What a host key is made of.

use kexray_grammar::{FixedKey, PublicKey, words};

use crate::host_key;

/// The format of a key of SSH-1.
const SSH1: &str = match words::SSH1_KEY {
    [name] => match str::from_utf8(name) {
        Ok(name) => name,
        Err(_) => "",
    },
    _ => "",
};

/// What is told of a host key besides its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostKey {
    /// The format in which it was sent: `ssh-ed25519`, `ssh-rsa-cert-v01@openssh.com`; `rsa1` where it is of SSH-1.
    pub format: &'static str,
    /// Its length in bits, as `ssh-keygen -l` counts it: of an RSA or DSA key that of the modulus.
    pub bits: u64,
    /// The curve, where there is one. RFC 5656 section 10.1, RFC 8709 section 3.
    pub curve: Option<&'static str>,
    /// The certificate that it came in.
    pub certificate: Option<Box<Certificate>>,
}

/// What a certificate says. draft-miller-ssh-cert. Nothing of it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-256 of the authority's key, as `ssh-keygen -L` prints it.
    pub authority_fingerprint: Box<str>,
    /// What the authority calls it: any octets.
    pub key_id: Box<[u8]>,
    /// Its number.
    pub serial: u64,
    /// 1 for a user's, 2 for a host's.
    pub kind: u32,
    /// Seconds since the epoch from which on it is valid.
    pub valid_after: u64,
    /// Seconds since the epoch at which it ends; the greatest number where it never does.
    pub valid_before: u64,
    principals: Box<[u8]>,
}

impl Certificate {
    /// The names of the hosts that it is for, each any octets; none stands for all.
    pub fn principals(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &*self.principals;
        std::iter::from_fn(move || {
            let (length, behind) = rest.split_first_chunk()?;
            let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
            let (principal, behind) = behind.split_at_checked(length)?;
            rest = behind;
            Some(principal)
        })
    }

    fn kept(&self) -> usize {
        let texts = [self.authority_fingerprint.len(), self.key_id.len(), self.principals.len()];
        texts.into_iter().fold(size_of::<Self>(), usize::saturating_add)
    }
}

impl HostKey {
    /// Of a blob as it is sent; `None` where it is of a format that is not known, or cannot be read.
    pub(crate) fn of(blob: &[u8]) -> Option<Self> {
        let key = PublicKey::parse(blob).ok().flatten()?.value;
        let certificate = certificate(&key).map(Box::new);
        let (bits, curve) = match key.certified().unwrap_or(key) {
            PublicKey::Rsa(rsa) => (bits(rsa.n.0), None),
            PublicKey::Dss(dss) => (bits(dss.p.0), None),
            other => {
                let fixed = FixedKey::of_name(other.tag().as_bytes())?;
                (fixed.bits() as u64, Some(fixed.curve()))
            }
        };
        Some(Self { format: key.tag(), bits, curve, certificate })
    }

    /// Of SSH-1's modulus.
    pub(crate) fn of_ssh1(modulus: &[u8]) -> Self {
        Self { format: SSH1, bits: bits(modulus), curve: None, certificate: None }
    }

    /// Octets that are kept.
    pub(crate) fn kept(&self) -> usize {
        self.certificate.as_ref().map_or(0, |certificate| certificate.kept())
    }
}

/// A number without the zeros in front.
pub(crate) fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// The length of a number without the zeros in front.
pub(crate) fn bits(number: &[u8]) -> u64 {
    let rest = trimmed(number);
    let octets = (rest.len() as u64).saturating_mul(u8::BITS.into());
    octets.saturating_sub(rest.first().map_or(0, |octet| octet.leading_zeros().into()))
}

fn certificate(key: &PublicKey<'_>) -> Option<Certificate> {
    // The formats have these fields in common, but are types of their own.
    macro_rules! fields {
        ($($format:ident)*) => {
            match key {
                $(PublicKey::$format(certificate) => Certificate {
                    authority_fingerprint: host_key::sha256(&[certificate.signature_key.0]).into(),
                    key_id: certificate.key_id.0.into(),
                    serial: certificate.serial,
                    kind: certificate.kind,
                    valid_after: certificate.valid_after,
                    valid_before: certificate.valid_before,
                    principals: certificate.valid_principals.0.into(),
                },)*
                _ => return None,
            }
        };
    }
    Some(fields! {
        RsaCertificate DssCertificate EcdsaP256Certificate EcdsaP384Certificate EcdsaP521Certificate
        Ed25519Certificate SkEcdsaCertificate SkEd25519Certificate
    })
}

#[cfg(test)]
mod tests {
    use super::{Certificate, bits};

    #[test]
    fn zeros_in_front_do_not_count() {
        for (number, length) in [
            (&b""[..], 0),
            (b"\0\0", 0),
            (b"\x01", 1),
            (b"\0\x80\0", 16),
            (b"\x7f\xff", 15),
            (b"\0\0\x02", 2),
        ] {
            assert_eq!(bits(number), length, "{number:?}");
        }
    }

    #[test]
    fn principals_end_where_they_are_cut() {
        let principals = |octets: &[u8]| {
            let certificate = Certificate {
                authority_fingerprint: "".into(),
                key_id: [].into(),
                serial: 0,
                kind: 2,
                valid_after: 0,
                valid_before: u64::MAX,
                principals: octets.into(),
            };
            certificate.principals().map(<[u8]>::to_vec).collect::<Vec<_>>()
        };
        assert_eq!(principals(b""), Vec::<Vec<u8>>::new());
        assert_eq!(principals(b"\0\0\0\x01a\0\0\0\0"), [&b"a"[..], b""]);
        assert_eq!(principals(b"\0\0\0\x01a\0\0\0\x09b"), [b"a"]);
        assert_eq!(principals(b"\xff\xff\xff\xffa"), Vec::<Vec<u8>>::new());
    }
}
