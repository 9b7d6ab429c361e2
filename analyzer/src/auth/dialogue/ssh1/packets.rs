//! From ciphertext to packets: SSH-1 leaves the length of each in clear, and that is all it takes.

use kexray_grammar::Ssh1Packet;

use crate::wire;

/// How large a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    /// Octets of the message, its number included: exactly, since the length does not count the padding.
    pub(super) payload: usize,
    /// Octets on the wire.
    pub(super) wire: usize,
}

/// A length is nonsense: where the next packet begins is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost;

/// One direction's place in the ciphertext.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Packets {
    head: [u8; Ssh1Packet::HEAD],
    /// Octets of the head that are there.
    known: u8,
    /// Octets of the packet that are still to come.
    left: u32,
}

impl Packets {
    /// Follows them. Tells the size of each that is whole.
    pub(super) fn follow(&mut self, octets: &[u8], packet: &mut impl FnMut(Size)) -> Result<(), Lost> {
        let mut rest = octets;
        while !rest.is_empty() {
            rest = if self.left == 0 { self.take_head(rest)? } else { rest };
            let (taken, behind) = rest.split_at((self.left as usize).min(rest.len()));
            rest = behind;
            self.left = self.left.saturating_sub(wire::octets(taken.len()));
            if self.left == 0
                && let Some(size) = self.size()?
            {
                self.known = 0;
                packet(size);
            }
        }
        Ok(())
    }

    /// Takes what is missing of the head. Returns what is behind it.
    fn take_head<'o>(&mut self, octets: &'o [u8]) -> Result<&'o [u8], Lost> {
        let mut rest = octets;
        while let Some((slot, (first, behind))) =
            self.head.get_mut(usize::from(self.known)).zip(rest.split_first())
        {
            *slot = *first;
            self.known = self.known.saturating_add(1);
            rest = behind;
        }
        if let Some(size) = self.size()? {
            self.left = wire::octets(size.wire.saturating_sub(self.head.len()));
        }
        Ok(rest)
    }

    /// How large the packet is, if its head is there.
    fn size(&self) -> Result<Option<Size>, Lost> {
        let head = self.head.get(..usize::from(self.known)).unwrap_or_default();
        let wire = Ssh1Packet::measure(head).map_err(|_| Lost)?;
        let payload = Ssh1Packet::payload_octets(head).map_err(|_| Lost)?;
        Ok(payload.zip(wire).map(|(payload, wire)| Size { payload, wire }))
    }
}
