//! Test vectors: octets of every structure with what they hold, and octets that are refused, with the reason.
//!
//! They are made from the description of the spec alone. Neither back end has a part in them, so that both can be held
//! to them, and so can parsers in other languages.

mod choose;
mod encode;
mod json;
mod lines;
mod mistakes;

use std::collections::BTreeSet;

use choose::Profile;
use json::Json;

use crate::description::{self, Description, Sender, Structure};
use crate::model::Model;

/// Test vectors of a layer, an exchange, a keyed structure, the frames or the lines: the name of the file, and its text
/// in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VectorFile {
    /// Name of the file, without a folder.
    pub name: String,
    /// All of the text.
    pub text: String,
}

pub(crate) fn files(model: &Model, spec_name: &str) -> Vec<VectorFile> {
    let Description { layers, exchanges, keyed, frames, .. } = description::of(model);
    let mut files = Vec::new();
    let mut add = |kind: &str, name: Option<&str>, vectors: Vec<Json>| {
        let name_of_file =
            name.map_or(format!("{kind}.json"), |name| format!("{kind}-{}.json", crate::case::kebab(name)));
        let mut members =
            vec![Json::member("spec", Json::text(spec_name)), Json::member("kind", Json::text(kind))];
        members.extend(name.map(|name| Json::member("family", Json::text(name))));
        members.push(Json::member("vectors", Json::List(vectors)));
        files.push(VectorFile { name: name_of_file, text: Json::Object(members).document() });
    };
    let messages = |messages: &[description::Message]| {
        let of =
            |message: &description::Message| of(&message.structure, &[message.number], Some(message.sender));
        messages.iter().flat_map(of).collect::<Vec<_>>()
    };
    if !model.lines.is_empty() {
        add("lines", None, model.lines.iter().flat_map(lines::of).collect());
    }
    if !frames.is_empty() {
        add("frames", None, frames.iter().flat_map(|frame| of(frame, &[], None)).collect());
    }
    for family in &keyed {
        let of = |(tag, structure): &(String, Structure)| {
            let head = [encode::integer(family.width, tag.len() as u64), tag.as_bytes().to_vec()].concat();
            of(structure, &head, None)
        };
        add("keyed", Some(&family.name), family.variants.iter().flat_map(of).collect());
    }
    for layer in &layers {
        add("layer", Some(&layer.name), messages(&layer.messages));
    }
    for exchange in &exchanges {
        add("exchange", Some(&exchange.name), messages(&exchange.messages));
    }
    files
}

/// The vectors of a structure that stands behind a head.
fn of(structure: &Structure, head: &[u8], sender: Option<Sender>) -> Vec<Json> {
    let (name, fields) = (&structure.name, &structure.fields);
    let mut vectors = Vec::new();
    let mut seen = BTreeSet::new();
    for (profile, case) in
        [(Profile::Minimal, "minimal"), (Profile::Typical, "typical"), (Profile::Bounds, "at bounds")]
    {
        let Some(right) = encode::encode(head, fields, profile) else { continue };
        if seen.insert(right.octets.clone()) {
            vectors.push(taken(name, case, sender, &right.octets, right.fields, 0));
        }
    }
    let right = encode::encode(head, fields, Profile::Typical);
    let Some(right) = right.or_else(|| encode::encode(head, fields, Profile::Minimal)) else {
        return vectors;
    };
    if fields.iter().all(|field| field.shape != description::Shape::Rest) {
        let octets = [right.octets.as_slice(), &[0]].concat();
        vectors.push(taken(name, "an octet more", sender, &octets, right.fields.clone(), 1));
    }
    for mistake in mistakes::all(head, fields, &right) {
        let mistakes::Mistake { case, octets, error, offset } = mistake;
        vectors.push(refused(name, &case, sender, &octets, error, offset));
    }
    vectors
}

/// Octets that are read, and what they hold.
fn taken(
    name: &str,
    case: &str,
    sender: Option<Sender>,
    octets: &[u8],
    fields: Vec<(String, Json)>,
    trailing: u64,
) -> Json {
    let mut members = beginning(name, case, sender, octets);
    members.push(Json::member("fields", Json::Object(fields)));
    if trailing > 0 {
        members.push(Json::member("trailing", Json::Number(trailing)));
    }
    Json::Object(members)
}

/// Octets that are refused, why and where.
fn refused(
    name: &str,
    case: &str,
    sender: Option<Sender>,
    octets: &[u8],
    error: &str,
    offset: usize,
) -> Json {
    let mut members = beginning(name, case, sender, octets);
    members.push(Json::member("error", Json::text(error)));
    members.push(Json::member("offset", Json::Number(offset as u64)));
    Json::Object(members)
}

fn beginning(name: &str, case: &str, sender: Option<Sender>, octets: &[u8]) -> Vec<(String, Json)> {
    let sender = sender.map(|sender| match sender {
        Sender::Client => "client",
        Sender::Server => "server",
        Sender::Either => "either",
    });
    let mut members = vec![Json::member("message", Json::text(name)), Json::member("case", Json::text(case))];
    members.extend(sender.map(|sender| Json::member("sender", Json::text(sender))));
    members.push(Json::member("hex", Json::text(hex(octets))));
    members
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
