//! What a Diffie-Hellman exchange goes by: the group, how it was asked for, and whether the public values hide anything.

use kexray_grammar::{ExchangeMessage, KnownGroup, dh, dh_gex, ecdh, gss_gex};
use sha2::{Digest, Sha256};

use crate::host_key::hexadecimal;
use crate::key_facts::{bits, trimmed};

/// What the messages of a key exchange tell of the group that it works in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// The group that the server chose, where it did. RFC 4419 section 3.
    pub group: Option<Group>,
    /// What the client asked for, where it did. RFC 4419 section 3.
    pub request: Option<GroupRequest>,
    /// Whether a public value was seen from which anyone can tell the secret: none that lies between 1 and the modulus less
    /// 1 (RFC 4253 section 8), or nothing but zeros on a curve. `None` where no public value was seen.
    pub degenerate: Option<bool>,
    /// The modulus, without zeros in front.
    modulus: Box<[u8]>,
}

/// A group of numbers modulo a prime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Length of the modulus.
    pub bits: u64,
    /// Its name, if it is one that many know: `modp2048`, `ffdhe3072`.
    pub name: Option<&'static str>,
    /// The generator; `None` where it takes more than 64 bits.
    pub generator: Option<u64>,
}

/// The sizes of groups that a client asks for, in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupRequest {
    /// The smallest; `None` in the old form of the request.
    pub min: Option<u32>,
    /// The preferred one.
    pub preferred: u32,
    /// The largest; `None` in the old form of the request.
    pub max: Option<u32>,
}

impl Agreement {
    /// Takes in a message of the exchange.
    pub(crate) fn note(&mut self, message: &ExchangeMessage<'_>) {
        use {
            dh::Message as Dh, dh_gex::Message as DhGex, ecdh::Message as Ecdh, gss_gex::Message as GssGex,
        };
        match message {
            ExchangeMessage::DhGex(DhGex::Request(asked)) => {
                self.ask(Some(asked.min), asked.n, Some(asked.max))
            }
            ExchangeMessage::DhGex(DhGex::RequestOld(asked)) => self.ask(None, asked.n, None),
            ExchangeMessage::GssGex(GssGex::GroupReq(asked)) => {
                self.ask(Some(asked.min), asked.n, Some(asked.max));
            }
            ExchangeMessage::DhGex(DhGex::Group(group)) => self.choose(group.p.0, group.g.0),
            ExchangeMessage::GssGex(GssGex::Group(group)) => self.choose(group.p.0, group.g.0),
            ExchangeMessage::Dh(Dh::Init(init)) => self.show(init.e.0),
            ExchangeMessage::Dh(Dh::Reply(reply)) => self.show(reply.f.0),
            ExchangeMessage::DhGex(DhGex::Init(init)) => self.show(init.e.0),
            ExchangeMessage::DhGex(DhGex::Reply(reply)) => self.show(reply.f.0),
            ExchangeMessage::GssGex(GssGex::Init(init)) => self.show(init.e.0),
            ExchangeMessage::GssGex(GssGex::Complete(complete)) => self.show(complete.f.0),
            ExchangeMessage::Ecdh(Ecdh::Init(init)) => self.show_point(init.q_c.0),
            ExchangeMessage::Ecdh(Ecdh::Reply(reply)) => self.show_point(reply.q_s.0),
            _ => {}
        }
    }

    fn ask(&mut self, min: Option<u32>, preferred: u32, max: Option<u32>) {
        self.request = Some(GroupRequest { min, preferred, max });
    }

    fn choose(&mut self, modulus: &[u8], generator: &[u8]) {
        let (modulus, generator) = (trimmed(modulus), trimmed(generator));
        let digest = hexadecimal(&Sha256::digest(modulus));
        self.group = Some(Group {
            bits: bits(modulus),
            name: KnownGroup::of_name(digest.as_bytes()).map(KnownGroup::group),
            generator: number(generator),
        });
        self.modulus = modulus.into();
    }

    fn show(&mut self, value: &[u8]) {
        let negative = value.first().is_some_and(|octet| octet.leading_ones() > 0);
        let value = trimmed(value);
        let degenerate = negative || matches!(value, [] | [1]) || self.is_beyond(value);
        *self.degenerate.get_or_insert_default() |= degenerate;
    }

    /// Whether a number is the modulus less 1, or greater.
    fn is_beyond(&self, value: &[u8]) -> bool {
        let Some((last, front)) = self.modulus.split_last() else { return false };
        // The modulus is odd, if it is a prime.
        let less = front.iter().copied().chain([last & !1]);
        value.len() > self.modulus.len()
            || value.len() == self.modulus.len() && value.iter().copied().ge(less)
    }

    fn show_point(&mut self, point: &[u8]) {
        *self.degenerate.get_or_insert_default() |= point.iter().all(|octet| *octet == 0);
    }

    /// Octets that are kept.
    pub(crate) fn kept(&self) -> usize {
        self.modulus.len().saturating_add(size_of::<Self>())
    }
}

/// A number, if it takes no more than 64 bits.
fn number(octets: &[u8]) -> Option<u64> {
    let mut whole = [0; size_of::<u64>()];
    let start = whole.len().checked_sub(octets.len())?;
    whole.get_mut(start..)?.copy_from_slice(octets);
    Some(u64::from_be_bytes(whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kexray_grammar::{Mpint, SshString};

    fn init(e: &[u8]) -> Option<bool> {
        let mut agreement = Agreement::default();
        agreement.choose(&[0, 0xf1, 0x05], &[2]);
        agreement.note(&ExchangeMessage::DhGex(dh_gex::Message::Init(dh_gex::Init { e: Mpint(e) })));
        agreement.degenerate
    }

    #[test]
    fn values_lie_between_one_and_the_modulus_less_one() {
        for e in [&[2][..], &[0x7f, 0xff], &[0, 0xf1, 0x03], &[0, 0, 0, 0x80, 0x01]] {
            assert_eq!(init(e), Some(false), "{e:?}");
        }
        let beyond: [&[u8]; 8] =
            [&[], &[0], &[1], &[0, 0xf1, 0x04], &[0, 0xf1, 0x05], &[0, 0xff, 0], &[1, 0, 0], &[0x80, 0]];
        for e in beyond {
            assert_eq!(init(e), Some(true), "{e:?}");
        }
    }

    #[test]
    fn points_of_zeros_hide_nothing() {
        for (q_c, degenerate) in [(&[0; 32][..], true), (&[], true), (&[7; 32], false)] {
            let mut agreement = Agreement::default();
            let init = ecdh::Init { q_c: SshString(q_c) };
            agreement.note(&ExchangeMessage::Ecdh(ecdh::Message::Init(init)));
            assert_eq!(agreement.degenerate, Some(degenerate));
        }
    }

    /// The modulus of 1,024 bits of RFC 2409 section 6.2.
    const MODP_1024: &str = "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74\
                             020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437\
                             4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed\
                             ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff";

    #[test]
    fn a_group_is_known_by_its_digest() {
        let octets = MODP_1024
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
        let modulus: Vec<_> = std::iter::once(0).chain(octets).collect();
        let mut agreement = Agreement::default();
        agreement.choose(&modulus, &[0, 2]);
        let known = Group { bits: 1024, name: Some("modp1024"), generator: Some(2) };
        assert_eq!(agreement.group, Some(known));
        agreement.choose(&[1, 1], &[0xff; 9]);
        assert_eq!(agreement.group, Some(Group { bits: 9, name: None, generator: None }));
    }
}
