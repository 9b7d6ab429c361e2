//! Choices drawn from bytes.

/// Bytes that are drawn from. Past their end there are zeros.
#[derive(Clone, Copy, Debug)]
pub struct Draw<'b> {
    rest: &'b [u8],
}

impl<'b> Draw<'b> {
    /// Draws from these.
    #[must_use]
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether all were drawn.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// All that are left.
    #[must_use]
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }

    /// The next one.
    pub fn octet(&mut self) -> u8 {
        let Some((octet, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        *octet
    }

    /// The next two.
    pub fn pair(&mut self) -> u16 {
        u16::from_be_bytes([self.octet(), self.octet()])
    }

    /// The next four.
    pub fn word(&mut self) -> u32 {
        (u32::from(self.pair()) << 16) | u32::from(self.pair())
    }

    /// The next `length`, or as many as there are.
    pub fn octets(&mut self, length: usize) -> &'b [u8] {
        let (octets, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        octets
    }

    /// One of these.
    ///
    /// # Panics
    ///
    /// Where there are none.
    pub fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::from(self.octet()) % of.len()]
    }
}
