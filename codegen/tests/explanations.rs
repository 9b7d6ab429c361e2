//! Every kind of mistake is explained, and its examples are what they are said to be.

use std::collections::BTreeSet;

use kexray_codegen::{Code, check, format, generate};

/// What stands in the fences of a page.
fn examples(page: &str) -> Vec<&str> {
    let fenced = page.split("```grammar\n").skip(1);
    fenced.map(|rest| rest.split("```").next().unwrap_or_default()).collect()
}

#[test]
fn examples_are_wrong_and_right() {
    for code in Code::ALL {
        let page = code.explanation();
        assert!(page.starts_with(&format!("# {code}: ")), "{page}");
        let examples = examples(page);
        let [wrong, right] = examples[..] else { panic!("{code} has {} examples", examples.len()) };
        let told = check(wrong);
        let codes: BTreeSet<_> = told.iter().map(|item| item.code).collect();
        assert_eq!(codes, BTreeSet::from([*code]), "{}", told.render(code.id(), wrong, false));
        assert_eq!(generate(wrong, "wrong.grammar").is_ok(), code.is_warning());
        assert_eq!(check(right).render(code.id(), right, false), "");
        assert!(generate(right, "right.grammar").is_ok());
        assert_eq!(format(right).as_deref(), Ok(right));
    }
}

#[test]
fn codes_are_found_by_their_numbers() {
    for code in Code::ALL {
        assert_eq!(Code::of_id(code.id()), Some(*code));
        assert_eq!(Code::of_id(&code.id().to_lowercase()), Some(*code));
    }
    assert_eq!(Code::of_id("E000"), None);
}
