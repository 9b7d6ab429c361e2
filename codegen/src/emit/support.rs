// What the generated code stands on. This file is part of every generated file, so that it depends on `binrw` and
// `memchr` alone.

use std::fmt;
use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;

use binrw::{BinRead, BinResult, BinWrite, Endian};

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

/// What leads from one state of an order to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition<State, Message> {
    /// Where it leads from.
    pub from: State,
    /// Who may take it.
    pub sender: Sender,
    /// What is said.
    pub message: Message,
    /// Where it leads to.
    pub to: State,
}

/// An end of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The end that asks.
    Client,
    /// The end that serves.
    Server,
}

impl Role {
    /// The other end.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// Who may send a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// The client alone.
    Client,
    /// The server alone.
    Server,
    /// Either end.
    Either,
}

impl Sender {
    /// Whether the end of that role may send it.
    #[must_use]
    pub const fn allows(self, role: Role) -> bool {
        matches!((self, role), (Self::Either, _) | (Self::Client, Role::Client) | (Self::Server, Role::Server))
    }

    /// The only role that may send it, if there is just one.
    #[must_use]
    pub const fn role(self) -> Option<Role> {
        match self {
            Self::Client => Some(Role::Client),
            Self::Server => Some(Role::Server),
            Self::Either => None,
        }
    }
}

/// Who sent a message: it feeds the parameters that no field does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Whether the end that opened the connection sent it.
    pub from_originator: bool,
    /// Whether the server sent it.
    pub from_server: bool,
}

/// A structure, and how many octets stood behind its last field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed<T> {
    /// The structure.
    pub value: T,
    /// Octets that belong to no field.
    pub trailing: usize,
}

impl<T> Parsed<T> {
    /// Puts another value in the place of this one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Parsed<U> {
        Parsed { value: change(self.value), trailing: self.trailing }
    }
}

/// A list of names separated by commas.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Names<'p> {
    octets: &'p [u8],
    at_most: Option<usize>,
}

impl<'p> Names<'p> {
    /// All names of a list.
    #[must_use]
    pub const fn new(octets: &'p [u8]) -> Self {
        Self { octets, at_most: None }
    }

    /// The first names of a list.
    #[must_use]
    pub const fn first(octets: &'p [u8], at_most: usize) -> Self {
        Self { octets, at_most: Some(at_most) }
    }

    /// The names, in order. An empty list has none.
    pub fn iter(self) -> impl Iterator<Item = &'p [u8]> {
        let mut rest = (!self.octets.is_empty()).then_some(self.octets);
        let names = std::iter::from_fn(move || {
            let octets = rest?;
            let end = memchr::memchr(b',', octets);
            rest = end.and_then(|end| octets.get(end + 1..));
            Some(end.and_then(|end| octets.get(..end)).unwrap_or(octets))
        });
        names.take(self.at_most.unwrap_or(usize::MAX))
    }

    /// Whether there are no names.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.octets.is_empty()
    }

    /// How many names there are.
    #[must_use]
    pub fn len(self) -> usize {
        let all = if self.is_empty() { 0 } else { memchr::memchr_iter(b',', self.octets).count() + 1 };
        all.min(self.at_most.unwrap_or(usize::MAX))
    }
}

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Octets)).finish()
    }
}

/// Shows octets as text, the rest escaped.
struct Octets<'p>(&'p [u8]);

impl fmt::Debug for Octets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// The value of an event's or a record's parameter.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Value<'v> {
    /// Octets that are no text.
    Bytes(&'v [u8]),
    /// Text as it was sent: any octets.
    Text(&'v [u8]),
    /// Yes or no.
    Boolean(bool),
    /// A number.
    Count(u64),
    /// Names, in order.
    Names(Names<'v>),
    /// A record of further parameters.
    Record(&'v dyn Parameters),
}

/// What has named parameters.
pub trait Parameters {
    /// Calls `visit` with the name and value of each parameter, in the order of the spec; absent ones are left out.
    fn visit(&self, visit: &mut dyn FnMut(&'static str, Value<'_>));
}

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

/// Whether a field has the value that it must have. (A function, since the printer of attributes splits `==`.)
#[allow(dead_code)]
fn same<T: PartialEq>(value: &T, constant: &T) -> bool {
    value == constant
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

/// Fields that repeat.
#[doc(hidden)]
pub trait Group<'p>: Sized {
    /// Reads one.
    fn read_one<R: Read + Seek>(reader: &mut R, packet: &'p [u8]) -> BinResult<Self>;

    /// Reads one from plain slices.
    fn read_slices_of_one(slices: &mut Slices<'p>) -> Result<Self, Refusal>;
}

/// A group as often as the message says. The groups have been read once, and are read again when asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Repeated<'p, G> {
    octets: &'p [u8],
    group: PhantomData<fn() -> G>,
}

impl<'p, G: Group<'p>> Repeated<'p, G> {
    /// The groups in these octets, as many whole ones as there are.
    #[must_use]
    pub const fn new(octets: &'p [u8]) -> Self {
        Self { octets, group: PhantomData }
    }

    /// The groups, in order.
    pub fn iter(&self) -> impl Iterator<Item = G> + use<'p, G> {
        let mut slices = Slices::new(self.octets);
        std::iter::from_fn(move || {
            if slices.rest.is_empty() {
                return None;
            }
            let group = G::read_slices_of_one(&mut slices).ok();
            if group.is_none() {
                slices.rest = &[];
            }
            group
        })
    }
}

impl<'p, G: Group<'p> + fmt::Debug> fmt::Debug for Repeated<'p, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'p, G: Group<'p>> BinRead for Repeated<'p, G> {
    type Args<'a> = (&'p [u8], u64);

    fn read_options<R: Read + Seek>(reader: &mut R, _: Endian, (packet, count): Self::Args<'_>) -> BinResult<Self> {
        let start = reader.stream_position()?;
        // Each group takes octets, so a count that lies ends with the packet.
        for _ in 0..count {
            G::read_one(reader, packet)?;
        }
        let end = reader.stream_position()?;
        reader.seek(SeekFrom::Start(start))?;
        Ok(Self::new(take(reader, packet, end.saturating_sub(start))?))
    }
}

impl<G> BinWrite for Repeated<'_, G> {
    type Args<'a> = ();

    fn write_options<W: Write + Seek>(&self, writer: &mut W, _: Endian, (): ()) -> BinResult<()> {
        Ok(writer.write_all(self.octets)?)
    }
}

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
