// Sizes of payloads.

/// An interval of sizes, in octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sizes {
    /// The smallest.
    pub least: usize,
    /// The largest; `None` where nothing bounds it.
    pub most: Option<usize>,
}

impl Sizes {
    /// One size only.
    #[must_use]
    pub const fn exactly(octets: usize) -> Self {
        Self { least: octets, most: Some(octets) }
    }

    /// Whether a size lies in the interval.
    #[must_use]
    pub const fn contains(self, octets: usize) -> bool {
        match self.most {
            Some(most) => self.least <= octets && octets <= most,
            None => self.least <= octets,
        }
    }

    /// The sizes that lie in both.
    #[must_use]
    pub const fn common(self, other: Self) -> Option<Self> {
        let least = if self.least > other.least { self.least } else { other.least };
        let most = match (self.most, other.most) {
            (Some(one), Some(two)) => Some(if one < two { one } else { two }),
            (Some(one), None) | (None, Some(one)) => Some(one),
            (None, None) => None,
        };
        match most {
            Some(most) if most < least => None,
            _ => Some(Self { least, most }),
        }
    }

    /// The size, where there is one only.
    #[must_use]
    pub const fn exact(self) -> Option<usize> {
        match self.most {
            Some(most) if most == self.least => Some(most),
            _ => None,
        }
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.exact(), self.most) {
            (Some(octets), _) => write!(f, "{octets}"),
            (None, Some(most)) => write!(f, "{} to {most}", self.least),
            (None, None) => write!(f, "{} or more", self.least),
        }
    }
}
