//! The generator, on any text.
//!
//! It never panics; where it refuses, it says why and where, and that can be shown. What is laid out stays as it is laid
//! out, and means the same as before.

use kexray_codegen::description::Description;
use kexray_codegen::{Diagnostics, check as warn, describe, format, generate, strategies, vectors};

/// What a file is called.
const NAME: &str = "some.grammar";

/// Generates from any text.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let described = describe(&text);
    let all = warn(&text);
    shown(&all, &text);
    assert_eq!(all.has_errors(), described.is_err());
    match generate(&text, NAME) {
        Ok(_) => {
            assert!(described.is_ok(), "what is generated can be described");
            assert!(strategies(&text, NAME).is_ok(), "what is generated can be drawn");
            assert!(vectors(&text, NAME).is_ok(), "what is generated has vectors");
        }
        Err(mistakes) => {
            assert!(described.is_err(), "what is refused is not described");
            assert!(!mistakes.is_empty(), "who refuses says why");
            assert_eq!(mistakes, all, "one mistake, one message");
        }
    }
    let Ok(laid_out) = format(&text) else { return };
    assert_eq!(format(&laid_out).as_ref(), Ok(&laid_out), "what is laid out stays so");
    let messages = |all: &Diagnostics| all.iter().map(|item| item.message.clone()).collect::<Vec<_>>();
    assert_eq!(messages(&warn(&laid_out)), messages(&all), "what is laid out has the same mistakes");
    let meaning = |described: Option<Description>| described.map(|described| without_lines(&described));
    assert_eq!(meaning(describe(&laid_out).ok()), meaning(described.ok()), "what is laid out means the same");
}

/// A description as text, without the lines that things are declared at.
fn without_lines(described: &Description) -> String {
    let text = format!("{described:?}");
    let parts = text.split(" line: ");
    parts.map(|part| part.trim_start_matches(|letter: char| letter.is_ascii_digit())).collect()
}

/// Diagnostics come in the order of the text, and can be shown.
fn shown(diagnostics: &Diagnostics, text: &str) {
    let mut before = 0;
    for diagnostic in diagnostics.iter() {
        let message = &diagnostic.message;
        assert!(!message.starts_with("the generated code does not parse"), "{message}");
        assert!(diagnostic.span.start >= before, "they come in the order of the text");
        before = diagnostic.span.start;
    }
    for colour in [false, true] {
        let shown = diagnostics.render(NAME, text, colour);
        let count = shown.matches("error").count() + shown.matches("warning").count();
        assert!(count >= diagnostics.iter().count());
    }
}
