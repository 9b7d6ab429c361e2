//! What bounds the engine, whatever is sent.

use kexray_grammar::{Sealing, sealings};

use super::rules::{Cost, Pace};
use super::search::{HOPELESS, READINGS, Search, TRIES};
use super::situation::Stage;
use super::way::Way;
use super::*;

/// Sizes that follow no rule.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % bound).unwrap()
    }
}

fn dialogue(sealing: Sealing) -> Dialogue {
    Dialogue::new(Each { client: sealing, server: sealing }, Ends::default())
}

/// Sends so many octets of nothing that can be looked into.
fn send(dialogue: &mut Dialogue, from: Role, octets: usize, told: &mut usize) {
    let count = &mut |_: &Told, _| *told += 1;
    dialogue.deliver(from, Timestamp::default(), &vec![0; octets], false, count);
}

/// Dialogues that come to nothing certain for long, each shown after each run.
fn many(mut look: impl FnMut(&Dialogue)) {
    let mut told = 0;
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let mut dialogue = dialogue(sealings::chacha20_poly1305());
        for _ in 0..40 {
            let from = if dice.below(2) == 0 { Role::Client } else { Role::Server };
            send(&mut dialogue, from, 28 + 8 * dice.below(40), &mut told);
            look(&dialogue);
        }
    }
}

#[test]
fn readings_are_few() {
    let mut most = 0;
    many(|dialogue| most = most.max(dialogue.standing.readings().len()));
    assert_eq!(most, READINGS);
}

#[test]
fn hopeless_readings_are_given_up() {
    let mut worst = against(0);
    let mut look = |dialogue: &Dialogue| {
        worst = dialogue.standing.readings().iter().map(|reading| reading.cost).fold(worst, Cost::max);
    };
    many(&mut look);
    assert_eq!(worst, HOPELESS);
}

/// How many packets a run is taken for.
fn packets(way: &Way) -> usize {
    way.told(Spoken { at: Timestamp::default(), from: Role::Client }).count()
}

/// What no packets come to is tried with few packets only: with any number, the search would not end.
#[test]
fn a_run_is_taken_for_few_packets() {
    let mut dialogue = dialogue(sealings::chacha20_poly1305());
    let mut told = 0;
    for from in [Role::Client, Role::Server] {
        send(&mut dialogue, from, 52, &mut told);
    }
    for from in [Role::Client, Role::Server] {
        let run = Run { octets: 100_001, packet: false, full: false };
        let sent = Sent { from, pace: Pace::Unknown, run };
        dialogue.standing = turns::turn(&dialogue.standing, sent).unwrap();
        let mut ways = (0..READINGS).filter_map(|reading| dialogue.standing.way(reading));
        assert!(ways.all(|way| packets(way) == 0));
    }
}

/// What a search for that run comes to in all readings of a standing, once so many messages were tried.
fn search(standing: &Standing, from: Role, octets: usize, tried: usize) -> (usize, usize) {
    let (mut found, run) = (Vec::new(), Run { octets, packet: false, full: false });
    let mut search = Search::new(standing, Sent { from, pace: Pace::Unknown, run }, &mut found);
    search.tried = tried;
    for (index, reading) in standing.readings().iter().enumerate() {
        search.go_on(index, reading);
    }
    let tried = search.tried;
    (tried, found.iter().map(|found| packets(&found.way)).max().unwrap_or_default())
}

/// Runs that nothing explains well are not tried with everything.
#[test]
fn a_run_is_soon_searched() {
    let (mut most, mut together) = (0, 0);
    let sealings = [
        sealings::chacha20_poly1305(),
        sealings::aes_gcm(),
        sealings::encrypt_and_mac(16, 32),
        sealings::encrypt_then_mac(16, 32),
    ];
    for (seed, sealing) in (0..).zip(sealings.into_iter().cycle().take(40)) {
        let (mut dice, mut dialogue) = (Dice(seed), dialogue(sealing));
        for _ in 0..20 {
            let from = if dice.below(2) == 0 { Role::Client } else { Role::Server };
            send(&mut dialogue, from, 28 + 4 * dice.below(80), &mut 0);
            for octets in [3, 100, 688, 865] {
                let (tried, told) = search(&dialogue.standing, from, octets, 0);
                (most, together) = (most.max(tried), together.max(told));
                let (_, told) = search(&dialogue.standing, from, octets, TRIES);
                assert!(told <= 1, "no more is looked for");
            }
        }
    }
    assert!(together > 1, "runs of several messages are among them");
    assert!(most < TRIES / 2, "{most} messages were tried");
}

