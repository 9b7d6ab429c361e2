//! The generator, on any text.
//!
//! It never panics; where it refuses, it says why and where, and that can be shown.

/// Generates from any text.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let described = kexray_codegen::describe(&text).is_ok();
    match kexray_codegen::generate(&text, "some.grammar") {
        Ok(_) => assert!(described, "what is generated can be described"),
        Err(mistakes) => {
            assert!(!described, "what is refused is not described");
            assert!(!mistakes.is_empty(), "who refuses says why");
            let mut before = 0;
            for mistake in mistakes.iter() {
                let message = &mistake.message;
                assert!(!message.starts_with("the generated code does not parse"), "{message}");
                assert!(mistake.span.start >= before, "mistakes come in the order of the text");
                before = mistake.span.start;
            }
            for colour in [false, true] {
                let shown = mistakes.render("some.grammar", &text, colour);
                assert!(shown.matches("error").count() >= mistakes.iter().count());
            }
        }
    }
}
