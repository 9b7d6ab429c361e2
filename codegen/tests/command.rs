//! The command `kexray-codegen`, as a user meets it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A right spec, laid out as all are.
const RIGHT: &str = "anomaly odd by hand;\nlayer L {\n    1 client M { a: uint8 }\n}\n";
/// A right spec that is laid out in another way, with something odd.
const ODD: &str = "anomaly odd;\n\n\nlayer L { 1 client M { a:uint8 } }\n";
/// A wrong one.
const WRONG: &str = "layer L {\n    1 client M { a: uint9 }\n}\n";

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Runs the command on some standard input.
fn run(arguments: &[&str], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kexray-codegen"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it can be run");
    // One that does not read its input may be gone.
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |octets| String::from_utf8(octets).expect("it is text");
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A folder with the three specs.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("it can be made");
    for (name, text) in [("right.grammar", RIGHT), ("odd.grammar", ODD), ("wrong.grammar", WRONG)] {
        fs::write(folder.path().join(name), text).expect("it can be written");
    }
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("it is text")
}

fn read(path: PathBuf) -> String {
    fs::read_to_string(path).expect("it is there")
}

#[test]
fn check_tells_mistakes_and_warnings_of_each_file() {
    let folder = folder();
    let path = |name: &str| text(&folder.path().join(name)).to_owned();
    let (right, odd, wrong) = (path("right.grammar"), path("odd.grammar"), path("wrong.grammar"));

    let ran = run(&["check", &right], "");
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""));

    let ran = run(&["check", &right, &odd], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    assert!(
        ran.stderr.starts_with("warning[W004]: ") && ran.stderr.ends_with("\n1 warning\n"),
        "{}",
        ran.stderr
    );
    assert_eq!(run(&["check", "--deny-warnings", &odd], "").code, Some(1));
    assert_eq!(run(&["check", "--deny-warnings", &right], "").code, Some(0));

    let ran = run(&["check", &wrong, &odd], "");
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains(&format!("{wrong}:2:21")) && ran.stderr.contains("W004"), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("\n1 error, 1 warning\n"), "{}", ran.stderr);
}

#[test]
fn what_is_piped_in_is_a_spec_too() {
    let ran = run(&["check", "-"], WRONG);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("<stdin>:2:21"), "{}", ran.stderr);
    assert!(run(&["expand", "-"], RIGHT).stdout.contains("pub struct M"));
    assert_eq!(run(&["fmt", "-"], ODD).stdout, "anomaly odd;\n\nlayer L {\n    1 client M { a: uint8 }\n}\n");
}

