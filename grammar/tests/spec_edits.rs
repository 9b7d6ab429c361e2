//! What happens when the spec is edited: the right edits give code, the wrong ones are told apart at their place.

use kexray_codegen::{Code, document, generate, strategies, vectors};

const SPEC: &str = include_str!("../ssh.grammar");

/// The spec with one text in the place of another, which it holds.
#[track_caller]
fn edited(from: &str, to: &str) -> String {
    assert!(SPEC.contains(from), "the spec has `{from}`");
    SPEC.replacen(from, to, 1)
}

/// The edit gives one mistake, at so many places.
#[track_caller]
fn check(from: &str, to: &str, times: usize, code: Code, message: &str, help: Option<&str>) {
    let source = edited(from, to);
    let mistakes = generate(&source, "ssh.grammar").expect_err("the edit is a mistake");
    let shown = mistakes.render("ssh.grammar", &source, false);
    assert_eq!(mistakes.iter().count(), times, "{shown}");
    for mistake in mistakes.iter() {
        assert_eq!((mistake.code, mistake.message.as_str()), (code, message), "{shown}");
        assert_eq!(mistake.help.as_deref(), help, "{shown}");
    }
}

#[test]
fn an_exchange_with_an_event_is_all_that_it_takes() {
    let addition = "
        /// Knocked.
        event knocked { times: count }
        /// Made up.
        exchange Knocking { method \"knock@example.com\"; 30 client Knock { times: uint32 } -> knocked; }
    ";
    let code = generate(&(SPEC.to_owned() + addition), "ssh.grammar").expect("it is right");
    for expected in [
        "pub mod knocking {",
        "pub struct Knock {",
        "b\"knock@example.com\" => return Some(Self::Knocking)",
        "Knocked {",
        "Self::Knocked { .. } => \"knocked\"",
        "raise(Event::Knocked {",
        "visit(\"times\", Value::Count(*times));",
    ] {
        assert!(code.contains(expected), "{expected}");
    }
}

/// All that is generated from a spec.
fn everything(source: &str) -> String {
    let mut all = generate(source, "ssh.grammar").expect("the edit is right");
    all += &strategies(source, "ssh.grammar").expect("the edit is right");
    let pages = document(source, "ssh.grammar").expect("the edit is right");
    let vectors = vectors(source, "ssh.grammar").expect("the edit is right");
    all.extend(pages.into_iter().map(|page| page.text).chain(vectors.into_iter().map(|file| file.text)));
    all
}

/// What one edit adds everywhere, and what it takes away everywhere. `cli/tests/made_up_exchange.rs` compiles the command
/// with edits like these.
#[track_caller]
fn one_edit(from: &str, to: &str, adds: &[&str], takes_away: &[&str]) {
    let (before, after) = (everything(SPEC), everything(&edited(from, to)));
    for added in adds {
        assert!(!before.contains(added) && after.contains(added), "adds `{added}`");
    }
    for taken in takes_away {
        assert!(before.contains(taken) && !after.contains(taken), "takes `{taken}` away");
    }
}

#[test]
fn a_message_is_removed_in_one_place() {
    one_edit(
        "    93 either ChannelWindowAdjust { recipient_channel: uint32, bytes_to_add: uint32 }\n",
        "",
        &[],
        &[
            "pub struct ChannelWindowAdjust",
            "connection::ChannelWindowAdjust",
            "bytes_to_add: u32",
            "\"message\": \"ChannelWindowAdjust\"",
            "`bytes_to_add`",
        ],
    );
}

#[test]
fn a_field_is_renamed_in_one_place() {
    one_edit(
        "93 either ChannelWindowAdjust { recipient_channel: uint32, bytes_to_add: uint32 }",
        "93 either ChannelWindowAdjust { recipient_channel: uint32, octets_to_add: uint32 }",
        &[
            "pub octets_to_add: u32",
            "(\"octets_to_add\", self.octets_to_add.show())",
            "\"octets_to_add\": ",
            "`octets_to_add`",
        ],
        &["bytes_to_add"],
    );
}

#[test]
fn a_method_is_added_in_one_place() {
    one_edit(
        "\"rsa2048-sha256\" { exchange: Rsa,",
        "\"rsa2048-sha256\", \"rsa4096-sha512\" { exchange: Rsa,",
        // It selects its exchange, the table has it, and the pages list it.
        &["b\"rsa4096-sha512\"", "name: \"rsa4096-sha512\"", "`rsa4096-sha512`"],
        &[],
    );
}

#[test]
fn a_field_that_feeds_an_event_is_missed_when_it_is_renamed() {
    check(
        "31 server Reply { host_key: string, f: mpint",
        "31 server Reply { hostkey: string, f: mpint",
        1,
        Code::UnknownField,
        "there is no field `host_key`",
        Some("did you mean `hostkey`?"),
    );
}

#[test]
fn a_field_that_feeds_the_parameter_of_its_name_is_missed_when_it_is_renamed() {
    check(
        "        /// Random.\n        cookie: bytes[16],",
        "        cooky: bytes[16],",
        1,
        Code::UnknownField,
        "there is no field `cookie`",
        Some("did you mean `cooky`?"),
    );
    check(
        "31 server Reply { host_key: string, q_s: string, signature: string }\n        -> ssh2_server_host_key(key: host_key), ssh2_ecc_key(q: q_s);",
        "31 server Reply { host_key: string, q_s: string, signature: string }\n        -> ssh2_server_host_key(key: host_key), ssh2_ecc_key;",
        1,
        Code::UnfedParameter,
        "parameter `q` of `ssh2_ecc_key` has no source",
        Some("name the field that feeds it, `q: …`; of the right kind: `host_key`, `q_s`, `signature`"),
    );
}

#[test]
fn a_parameter_that_is_renamed_is_missed_wherever_it_is_fed() {
    check(
        "event ssh2_gss_error { major_status: count, minor_status: count,",
        "event ssh2_gss_error { major_status: count, minor_state: count,",
        2,
        Code::UnknownParameter,
        "there is no parameter of `ssh2_gss_error` named `minor_status`",
        Some("did you mean `minor_state`?"),
    );
}

#[test]
fn a_number_means_one_thing_in_an_exchange() {
    check(
        "34 client Request { min",
        "30 client Request { min",
        1,
        Code::NumberTaken,
        "number 30 already has a meaning when sent by this end",
        None,
    );
}

#[test]
fn a_cipher_is_added_in_one_place() {
    one_edit(
        "\"aes128-ctr\" { family: \"aes\",",
        "\"rot13\" { family: \"rot\", mode: stream, key_bits: 0, block: 8, reference: \"me\" }\n    \"aes128-ctr\" { family: \"aes\",",
        &["name: \"rot13\"", "`rot13`"],
        &[],
    );
}

#[test]
fn what_a_row_names_is_there() {
    check(
        "\"ecmqv-sha2\" { exchange: Ecmqv",
        "\"ecmqv-sha2\" { exchange: Ecmqw",
        1,
        Code::BadCell,
        "there is no exchange `Ecmqw`",
        Some("did you mean `Ecmqv`?"),
    );
    check(
        "\"aes128-ctr\" { family: \"aes\", mode: ctr,",
        "\"aes128-ctr\" { family: \"aes\", mode: crt,",
        1,
        Code::BadCell,
        "there is no word of that column `crt`",
        Some("did you mean `ctr`?"),
    );
}

#[test]
fn a_method_selects_one_exchange() {
    check(
        "exchange Ecmqv {",
        "exchange Ecmqv {\n    method \"curve25519-sha256\";",
        1,
        Code::MethodTaken,
        "method \"curve25519-sha256\" is claimed twice",
        Some("the method alone chooses the exchange"),
    );
}
