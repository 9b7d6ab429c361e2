//! How specs are laid out: each file in `format/` is one that is not, with what becomes of it beside it.
//!
//! `KEXRAY_UPDATE=1 cargo test -p kexray-codegen --test format` rewrites that.

use std::fs;
use std::path::Path;

use kexray_codegen::{Code, format};
use similar::TextDiff;

#[test]
fn specs_are_laid_out_as_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format");
    let mut seen = 0;
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_none_or(|end| end != "grammar") {
            continue;
        }
        seen += 1;
        let name = path.file_name().expect("it is a file").to_string_lossy();
        let source = fs::read_to_string(&path).expect("it is text");
        let text =
            format(&source).unwrap_or_else(|mistakes| panic!("{}", mistakes.render(&name, &source, false)));
        assert_eq!(format(&text).as_ref(), Ok(&text), "what is laid out stays so");

        let beside = path.with_extension("formatted");
        if std::env::var_os("KEXRAY_UPDATE").is_some() {
            fs::write(&beside, text).expect("it can be written");
            continue;
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        let diff = TextDiff::from_lines(expected.as_str(), text.as_str());
        let diff = diff.unified_diff().header(&beside.to_string_lossy(), "now").to_string();
        assert!(expected == text, "{diff}\nset KEXRAY_UPDATE=1 to take this as right");
    }
    assert!(seen > 0);
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
