//! No text makes the generator panic, and what it accepts is Rust.

use kexray_codegen::{Diagnostics, KEYWORDS, check as warn, document, format, generate, vectors};
use proptest::prelude::*;

/// A large spec of the language, as it is in use.
const SSH: &str = include_str!("../../grammar/ssh.grammar");
/// A small one, with all constructs.
const EVERY: &str = include_str!("pass/every-construct.grammar");

/// What the language is made of besides the words that begin declarations, and some that it is not.
const WORDS: &[&str] = &[
    "column",
    "payload",
    "padding",
    "align",
    "to",
    "block",
    "least",
    "smallest",
    "clear",
    "tag",
    "of",
    "octets",
    "method",
    "over",
    "each",
    "end",
    "fail",
    "like",
    "run",
    "anywhere",
    "but",
    "variation",
    "forbid",
    "sealed",
    "client",
    "server",
    "either",
    "raises",
    "as",
    "in",
    "if",
    "at",
    "most",
    "until",
    "certifies",
    "optional",
    "bytes",
    "names",
    "integer",
    "flag",
    "bits",
    "rest",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "text",
    "boolean",
    "count",
    "from_originator",
    "from_server",
    "true",
    "false",
    "a",
    "b",
    "Abc",
    "Message",
    "self",
    "Self",
    "crate",
    "packet",
    "r#type",
    "_",
    "__",
    "_1",
    "übel",
    "string",
    "{",
    "}",
    "{}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    ":",
    "=",
    "->",
    "-",
    "+",
    "%",
    "..=",
    "#",
    "!",
    "'",
    "'a",
    "\"\"",
    "\"x\"",
    "\"*\"",
    "\"a-*-b\"",
    "0",
    "1",
    "7",
    "255",
    "256",
    "65536",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "0x1f",
    "1.5",
    "/// doc\n",
    "//! doc\n",
    "// note\n",
    " // behind\n",
    "/* block */",
    "/* two\n    lines */",
    "\n\n\n",
    "/*",
    "*/",
    "\n",
    "#[doc = \"x\"]",
    "#[doc]",
    "#[derive(Debug)]",
    "{ x: uint8 }",
    "{ x: uint8, y: bytes[x] }",
    "1 client",
];

/// All words.
fn words() -> Vec<&'static str> {
    KEYWORDS.iter().chain(WORDS).copied().collect()
}

fn check(source: &str) -> Result<(), TestCaseError> {
    laid_out(source)?;
    match generate(source, "some.grammar") {
        // What is generated was parsed already.
        Ok(_) => {
            let pages = document(source, "some.grammar");
            prop_assert!(pages.is_ok_and(|pages| !pages.is_empty()));
            prop_assert!(vectors(source, "some.grammar").is_ok());
            let warnings = warn(source);
            prop_assert!(!warnings.has_errors());
            prop_assert_eq!(
                warnings.render("some.grammar", source, false).matches("warning[W").count()
                    >= warnings.iter().count(),
                true
            );
            Ok(())
        }
        Err(mistakes) => told(&mistakes, source),
    }
}

/// What parses can be laid out, once and for all, and means the same then.
fn laid_out(source: &str) -> Result<(), TestCaseError> {
    let text = match format(source) {
        Ok(text) => text,
        Err(mistakes) => {
            prop_assert!(!mistakes.iter().any(|mistake| mistake.message.contains("too odd")), "{source}");
            return Ok(());
        }
    };
    let again = format(&text);
    prop_assert_eq!(again.as_ref(), Ok(&text), "laid out twice");
    let mistakes = |source: &str| warn(source).iter().map(|item| item.message.clone()).collect::<Vec<_>>();
    prop_assert_eq!(mistakes(source), mistakes(&text));
    Ok(())
}

/// Mistakes are shown, each at its place, in the order of the text.
fn told(mistakes: &Diagnostics, source: &str) -> Result<(), TestCaseError> {
    prop_assert!(!mistakes.is_empty());
    let mut before = 0;
    for mistake in mistakes.iter() {
        prop_assert!(
            !mistake.message.starts_with("the generated code does not parse"),
            "{}",
            mistake.message
        );
        prop_assert!(mistake.span.start >= before);
        before = mistake.span.start;
    }
    let shown = mistakes.render("some.grammar", source, false);
    prop_assert_eq!(shown.matches("error[E").count() >= mistakes.iter().count(), true);
    Ok(())
}

