//! Made-up sizes, and what is told of them.

mod recorded;

use kexray_grammar::ssh1::{Disconnect, Ignore};
use kexray_grammar::ssh1_authentication::{
    AuthPassword, AuthRsa, AuthRsaResponse, AuthTis, AuthTisChallenge, AuthTisResponse, Success, User,
};
use kexray_grammar::ssh1_session::{
    AgentRequestForwarding, Eof, ExecCommand, ExecShell, ExitConfirmation, ExitStatus, RequestCompression,
    RequestPty, StdinData, StdoutData,
};
use kexray_grammar::{Role, Ssh1Method, Ssh1Packet};
use proptest::prelude::*;

use super::super::Habits;
use super::*;
use crate::auth::{Answer, Method, Record, Step};
use crate::connected::SessionKind;

use Role::{Client, Server};

/// Who sends a message of how many octets.
type Said = (Role, usize);

/// SUCCESS or FAILURE: nobody can tell them apart.
const EMPTY: Said = (Server, Success::PAYLOAD.least);
const USER: Said = (Client, User::payload_size(7));
/// The server has the key of the session, and wants more than the user's name, or not.
const OPENING: [Said; 3] = [EMPTY, USER, EMPTY];
/// Nothing more comes but the end.
const LEFT: [Said; 0] = [];

const fn password(octets: usize) -> Said {
    (Client, AuthPassword::payload_size(octets))
}

const fn command(octets: usize) -> Said {
    (Client, ExecCommand::payload_size(octets))
}

/// OpenSSH hides how long a password is.
const FILLED_UP: Said = password(32);

/// PuTTY does it among IGNOREs.
fn hidden() -> Vec<Said> {
    (0..16).map(|octets| (Client, Ignore::payload_size(octets))).collect()
}

/// A command ran, and put something out.
const RAN: [Said; 4] = [
    (Server, StdoutData::payload_size(90)),
    (Server, ExitStatus::PAYLOAD.least),
    (Client, Eof::PAYLOAD.least),
    (Client, ExitConfirmation::PAYLOAD.least),
];

fn named(method: &str) -> Ssh1Method {
    Ssh1Method::of_name(method.as_bytes()).unwrap()
}

fn rsa() -> Method {
    Method::Ssh1(named("publickey(rsa1)"))
}

/// A packet with a message of so many octets.
fn packet(payload: usize) -> Vec<u8> {
    let length = u32::try_from(payload + size_of::<u32>()).unwrap();
    let padding = vec![0; 8 - length as usize % 8];
    let payload = vec![0; payload];
    Ssh1Packet { length, padding: &padding, payload: &payload, crc: 0 }.to_octets().unwrap()
}

/// What came of a dialogue.
struct Story {
    dialogue: Dialogue,
    record: Record,
    /// As it was told, packet by packet.
    told: Vec<String>,
}

impl Story {
    fn begin(client: &[u8], methods: Option<Methods>) -> Self {
        let ends = Ends { client: Habits::of(client), methods };
        Self { dialogue: Dialogue::new(ends), record: Record::new(true), told: Vec::new() }
    }

    fn deliver(&mut self, from: Role, ciphertext: &[u8]) {
        let Self { dialogue, record, told } = self;
        dialogue.deliver(from, Timestamp::default(), ciphertext, &mut |heard, evidence| {
            record.take(&heard.as_ssh2(), evidence);
            told.push(format!("{heard:?} {evidence:?}"));
        });
    }

    fn finish(&mut self, ended: bool) {
        let Self { dialogue, record, told } = self;
        dialogue.finish(ended, &mut |heard, evidence| {
            record.take(&heard.as_ssh2(), evidence);
            told.push(format!("{heard:?} {evidence:?}"));
        });
    }

    fn of(client: &[u8], says: &[&[Said]]) -> Self {
        let mut story = Self::begin(client, None);
        for (from, payload) in says.concat() {
            story.deliver(from, &packet(payload));
        }
        story.finish(true);
        story
    }

    fn success(&self) -> Option<bool> {
        self.dialogue.outcome().success
    }

    fn attempts(&self) -> u64 {
        self.dialogue.outcome().attempts
    }

    fn steps(&self) -> Vec<(Method, Answer)> {
        let steps: Vec<Step> = self.record.clone().into_steps(None);
        steps.iter().map(|step| (step.method, step.answer)).collect()
    }

    fn kind(&self) -> Option<SessionKind> {
        self.dialogue.usage().purpose.kind
    }
}

