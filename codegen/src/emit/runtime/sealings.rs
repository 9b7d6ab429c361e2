// How large what is encrypted is on the wire.

/// How much padding a sender adds to what it seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Padding {
    /// As little as alignment allows.
    Least,
    /// As little as alignment and the size of the smallest frame allow.
    Floored,
    /// As little as allowed, if what is aligned came to a multiple of the smallest frame.
    Coarse,
    /// At least as much as is aligned to.
    Block,
    /// Anything that alignment allows.
    Any,
}

/// How a frame is sealed: what is aligned, what is in clear, what stands behind it. All sizes are in octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sealing {
    /// In front of what is aligned.
    lead: usize,
    /// Aligned, beside payload and padding.
    fixed: usize,
    clear: usize,
    block: usize,
    least_padding: usize,
    most_padding: usize,
    smallest: usize,
    tag: usize,
}

impl Sealing {
    /// What the aligned part is a multiple of.
    #[must_use]
    pub const fn block(&self) -> usize {
        self.block
    }

    /// What stands behind the frame: a MAC or tag.
    #[must_use]
    pub const fn tag(&self) -> usize {
        self.tag
    }

    /// Octets in front that are not encrypted; zero where all are.
    #[must_use]
    pub const fn clear(&self) -> usize {
        self.clear
    }

    /// The least octets that a frame takes on the wire under this rule of padding.
    #[must_use]
    pub const fn smallest(&self, padding: Padding) -> usize {
        self.padded(0, padding)
    }

    /// Octets on the wire of a payload with the least padding.
    #[must_use]
    pub const fn wire_size(&self, payload: usize) -> usize {
        self.padded(payload, Padding::Least)
    }

    /// The least octets on the wire of a payload under this rule of padding.
    #[must_use]
    pub const fn padded(&self, payload: usize, padding: Padding) -> usize {
        let least = self.fixed.saturating_add(self.least(padding)).saturating_add(payload);
        let aligned = match padding {
            Padding::Floored => {
                let floor = self.smallest.saturating_sub(self.lead);
                self.aligned(if least < floor { floor } else { least }, padding)
            }
            _ => self.aligned(least, padding),
        };
        aligned.saturating_add(self.lead).saturating_add(self.tag)
    }

    /// The most octets on the wire of a payload under this rule of padding.
    #[must_use]
    pub const fn padded_at_most(&self, payload: usize, padding: Padding) -> usize {
        match padding {
            Padding::Any => {
                let most = self.fixed.saturating_add(self.most_padding).saturating_add(payload);
                most.saturating_sub(most % self.block).saturating_add(self.unaligned())
            }
            _ => self.padded(payload, padding),
        }
    }

    /// The payloads that may take so many octets on the wire; `None` where no frame does.
    #[must_use]
    pub const fn payload_sizes(&self, wire: usize, padding: Padding) -> Option<Sizes> {
        let Some(aligned) = wire.checked_sub(self.lead.saturating_add(self.tag)) else { return None };
        let Some(most) = aligned.checked_sub(self.fixed.saturating_add(self.least(padding))) else { return None };
        if !aligned.is_multiple_of(self.grain(padding)) || wire < self.smallest(padding) {
            return None;
        }
        let least = match padding {
            Padding::Any => aligned.saturating_sub(self.fixed.saturating_add(self.most_padding)),
            Padding::Floored if wire == self.smallest(padding) => 0,
            _ => most.saturating_add(1).saturating_sub(self.grain(padding)),
        };
        Some(Sizes { least, most: Some(most) })
    }

    /// Octets on the wire beside what is aligned.
    #[must_use]
    pub const fn unaligned(&self) -> usize {
        self.lead.saturating_add(self.tag)
    }

    /// Whether so many frames can come to so many octets on the wire.
    #[must_use]
    pub const fn can_come_to(&self, octets: usize, frames: usize) -> bool {
        match octets.checked_sub(self.unaligned().saturating_mul(frames)) {
            Some(aligned) => aligned.is_multiple_of(self.block),
            None => false,
        }
    }

    const fn aligned(&self, octets: usize, padding: Padding) -> usize {
        let grain = self.grain(padding);
        octets.div_ceil(grain).saturating_mul(grain)
    }

    /// What the aligned part is a multiple of, under this rule of padding.
    const fn grain(&self, padding: Padding) -> usize {
        match padding {
            Padding::Coarse if self.smallest > self.block => self.smallest,
            _ => self.block,
        }
    }

    const fn least(&self, padding: Padding) -> usize {
        match padding {
            Padding::Block if self.block > self.least_padding => self.block,
            _ => self.least_padding,
        }
    }
}
