//! Text from the wire, made fit for the page.

use kexray_analyzer::escape;

/// As text of at most so many characters; what would be longer ends in an ellipsis. Nothing is left in it that is no
/// text, or that would change the order in which other characters are shown.
pub(crate) fn shown(octets: &[u8], at_most: usize) -> String {
    // A character takes at most four octets: more are not looked at.
    let looked_at = at_most.saturating_mul(4).saturating_add(4);
    let text = escape::to_text(octets.get(..looked_at).unwrap_or(octets));
    let mut characters =
        text.chars().map(|character| if reorders(character) { '\u{fffd}' } else { character });
    let mut shown: String = characters.by_ref().take(at_most).collect();
    if characters.next().is_some() || octets.len() > looked_at {
        shown.push('…');
    }
    shown
}

/// Octets that are no text, in hexadecimal; the first so many.
pub(crate) fn hex(octets: &[u8], at_most: usize) -> String {
    let mut shown = String::new();
    octets.iter().take(at_most).for_each(|octet| escape::digits(*octet, &mut shown));
    if octets.len() > at_most {
        shown.push('…');
    }
    shown
}

/// Whether a character changes the order in which others are shown.
fn reorders(character: char) -> bool {
    matches!(character, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_text_is_left() {
        assert_eq!(shown(b"SSH-2.0-OpenSSH_9.2p1", 64), "SSH-2.0-OpenSSH_9.2p1");
        assert_eq!(shown(b"a\x1b[2J\0", 64), "a\\x1b[2J\\x00");
        assert_eq!(shown("a\u{202e}b".as_bytes(), 64), "a\u{fffd}b");
        assert_eq!(shown(&[b'a'; 1 << 20], 4), "aaaa…");
        assert_eq!(shown("äöüß".as_bytes(), 4), "äöüß");
        assert_eq!(hex(&[0, 255, 16], 2), "00ff…");
    }
}
