//! Nothing that comes from the wire makes the analyzer keep more than its limits, or panic.

mod support;

use kexray_analyzer::Side::{self, Originator, Responder};
use kexray_analyzer::grammar::limits;
use proptest::prelude::*;

use support::*;

/// What one direction may keep: a packet and the KEXINIT, what waits, an identification line, and the text before it, of
/// which the last line may pass the bound.
const PER_DIRECTION: usize = 2 * (limits::PACKET_LENGTH + 4)
    + limits::WAITING_OCTETS
    + 2 * limits::IDENTIFICATION_LINE
    + limits::PRE_BANNER_OCTETS
    + limits::IDENTIFICATION_LINE;

fn check(talk: &Talk) {
    let kept = talk.connection.kept();
    assert!(kept <= 2 * PER_DIRECTION, "{kept} octets are kept");
}

#[test]
fn what_an_attacker_can_grow_ends_somewhere() {
    let kexinit = kexinit("curve25519-sha256", "ssh-ed25519", false);
    let start = [b"SSH-2.0-x\n".to_vec(), kexinit].concat();
    let cases: [(&[u8], &[u8]); 6] = [
        // A packet that is never whole.
        (&start, &[0, 3, 0xff, 0xfc, 4, 20]),
        // Key-exchange packets that wait for the other side.
        (&start, &ecdh_init(&[1; 1000])),
        // An identification line without end, and text without end.
        (b"SSH-2.0-", b"AAAAAAAAAAAAAAAA"),
        (b"Hello", b"text without end "),
        (b"", b"line\n"),
        (&start, b"\xff"),
    ];
    for (first, rest) in cases {
        let mut talk = Talk::new();
        talk.say(Originator, first);
        for _ in 0..600 {
            talk.say(Originator, &rest.repeat(16));
        }
        check(&talk);
        // The same once the other side is known to speak SSH.
        let mut talk = Talk::new();
        talk.say(Responder, b"SSH-2.0-y\n").say(Originator, first);
        for _ in 0..600 {
            talk.say(Originator, &rest.repeat(16));
        }
        check(&talk);
    }
}

/// It may go on for as long as a server is known to be there, and is told of once it is too long.
#[test]
fn of_a_long_line_the_beginning_is_kept() {
    let mut talk = Talk::new();
    talk.say(Responder, b"SSH-2.0-y\n");
    let before = talk.connection.kept();
    talk.say(Originator, &b"x".repeat(limits::PRE_BANNER_OCTETS - 1));
    let kept = talk.connection.kept() - before;
    assert!(kept > 0 && kept <= limits::IDENTIFICATION_LINE, "{kept} octets are kept");
}

/// A step of a hostile conversation.
#[derive(Clone, Debug)]
enum Step {
    Say(Side, Vec<u8>),
    Lose(Side, u64),
    End,
}

fn sides() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Originator), Just(Responder)]
}

/// Bytes that go far: whole messages, and noise.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"SSH-2.0-a\r\n".to_vec()),
        Just(b"SSH-1.99-b\n".to_vec()),
        Just(b"SSH-1.5-c\n".to_vec()),
        Just(b"text\n".to_vec()),
        any::<bool>().prop_map(|guess| kexinit("curve25519-sha256,ext-info-c", "ssh-ed25519", guess)),
        any::<bool>().prop_map(|guess| kexinit("diffie-hellman-group14-sha256,unheard-of", "ssh-rsa", guess)),
        Just(ecdh_init(b"Q")),
        Just(dh_init()),
        Just(newkeys()),
        prop::collection::vec(any::<u8>(), 1..40).prop_map(|payload| packet(&payload)),
        prop::collection::vec(any::<u8>(), 1..40).prop_map(|payload| ssh1_packet(&payload)),
        prop::collection::vec(any::<u8>(), 0..300),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (sides(), bytes()).prop_map(|(side, bytes)| Step::Say(side, bytes)),
        1 => (sides(), prop_oneof![0_u64..2000, any::<u64>()]).prop_map(|(side, length)| Step::Lose(side, length)),
        1 => Just(Step::End),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_conversation_breaks_it(steps in steps()) {
        let mut talk = Talk::new();
        for step in steps {
            match step {
                Step::Say(side, bytes) => talk.say(side, &bytes),
                Step::Lose(side, length) => talk.lose(side, length),
                Step::End => talk.end(),
            };
            check(&talk);
        }
        let session = talk.connection.session();
        prop_assert_eq!(session.started.is_some(), session.client.is_some() || session.server.is_some());
        // Each anomaly is told once.
        let mut odd: Vec<_> = talk.told.0.iter().filter(|line| line.starts_with('!')).collect();
        let told = odd.len();
        odd.dedup_by_key(|line| line.split(' ').next().map(str::to_owned));
        odd.sort();
        odd.dedup();
        prop_assert_eq!(odd.len(), told);
    }
}
