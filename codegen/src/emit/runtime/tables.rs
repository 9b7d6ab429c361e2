// What tables of names stand on.

/// One of the algorithms that the spec has a table of.
pub trait Algorithm: Copy + Eq {
    /// The algorithm of exactly that name.
    fn of_name(name: &[u8]) -> Option<Self>;

    /// The algorithm of that name, or of the first pattern that the name fits.
    fn like(name: &[u8]) -> Option<Self>;

    /// Its name, or the pattern of its names.
    fn name(self) -> &'static str;

    /// Its place in its table: a small number.
    fn index(self) -> usize;
}

/// An algorithm by name: one that its table has, or the text that was sent.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Named<A> {
    /// One of the table.
    Known(A),
    /// Some other name: any octets.
    Unknown(Box<[u8]>),
}

impl<A: Algorithm> Named<A> {
    /// The algorithm of a name. A known one costs no allocation.
    #[must_use]
    pub fn of(name: &[u8]) -> Self {
        A::of_name(name).map_or_else(|| Self::Unknown(name.into()), Self::Known)
    }

    /// What the table knows of it, by its name or by a pattern.
    #[must_use]
    pub fn known(&self) -> Option<A> {
        match self {
            Self::Known(algorithm) => Some(*algorithm),
            Self::Unknown(name) => A::like(name),
        }
    }
}

/// The name as it was sent.
impl<A: Algorithm> std::ops::Deref for Named<A> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Known(algorithm) => algorithm.name().as_bytes(),
            Self::Unknown(name) => name,
        }
    }
}

impl<A: Algorithm> fmt::Debug for Named<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.escape_ascii())
    }
}

/// Where the names of a table lie.
struct Places {
    displacements: &'static [u16],
    slots: &'static [u16],
}

impl Places {
    /// The only row that may have that name.
    fn find(&self, name: &[u8]) -> Option<u16> {
        let hash = hash_of(name);
        let buckets = self.displacements.len().saturating_sub(1);
        let displacement = self.displacements.get(hash as usize & buckets)?;
        self.slots.get(slot_of(hash, *displacement, self.slots.len())).copied()
    }
}
