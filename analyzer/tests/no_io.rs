//! The grammar and the analyzer do no I/O: neither they nor anything that they stand on could.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What they may stand on: parsing, arithmetic, hashing, and what derives code at compile time. None of it opens a file
/// or a socket, starts a thread or reads a clock.
const ALLOWED: &[&str] = &[
    // Wire formats.
    "array-init",
    "base64",
    "binrw",
    "binrw_derive",
    "bytemuck",
    "either",
    "memchr",
    "owo-colors",
    // Hashes, and tables by them.
    "block-buffer",
    "cfg-if",
    "const-oid",
    "cpufeatures",
    "crypto-common",
    "digest",
    "foldhash",
    "hashbrown",
    "hybrid-array",
    "md-5",
    "sha2",
    "typenum",
    // Derives.
    "proc-macro2",
    "quote",
    "syn",
    "thiserror",
    "thiserror-impl",
    "unicode-ident",
    // Ours.
    "kexray-analyzer",
    "kexray-grammar",
];

/// Paths of the standard library that lead out of the program.
const FORBIDDEN: &[&str] = &[
    "std::env",
    "std::fs",
    "std::process",
    "std::thread",
    "std::os",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "io::stdin",
    "io::stdout",
    "Instant",
    "SystemTime",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "File::open",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "dbg!",
];

#[test]
fn neither_do_their_dependencies() {
    for package in ["kexray-grammar", "kexray-analyzer"] {
        let tree = Command::new(env!("CARGO"))
            .args([
                "tree",
                "--offline",
                "--package",
                package,
                "--edges",
                "normal",
                "--prefix",
                "none",
                "--format",
                "{lib}|{p}",
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo can be run");
        assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
        let tree = String::from_utf8(tree.stdout).expect("names are UTF-8");
        let names: BTreeSet<&str> =
            tree.lines().filter_map(|line| line.split_once('|')?.1.split(' ').next()).collect();
        assert!(names.contains("binrw"), "{tree}");
        let others: Vec<_> = names.iter().filter(|name| !ALLOWED.contains(name)).collect();
        assert!(
            others.is_empty(),
            "{package} stands on {others:?}: does it do I/O? If not, allow it in this test"
        );
    }
}

#[test]
fn neither_does_their_source() {
    let analyzer = Path::new(env!("CARGO_MANIFEST_DIR"));
    let grammar = analyzer.with_file_name("grammar");
    let mut files = vec![grammar.join("generated/ssh.rs")];
    for folder in [analyzer.join("src"), grammar.join("src")] {
        collect(&folder, &mut files);
    }
    assert!(files.len() > 5);
    for path in files {
        let source = fs::read_to_string(&path).expect("it is text");
        for (index, line) in source.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let place = || format!("{}:{}: {}", path.display(), index + 1, line.trim());
            for forbidden in FORBIDDEN {
                assert!(!code.contains(forbidden), "{}: no `{forbidden}` here", place());
            }
            // Addresses are data; sockets are not.
            if let Some((_, used)) = code.split_once("std::net::") {
                let used: Vec<_> = used
                    .split(|letter: char| !letter.is_alphanumeric())
                    .filter(|word| !word.is_empty())
                    .collect();
                let addresses = ["IpAddr", "Ipv4Addr", "Ipv6Addr", "SocketAddr"];
                assert!(
                    used.first().is_some_and(|first| addresses.contains(first))
                        || code.contains("std::net::{"),
                    "{}",
                    place()
                );
            }
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}
