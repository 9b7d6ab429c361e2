//! The literals of sources, but those of tests, comments and attributes.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Lit;

/// A literal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    Text(String),
    Number(u64),
}

/// A file, by its path in the workspace.
pub(crate) struct Source {
    pub(crate) name: String,
    /// Its literals, each with whether it is, by where it stands, a size: see `SIZES`.
    pub(crate) literals: Vec<(Literal, bool)>,
}

/// What is called with sizes: wrapped, as the ends of intervals, to measure.
const SIZES: [&str; 6] = ["Saturating", "Interval", "octets", "exactly", "is_multiple_of", "div_ceil"];

/// The sources in a folder, or one file.
pub(crate) fn sources(below: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace");
    let mut files = Vec::new();
    collect(&root.join(below), &mut files);
    assert!(!files.is_empty(), "{below}");
    let source = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("it is text");
        let name = path.strip_prefix(root).expect("it lies in the workspace").to_string_lossy();
        Source { name: name.replace('\\', "/"), literals: literals(&text) }
    };
    files.into_iter().map(source).collect()
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    // Tests in files of their own.
    if path.file_stem().is_some_and(|stem| stem == "tests") {
        return;
    }
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("the folder is there") {
            collect(&entry.expect("it can be read").path(), files);
        }
    } else if path.extension().is_some_and(|end| end == "rs") {
        files.push(path.to_owned());
    }
}

/// The literals of a text, in their order.
pub(crate) fn literals(text: &str) -> Vec<(Literal, bool)> {
    let mut found = Vec::new();
    walk(text.parse().expect("it is Rust"), false, &mut found);
    found
}

fn walk(tokens: TokenStream, sized: bool, found: &mut Vec<(Literal, bool)>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    // What an attribute `#[cfg(test)]` is of ends at its first braces, or at `;` or `,`.
    let mut is_test = false;
    let mut index = 0;
    while let Some(tree) = trees.get(index) {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                index += usize::from(is_punct(trees.get(index + 1), "!"));
                if let Some(TokenTree::Group(attribute)) = trees.get(index + 1) {
                    is_test |= attribute.stream().to_string().replace(' ', "") == "cfg(test)";
                    index += 1;
                }
            }
            TokenTree::Punct(punct) if is_test && matches!(punct.as_char(), ';' | ',') => is_test = false,
            TokenTree::Group(group) if is_test => is_test = group.delimiter() != Delimiter::Brace,
            TokenTree::Group(group) => walk(group.stream(), calls_with_sizes(&trees[..index], group), found),
            TokenTree::Literal(literal) if !is_test => {
                if let Some(literal) = literal_of(&literal.to_string()) {
                    let (before, behind) =
                        (index.checked_sub(1).and_then(|at| trees.get(at)), trees.get(index + 1));
                    let compared =
                        is_punct(before, "<>=.") && !assigned(&trees[..index]) || is_punct(behind, "<>.");
                    found.push((literal, sized || compared));
                }
            }
            _ => {}
        }
        index += 1;
    }
}

fn is_punct(tree: Option<&TokenTree>, any: &str) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if any.contains(punct.as_char()))
}

/// Whether what was read ends in `=` or `=>`, which give a value and compare nothing.
fn assigned(before: &[TokenTree]) -> bool {
    match before {
        [.., one, two] if is_punct(Some(one), "=") && is_punct(Some(two), ">") => true,
        [.., one, two] => is_punct(Some(two), "=") && !is_punct(Some(one), "<>=!."),
        _ => false,
    }
}

/// Whether brackets hold what something is called with that takes sizes: `octets(…)`, `Interval::from(…)`.
fn calls_with_sizes(before: &[TokenTree], group: &Group) -> bool {
    let is =
        |tree: &TokenTree| matches!(tree, TokenTree::Ident(name) if SIZES.iter().any(|size| name == size));
    let named = match before {
        [.., path, colon, _, _] if is_punct(Some(colon), ":") && is(path) => true,
        [.., name] => is(name),
        [] => false,
    };
    named && group.delimiter() == Delimiter::Parenthesis
}

fn literal_of(text: &str) -> Option<Literal> {
    match syn::parse_str::<Lit>(text).ok()? {
        Lit::Str(text) => Some(Literal::Text(text.value())),
        Lit::ByteStr(text) => Some(Literal::Text(String::from_utf8_lossy(&text.value()).into_owned())),
        Lit::Byte(octet) => Some(Literal::Text(char::from(octet.value()).to_string())),
        Lit::Int(number) => number.base10_parse().ok().map(Literal::Number),
        _ => None,
    }
}
