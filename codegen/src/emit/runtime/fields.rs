// Fields as `binrw` reads and writes them.

/// Reads a structure from the start of `octets`.
#[inline]
fn parse<'p, T>(
    structure: &'static str,
    octets: &'p [u8],
    read: impl FnOnce(&mut Cursor<&'p [u8]>) -> BinResult<T>,
) -> Result<Parsed<T>, ParseError> {
    let mut reader = Cursor::new(octets);
    match read(&mut reader) {
        Ok(value) => Ok(Parsed { value, trailing: octets.len().saturating_sub(reader.position() as usize) }),
        Err(error) => Err(ParseError::of(&error, structure, octets.len())),
    }
}

/// Takes `length` octets from where the reader stands. `packet` is all that the reader walks over.
#[inline(always)]
fn take<'p, R: Read + Seek>(reader: &mut R, packet: &'p [u8], length: u64) -> BinResult<&'p [u8]> {
    let start = reader.stream_position()?;
    // The reader's own seek would pass the end without an error.
    let octets = usize::try_from(start).ok().zip(usize::try_from(length).ok()).and_then(|(start, length)| {
        packet.get(start..)?.get(..length)
    });
    let octets = octets.ok_or_else(|| refuse(start, ParseErrorKind::Truncated))?;
    reader.seek(SeekFrom::Start(start.saturating_add(length)))?;
    Ok(octets)
}

/// As many octets as earlier fields say; a negative number is a contradiction.
#[allow(dead_code)]
fn take_sized<'p, R: Read + Seek>(reader: &mut R, _: Endian, (packet, length): (&'p [u8], i64)) -> BinResult<&'p [u8]> {
    match u64::try_from(length) {
        Ok(length) => take(reader, packet, length),
        Err(_) => Err(refuse(reader.stream_position()?, ParseErrorKind::Contradiction)),
    }
}

/// All octets that are left.
#[allow(dead_code)]
fn take_rest<'p, R: Read + Seek>(reader: &mut R, _: Endian, packet: &'p [u8]) -> BinResult<&'p [u8]> {
    let start = reader.stream_position()?;
    let length = (packet.len() as u64).saturating_sub(start);
    take(reader, packet, length)
}

/// Writes octets as they are.
#[allow(dead_code)]
fn put<W: Write + Seek>(octets: &&[u8], writer: &mut W, _: Endian, (): ()) -> BinResult<()> {
    Ok(writer.write_all(octets)?)
}

/// A field that has one value.
#[allow(dead_code)]
fn read_constant<R: Read + Seek, T: for<'a> BinRead<Args<'a> = ()> + PartialEq>(
    reader: &mut R,
    endian: Endian,
    constant: T,
) -> BinResult<T> {
    let place = reader.stream_position()?;
    let value = T::read_options(reader, endian, ())?;
    if value == constant { Ok(value) } else { Err(refuse(place, ParseErrorKind::Mismatch)) }
}

/// A flag that is always the same. Any octet but zero is true.
#[allow(dead_code)]
fn read_flag<R: Read + Seek>(reader: &mut R, endian: Endian, flag: bool) -> BinResult<u8> {
    let place = reader.stream_position()?;
    let octet = u8::read_options(reader, endian, ())?;
    if (octet != 0) == flag { Ok(octet) } else { Err(refuse(place, ParseErrorKind::Mismatch)) }
}

/// An integer between two others.
#[allow(dead_code)]
fn read_within<R: Read + Seek, T: for<'a> BinRead<Args<'a> = ()> + PartialOrd>(
    reader: &mut R,
    endian: Endian,
    (low, high): (T, T),
) -> BinResult<T> {
    let place = reader.stream_position()?;
    let value = T::read_options(reader, endian, ())?;
    if value < low {
        Err(refuse(place, ParseErrorKind::TooSmall))
    } else if value > high {
        Err(refuse(place, ParseErrorKind::TooLarge))
    } else {
        Ok(value)
    }
}

/// Puts the count of octets before them; refuses more than the count can say.
#[allow(dead_code)]
fn put_counted<W: Write + Seek, N: TryFrom<usize> + for<'a> BinWrite<Args<'a> = ()>>(
    octets: &[u8],
    count: usize,
    writer: &mut W,
    endian: Endian,
) -> BinResult<()> {
    let position = writer.stream_position()?;
    let count = N::try_from(count).map_err(|_| refuse(position, ParseErrorKind::TooLarge))?;
    count.write_options(writer, endian, ())?;
    Ok(writer.write_all(octets)?)
}

/// An integer, most significant octet first, without the zeros in front.
#[allow(dead_code)]
fn without_zeros(octets: &[u8]) -> &[u8] {
    let first = octets.iter().position(|octet| *octet != 0).unwrap_or(octets.len());
    octets.get(first..).unwrap_or_default()
}

/// Significant bits of an integer, most significant octet first.
#[allow(dead_code)]
fn significant_bits(octets: &[u8]) -> usize {
    let octets = without_zeros(octets);
    octets.first().map_or(0, |first| octets.len() * 8 - first.leading_zeros() as usize)
}