/// A spec cut into its tokens, spaces included.
fn tokens(source: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let kind = |letter: char| (letter.is_alphanumeric() || letter == '_', letter.is_whitespace());
    let mut before = None;
    for letter in source.chars() {
        let now = kind(letter);
        match tokens.last_mut() {
            Some(token) if before == Some(now) && now != (false, false) => token.push(letter),
            _ => tokens.push(letter.to_string()),
        }
        before = Some(now);
    }
    tokens
}

/// What may happen to a token.
#[derive(Clone, Debug)]
enum Change {
    Delete,
    Duplicate,
    Replace(&'static str),
    Swap(prop::sample::Index),
    End,
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, Change)>> {
    let change = prop_oneof![
        3 => Just(Change::Delete),
        3 => Just(Change::Duplicate),
        6 => prop::sample::select(words()).prop_map(Change::Replace),
        3 => any::<prop::sample::Index>().prop_map(Change::Swap),
        1 => Just(Change::End),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), change), 1..4)
}

fn changed(source: &str, changes: &[(prop::sample::Index, Change)]) -> String {
    let mut tokens = tokens(source);
    for (place, change) in changes {
        if tokens.is_empty() {
            break;
        }
        let at = place.index(tokens.len());
        match change {
            Change::Delete => {
                tokens.remove(at);
            }
            Change::Duplicate => tokens.insert(at, tokens[at].clone()),
            Change::Replace(word) => tokens[at] = (*word).to_owned(),
            Change::Swap(other) => {
                let other = other.index(tokens.len());
                tokens.swap(at, other);
            }
            Change::End => tokens.truncate(at),
        }
    }
    tokens.concat()
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn any_text(source in any::<String>()) {
        check(&source)?;
    }

    #[test]
    fn any_soup_of_words(words in prop::collection::vec(prop::sample::select(words()), 0..40), gap in prop::sample::select(&[" ", "", "\n"])) {
        check(&words.join(gap))?;
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_small_spec_with_changes(changes in changes()) {
        check(&changed(EVERY, &changes))?;
    }
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn a_large_spec_with_changes(changes in changes()) {
        check(&changed(SSH, &changes))?;
    }
}

/// What may stand between two tokens.
const GAPS: &[&str] =
    &["", " ", "\n", "\n\n\n", " // a\n", "\n// b\n", " /* c */ ", "\n/* d\n  e */\n", "/* f */\n\n"];

/// A spec with other gaps between some of its tokens.
fn with_gaps(source: &str, gaps: &[(prop::sample::Index, &str)]) -> String {
    let mut tokens = Vec::new();
    for line in source.split_inclusive('\n') {
        if line.contains("//") {
            tokens.push(line.to_owned());
        } else {
            tokens.extend(self::tokens(line));
        }
    }
    for (place, gap) in gaps {
        let token = place.get_mut(&mut tokens);
        if token.chars().all(char::is_whitespace) {
            *token = (*gap).to_owned();
        } else if !token.contains('/') {
            token.push_str(gap);
        }
    }
    tokens.concat()
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_small_spec_with_other_gaps(gaps in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(GAPS)), 1..12)) {
        laid_out(&with_gaps(EVERY, &gaps))?;
    }
}

#[test]
fn depth_and_length_do_not_matter() {
    let deep = 100_000;
    for source in [
        "{".repeat(deep),
        "}".repeat(deep),
        "{".repeat(deep) + &"}".repeat(deep),
        format!("frame F {{ a: uint8, b: bytes[a{}] }}", " + a".repeat(deep)),
        format!("frame F {{ a: uint8, b: bytes[a{}] }}", " % 2".repeat(deep)),
        format!(
            "event e {{ a: R }} record R {{ a: R }} layer L {{ 1 client M {{ x: uint8 }} -> e(a: {} x {}); }}",
            "R { a: ".repeat(deep),
            "}".repeat(deep)
        ),
        format!("#[doc = {}x{}] anomaly a;", "(".repeat(deep), ")".repeat(deep)),
        format!("#[doc = {} x] anomaly a;", "- ".repeat(deep)),
        "/*".repeat(deep),
        "\"".repeat(deep | 1),
        "type ".repeat(deep),
        "anomaly a;".repeat(deep / 10),
    ] {
        let mistakes = generate(&source, "some.grammar").expect_err("none of these is a spec");
        assert!(!mistakes.is_empty());
    }
}
