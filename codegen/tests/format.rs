//! How specs are laid out: each file in `format/` is one that is not, with what becomes of it beside it.
//!
//! `KEXRAY_UPDATE=1 cargo test -p kexray-codegen --test format` rewrites that.

mod beside;

use std::fs;

use beside::{assert_no_differences, compare, name, specs};
use kexray_codegen::{Code, format};

#[test]
fn specs_are_laid_out_as_before() {
    let mut differences = Vec::new();
    for path in specs("format") {
        let name = name(&path);
        let source = fs::read_to_string(&path).expect("it is text");
        let text =
            format(&source).unwrap_or_else(|mistakes| panic!("{}", mistakes.render(&name, &source, false)));
        assert_eq!(format(&text).as_ref(), Ok(&text), "what is laid out stays so");
        differences.extend(compare(&path.with_extension("formatted"), &text));
    }
    assert_no_differences(&differences);
}

#[test]
fn names_need_not_be_known_but_the_syntax_must_be_right() {
    assert_eq!(
        format("layer L{1 client M{a:unknown}}").as_deref(),
        Ok("layer L {\n    1 client M { a: unknown }\n}\n")
    );
    let mistakes = format("limit = 3;").expect_err("it has no name");
    assert!(mistakes.iter().all(|mistake| mistake.code == Code::Syntax));
}

#[test]
fn ends_of_lines_become_the_same() {
    assert_eq!(format("anomaly a;\r\n\r\n\r\nanomaly b;\r\n").as_deref(), Ok("anomaly a;\n\nanomaly b;\n"));
    assert_eq!(format("").as_deref(), Ok(""));
    assert_eq!(format("\n\n// alone").as_deref(), Ok("// alone\n"));
}