const OPENSSH: &[u8] = b"SSH-1.5-OpenSSH_7.5p1";
const PUTTY: &[u8] = b"SSH-1.5-PuTTY_Release_0.85";
const NOBODY: &[u8] = b"SSH-1.5-thing";
const REFUSED: (Method, Answer) = (Method::None, Answer::Refused);

#[test]
fn what_runs_tells_of_success() {
    for (client, password) in [(OPENSSH, FILLED_UP), (NOBODY, password(9))] {
        let story = Story::of(client, &[&OPENING, &[password, EMPTY, command(20)], &RAN]);
        assert_eq!(story.success(), Some(true));
        assert_eq!(story.attempts(), 1);
        assert_eq!(story.steps(), [REFUSED, (Method::Password, Answer::Success)]);
        assert_eq!(story.kind(), Some(SessionKind::Exec));
    }
}

#[test]
fn another_try_tells_of_failure() {
    let tries = [FILLED_UP, EMPTY].repeat(3);
    let story = Story::of(OPENSSH, &[&OPENING, &tries]);
    assert_eq!(story.success(), Some(false));
    assert_eq!(story.attempts(), 3);
    assert_eq!(story.steps()[1..], [(Method::Password, Answer::Refused); 3]);
    let at_last = Story::of(OPENSSH, &[&OPENING, &tries, &[command(20)], &RAN]);
    assert_eq!(at_last.success(), Some(true));
    assert_eq!(at_last.attempts(), 3);
    assert_eq!(at_last.steps()[3], (Method::Password, Answer::Success));
}

/// Who only tries passwords leaves after the right one too.
#[test]
fn who_leaves_without_a_word_may_have_been_let_in() {
    let says = |password: &[Said]| [&OPENING[..], password, &[EMPTY]].concat();
    assert_eq!(Story::of(OPENSSH, &[&says(&[FILLED_UP])]).success(), Some(false));
    assert_eq!(Story::of(PUTTY, &[&says(&hidden())]).success(), Some(false));
    assert_eq!(Story::of(NOBODY, &[&says(&[password(9)])]).success(), None);
}

#[test]
fn before_the_end_of_the_connection_nothing_is_known_of_the_last_answer() {
    let mut story = Story::begin(OPENSSH, None);
    for (from, payload) in [&OPENING[..], &[FILLED_UP, EMPTY]].concat() {
        story.deliver(from, &packet(payload));
    }
    story.finish(false);
    assert_eq!(story.success(), None);
}

#[test]
fn a_user_without_a_password_is_let_in_by_name() {
    let story = Story::of(NOBODY, &[&OPENING, &[command(4)], &RAN]);
    assert_eq!(story.success(), Some(true));
    assert_eq!(story.steps(), [(Method::None, Answer::Success)]);
}

#[test]
fn who_asks_only_by_name_tried_nothing() {
    let story = Story::of(OPENSSH, &[&OPENING, &LEFT]);
    assert_eq!(story.success(), Some(false));
    assert_eq!((story.attempts(), story.steps()), (0, vec![REFUSED]));
}

#[test]
fn a_key_is_known_by_its_challenge() {
    let modulus = AuthRsa::payload_size(128);
    let says = [(Client, modulus), (Server, modulus), (Client, AuthRsaResponse::PAYLOAD.least), EMPTY];
    let story = Story::of(NOBODY, &[&OPENING, &says, &[command(20)], &RAN]);
    assert_eq!(story.steps(), [REFUSED, (rsa(), Answer::Success)]);
    // Keys that would not do are refused without a challenge.
    let refused = [(Client, modulus), EMPTY];
    let story = Story::of(NOBODY, &[&OPENING, &refused, &refused, &says, &[command(20)], &RAN]);
    let others = [(rsa(), Answer::Refused); 2];
    assert_eq!(story.steps(), [&[REFUSED][..], &others, &[(rsa(), Answer::Success)]].concat());
    assert_eq!(story.attempts(), 3);
}

#[test]
fn a_challenge_of_words_is_that_of_tis() {
    let says = [
        (Client, AuthTis::PAYLOAD.least),
        (Server, AuthTisChallenge::payload_size(30)),
        (Client, AuthTisResponse::payload_size(32)),
        EMPTY,
    ];
    let story = Story::of(OPENSSH, &[&OPENING, &says, &[command(20)], &RAN]);
    assert_eq!(story.steps(), [REFUSED, (Method::Ssh1(named("tis")), Answer::Success)]);
}

/// PuTTY sends its password among IGNOREs of all lengths around its own.
#[test]
fn a_password_hides_among_asides() {
    let hidden = hidden();
    let story = Story::of(PUTTY, &[&OPENING, &hidden, &[EMPTY, command(4)], &RAN]);
    assert_eq!(story.steps(), [REFUSED, (Method::Password, Answer::Success)]);
    let story = Story::of(PUTTY, &[&OPENING, &hidden, &[EMPTY], &hidden, &[EMPTY]]);
    assert_eq!(story.success(), Some(false));
    assert_eq!(story.attempts(), 2);
}

