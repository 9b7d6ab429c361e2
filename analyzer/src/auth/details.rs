//! What the sizes of a request and its answer tell besides the method: the key that was shown, the list that was answered.

use kexray_grammar::user_auth::{Failure, RequestPublicKey, RequestPublicKeyQuery};
use kexray_grammar::{UsualKey, numbers, words};

use super::steps::{Answer, Method, Step};
use crate::auth::dialogue::Each;
use crate::wire::{OctetRange, Wire};

/// Octets on the wire that belong to a step; zero where several packets came in one go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sizes {
    /// Whether the request only asked whether a key would do.
    pub(super) query: bool,
    pub(super) request: u32,
    pub(super) answer: u32,
}

/// What sizes are taken by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure {
    pub(crate) wires: Each<Wire>,
    /// Octets of the user's name.
    pub(crate) user: Option<OctetRange>,
}

const SERVICE: usize = match words::AUTHENTICATED_SERVICES.first() {
    Some(word) => word.len(),
    None => 0,
};
impl Measure {
    /// Fills in what the sizes of steps tell.
    pub(super) fn detail(&self, steps: &mut [Step], sizes: &[Sizes]) {
        for (step, own) in steps.iter_mut().zip(sizes) {
            let answer = self.wires.server.payload(own.answer);
            if matches!(step.answer, Answer::Refused | Answer::Partial) {
                step.offered = answer.and_then(|answer| answer.minus(Failure::payload_size(0)));
            }
            if step.method == Method::PublicKey {
                step.key = self.key(own);
            }
        }
        // Who is told that a key would do signs with it.
        for at in 1..steps.len() {
            let Some([asked, signed]) = steps.get_mut(at.saturating_sub(1)..=at) else { continue };
            let shown = sizes.get(at.saturating_sub(1)).zip(sizes.get(at));
            if asked.answer == Answer::WouldDo && signed.method == Method::PublicKey {
                let key =
                    asked.key.or_else(|| shown.and_then(|(query, request)| self.long_key(query, request)));
                (asked.key, signed.key) = (key, key);
            }
        }
    }

    /// The one key whose size fits a request; `None` where there are several, or where it may be a certificate.
    fn key(&self, sizes: &Sizes) -> Option<UsualKey> {
        let request = self.wires.client.payload(sizes.request)?.without(self.user?)?;
        let shown = if sizes.query {
            request.minus(RequestPublicKeyQuery::payload_size(0, SERVICE, 0, 0))?
        } else {
            request.minus(RequestPublicKey::payload_size(0, SERVICE, 0, 0, 0))?
        };
        if shown.most as usize >= numbers::SMALLEST_CERTIFICATE {
            return None;
        }
        only(|key| {
            let all = if sizes.query { public(key) } else { public(key).plus(signature(key)) };
            all.meets(shown)
        })
    }

    /// The same of a long key, by the size of its signature too: that of a certificate is short.
    fn long_key(&self, query: &Sizes, request: &Sizes) -> Option<UsualKey> {
        let asked = self.wires.client.payload(query.request)?;
        let signed = self.wires.client.payload(request.request)?.without(asked)?.minus(COUNT)?;
        let shown =
            asked.without(self.user?)?.minus(RequestPublicKeyQuery::payload_size(0, SERVICE, 0, 0))?;
        only(|key| public(key).meets(shown) && signature(key).meets(signed))
    }
}

/// Octets that count those of a signature.
const COUNT: usize = size_of::<u32>();

/// Octets of a key and its algorithm's name.
fn public(key: UsualKey) -> OctetRange {
    OctetRange::exactly(key.public())
}

/// Octets of what it signs.
fn signature(key: UsualKey) -> OctetRange {
    let OctetRange { least, .. } = OctetRange::exactly(key.signature());
    OctetRange { least, ..OctetRange::exactly(key.longest_signature()) }
}

/// The one usual key of which that holds.
fn only(fits: impl Fn(UsualKey) -> bool) -> Option<UsualKey> {
    let mut fitting = UsualKey::all().filter(|key| fits(*key));
    fitting.next().filter(|_| fitting.next().is_none())
}

#[cfg(test)]
mod tests {
    use kexray_grammar::{Padding, sealings};

    use super::*;
    use crate::Timestamp;
    use crate::auth::Evidence;
    use crate::auth::dialogue::Habits;

    const USER: usize = 7;

    fn wire() -> Wire {
        let mut wire = Wire::new(sealings::chacha20_poly1305(), Habits::default());
        wire.pad(Some(Padding::Least));
        wire
    }

    fn step(method: Method, answer: Answer) -> Step {
        let (at, evidence) = (Timestamp::default(), Evidence::Aligned);
        Step { at, method, answer, evidence, key: None, offered: None }
    }

    /// What is told of requests and their answers, by the sizes of payloads.
    fn detailed(says: &[(Method, bool, usize, Answer, usize)]) -> Vec<Step> {
        let wire = wire();
        let mut steps: Vec<_> = says.iter().map(|(method, _, _, answer, _)| step(*method, *answer)).collect();
        let sizes = |&(_, query, request, _, answer): &(_, bool, usize, _, usize)| Sizes {
            query,
            request: wire.of(request),
            answer: wire.of(answer),
        };
        let sizes: Vec<_> = says.iter().map(sizes).collect();
        let user = Some(OctetRange { least: 4, most: 11 });
        Measure { wires: Each { client: wire, server: wire }, user }.detail(&mut steps, &sizes);
        steps
    }

    fn query(name: usize, public: usize) -> usize {
        RequestPublicKeyQuery::payload_size(USER, SERVICE, name, public)
    }

    #[test]
    fn a_key_is_known_by_the_size_of_the_probe() {
        let steps = detailed(&[(Method::PublicKey, true, query(11, 51), Answer::Refused, 30)]);
        assert_eq!(steps[0].key.map(|key| key.name()), Some("ed25519"));
    }

    #[test]
    fn a_long_key_is_known_by_its_signature_too() {
        let asked = query(12, 407);
        let probe = (Method::PublicKey, true, asked, Answer::WouldDo, 440);
        let signed = |octets| (Method::PublicKey, false, asked + 4 + octets, Answer::Success, 1);
        let rsa = Some("rsa-3072");
        let keys = |says: &[_]| -> Vec<_> {
            detailed(says).iter().map(|step| step.key.map(|key| key.name())).collect()
        };
        assert_eq!(keys(&[probe, signed(404)]), [rsa; 2]);
        // A certificate for a small key may be as long.
        assert_eq!(keys(&[probe, signed(83)]), [None; 2]);
        assert_eq!(detailed(&[probe])[0].key, None);
    }

    #[test]
    fn the_list_of_a_refusal_has_so_many_octets() {
        let list = b"publickey,password".len();
        let steps = detailed(&[(Method::None, false, 40, Answer::Refused, Failure::payload_size(list))]);
        let offered = steps[0].offered.unwrap();
        assert!((offered.least..=offered.most).contains(&(list as u32)), "{offered:?}");
        assert!(offered.most - offered.least < 8, "{offered:?}");
        let taken = detailed(&[(Method::None, false, 40, Answer::Success, 1)]);
        assert_eq!(taken[0].offered, None);
    }

    #[test]
    fn who_pads_as_it_likes_hides_all_of_it() {
        let wire = Wire::new(sealings::chacha20_poly1305(), Habits::default());
        assert_eq!(wire.payload(wire.of(100)), None);
    }
}
