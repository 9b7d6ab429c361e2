//! What a Diffie-Hellman exchange goes by: the group, how it was asked for, and the public values.

use kexray_grammar::{ExchangeMessage, KexMethod, KnownGroup, Mpint, dh, dh_gex, ecdh, ecmqv, gss, gss_gex};
use sha2::{Digest, Sha256};

use crate::Side;
use crate::host_key::hexadecimal;
use crate::key_facts::{bits, trimmed};
use crate::public_value::PublicValue;

/// What the messages of a key exchange tell of the group that it works in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// The group that the method stands for, or that the server chose. RFC 4253 section 8, RFC 4419 section 3.
    pub group: Option<Group>,
    /// What the client asked for, where it did. RFC 4419 section 3.
    pub request: Option<GroupRequest>,
    /// What the client sent.
    pub client: Option<PublicValue>,
    /// What the server sent.
    pub server: Option<PublicValue>,
    /// The cookies of the KEXINITs, of the end that opened the connection first; 0 where one was not seen. They are random
    /// (RFC 4253 section 7.1), so together they tell one exchange from another, wherever it was recorded.
    pub cookies: [u128; 2],
    modulus: Modulus,
}

/// A group of numbers modulo a prime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Length of the modulus.
    pub bits: u64,
    /// Its name, if it is one that many know: `modp2048`, `ffdhe3072`.
    pub name: Option<&'static str>,
    /// SHA-256 of the modulus, without zeros in front, in hexadecimal, of a group without a name.
    pub fingerprint: Option<Box<str>>,
    /// The generator; `None` where it takes more than 64 bits.
    pub generator: Option<u64>,
}

/// What is known of the modulus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Modulus {
    /// Nothing.
    #[default]
    Unknown,
    /// It is of a group of so many bits that everyone knows. All of these have ones in front: 64 of them.
    Known(u64),
    /// It was sent: here without zeros in front.
    Sent(Box<[u8]>),
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
    /// Takes in the cookie of a KEXINIT. RFC 4253 section 7.1.
    pub(crate) fn note_cookie(&mut self, side: Side, cookie: u128) {
        let [originator, responder] = &mut self.cookies;
        let slot = if side == Side::Originator { originator } else { responder };
        *slot = cookie;
    }

    /// Takes in a message of the exchange that the method stands for, if that is known.
    pub(crate) fn note(&mut self, message: &ExchangeMessage<'_>, method: Option<KexMethod>) {
        use {
            dh::Message as Dh, dh_gex::Message as DhGex, ecdh::Message as Ecdh, ecmqv::Message as Ecmqv,
            gss::Message as Gss, gss_gex::Message as GssGex,
        };
        if self.group.is_none() {
            self.take_for_granted(method);
        }
        match message {
            ExchangeMessage::DhGex(DhGex::Request(asked)) => {
                self.ask(Some(asked.min), asked.n, Some(asked.max))
            }
            ExchangeMessage::DhGex(DhGex::RequestOld(asked)) => self.ask(None, asked.n, None),
            ExchangeMessage::GssGex(GssGex::GroupReq(asked)) => {
                self.ask(Some(asked.min), asked.n, Some(asked.max));
            }
            ExchangeMessage::DhGex(DhGex::Group(group)) => self.choose(group.p, group.g),
            ExchangeMessage::GssGex(GssGex::Group(group)) => self.choose(group.p, group.g),
            ExchangeMessage::Dh(Dh::Init(init)) => self.client = Some(self.number(init.e.0)),
            ExchangeMessage::Dh(Dh::Reply(reply)) => self.server = Some(self.number(reply.f.0)),
            ExchangeMessage::DhGex(DhGex::Init(init)) => self.client = Some(self.number(init.e.0)),
            ExchangeMessage::DhGex(DhGex::Reply(reply)) => self.server = Some(self.number(reply.f.0)),
            ExchangeMessage::GssGex(GssGex::Init(init)) => self.client = Some(self.number(init.e.0)),
            ExchangeMessage::GssGex(GssGex::Complete(complete)) => {
                self.server = Some(self.number(complete.f.0));
            }
            ExchangeMessage::Gss(Gss::Init(init)) => {
                self.client = Some(self.either(init.public_value.0, method))
            }
            ExchangeMessage::Gss(Gss::Complete(complete)) => {
                self.server = Some(self.either(complete.public_value.0, method));
            }
            ExchangeMessage::Ecdh(Ecdh::Init(init)) => {
                self.client = Some(PublicValue::point(init.q_c.0, method));
            }
            ExchangeMessage::Ecdh(Ecdh::Reply(reply)) => {
                self.server = Some(PublicValue::point(reply.q_s.0, method));
            }
            ExchangeMessage::Ecmqv(Ecmqv::Init(init)) => {
                self.client = Some(PublicValue::point(init.q_c.0, method));
            }
            ExchangeMessage::Ecmqv(Ecmqv::Reply(reply)) => {
                self.server = Some(PublicValue::point(reply.q_s.0, method));
            }
            _ => {}
        }
    }

    /// Whether a public value was seen from which anyone can tell the secret: none that lies between 1 and the modulus less
    /// 1 (RFC 4253 section 8), a point of small order, or nothing but zeros. `None` where no public value was seen.
    #[must_use]
    pub fn degenerate(&self) -> Option<bool> {
        let seen = [self.client, self.server].into_iter().flatten();
        seen.map(|value| value.degenerate).reduce(|one, other| one || other)
    }

    /// Whether the server chose the group, in a group exchange.
    #[must_use]
    pub const fn is_chosen(&self) -> bool {
        matches!(self.modulus, Modulus::Sent(_))
    }

    fn ask(&mut self, min: Option<u32>, preferred: u32, max: Option<u32>) {
        self.request = Some(GroupRequest { min, preferred, max });
    }

    /// The group that the method stands for.
    fn take_for_granted(&mut self, method: Option<KexMethod>) {
        let name = method.and_then(KexMethod::group);
        let Some(known) = name.and_then(|name| KnownGroup::of_name(name.as_bytes())) else { return };
        self.modulus = Modulus::Known(known.bits() as u64);
        self.group = Some(Group::known(known));
    }

    fn choose(&mut self, modulus: Mpint<'_>, generator: Mpint<'_>) {
        let (modulus, generator) = (trimmed(modulus.0), trimmed(generator.0));
        let fingerprint = hexadecimal(&Sha256::digest(modulus));
        let known = KnownGroup::all().find(|known| known.digest() == fingerprint);
        self.group = Some(Group {
            bits: bits(modulus),
            name: known.map(KnownGroup::name),
            fingerprint: known.is_none().then(|| fingerprint.into()),
            generator: number(generator),
        });
        self.modulus = Modulus::Sent(modulus.into());
    }

    fn number(&self, value: &[u8]) -> PublicValue {
        PublicValue::number(value, &self.modulus)
    }

    /// A number in a group, or a point on a curve: the method tells. RFC 4462 section 2.1, RFC 8732 section 5.
    fn either(&self, value: &[u8], method: Option<KexMethod>) -> PublicValue {
        if self.group.is_some() { self.number(value) } else { PublicValue::point(value, method) }
    }

    /// Octets that are kept.
    pub(crate) fn kept(&self) -> usize {
        let modulus = if let Modulus::Sent(modulus) = &self.modulus { modulus.len() } else { 0 };
        modulus.saturating_add(size_of::<Self>())
    }
}

