//! A capture read by several threads, with the results of one.
//!
//! The calling thread reads packets, and tells from their first octets to which share of the flows each belongs. All that
//! stand in one buffer are a round: the buffer is handed to all threads as it is, and each engine is told which of its
//! packets are its own. What the engines tell is put back into the order of the packets that it came from, and told by
//! the calling thread.
//!
//! The calling thread has an engine too, the others have two each: for who reads and tells, half as much is left to do.
//!
//! A packet of which the share cannot be told at a glance (a fragment, a tunnel, an unusual header) goes to all of them, and
//! each engine looks for itself whether the flow is its own.

mod batch;
mod glance;
mod notes;
mod round;

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use kexray_analyzer::Config;

use crate::engine::{Engine, Share as ShareOf};
use crate::file::{CaptureFile, FileError};
use crate::limits::Limits;
use crate::ssh::{Observer, SshFlows};
use crate::stats::Stats;
use batch::{Batch, Share, work};
use notes::{Note, Notes, What};
use round::{Dealer, Round};

/// Engines of every thread but the calling one.
const ENGINES: usize = 2;
/// Rounds that may wait for a thread.
const AHEAD: usize = 8;

/// Reads a capture to its end, or as far as it goes, with `threads` threads, and tells `observer` of sessions and oddities
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
    config: Config,
    threads: usize,
    observer: &mut O,
    mut after_round: impl FnMut(&mut O, &CaptureFile) -> Result<(), E>,
) -> Result<(Stats, Result<(), FileError>), E> {
    let others = threads.saturating_sub(1);
    let count = others.saturating_mul(ENGINES).saturating_add(1);
    let limits = limits.divided(count);
    let details = observer.wants_details();
    let mut engines = (0..count).map(|index| {
        Engine::sharing(
            SshFlows::with_config(Notes::with_details(details), config),
            limits,
            ShareOf::new(index, count),
        )
    });
    file.hand_over_buffers();
    thread::scope(|scope| {
        let mut own: Vec<Share> = engines.by_ref().take(1).collect();
        let workers: io::Result<_> = (0..others)
            .map(|_| {
                let (to_worker, tasks) = sync_channel(AHEAD);
                let (tell, told) = channel();
                let engines: Vec<Share> = engines.by_ref().take(ENGINES).collect();
                thread::Builder::new().spawn_scoped(scope, move || run(engines, &tasks, &tell))?;
                Ok(Worker { to_worker, told, read: Vec::new() })
            })
            .collect();
        let workers = match workers {
            Ok(workers) => workers,
            Err(error) => return Ok((Stats::default(), Err(FileError::Threads(error)))),
        };
        let mut rounds = Rounds { workers, waiting: VecDeque::new(), stats: Stats::default() };
        let mut dealer = Dealer::default();
        loop {
            let Round { octets, mut batches, end } = dealer.round(file, count);
            let octets = Arc::new(octets);
            for (worker, theirs) in rounds.workers.iter_mut().zip(batches.split_off(1).chunks_mut(ENGINES)) {
                let batches = theirs.iter_mut().map(std::mem::take).collect();
                let read = std::mem::take(&mut worker.read);
                // A worker ends only with its channel.
                let _ = worker.to_worker.send(Task { octets: Arc::clone(&octets), batches, read });
            }
            let told = finish_task(&mut own, &octets, batches);
            rounds.waiting.push_back((octets, told));
            while rounds.waiting.len() > if end.is_some() { 0 } else { AHEAD } {
                rounds.tell(observer, file, &mut dealer);
            }
            after_round(observer, file)?;
            if let Some(outcome) = end {
                return Ok((rounds.stats, outcome));
            }
        }
    })
}

/// A round's work for one thread.
struct Task {
    octets: Arc<Vec<u8>>,
    batches: Vec<Batch>,
    /// Notes of the same thread, to be dropped. To free what another thread allocated both wait for each other.
    read: Vec<Vec<Note>>,
}

/// What came of a task.
#[derive(Default)]
struct Told {
    notes: Vec<Note>,
    /// Of all tasks so far.
    stats: Stats,
    /// The batches, empty, to be filled again.
    spare: Vec<Batch>,
}

/// The calling thread's ends of what it shares with a worker.
struct Worker {
    to_worker: SyncSender<Task>,
    told: Receiver<Told>,
    /// Its notes that have been told of.
    read: Vec<Vec<Note>>,
}

/// A worker's thread.
fn run(mut engines: Vec<Share>, tasks: &Receiver<Task>, tell: &Sender<Told>) {
    for Task { octets, batches, read } in tasks {
        drop(read);
        let told = finish_task(&mut engines, &octets, batches);
        // Before it is told: the buffer is filled again then.
        drop(octets);
        if tell.send(told).is_err() {
            // The calling thread has given up.
            return;
        }
    }
}

fn finish_task(engines: &mut [Share], octets: &[u8], mut batches: Vec<Batch>) -> Told {
    let mut notes = Vec::new();
    let mut stats = Stats::default();
    for (engine, batch) in engines.iter_mut().zip(&mut batches) {
        work(engine, octets, batch);
        notes.append(&mut engine.application_mut().observer_mut().notes);
        stats.merge(engine.stats());
    }
    Told { notes, stats, spare: batches }
}

/// The rounds that are under way, and what the calling thread's engine told of them.
struct Rounds {
    workers: Vec<Worker>,
    waiting: VecDeque<(Arc<Vec<u8>>, Told)>,
    stats: Stats,
}

impl Rounds {
    /// Waits for the oldest round, and tells of it.
    fn tell(&mut self, observer: &mut impl Observer, file: &mut CaptureFile, dealer: &mut Dealer) {
        let Some((octets, Told { mut notes, mut stats, spare })) = self.waiting.pop_front() else {
            return;
        };
        dealer.give_back(spare);
        let mut of_workers = Vec::with_capacity(self.workers.len());
        for worker in &self.workers {
            let told = worker.told.recv().unwrap_or_default();
            stats.merge(&told.stats);
            dealer.give_back(told.spare);
            of_workers.push(told.notes);
        }
        if let Ok(octets) = Arc::try_unwrap(octets) {
            file.give_back(octets);
        }
        self.stats = stats;
        let mut in_order: Vec<_> = notes.iter_mut().chain(of_workers.iter_mut().flatten()).collect();
        // What one engine told of one packet stays in its order.
        in_order.sort_by_key(|note| (note.number, note.flow.number));
        for note in in_order {
            match &mut note.what {
                What::Oddity(at, oddity) => observer.oddity(&note.flow, *at, *oddity),
                What::Session(session) => observer.session(&note.flow, session),
            }
        }
        for (worker, notes) in self.workers.iter_mut().zip(of_workers) {
            worker.read.push(notes);
        }
    }
}
