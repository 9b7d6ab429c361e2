//! What implementations are known to do, told by their identification lines.

use kexray_grammar::{Identification, Software};

/// Habits that sizes and order show: those of its software, or none where that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Habits(Option<Software>);

impl Habits {
    /// Those of whoever says this.
    pub(crate) fn of(identification: &[u8]) -> Self {
        let line = Identification::of_line(identification);
        Self(line.and_then(|line| Software::like(line.software_version)))
    }

    /// Whether it is known to do that: a column of the table.
    pub(crate) fn has(self, habit: fn(Software) -> bool) -> bool {
        self.0.is_some_and(habit)
    }

    /// Octets that it aligns to what carries a password, if it does: then its size tells less.
    pub(crate) fn aligns_passwords(self) -> Option<usize> {
        self.0.and_then(Software::aligns_passwords)
    }

    /// The same of a password of SSH-1.
    pub(crate) fn aligns_lone_passwords(self) -> Option<usize> {
        self.0.and_then(Software::aligns_lone_passwords)
    }

    /// Octets of the DISCONNECT by which it refuses a user who tried too often, if they are known.
    pub(crate) fn parts_with(self) -> Option<usize> {
        self.0.and_then(Software::parts_with)
    }
}