impl Group {
    fn known(known: KnownGroup) -> Self {
        Self {
            bits: known.bits() as u64,
            name: Some(known.name()),
            fingerprint: None,
            generator: Some(known.generator() as u64),
        }
    }
}

impl Modulus {
    /// Whether a number without zeros in front is it less 1, or greater; of one that is only known to begin with 64 ones, all
    /// that do so as well, which no honest end meets.
    pub(crate) fn is_below(&self, value: &[u8]) -> bool {
        match self {
            Self::Unknown => false,
            Self::Known(length) => {
                let front = value.first_chunk().is_some_and(|front| u64::from_be_bytes(*front) == u64::MAX);
                bits(value) > *length || bits(value) == *length && front
            }
            Self::Sent(modulus) => {
                let Some((last, front)) = modulus.split_last() else { return false };
                // It is odd, if it is a prime.
                let less = front.iter().copied().chain([last & !1]);
                value.len() > modulus.len() || value.len() == modulus.len() && value.iter().copied().ge(less)
            }
        }
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

    fn init(e: &[u8]) -> Option<bool> {
        let mut agreement = Agreement::default();
        agreement.choose(Mpint(&[0, 0xf1, 0x05]), Mpint(&[2]));
        agreement.note(&ExchangeMessage::DhGex(dh_gex::Message::Init(dh_gex::Init { e: Mpint(e) })), None);
        agreement.degenerate()
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
    fn of_groups_that_everyone_knows_the_front_tells() {
        let method = KexMethod::of_name(b"diffie-hellman-group14-sha256");
        let value = |front: [u8; 8], length: usize| {
            let e = [&[0][..], &front, &vec![5; length - 8]].concat();
            let mut agreement = Agreement::default();
            agreement.note(&ExchangeMessage::Dh(dh::Message::Init(dh::Init { e: Mpint(&e) })), method);
            let group = agreement
                .group
                .clone()
                .map(|group| (group.bits, group.name, group.generator, group.fingerprint));
            assert_eq!(group, Some((2048, Some("modp2048"), Some(2), None)));
            agreement.degenerate()
        };
        let most = [255, 255, 255, 255, 255, 255, 255, 254];
        assert_eq!(value(most, 256), Some(false));
        assert_eq!(value([255; 8], 255), Some(false));
        assert_eq!(value([255; 8], 256), Some(true));
        assert_eq!(value([1; 8], 257), Some(true));
    }

    #[test]
    fn methods_and_curves_name_what_is_in_the_tables() {
        for method in KexMethod::all() {
            if let Some(group) = method.group() {
                assert!(KnownGroup::of_name(group.as_bytes()).is_some(), "{}", method.name());
            }
            if let Some(curve) = method.curve() {
                assert!(kexray_grammar::Curve::of_name(curve.as_bytes()).is_some(), "{}", method.name());
            }
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
        agreement.choose(Mpint(&modulus), Mpint(&[0, 2]));
        let known = Group { bits: 1024, name: Some("modp1024"), fingerprint: None, generator: Some(2) };
        assert_eq!(agreement.group, Some(known));
        agreement.choose(Mpint(&[0, 1, 1]), Mpint(&[0xff; 9]));
        let fingerprint = Some(hexadecimal(&Sha256::digest([1, 1])).into());
        assert_eq!(agreement.group, Some(Group { bits: 9, name: None, fingerprint, generator: None }));
    }
}
