//! A capture read by several threads, with the results of one.
//!
//! The calling thread reads packets, tells from their first octets to which share of the flows each belongs, and copies
//! it into that share's batch. A thread a share runs an engine over its batches. What the engines tell is put back into
//! the order of the packets that it came from, and told by the calling thread.
//!
//! A packet of which that cannot be told at a glance (a fragment, a tunnel, an unusual header) goes to all shares, and
//! each engine looks for itself whether the flow is its own.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use kexray_analyzer::{Event, Session, Timestamp};

use crate::clock::Clock;
use crate::engine::{Engine, Share};
use crate::file::{CaptureFile, FileError, Packet};
use crate::flow::{Flow, Tick, share};
use crate::limits::Limits;
use crate::link::LinkType;
use crate::ssh::{Observer, Oddity, SshFlows};
use crate::stats::Stats;

/// Packets of one round, all shares together.
const PACKETS: u64 = 2048;
/// Octets of one round, all shares together.
const OCTETS: usize = 1 << 19;
/// Rounds that may wait for an engine.
const AHEAD: usize = 2;

/// Reads a capture to its end, or as far as it goes, with `threads` engines, and tells `observer` of sessions and oddities
/// in the order in which one engine would. Events are not told.
///
/// The limits on flows and buffers are divided among the engines. `after_round` is called every few thousand packets; if
/// it fails, reading ends.
///
/// # Errors
///
/// The outer one is that of `after_round`, the inner one that of the file.
pub fn read<O: Observer, E>(
    file: &mut CaptureFile,
    limits: Limits,
    threads: usize,
    observer: &mut O,
    mut after_round: impl FnMut(&mut O, &CaptureFile) -> Result<(), E>,
) -> Result<(Stats, Result<(), FileError>), E> {
    let threads = threads.max(1);
    let limits = limits.divided(threads);
    thread::scope(|scope| {
        let workers: Vec<Worker> = (0..threads)
            .map(|index| {
                let (to_worker, batches) = sync_channel(AHEAD);
                let (tell, told) = channel();
                let engine = Engine::sharing(
                    SshFlows::new(Notes::default()),
                    limits,
                    Share { index, count: threads, outcome: None },
                );
                scope.spawn(move || run(engine, &batches, &tell));
                Worker { to_worker, told }
            })
            .collect();
        let mut rounds = Rounds { workers: &workers, waiting: 0, stats: Stats::default(), spare: Vec::new() };
        let mut clock = Clock::default();
        let mut number = 0_u64;
        let outcome = loop {
            let mut batches: Vec<Batch> =
                (0..threads).map(|_| rounds.spare.pop().unwrap_or_default()).collect();
            let (end, outcome) = fill(file, &mut batches, &mut clock, &mut number);
            if end {
                batches.iter_mut().for_each(|batch| batch.steps.push(Step::Finish));
            }
            rounds.send(batches);
            while rounds.waiting > if end { 0 } else { AHEAD } {
                rounds.tell(observer);
            }
            after_round(observer, file)?;
            if end {
                break outcome;
            }
        };
        Ok((rounds.stats, outcome))
    })
}

/// Fills a round's batches. Tells whether the file is at its end, and how it ended.
fn fill(
    file: &mut CaptureFile,
    batches: &mut [Batch],
    clock: &mut Clock,
    number: &mut u64,
) -> (bool, Result<(), FileError>) {
    let first = *number;
    let mut octets = 0_usize;
    while number.saturating_sub(first) < PACKETS && octets < OCTETS {
        let packet = match file.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return (true, Ok(())),
            Err(error) => return (true, Err(error)),
        };
        *number = number.saturating_add(1);
        octets = octets.saturating_add(packet.data.len());
        if let Some(now) = clock.packet(packet.timestamp) {
            batches.iter_mut().for_each(|batch| batch.steps.push(Step::Time { number: *number, now }));
        }
        let own = glance(&packet).map(|(words, ports)| share(words, ports, batches.len()));
        match own.and_then(|own| batches.get_mut(own)) {
            Some(batch) => batch.packet(*number, &packet, false),
            None => batches.iter_mut().for_each(|batch| batch.packet(*number, &packet, true)),
        }
    }
    (false, Ok(()))
}

/// What decides to which share a packet belongs, of the packets of which that can be told at a glance: TCP in Ethernet,
/// with a VLAN tag or without, or in nothing; in IPv4 that is no fragment, or IPv6 without extensions.
fn glance(packet: &Packet<'_>) -> Option<(u64, u16)> {
    const IPV4: &[u8] = &[8, 0];
    const IPV6: &[u8] = &[0x86, 0xdd];
    const VLAN: &[u8] = &[0x81, 0];
    const TCP: u8 = 6;
    let data = packet.data;
    let ip = match packet.link_type {
        LinkType::ETHERNET => match data.get(12..14)? {
            IPV4 | IPV6 => data.get(14..)?,
            VLAN if matches!(data.get(16..18)?, IPV4 | IPV6) => data.get(18..)?,
            _ => return None,
        },
        LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 => data,
        _ => return None,
    };
    let word = |octets: &[u8]| octets.iter().fold(0_u64, |word, octet| word << 8 | u64::from(*octet));
    let (words, tcp) = match ip.first()? >> 4 {
        4 => {
            let header = ip.first_chunk::<20>()?;
            let (length, fragment) =
                (usize::from(header[0] & 0xf) << 2, u16::from_be_bytes([header[6], header[7]]));
            if header[9] != TCP || fragment & 0x3fff != 0 || length < 20 {
                return None;
            }
            (word(&header[12..16]) ^ word(&header[16..20]), ip.get(length..)?)
        }
        6 => {
            let header = ip.first_chunk::<40>()?;
            if header[6] != TCP {
                return None;
            }
            let words = [&header[8..16], &header[16..24], &header[24..32], &header[32..40]];
            (words.into_iter().fold(0, |all, octets| all ^ word(octets)), ip.get(40..)?)
        }
        _ => return None,
    };
    let [source_high, source_low, destination_high, destination_low] = *tcp.first_chunk()?;
    let ports = u16::from_be_bytes([source_high, source_low])
        ^ u16::from_be_bytes([destination_high, destination_low]);
    Some((words, ports))
}

