// What the generated strategies stand on. This file is part of every generated file of strategies, which depends on
// `proptest` and on what is generated beside it.

use proptest::arbitrary::any;
use proptest::collection::vec;
use proptest::strategy::{BoxedStrategy, Just, Strategy, Union};

/// A structure of the spec, for tests that go over all of them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Sample {
    /// The layer, exchange or family that it belongs to; of a frame, its own name.
    pub family: &'static str,
    /// Its name in the spec.
    pub name: &'static str,
    /// What stands in front of its fields and names it: a message's number, a counted string, or nothing.
    pub head: &'static [u8],
    /// Who may send it.
    pub sender: super::Sender,
    /// Octets of it, `head` included, that are read to their end and written again as they were.
    pub strategy: fn() -> BoxedStrategy<Vec<u8>>,
    /// Reads its fields, without `head`, and shows them.
    pub fields: fn(&[u8]) -> Result<super::Parsed<Vec<(&'static str, Shown)>>, super::ParseError>,
    /// Whether reading its fields, without `head`, comes to the same with and without `binrw`.
    pub agree: fn(&[u8]) -> bool,
}

/// A line of the spec, for tests that go over all of them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LineSample {
    /// Its name in the spec.
    pub name: &'static str,
    /// Takes a line apart, and shows its fields; `None` where a literal is missing.
    pub fields: fn(&[u8]) -> Option<Vec<(&'static str, Shown)>>,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shown {
    /// An integer.
    Number(u64),
    /// Yes or no.
    Flag(bool),
    /// Octets, without their count.
    Octets(Vec<u8>),
    /// Names, in order.
    Names(Vec<Vec<u8>>),
    /// Groups, with the name and the value of each of their fields.
    Groups(Vec<Vec<(&'static str, Shown)>>),
    /// A field that is not there.
    Absent,
}

/// What has fields that can be shown.
pub trait Fields {
    /// The name and the value of each field, in the order of the spec, without those that have one value only.
    fn fields(&self) -> Vec<(&'static str, Shown)>;
}

/// What a field may hold.
trait Show {
    fn show(&self) -> Shown;
}

impl Show for u8 {
    fn show(&self) -> Shown {
        Shown::Number((*self).into())
    }
}

impl Show for u16 {
    fn show(&self) -> Shown {
        Shown::Number((*self).into())
    }
}

impl Show for u32 {
    fn show(&self) -> Shown {
        Shown::Number((*self).into())
    }
}

impl Show for u64 {
    fn show(&self) -> Shown {
        Shown::Number(*self)
    }
}

impl Show for bool {
    fn show(&self) -> Shown {
        Shown::Flag(*self)
    }
}

impl<const LENGTH: usize> Show for [u8; LENGTH] {
    fn show(&self) -> Shown {
        Shown::Octets(self.to_vec())
    }
}

impl Show for &[u8] {
    fn show(&self) -> Shown {
        Shown::Octets(self.to_vec())
    }
}

impl<T: Show> Show for Option<T> {
    fn show(&self) -> Shown {
        self.as_ref().map_or(Shown::Absent, Show::show)
    }
}

impl<'p, G: super::Group<'p> + Fields> Show for super::Repeated<'p, G> {
    fn show(&self) -> Shown {
        Shown::Groups(self.iter().map(|group| group.fields()).collect())
    }
}

/// How a field is drawn. Indices are into the same row of fields.
#[allow(dead_code)]
enum Draw {
    Octets(BoxedStrategy<Vec<u8>>),
    Integer { width: usize, low: u64, high: u64 },
    /// Groups, at least and at most so many, and which field counts them.
    Groups { group: BoxedStrategy<Vec<u8>>, least: usize, most: usize, count: usize },
    /// As many octets as come out of the numbers of earlier fields.
    Sized(fn(&[i64]) -> i64),
}

/// What was drawn for a field, before it is made to agree with the others.
#[derive(Clone, Debug)]
struct Drawn {
    octets: Vec<u8>,
    number: u64,
}

/// Sized octets that are longer are not drawn.
const LONGEST: i64 = 1024;

/// Fields in a row behind some octets. With each goes the index of the flag that says whether it is there.
fn row(head: &'static [u8], fields: Vec<(Draw, Option<usize>)>) -> BoxedStrategy<Vec<u8>> {
    let strategies: Vec<BoxedStrategy<Drawn>> = fields.iter().map(|(field, _)| draw(field)).collect();
    let assemble = move |mut drawn: Vec<Drawn>| {
        for (index, (field, _)) in fields.iter().enumerate() {
            if let Draw::Groups { count, .. } = field {
                let times = drawn.get(index)?.number;
                let counter = drawn.get_mut(*count)?;
                *counter = Drawn { octets: number(counter.octets.len(), times), number: times };
            }
        }
        let numbers: Vec<i64> =
            drawn.iter().map(|drawn| i64::try_from(drawn.number).unwrap_or(i64::MAX)).collect();
        let mut octets = head.to_vec();
        for ((field, flag), drawn) in fields.iter().zip(&drawn) {
            if flag.and_then(|flag| numbers.get(flag)).is_some_and(|flag| *flag == 0) {
                continue;
            }
            match field {
                Draw::Sized(size) => {
                    let size = usize::try_from(Some(size(&numbers)).filter(|size| *size <= LONGEST)?).ok()?;
                    octets.extend(drawn.octets.iter().cycle().take(size));
                }
                _ => octets.extend(&drawn.octets),
            }
        }
        Some(octets)
    };
    strategies.prop_filter_map("the fields contradict each other", assemble).boxed()
}

fn draw(field: &Draw) -> BoxedStrategy<Drawn> {
    match field {
        Draw::Octets(octets) => octets.clone().prop_map(|octets| Drawn { octets, number: 0 }).boxed(),
        Draw::Integer { width, low, high } => {
            let (width, low, high) = (*width, *low, *high);
            let weighted = [(4, (low..=high).boxed()), (1, Just(low).boxed()), (1, Just(high).boxed())];
            Union::new_weighted(weighted.to_vec())
                .prop_map(move |value| Drawn { octets: number(width, value), number: value })
                .boxed()
        }
        Draw::Groups { group, least, most, .. } => vec(group.clone(), *least..=*most)
            .prop_map(|groups| Drawn { number: groups.len() as u64, octets: groups.concat() })
            .boxed(),
        Draw::Sized(_) => vec(any::<u8>(), 1..40).prop_map(|octets| Drawn { octets, number: 0 }).boxed(),
    }
}

/// An integer of that many octets.
fn number(width: usize, value: u64) -> Vec<u8> {
    let octets = value.to_be_bytes();
    octets.get(octets.len().saturating_sub(width)..).unwrap_or_default().to_vec()
}

/// Any octets, as many as the bounds allow.
#[allow(dead_code)]
fn octets(least: usize, most: usize) -> BoxedStrategy<Vec<u8>> {
    vec(any::<u8>(), least..=most).boxed()
}

/// Any octets behind their count.
#[allow(dead_code)]
fn counted(width: usize) -> BoxedStrategy<Vec<u8>> {
    octets(0, 40).prop_map(move |octets| [number(width, octets.len() as u64), octets].concat()).boxed()
}

/// One of some words, behind the count of its octets.
#[allow(dead_code)]
fn one_of(width: usize, words: &'static [&'static [u8]]) -> BoxedStrategy<Vec<u8>> {
    proptest::sample::select(words)
        .prop_map(move |word| [number(width, word.len() as u64), word.to_vec()].concat())
        .boxed()
}

/// An integer without zeros in front, behind its count of bits.
#[allow(dead_code)]
fn bit_counted(width: usize) -> BoxedStrategy<Vec<u8>> {
    let integer = move |octets: Vec<u8>| {
        let octets: Vec<u8> = octets.into_iter().skip_while(|octet| *octet == 0).collect();
        let bits = octets.first().map_or(0, |first| octets.len() * 8 - first.leading_zeros() as usize);
        [number(width, bits as u64), octets].concat()
    };
    octets(0, if width == 1 { 31 } else { 40 }).prop_map(integer).boxed()
}

/// Names of printable US-ASCII, with commas between them, behind their count: few, or many short ones.
#[allow(dead_code)]
fn names(width: usize) -> BoxedStrategy<Vec<u8>> {
    let letter = || Union::new_weighted(vec![(11, (b'!'..=b'+').boxed()), (82, (b'-'..=b'~').boxed())]);
    let few = vec(vec(letter(), 1..16), 0..6).boxed();
    let many = vec(vec(letter(), 1), 90..120).boxed();
    Union::new_weighted(vec![(9, few), (1, many)])
        .prop_map(move |names| {
            let octets = names.join(&b',');
            [number(width, octets.len() as u64), octets].concat()
        })
        .boxed()
}

/// A structure of that family that the end of that role may send. `None` where it may send none.
#[allow(dead_code)]
fn any_of(family: &str, role: super::Role) -> Option<BoxedStrategy<Vec<u8>>> {
    let samples = SAMPLES.iter().filter(|sample| sample.family == family && sample.sender.allows(role));
    let strategies: Vec<BoxedStrategy<Vec<u8>>> = samples.map(|sample| (sample.strategy)()).collect();
    (!strategies.is_empty()).then(|| Union::new(strategies).boxed())
}