#[test]
fn a_missing_file_is_one_clear_line() {
    for arguments in [["check", "nowhere"], ["expand", "nowhere"], ["fmt", "nowhere"]] {
        let ran = run(&arguments, "");
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
        assert!(
            ran.stderr.starts_with("error: nowhere cannot be read: there is no such file\n"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn the_other_files_are_checked_though_one_is_missing() {
    let folder = folder();
    let ran = run(&["check", "nowhere", text(&folder.path().join("wrong.grammar"))], "");
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("E003"), "{}", ran.stderr);
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    assert!(!run(&["check", "-"], WRONG).stderr.contains('\u{1b}'));
    assert!(run(&["--color", "always", "check", "-"], WRONG).stderr.contains('\u{1b}'));
    assert!(run(&["check", "-", "--color=always"], WRONG).stderr.contains('\u{1b}'));
}

#[test]
fn expand_writes_what_is_generated() {
    let folder = folder();
    let (right, output) = (folder.path().join("right.grammar"), folder.path().join("out.rs"));
    let code = kexray_codegen::generate(RIGHT, "right.grammar").expect("it is right");
    assert_eq!(run(&["expand", text(&right)], "").stdout, code);
    let ran = run(&["expand", text(&right), "-o", text(&output)], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    assert_eq!(read(output), code);
    assert_eq!(run(&["expand", "-"], WRONG).code, Some(1));
}

#[test]
fn vectors_go_to_a_folder_or_to_standard_output() {
    let folder = folder();
    let (right, output) = (folder.path().join("right.grammar"), folder.path().join("deep/vectors"));
    let files = kexray_codegen::vectors(RIGHT, "right.grammar").expect("it is right");
    let all: String = files.iter().map(|file| file.text.as_str()).collect();
    assert!(all.contains(r#""hex": "01ff""#), "{all}");
    assert_eq!(run(&["vectors", text(&right)], "").stdout, all);
    let ran = run(&["vectors", text(&right), "-o", text(&output)], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    assert_eq!(read(output.join("layer-l.json")), files[0].text);
    assert_eq!(run(&["vectors", "-"], WRONG).code, Some(1));
}

#[test]
fn fmt_rewrites_files_unless_it_only_checks() {
    let folder = folder();
    let (right, odd) = (folder.path().join("right.grammar"), folder.path().join("odd.grammar"));
    let ran = run(&["fmt", "--check", text(&right), text(&odd)], "");
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stderr, format!("{}:3: is laid out in another way\n", odd.display()));
    assert_eq!(read(odd.clone()), ODD);

    assert_eq!(run(&["fmt", text(&right), text(&odd)], "").code, Some(0));
    assert_eq!(read(right.clone()), RIGHT);
    assert_eq!(read(odd.clone()), "anomaly odd;\n\nlayer L {\n    1 client M { a: uint8 }\n}\n");
    assert_eq!(run(&["fmt", "--check", text(&right), text(&odd)], "").code, Some(0));
    assert_eq!(run(&["fmt", "-"], "layer L {").code, Some(1));
}

#[test]
fn explain_knows_every_code() {
    let all = run(&["explain"], "");
    assert_eq!(all.stdout.lines().count(), kexray_codegen::Code::ALL.len());
    let one = run(&["explain", "w001"], "");
    assert!(one.stdout.starts_with("# W001: "), "{}", one.stdout);
    let none = run(&["explain", "E999"], "");
    assert_eq!((none.code, none.stdout.as_str()), (Some(2), ""));
    assert!(none.stderr.starts_with("error: there is no code `E999`"), "{}", none.stderr);
}

#[test]
fn doc_writes_pages_and_removes_its_old_ones() {
    let folder = folder();
    let (right, pages) = (folder.path().join("right.grammar"), folder.path().join("pages"));
    fs::create_dir(&pages).expect("it can be made");
    fs::write(pages.join("mine.md"), "# Mine\n").expect("it can be written");
    fs::write(pages.join("layer-old.md"), format!("{} -->\n", kexray_codegen::MARK))
        .expect("it can be written");
    let ran = run(&["doc", text(&right), "-o", text(&pages)], "");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(read(pages.join("layer-l.md")).contains("### 1 M"));
    assert!(read(pages.join("README.md")).contains("](layer-l.md)"));
    assert!(pages.join("mine.md").exists() && !pages.join("layer-old.md").exists());
}

#[test]
fn graph_draws_the_orders_that_are_asked_for() {
    let spec = "layer L {\n    1 client M {}\n}\norder O over L {\n    Here { client M -> There; }\n    end There;\n}\n\
                order P over L {\n    Here { client M; }\n}\n";
    let dot = run(&["graph", "-", "O"], spec);
    assert!(dot.stdout.starts_with("digraph \"O\" {\n"), "{}", dot.stdout);
    assert!(dot.stdout.contains("\"Here\" -> \"There\" [label=\"client: M\"];"), "{}", dot.stdout);
    let mermaid = run(&["graph", "-", "--format", "mermaid"], spec);
    let drawn = "stateDiagram-v2\n    state \"Here\" as s0\n    state \"There\" as s1\n    [*] --> s0\n    \
                 s0 --> s1: client: M\n    s1 --> [*]\n";
    assert!(mermaid.stdout.starts_with(drawn), "{}", mermaid.stdout);
    assert_eq!(mermaid.stdout.matches("stateDiagram-v2").count(), 2);
    let none = run(&["graph", "-", "Q"], spec);
    assert_eq!(
        (none.code, none.stderr.lines().next()),
        (Some(2), Some("error: <stdin> has no order `Q`: there are O, P"))
    );
    assert_eq!(run(&["graph", "-"], RIGHT).code, Some(2));
    assert_eq!(run(&["graph", "-"], WRONG).code, Some(1));
}

#[test]
fn wrong_arguments_are_told_from_wrong_specs() {
    for arguments in [&["check"][..], &["frobnicate"], &["check", "--nonsense", "-"], &[]] {
        let ran = run(arguments, "");
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains("Usage:"), "{}", ran.stderr);
    }
}

/// The README, whose spec is one of a conversation.
#[test]
fn what_the_readme_shows_works() {
    let folder = tempfile::tempdir().expect("it can be made");
    let spec = "layer Talk {\n    1 client Hello {}\n}\norder Conversation over Talk {\n    Start { client Hello -> Over; }\n    end Over;\n}\n";
    fs::write(folder.path().join("my.grammar"), spec).expect("it can be written");
    let lines =
        include_str!("../README.md").lines().filter_map(|line| line.strip_prefix("    kexray-codegen "));
    let mut shown = 0;
    for line in lines {
        let (arguments, _) = line.split_once('#').expect("it says what it is for");
        let output = Command::new(env!("CARGO_BIN_EXE_kexray-codegen"))
            .args(arguments.split_whitespace())
            .current_dir(folder.path())
            .output()
            .expect("it can be run");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        shown += 1;
    }
    assert_eq!(shown, 7);
    let help = run(&["--help"], "").stdout;
    assert!(help.starts_with("Compiler of protocol specs"), "{help}");
}
