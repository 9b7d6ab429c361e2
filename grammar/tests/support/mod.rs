//! Payloads that are built from the spec: whatever message it declares, valid octets of it.

use kexray_codegen::description::{Constant, Description, Field, Message, Shape, Structure};
use proptest::prelude::*;

/// The text of the spec.
pub(crate) const SPEC: &str = include_str!("../../ssh.grammar");

/// What the spec declares.
pub(crate) fn description() -> Description {
    kexray_codegen::describe(SPEC)
        .unwrap_or_else(|mistakes| panic!("{}", mistakes.render("ssh.grammar", SPEC, false)))
}

/// A message from its number on.
pub(crate) fn payload(message: &Message) -> BoxedStrategy<Vec<u8>> {
    let number = message.number;
    fields(&message.structure.fields).prop_map(move |body| [vec![number], body].concat()).boxed()
}

/// A structure behind the string that names it.
pub(crate) fn tagged(width: usize, tag: &str, structure: &Structure) -> BoxedStrategy<Vec<u8>> {
    let head = counted(width, tag.as_bytes());
    fields(&structure.fields).prop_map(move |body| [head.clone(), body].concat()).boxed()
}

/// What was drawn for one field, before the fields that others depend on are set right.
#[derive(Clone, Debug)]
struct Drawn {
    octets: Vec<u8>,
    /// How often a group repeats.
    times: usize,
}

fn fields(fields: &[Field]) -> BoxedStrategy<Vec<u8>> {
    let drawn: Vec<BoxedStrategy<Drawn>> = fields.iter().map(draw).collect();
    let fields = fields.to_vec();
    drawn.prop_map(move |drawn| assemble(&fields, drawn)).boxed()
}

/// Sets counts to what was drawn, and leaves out what its flag says is not there.
fn assemble(fields: &[Field], drawn: Vec<Drawn>) -> Vec<u8> {
    let mut octets: Vec<Vec<u8>> = drawn.iter().map(|drawn| drawn.octets.clone()).collect();
    for (index, field) in fields.iter().enumerate() {
        if let Shape::Repeated { count, .. } = field.shape {
            let Shape::Integer(width) = fields[count].shape else { panic!("a count is an integer") };
            octets[count] = number(width, drawn[index].times as u64);
        }
        if field.present_if.is_some_and(|flag| drawn[flag].octets == [0]) {
            octets[index].clear();
        }
    }
    octets.concat()
}

fn draw(field: &Field) -> BoxedStrategy<Drawn> {
    if let Shape::Repeated { fields: group, .. } = &field.shape {
        let groups = prop::collection::vec(fields(group), 0..4);
        return groups.prop_map(|groups| Drawn { times: groups.len(), octets: groups.concat() }).boxed();
    }
    octets(field).prop_map(|octets| Drawn { octets, times: 1 }).boxed()
}

fn octets(field: &Field) -> BoxedStrategy<Vec<u8>> {
    if let Some(constant) = &field.constant {
        let octets = match (constant, &field.shape) {
            (Constant::Text(text), Shape::Bytes(width)) => counted(*width, text.as_bytes()),
            (Constant::Number(value), Shape::Integer(width)) => number(*width, *value),
            (Constant::Flag(flag), Shape::Flag) => vec![u8::from(*flag)],
            other => panic!("{other:?} does not go together"),
        };
        return Just(octets).boxed();
    }
    let any = |length| prop::collection::vec(any::<u8>(), length);
    match field.shape {
        Shape::Integer(width) => {
            let largest = u64::MAX >> (64 - 8 * width);
            let range = field.range.clone().unwrap_or(0..=largest);
            range.prop_map(move |value| number(width, value)).boxed()
        }
        Shape::Flag => prop::bool::ANY.prop_map(|flag| vec![u8::from(flag)]).boxed(),
        Shape::Fixed(length) => any(length..length + 1).boxed(),
        Shape::Bytes(width) | Shape::Integers(width) => {
            any(0..40).prop_map(move |octets| counted(width, &octets)).boxed()
        }
        Shape::Names(width) => names().prop_map(move |names| counted(width, names.as_bytes())).boxed(),
        Shape::BitCounted(width) => any(0..40).prop_map(move |octets| bit_counted(width, &octets)).boxed(),
        Shape::Rest => any(0..40).boxed(),
        ref other => panic!("no message has a field of this shape yet, so nothing draws it: {other:?}"),
    }
}

/// Names of printable US-ASCII, with commas between them.
fn names() -> impl Strategy<Value = String> {
    let letter =
        (b'!'..=b'~').prop_filter("a comma ends a name", |letter| *letter != b',').prop_map(char::from);
    let name = prop::collection::vec(letter, 1..16).prop_map(String::from_iter);
    prop::collection::vec(name, 0..6).prop_map(|names| names.join(","))
}

fn number(width: usize, value: u64) -> Vec<u8> {
    value.to_be_bytes()[8 - width..].to_vec()
}

fn counted(width: usize, octets: &[u8]) -> Vec<u8> {
    [number(width, octets.len() as u64), octets.to_vec()].concat()
}

/// An integer without zeros in front, behind its count of bits.
fn bit_counted(width: usize, octets: &[u8]) -> Vec<u8> {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    let digits = &octets[zeros..];
    let bits = digits.first().map_or(0, |first| digits.len() * 8 - first.leading_zeros() as usize);
    [number(width, bits as u64), digits.to_vec()].concat()
}
