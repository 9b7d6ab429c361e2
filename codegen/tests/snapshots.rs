//! What is generated for the specs in `pass/` is what stands beside them.

use std::fs;
use std::path::Path;

use kexray_codegen::{describe, generate, vectors};
use similar::TextDiff;

#[test]
fn generated_code_is_as_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pass");
    let mut seen = 0;
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_none_or(|end| end != "grammar") {
            continue;
        }
        seen += 1;
        let name = path.file_name().expect("it is a file").to_string_lossy();
        let source = fs::read_to_string(&path).expect("it is text");
        let code = generate(&source, &name)
            .unwrap_or_else(|mistakes| panic!("{}", mistakes.render(&name, &source, false)));
        assert_eq!(generate(&source, &name).as_ref(), Ok(&code), "two runs give the same");
        assert!(syn::parse_file(&code).is_ok());
        assert!(describe(&source).is_ok());
        for file in vectors(&source, &name).expect("it is right") {
            let json: serde_json::Value = serde_json::from_str(&file.text).expect("it is JSON");
            assert!(json["vectors"].as_array().is_some_and(|vectors| !vectors.is_empty()), "{}", file.name);
        }

        let mirror = path.with_extension("rs");
        if std::env::var_os("KEXRAY_UPDATE").is_some() {
            fs::write(&mirror, code).expect("it can be written");
            continue;
        }
        let expected = fs::read_to_string(&mirror).unwrap_or_default();
        let diff = TextDiff::from_lines(expected.as_str(), code.as_str());
        let diff = diff.unified_diff().header(&mirror.to_string_lossy(), "now").to_string();
        assert!(expected == code, "{diff}\nset KEXRAY_UPDATE=1 to take this as right");
    }
    assert!(seen > 3);
}
