// What tells structures apart, and stands in front of them: patterns of names, numbers, tags.

/// Whether a name is of a pattern, in which `*` stands for any text.
#[allow(dead_code)]
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let mut pieces = pattern.split(|octet| *octet == b'*');
    let Some(mut rest) = pieces.next().and_then(|prefix| name.strip_prefix(prefix)) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match memchr::memmem::find(rest, piece).and_then(|at| rest.get(at + piece.len()..)) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    true
}

/// Writes a structure behind what already stands in `octets`.
fn append(structure: &impl for<'a> BinWrite<Args<'a> = ()>, mut octets: Vec<u8>) -> BinResult<Vec<u8>> {
    let mut writer = Cursor::new(&mut octets);
    writer.seek(SeekFrom::End(0))?;
    structure.write_be(&mut writer)?;
    Ok(octets)
}
