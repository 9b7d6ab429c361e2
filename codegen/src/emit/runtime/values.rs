// What is read, and what events tell of it.

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