#[test]
fn a_server_hangs_up_instead_of_an_answer() {
    let too_many = (Server, Disconnect::payload_size(40));
    let modulus = AuthRsa::payload_size(128);
    let key = [(Client, modulus), (Server, modulus), (Client, AuthRsaResponse::PAYLOAD.least)];
    let story = Story::of(OPENSSH, &[&OPENING, &[FILLED_UP, EMPTY], &key, &[too_many]]);
    assert_eq!(story.success(), Some(false));
    assert_eq!(story.attempts(), 2);
    assert_eq!(story.steps()[2], (rsa(), Answer::HungUp));
    // It may as well have been a command that put something out before it was ended.
    let story = Story::of(NOBODY, &[&OPENING, &[password(9), EMPTY, password(9), too_many]]);
    assert_eq!(story.success(), None);
}

#[test]
fn a_method_that_the_server_does_not_take_is_none() {
    let bit = |method: Method| named(method.name()).bit();
    let mut told = Vec::new();
    for taken in [[Method::Password, rsa()], [Method::Ssh1(named("rhosts")), rsa()]] {
        let mut story =
            Story::begin(NOBODY, Some(Methods::of_mask(taken.iter().map(|method| 1 << bit(*method)).sum())));
        for (from, payload) in [&OPENING[..], &[password(9), EMPTY, command(20)], &RAN].concat() {
            story.deliver(from, &packet(payload));
        }
        story.finish(true);
        told.push(story.steps()[1].0);
    }
    assert_eq!(told, [Method::Password, Method::Ssh1(named("rhosts"))]);
}

#[test]
fn a_shell_has_a_terminal_and_keys() {
    let key = [(Client, StdinData::payload_size(1)), (Server, StdoutData::payload_size(1))];
    let terminal = [(Client, RequestPty::payload_size(5, 100)), EMPTY];
    let shell = [(Client, ExecShell::PAYLOAD.least), (Server, StdoutData::payload_size(200))];
    let story = Story::of(OPENSSH, &[&OPENING, &[FILLED_UP, EMPTY], &terminal, &shell, &key, &key, &key]);
    assert_eq!(story.success(), Some(true));
    assert_eq!(story.kind(), Some(SessionKind::Shell));
    assert_eq!(story.dialogue.usage().purpose.agent_forwarding, Some(false));
    let agent = [(Client, AgentRequestForwarding::PAYLOAD.least), EMPTY];
    let story = Story::of(OPENSSH, &[&OPENING, &[FILLED_UP, EMPTY], &terminal, &agent, &shell, &key, &key]);
    assert_eq!(story.dialogue.usage().purpose.agent_forwarding, Some(true));
    assert_eq!(story.dialogue.usage().client_octets, Some(2 * 6 + 1 + 1 + terminal[0].1 as u64));
}

/// PuTTY asks for a terminal and for the shell in one go.
#[test]
fn requests_are_sent_ahead() {
    let ahead = [
        (Client, RequestPty::payload_size(5, 100)),
        (Client, ExecShell::PAYLOAD.least),
        EMPTY,
        (Server, StdoutData::payload_size(200)),
    ];
    let story = Story::of(PUTTY, &[&OPENING, &hidden(), &[EMPTY], &ahead, &RAN]);
    assert_eq!(story.success(), Some(true));
    assert_eq!(story.kind(), Some(SessionKind::Shell));
    // What answers nothing is no answer: where the session stands is not known any more.
    let story = Story::of(PUTTY, &[&OPENING, &hidden(), &[EMPTY], &ahead, &[EMPTY; 3], &RAN]);
    assert_eq!(story.dialogue.usage().client_octets, None);
}

/// Compressed, an order that ends a session is longer than a number, and shorter than a string.
#[test]
fn compression_takes_the_meaning_from_sizes_and_not_the_verdict() {
    let compression = [(Client, RequestCompression::PAYLOAD.least), EMPTY];
    let compressed = [(Client, 13), (Server, 8), (Client, 4), (Client, 3)];
    let story = Story::of(OPENSSH, &[&OPENING, &[FILLED_UP, EMPTY], &compression, &compressed]);
    assert_eq!(story.success(), Some(true));
    assert_eq!(story.steps(), [REFUSED, (Method::Password, Answer::Success)]);
    assert_eq!(story.kind(), None);
    assert_eq!(story.dialogue.usage().client_octets, None);
}

