//! What is generated for the specs in `pass/` is what stands beside them.

mod beside;

use std::fs;

use beside::{assert_no_differences, compare, name, specs};
use kexray_codegen::{describe, generate, vectors};

#[test]
fn generated_code_is_as_before() {
    let specs = specs("pass");
    assert!(specs.len() > 3);
    let mut differences = Vec::new();
    for path in specs {
        let name = name(&path);
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
        differences.extend(compare(&path.with_extension("rs"), &code));
    }
    assert_no_differences(&differences);
}
