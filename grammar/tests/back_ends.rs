//! What is generated reads octets in two ways, over plain slices and over binrw. They come to the same, whatever the
//! octets: values, what is left behind them, and mistakes with their place and kind.

use kexray_grammar::strategies::{SAMPLES, Sample, back_ends_agree};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

/// Inputs in all; `KEXRAY_BACK_ENDS` sets it higher for a long run.
fn inputs() -> u32 {
    let wanted = std::env::var("KEXRAY_BACK_ENDS").ok();
    wanted.map_or(4000, |wanted| wanted.parse().expect("KEXRAY_BACK_ENDS is a number"))
}

fn run<T: std::fmt::Debug>(
    cases: u32,
    strategy: &impl Strategy<Value = T>,
    test: impl Fn(T) -> Result<(), TestCaseError>,
) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(strategy, test);
    assert!(outcome.is_ok(), "{}", outcome.err().map_or_else(String::new, |error| error.to_string()));
}

/// A change that makes octets wrong, or other octets of the same kind.
#[derive(Clone, Debug)]
enum Change {
    Cut(Index),
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, Index),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    // Small numbers make counts that lead further than counts of gigabytes do.
    let octet = || prop_oneof![2 => Just(0), 2 => 0..8_u8, 1 => Just(0xff), 1 => any::<u8>()];
    let change = prop_oneof![
        2 => any::<Index>().prop_map(Change::Cut),
        4 => (any::<Index>(), octet()).prop_map(|(at, octet)| Change::Set(at, octet)),
        1 => (any::<Index>(), prop::collection::vec(octet(), 1..6)).prop_map(|(at, octets)| Change::Insert(at, octets)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Remove(from, to)),
    ];
    prop::collection::vec(change, 0..4)
}

fn changed(mut octets: Vec<u8>, changes: Vec<Change>) -> Vec<u8> {
    for change in changes {
        match change {
            Change::Cut(at) => octets.truncate(at.index(octets.len() + 1)),
            Change::Set(at, octet) if !octets.is_empty() => {
                let at = at.index(octets.len());
                octets[at] = octet;
            }
            Change::Set(..) => {}
            Change::Insert(at, inserted) => {
                let at = at.index(octets.len() + 1);
                octets.splice(at..at, inserted);
            }
            Change::Remove(from, to) => {
                let (from, to) = (from.index(octets.len() + 1), to.index(octets.len() + 1));
                octets.drain(from.min(to)..from.max(to));
            }
        }
    }
    octets
}

/// Octets as they stand behind a head, and with the head where it is chosen by that.
fn check(sample: &Sample, octets: &[u8]) -> Result<(), TestCaseError> {
    let fields = octets.strip_prefix(sample.head).unwrap_or(octets);
    prop_assert!((sample.agree)(fields), "{}::{}", sample.family, sample.name);
    prop_assert!(back_ends_agree(octets));
    Ok(())
}

#[test]
fn on_what_is_whole_and_every_part_of_it() {
    let each = inputs() / 100 / u32::try_from(SAMPLES.len()).expect("they are few") + 1;
    for sample in SAMPLES {
        run(each, &(sample.strategy)(), |octets| {
            (0..=octets.len()).try_for_each(|end| check(sample, &octets[..end]))
        });
    }
}

#[test]
fn on_what_was_changed() {
    let each = inputs() / u32::try_from(SAMPLES.len()).expect("they are few") + 1;
    for sample in SAMPLES {
        run(each, &((sample.strategy)(), changes()), |(octets, changes)| {
            check(sample, &changed(octets, changes))
        });
    }
}

#[test]
fn on_noise() {
    let octet = prop_oneof![2 => Just(0), 1 => 0..8_u8, 1 => any::<u8>()];
    let octets = prop::collection::vec(octet, 0..160);
    run(inputs() / u32::try_from(SAMPLES.len()).expect("they are few") + 1, &octets, |octets| {
        SAMPLES.iter().try_for_each(|sample| {
            check(sample, &octets)?;
            check(sample, &[sample.head, &octets].concat())
        })
    });
}

#[test]
fn groups_are_the_same_where_they_are_made_from_octets() {
    // Whatever is in them: groups that are cut, or followed by something else, are left out.
    use kexray_grammar::transport::ExtInfo;
    let payload = ExtInfo::strategy();
    run(256, &payload, |octets| {
        let whole = ExtInfo::read_from(&octets[1..]).expect("it is whole").value;
        let times = whole.extensions.iter().count();
        prop_assert_eq!(u32::try_from(times), Ok(whole.nr_extensions));
        for end in 5..octets.len() {
            let cut = kexray_grammar::Repeated::<kexray_grammar::Extension<'_>>::new(&octets[5..end]);
            prop_assert!(cut.iter().count() <= times);
            prop_assert!(cut.iter().zip(whole.extensions.iter()).all(|(one, other)| one == other));
        }
        Ok(())
    });
}
