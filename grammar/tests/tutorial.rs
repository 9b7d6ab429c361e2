//! What `docs/add-a-message.md` tells to do is done to a copy of the spec, and has the results that it tells of.

use kexray_codegen::{check, format, generate};

const PAGE: &str = include_str!("../../docs/add-a-message.md");
const SPEC: &str = include_str!("../ssh.grammar");

/// The fences of the page: what stands at each, and in it.
fn blocks() -> Vec<(String, String)> {
    let page = PAGE.replace("\r\n", "\n");
    let mut blocks = Vec::new();
    let mut rest = page.as_str();
    while let Some((_, fenced)) = rest.split_once("\n```") {
        let (mark, fenced) = fenced.split_once('\n').expect("a fence is a line");
        let (text, behind) = fenced.split_once("\n```").expect("a fence is closed");
        blocks.push((mark.to_owned(), text.to_owned()));
        rest = behind;
    }
    blocks
}

/// A text with the edit of a `diff` fence: lines with ` ` and `-` must stand there in a row, and those with ` ` and `+`
/// stand there then.
#[track_caller]
fn edited(text: &str, edit: &str) -> String {
    let side = |sign: char| {
        let lines = edit.lines().filter(|line| line.starts_with([' ', sign]));
        lines.map(|line| format!("{}\n", line.get(1..).unwrap_or_default())).collect::<String>()
    };
    let (before, after) = (side('-'), side('+'));
    assert_eq!(text.matches(&before).count(), 1, "the spec has these lines once:\n{before}");
    text.replacen(&before, &after, 1)
}

/// What is shown, but for the numbers of lines and the width of their column: the spec grows.
fn shown(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let line = line.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ' ');
        match line.strip_prefix("--> ssh.grammar:").and_then(|place| place.split_once(':')) {
            Some((_, column)) => format!("--> ssh.grammar:{column}"),
            None => line.trim_end().to_owned(),
        }
    };
    text.trim_end().lines().map(line).collect()
}

#[test]
fn the_tutorial_is_true() {
    let mut spec = SPEC.replace("\r\n", "\n");
    let mut told = spec.clone();
    let (mut edits, mut results) = (0, 0);
    for (mark, text) in blocks() {
        match mark.as_str() {
            "diff" => {
                spec = edited(&spec, &text);
                assert!(generate(&spec, "ssh.grammar").is_ok(), "after\n{text}");
                told.clone_from(&spec);
                edits += 1;
            }
            "diff wrong" => {
                told = edited(&spec, &text);
                assert!(generate(&told, "ssh.grammar").is_err(), "after\n{text}");
            }
            "text" => {
                let diagnostics = check(&told).render("ssh.grammar", &told, false);
                assert_eq!(shown(&diagnostics), shown(&text), "{diagnostics}");
                results += 1;
            }
            "rust" => {
                let trimmed = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
                let code = generate(&spec, "ssh.grammar").expect("it is right");
                assert!(trimmed(&code).contains(&trimmed(&text)), "the generated code has no\n{text}");
                results += 1;
            }
            "sh" => {}
            other => panic!("nothing is done with `{other}`"),
        }
    }
    assert!(edits >= 5 && results >= 4, "{edits} edits, {results} results");
    assert_eq!(check(&spec).render("ssh.grammar", &spec, false), "", "it ends without warnings");
    assert_eq!(format(&spec).as_ref(), Ok(&spec), "and laid out as all specs are");
    assert_ne!(spec, SPEC);
}