/// Packets for one engine, and what else it is to do, in order.
#[derive(Debug, Default)]
struct Batch {
    steps: Vec<Step>,
    octets: Vec<u8>,
}

#[derive(Debug)]
enum Step {
    /// The next `length` octets of the batch.
    Packet {
        number: u64,
        link_type: LinkType,
        at: Timestamp,
        length: usize,
        original_length: u32,
        in_common: bool,
    },
    /// Time has passed, says that packet.
    Time { number: u64, now: Tick },
    /// The capture is over.
    Finish,
}

impl Batch {
    fn packet(&mut self, number: u64, packet: &Packet<'_>, in_common: bool) {
        let Packet { link_type, timestamp: at, original_length, data } = *packet;
        self.octets.extend_from_slice(data);
        self.steps.push(Step::Packet {
            number,
            link_type,
            at,
            length: data.len(),
            original_length,
            in_common,
        });
    }
}

/// The calling thread's ends of what it shares with a worker.
struct Worker {
    to_worker: SyncSender<Batch>,
    told: Receiver<Told>,
}

/// What a worker has to say of a batch.
struct Told {
    notes: Vec<Note>,
    /// Of all batches so far.
    stats: Stats,
    /// The batch, empty, to be filled again.
    spare: Batch,
}

/// The rounds that are under way.
struct Rounds<'w> {
    workers: &'w [Worker],
    waiting: usize,
    stats: Stats,
    /// Batches that were worked off: their memory is used again.
    spare: Vec<Batch>,
}

impl Rounds<'_> {
    fn send(&mut self, batches: Vec<Batch>) {
        for (worker, batch) in self.workers.iter().zip(batches) {
            // A worker ends only with its channel.
            let _ = worker.to_worker.send(batch);
        }
        self.waiting = self.waiting.saturating_add(1);
    }

    /// Waits for the oldest round, and tells of it.
    fn tell(&mut self, observer: &mut impl Observer) {
        self.waiting = self.waiting.saturating_sub(1);
        let mut notes = Vec::new();
        let mut stats = Stats::default();
        for worker in self.workers {
            if let Ok(told) = worker.told.recv() {
                notes.extend(told.notes);
                stats.merge(&told.stats);
                self.spare.push(told.spare);
            }
        }
        self.stats = stats;
        // What one engine told of one packet stays in its order.
        notes.sort_by_key(|note| (note.number, note.flow.number));
        for note in notes {
            match note.what {
                What::Oddity(at, oddity) => observer.oddity(&note.flow, at, oddity),
                What::Session(session) => observer.session(&note.flow, *session),
            }
        }
    }
}

/// A worker's thread.
fn run(mut engine: Engine<SshFlows<Notes>>, batches: &Receiver<Batch>, tell: &Sender<Told>) {
    for mut batch in batches {
        let mut rest = batch.octets.as_slice();
        for step in batch.steps.drain(..) {
            match step {
                Step::Packet { number, link_type, at, length, original_length, in_common } => {
                    let (data, behind) = rest.split_at_checked(length).unwrap_or_default();
                    rest = behind;
                    engine.begin(number);
                    if in_common {
                        engine.take_in_common(link_type, at, data, original_length);
                    } else {
                        engine.take(link_type, at, data, original_length);
                    }
                }
                Step::Time { number, now } => {
                    engine.begin(number);
                    engine.expire(now);
                }
                Step::Finish => {
                    engine.begin(u64::MAX);
                    engine.finish();
                }
            }
        }
        let stats = *engine.stats();
        let notes = std::mem::take(&mut engine.application_mut().observer_mut().notes);
        batch.octets.clear();
        if tell.send(Told { notes, stats, spare: batch }).is_err() {
            // The calling thread has given up.
            return;
        }
    }
}

/// What an engine told, to be told again in the right order.
#[derive(Debug, Default)]
struct Notes {
    number: u64,
    notes: Vec<Note>,
}

#[derive(Debug)]
struct Note {
    /// The number of the packet from which it came.
    number: u64,
    flow: Flow,
    what: What,
}

#[derive(Debug)]
enum What {
    Oddity(Timestamp, Oddity),
    Session(Box<Session>),
}

impl Notes {
    fn note(&mut self, flow: &Flow, what: What) {
        self.notes.push(Note { number: self.number, flow: *flow, what });
    }
}

impl Observer for Notes {
    const EVENTS: bool = false;

    fn packet(&mut self, number: u64) {
        self.number = number;
    }

    fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {}

    fn oddity(&mut self, flow: &Flow, at: Timestamp, oddity: Oddity) {
        self.note(flow, What::Oddity(at, oddity));
    }

    fn session(&mut self, flow: &Flow, session: Session) {
        self.note(flow, What::Session(Box::new(session)));
    }
}
