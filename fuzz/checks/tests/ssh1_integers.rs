//! SSH-1's integers count their bits in 16 bits, and a sender may set more of them than it counts.
//!
//! They are read as OpenSSH reads them: the count says how many octets follow, and all of those are the number.
//! Written is what can be: the shortest form, and nothing where the count does not suffice.

use kexray_grammar::{Role, ssh1};

/// A public key message whose host key has that modulus.
fn message(bits: u16, modulus: &[u8]) -> Vec<u8> {
    const ONE: &[u8] = &[0, 1, 1];
    let four = [0; 4];
    let bits = bits.to_be_bytes();
    [&[2][..], &[0; 8], &four, ONE, ONE, &four, ONE, &bits, modulus, &four, &four, &four].concat()
}

fn modulus(message: &[u8]) -> Option<(&[u8], Option<Vec<u8>>)> {
    let parsed = ssh1::Message::parse(Role::Server, message).ok()??;
    assert_eq!(parsed.trailing, 0);
    let written = parsed.value.to_octets().ok();
    match parsed.value {
        ssh1::Message::PublicKey(key) => Some((key.host_key_modulus.0, written)),
        _ => None,
    }
}

#[test]
fn all_octets_of_an_integer_are_the_number() {
    for (bits, octets) in [(1, vec![0x80]), (9, vec![0xff; 2]), (65_535, vec![0x7f; 8192]), (0, vec![])] {
        let message = message(bits, &octets);
        assert_eq!(modulus(&message).map(|(modulus, _)| modulus), Some(&octets[..]), "{bits} bits");
    }
    assert_eq!(modulus(&message(65_535, &[0xff; 8191])), None, "an octet is missing");
}

#[test]
fn what_is_written_is_the_shortest_form() {
    let (_, written) =
        modulus(&message(16, &[0, 0xff])).map(|(read, written)| (read.to_vec(), written)).unwrap();
    assert_eq!(written, Some(message(8, &[0xff])));
    // More bits set than counted: the count is put right.
    let (_, written) =
        modulus(&message(9, &[0xff; 2])).map(|(read, written)| (read.to_vec(), written)).unwrap();
    assert_eq!(written, Some(message(16, &[0xff; 2])));
    // 65,536 bits: no count says that.
    let (read, written) =
        modulus(&message(65_535, &[0xff; 8192])).map(|(read, written)| (read.len(), written)).unwrap();
    assert_eq!((read, written), (8192, None));
}