#[test]
fn what_is_undecided_for_long_is_decided() {
    let mut dialogue = dialogue(sealings::chacha20_poly1305());
    let (mut told, mut most) = (0, 0);
    for from in [Role::Client, Role::Server] {
        send(&mut dialogue, from, 52, &mut told);
    }
    let told_before = told;
    for _ in 0..1_000 {
        send(&mut dialogue, Role::Client, 500, &mut told);
        send(&mut dialogue, Role::Server, 60, &mut told);
        most = most.max(dialogue.history.readings());
    }
    assert_eq!(dialogue.state, State::Following);
    assert!(most <= UNDECIDED && most > UNDECIDED / 2, "{most} readings were kept");
    assert!(told > told_before);
}

#[test]
fn what_is_far_fetched_is_not_believed() {
    let mut lost = 0;
    many(|dialogue| {
        lost += usize::from(dialogue.state == State::Lost);
        let mut readings = dialogue.standing.readings().iter();
        let over = readings.all(|reading| reading.situation.stage == Stage::Over);
        assert!(!dialogue.strain.breaks() || dialogue.state == State::Lost || over);
    });
    assert!(lost > 0);
}

/// Sizes of what is said with chacha20-poly1305 until a first password.
const TO_PASSWORD: [(Role, usize); 5] =
    [(Role::Client, 44), (Role::Server, 44), (Role::Client, 68), (Role::Server, 52), (Role::Client, 148)];

/// A dialogue between two ends of OpenSSH, in which that was sent.
fn said(says: &[(Role, usize)]) -> Dialogue {
    let sealing = sealings::chacha20_poly1305();
    let habits = Habits::of(b"SSH-2.0-OpenSSH_9.2");
    let ends = Ends { habits: Each { client: habits, server: habits }, ..Ends::default() };
    let mut dialogue = Dialogue::new(Each { client: sealing, server: sealing }, ends);
    says.iter().for_each(|(from, octets)| send(&mut dialogue, *from, *octets, &mut 0));
    dialogue
}

fn verdict(mut dialogue: Dialogue, closed: bool) -> Option<bool> {
    let outcome = dialogue.finish(closed, &mut |_, _| ());
    outcome.success
}

#[test]
fn who_was_refused_may_try_again_unless_an_end_closed_the_connection() {
    let refused = [&TO_PASSWORD[..], &[(Role::Server, 52)]].concat();
    assert_eq!(verdict(said(&refused), true), Some(false));
    assert_eq!(verdict(said(&refused), false), None);
    let let_in = [&TO_PASSWORD[..], &[(Role::Server, 28)]].concat();
    assert_eq!(verdict(said(&let_in), false), Some(true));
}

/// Sizes of what OpenSSH says with a key, on a path with large segments: from the last request on, several packets share one.
#[test]
fn once_the_user_is_in_several_packets_in_one_go_are_nothing_odd() {
    let key = [(Role::Client, 140), (Role::Server, 100), (Role::Client, 308), (Role::Server, 28)];
    let then = [(Role::Client, 112), (Role::Server, 568), (Role::Server, 216), (Role::Client, 128)];
    let says = [&TO_PASSWORD[..4], &key, &then, &[(Role::Server, 72)]].concat();
    assert_eq!(verdict(said(&says), false), Some(true));
}

#[test]
fn what_is_missing_behind_a_good_bye_may_show_that_it_was_none() {
    let mut dialogue = said(&[&TO_PASSWORD[..], &[(Role::Client, 60)]].concat());
    dialogue.lose();
    assert_eq!(verdict(dialogue, true), None);
}

#[test]
fn the_end_of_a_full_segment_is_no_end_of_a_packet() {
    let mut dialogue = said(&TO_PASSWORD);
    // As long as a FAILURE; but the first of it is in the segment before.
    dialogue.deliver(Role::Server, Timestamp::default(), &[0; 52], true, &mut |_, _| ());
    let open = |reading: &Reading| reading.situation.carried.server.0 == 52;
    assert!(dialogue.standing.readings().iter().any(open));
}
