//! Text from the wire, made fit to be shown: it may hold any octets, and must not reach a terminal or a log as they are.

/// Appends `text`: valid UTF-8 as it is, control characters and what is no UTF-8 as `\xNN`, an octet each.
pub fn text(text: &[u8], out: &mut String) {
    if let Ok(text) = str::from_utf8(text)
        && text.bytes().all(|octet| matches!(octet, b' '..=b'~'))
    {
        // As good as always.
        return out.push_str(text);
    }
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() {
                let mut octets = [0; 4];
                hex(character.encode_utf8(&mut octets).as_bytes(), out);
            } else {
                out.push(character);
            }
        }
        hex(chunk.invalid(), out);
    }
}

/// As [`text()`], as a new string.
pub fn to_text(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len());
    text(octets, &mut out);
    out
}

/// Appends octets as `\xNN`.
pub fn hex(octets: &[u8], out: &mut String) {
    for octet in octets {
        out.push_str("\\x");
        digits(*octet, out);
    }
}

/// Appends an octet as two hexadecimal digits.
pub fn digits(octet: u8, out: &mut String) {
    for nibble in [octet >> 4, octet & 0xf] {
        out.extend(char::from_digit(u32::from(nibble), 16));
    }
}

#[cfg(test)]
mod tests {
    use super::to_text;

    #[test]
    fn what_is_no_text_is_escaped() {
        assert_eq!(to_text(b"SSH-2.0-OpenSSH_9.2p1 Debian"), "SSH-2.0-OpenSSH_9.2p1 Debian");
        assert_eq!(to_text("Grüße".as_bytes()), "Grüße");
        assert_eq!(to_text(b"\x1b[31mred\r\x7f"), "\\x1b[31mred\\x0d\\x7f");
        assert_eq!(to_text(b"caf\xe9 \xff"), "caf\\xe9 \\xff");
        assert_eq!(to_text("\u{85}".as_bytes()), "\\xc2\\x85");
        assert_eq!(to_text(b"a\\b\"c"), "a\\b\"c");
    }
}