#[test]
fn what_is_missing_leaves_no_verdict() {
    let mut story = Story::begin(OPENSSH, None);
    for (from, payload) in [&OPENING[..], &[FILLED_UP, EMPTY, FILLED_UP]].concat() {
        story.deliver(from, &packet(payload));
    }
    story.dialogue.lose();
    story.deliver(EMPTY.0, &packet(EMPTY.1));
    story.finish(true);
    assert_eq!(story.success(), None);
    assert!(!story.dialogue.outcome().left);
}

/// The answer to the password, for one, if the client's good-bye is seen before it.
#[test]
fn what_is_missing_may_have_been_said_before_a_good_bye() {
    let good_bye = (Client, Disconnect::payload_size(20));
    let says = [&OPENING[..], &[FILLED_UP, EMPTY, FILLED_UP, good_bye]].concat();
    let mut story = Story::begin(OPENSSH, None);
    says.iter().for_each(|(from, payload)| story.deliver(*from, &packet(*payload)));
    let refused = |it: &Reading| it.state == State::Disconnected && !it.authenticated;
    story.dialogue.readings.retain(refused);
    assert_eq!(story.dialogue.outcome().success, Some(false));
    story.dialogue.lose();
    story.finish(true);
    assert_eq!(story.success(), None);
}

#[test]
fn what_is_no_dialogue_is_not_read_as_one() {
    for says in [&[(Client, 1)][..], &[EMPTY, EMPTY], &[EMPTY, (Client, 2)]] {
        let story = Story::of(OPENSSH, &[says]);
        assert!(story.dialogue.is_lost(), "{says:?}");
        assert_eq!(story.success(), None);
    }
    let mut story = Story::begin(OPENSSH, None);
    story.deliver(Server, &[0xff; 12]);
    assert!(story.dialogue.is_lost());
}

/// However long it goes on without an answer to what it is.
#[test]
fn what_is_kept_is_bounded() {
    let mut story = Story::begin(NOBODY, None);
    let mut most = 0;
    for (from, payload) in OPENING {
        story.deliver(from, &packet(payload));
    }
    for round in 0..2_000 {
        story.deliver(Client, &packet(Ignore::payload_size(round % 40)));
        story.deliver(Server, &packet(Ignore::payload_size(round % 30)));
        most = most.max(story.dialogue.history.len());
        assert!(story.dialogue.readings.len() <= READINGS);
    }
    assert!(most <= 2 * UNDECIDED, "{most} packets were kept");
    assert!(size_of::<Dialogue>() <= 256 && size_of::<Reading>() <= 80);
}

fn sizes() -> impl Strategy<Value = Vec<Said>> {
    let size = prop_oneof![Just(1_usize), Just(5), Just(17), Just(131), 1..300_usize];
    proptest::collection::vec((prop_oneof![Just(Client), Just(Server)], size), 0..60)
}

proptest! {
    /// A dialogue that begins as one, and goes on with anything.
    #[test]
    fn how_packets_are_cut_changes_nothing(says in sizes(), piece in 1..40_usize) {
        let says = [&OPENING[..], &says].concat();
        let mut whole = Story::begin(NOBODY, None);
        let mut cut = Story::begin(NOBODY, None);
        for (from, payload) in says {
            let octets = packet(payload);
            whole.deliver(from, &octets);
            octets.chunks(piece).for_each(|piece| cut.deliver(from, piece));
            prop_assert!(whole.dialogue.readings.len() <= READINGS);
            prop_assert!(whole.dialogue.history.len() <= 2 * UNDECIDED);
        }
        whole.finish(true);
        cut.finish(true);
        prop_assert_eq!(&whole.told, &cut.told);
        prop_assert_eq!(format!("{:?}", whole.dialogue.outcome()), format!("{:?}", cut.dialogue.outcome()));
        prop_assert_eq!(whole.dialogue.usage(), cut.dialogue.usage());
    }

    /// Any octets at all, and gaps in any place.
    #[test]
    fn any_octets_are_taken(pieces in proptest::collection::vec(
        (any::<bool>(), any::<bool>(), proptest::collection::vec(any::<u8>(), 0..30)), 0..30))
    {
        let mut story = Story::begin(OPENSSH, Some(Methods::of_mask(u32::MAX)));
        for (by_client, gap, octets) in pieces {
            story.deliver(if by_client { Client } else { Server }, &octets);
            if gap {
                story.dialogue.lose();
            }
        }
        story.finish(true);
        prop_assert!(story.success() != Some(true) || story.dialogue.usage().rekeys.is_some() || !story.dialogue.whole);
    }
}
