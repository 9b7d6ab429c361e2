//! The packets of one buffer, dealt out to the engines.

use kexray_analyzer::Timestamp;

use super::batch::{Batch, Step};
use super::glance::glance;
use crate::clock::Clock;
use crate::file::{CaptureFile, FileError, Record};
use crate::flow::share;

/// A buffer of the file, and what each engine is to do with it.
pub(super) struct Round {
    pub(super) octets: Vec<u8>,
    pub(super) batches: Vec<Batch>,
    /// How the file ended, if it did.
    pub(super) end: Option<Result<(), FileError>>,
}

/// Deals out a file.
#[derive(Default)]
pub(super) struct Dealer {
    clock: Clock,
    /// Of the packet read last.
    number: u64,
    /// Its time.
    at: Timestamp,
    /// The packet that was the first of the next buffer.
    ahead: Option<Record>,
    /// Batches that were worked off: their memory is used again.
    spare: Vec<Batch>,
}

impl Dealer {
    /// The next round of a file that [hands over its buffers](CaptureFile::hand_over_buffers).
    pub(super) fn round(&mut self, file: &mut CaptureFile, shares: usize) -> Round {
        let mut batches: Vec<_> = (0..shares).map(|_| self.spare.pop().unwrap_or_default()).collect();
        if let Some(record) = self.ahead.take() {
            self.deal(file, record, &mut batches);
        }
        loop {
            let record = file.next_record();
            let left = file.take_left_buffer();
            match (record, left) {
                (Ok(Some(record)), None) => self.deal(file, record, &mut batches),
                (Ok(Some(record)), Some(octets)) => {
                    self.ahead = Some(record);
                    return Round { octets, batches, end: None };
                }
                (last, left) => {
                    batches.iter_mut().for_each(|batch| batch.push(Step::Finish { at: self.at }));
                    let octets = left.unwrap_or_else(|| file.take_buffer());
                    return Round { octets, batches, end: Some(last.map(|_| ())) };
                }
            }
        }
    }

    fn deal(&mut self, file: &CaptureFile, record: Record, batches: &mut [Batch]) {
        let Record { link_type, timestamp: at, original_length, data } = record;
        self.number = self.number.saturating_add(1);
        self.at = at;
        let number = self.number;
        if let Some(now) = self.clock.packet(at) {
            batches.iter_mut().for_each(|batch| batch.push(Step::Time { number, at, now }));
        }
        let own =
            glance(link_type, file.data(&data)).map(|(words, ports)| share(words, ports, batches.len()));
        let step = |data, in_common| Step::Packet { number, link_type, at, original_length, data, in_common };
        match own.and_then(|own| batches.get_mut(own)) {
            Some(batch) => batch.push(step(data, false)),
            None => batches.iter_mut().for_each(|batch| batch.push(step(data.clone(), true))),
        }
    }

    /// Takes back batches that were worked off.
    pub(super) fn give_back(&mut self, batches: impl IntoIterator<Item = Batch>) {
        self.spare.extend(batches);
    }
}
