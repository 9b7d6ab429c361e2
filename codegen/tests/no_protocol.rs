//! The generator knows no protocol: what one looks like stands in its spec alone.

use std::fs;
use std::path::Path;

/// Words of protocols that specs in this project declare.
const WORDS: [&str; 9] =
    ["ssh", "kexinit", "key exchange", "newkeys", "userauth", "curve25519", "diffie", "hostkey", "agent"];

fn check(folder: &Path, seen: &mut usize) {
    for entry in fs::read_dir(folder).expect("it can be read") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            check(&path, seen);
        } else if path.extension().is_some_and(|end| end == "rs" || end == "md") {
            *seen += 1;
            let text = fs::read_to_string(&path).expect("it is text").to_lowercase();
            for word in WORDS {
                let line = text.lines().position(|line| line.contains(word));
                assert_eq!(line, None, "{}, counted from 0, says `{word}`", path.display());
            }
        }
    }
}

#[test]
fn no_word_of_a_protocol_stands_in_its_sources() {
    let mut seen = 0;
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut seen);
    assert!(seen > 60, "{seen}");
}
