//! Sequence numbers unwrapped: 32 bits on the wire, 64 in here, so that a stream may be longer
//! than 4 GiB and every comparison is an ordinary one.

/// A place in the byte stream of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position(u64);

impl Position {
    /// The first position known of a stream. It leaves room below, for what comes late.
    pub(crate) const fn first(sequence: u32) -> Self {
        Self((1 << 32) | sequence as u64)
    }

    /// The position nearest to this one that `sequence` can mean.
    pub(crate) const fn nearest(self, sequence: u32) -> Self {
        let distance = sequence.wrapping_sub(self.sequence()).cast_signed();
        Self(self.0.saturating_add_signed(distance as i64))
    }

    /// `length` bytes further on.
    pub(crate) const fn advance(self, length: u64) -> Self {
        Self(self.0.saturating_add(length))
    }

    /// Bytes from here up to `later`; 0 if that is not later.
    pub(crate) const fn distance_to(self, later: Self) -> u64 {
        later.0.saturating_sub(self.0)
    }

    /// As the wire has it: the low 32 bits.
    pub(crate) const fn sequence(self) -> u32 {
        (self.0 & 0xffff_ffff) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_wrap() {
        let before = Position::first(0xffff_fff0);
        let after = before.nearest(0x10);
        assert_eq!(before.distance_to(after), 0x20);
        assert_eq!(after.nearest(0xffff_fff0), before);
        assert_eq!(before.advance(0x20), after);
        assert_eq!(after.distance_to(before), 0);
    }

    #[test]
    fn half_the_space_lies_on_either_side() {
        let here = Position::first(0);
        assert_eq!(here.distance_to(here.nearest(0x7fff_ffff)), 0x7fff_ffff);
        assert_eq!(here.nearest(0x8000_0001).distance_to(here), 0x7fff_ffff);
    }

    #[test]
    fn streams_go_past_four_gibibytes() {
        let mut here = Position::first(7);
        let start = here;
        for step in 1..=12_u32 {
            here = here.nearest(7_u32.wrapping_add(step.wrapping_mul(1 << 30)));
        }
        assert_eq!(start.distance_to(here), 12 << 30);
    }
}
