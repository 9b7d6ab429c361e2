// What reads without `binrw`.

/// Octets that are read from front to back.
#[doc(hidden)]
pub struct Slices<'p> {
    rest: &'p [u8],
    /// Octets in all, those that have been read included.
    length: usize,
}

/// Where octets stop to hold a structure, and why.
#[doc(hidden)]
pub struct Refusal {
    offset: usize,
    kind: ParseErrorKind,
}

// Left to itself the compiler calls these, which costs more than the reading.
#[allow(dead_code)]
impl<'p> Slices<'p> {
    #[inline(always)]
    fn new(octets: &'p [u8]) -> Self {
        Self { rest: octets, length: octets.len() }
    }

    /// Octets that have been read.
    #[inline(always)]
    fn place(&self) -> usize {
        self.length.saturating_sub(self.rest.len())
    }

    /// That many octets. Where there are fewer, the end is to blame and not the place where they begin: `binrw` does
    /// not tell that.
    #[inline(always)]
    fn array<const LENGTH: usize>(&mut self) -> Result<&'p [u8; LENGTH], Refusal> {
        match self.rest.split_first_chunk() {
            Some((octets, rest)) => {
                self.rest = rest;
                Ok(octets)
            }
            None => Err(Refusal { offset: self.length, kind: ParseErrorKind::Truncated }),
        }
    }

    /// As many octets as a count in front of them said.
    #[inline(always)]
    fn take(&mut self, length: u64) -> Result<&'p [u8], Refusal> {
        match usize::try_from(length).ok().and_then(|length| self.rest.split_at_checked(length)) {
            Some((octets, rest)) => {
                self.rest = rest;
                Ok(octets)
            }
            None => Err(Refusal { offset: self.place(), kind: ParseErrorKind::Truncated }),
        }
    }

    /// As many octets as earlier fields say; a negative number is a contradiction.
    #[inline(always)]
    fn sized(&mut self, length: i64) -> Result<&'p [u8], Refusal> {
        match u64::try_from(length) {
            Ok(length) => self.take(length),
            Err(_) => Err(Refusal { offset: self.place(), kind: ParseErrorKind::Contradiction }),
        }
    }

    /// All octets that are left.
    #[inline(always)]
    fn rest(&mut self) -> &'p [u8] {
        std::mem::take(&mut self.rest)
    }

    /// A group as often as an earlier field says.
    fn repeated<G: Group<'p>>(&mut self, count: u64) -> Result<Repeated<'p, G>, Refusal> {
        let all = self.rest;
        // Each group takes octets, so a count that lies ends with the packet.
        for _ in 0..count {
            G::read_slices_of_one(self)?;
        }
        let length = all.len().saturating_sub(self.rest.len());
        Ok(Repeated::new(all.get(..length).unwrap_or_default()))
    }
}

/// Reads a structure from the start of `octets`.
#[inline(always)]
fn parse_slices<'p, T>(
    structure: &'static str,
    octets: &'p [u8],
    read: impl FnOnce(&mut Slices<'p>) -> Result<T, Refusal>,
) -> Result<Parsed<T>, ParseError> {
    let mut slices = Slices::new(octets);
    match read(&mut slices) {
        Ok(value) => Ok(Parsed { value, trailing: slices.rest.len() }),
        Err(refusal) => Err(ParseError { structure, offset: refusal.offset, kind: refusal.kind }),
    }
}
