// Why a structure could not be read.

/// Why a structure could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The octets end inside a field.
    Truncated,
    /// A field that has one value only has another.
    Mismatch,
    /// A number is below its range.
    TooSmall,
    /// A number is above its range, or larger than what is to hold it.
    TooLarge,
    /// Lengths contradict each other.
    Contradiction,
}

impl fmt::Display for ParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "the octets end inside a field",
            Self::Mismatch => "a constant field has another value",
            Self::TooSmall => "a number is below its range",
            Self::TooLarge => "a number is above its range",
            Self::Contradiction => "lengths contradict each other",
        })
    }
}

impl std::error::Error for ParseErrorKind {}

/// A structure could not be read: which, where, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Name of the structure in the spec.
    pub structure: &'static str,
    /// Octets from the start of what was read to the trouble.
    pub offset: usize,
    /// What is wrong.
    pub kind: ParseErrorKind,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {}: {}", self.structure, self.offset, self.kind)
    }
}

impl std::error::Error for ParseError {}

impl ParseError {
    /// Keeps of binrw's error what this one holds. An end of input has no place of its own: it is at `end`.
    fn of(error: &binrw::Error, structure: &'static str, end: usize) -> Self {
        let (position, kind) = match error.root_cause() {
            binrw::Error::Custom { pos, err } => {
                (Some(*pos), err.downcast_ref::<ParseErrorKind>().copied().unwrap_or(ParseErrorKind::Mismatch))
            }
            binrw::Error::AssertFail { pos, .. } | binrw::Error::BadMagic { pos, .. } => {
                (Some(*pos), ParseErrorKind::Mismatch)
            }
            _ => (None, ParseErrorKind::Truncated),
        };
        let offset = position.and_then(|position| usize::try_from(position).ok()).unwrap_or(end);
        Self { structure, offset, kind }
    }
}

fn refuse(position: u64, kind: ParseErrorKind) -> binrw::Error {
    binrw::Error::Custom { pos: position, err: Box::new(kind) }
}
