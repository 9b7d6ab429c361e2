// Groups that repeat.

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
