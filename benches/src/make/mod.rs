//! Large captures from small ones.
//!
//! Every conversation has addresses of its own, and many go on at once. Nothing but the sources and the conversations
//! that are under way is held in memory: they are merged by time while the file is written.

mod bulk;
mod dialogue;
mod hostile;
mod merge;
mod other;
mod source;

use std::io::Write;
use std::rc::Rc;

use anyhow::ensure;

use crate::pcap::Writer;
use bulk::Bulk;
use hostile::Hostile;
use merge::Conversation;
use other::Others;
use source::{Copy, Source};

pub use source::SourceError;

/// What kind of capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Copies of the sources, many at once.
    Handshakes,
    /// One flow for each copy: the beginning of a source's first flow, and a long run of ciphertext.
    Bulk,
    /// Copies of the sources among other traffic: flows that look like HTTP and TLS, and datagrams.
    Mixed,
    /// Copies that were tampered with, and floods.
    Hostile,
}

/// What is made.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// What kind of capture.
    pub kind: Kind,
    /// How many copies, of all sources together; each in turn.
    pub copies: u32,
    /// About how many copies are under way at once.
    pub open: u32,
    /// Bulk: octets of ciphertext, of all flows together.
    pub octets: u64,
    /// Mixed: of a hundred packets, those of other traffic.
    pub other_percent: u8,
}

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Packets written.
    pub packets: u64,
    /// Octets of them.
    pub octets: u64,
}

/// Time of the first packet, nanoseconds since the epoch: any time will do.
const BEGINNING: u64 = 1_700_000_000_000_000_000;

/// Makes a capture of these sources.
///
/// # Errors
///
/// Where a source cannot be used, the plan makes no sense, or `out` fails.
pub fn make(plan: Plan, sources: &[Vec<crate::trace::Packet>], out: impl Write) -> anyhow::Result<Made> {
    let sources =
        sources.iter().map(|packets| Source::new(packets).map(Rc::new)).collect::<Result<Vec<_>, _>>()?;
    ensure!(!sources.is_empty(), "there are no sources");
    ensure!(plan.open > 0, "at least one copy must be under way");
    ensure!(plan.other_percent < 100, "a capture without copies is of no use");
    let lasting = sources.iter().map(|source| source.lasts()).sum::<u64>() / sources.len() as u64;
    let spacing = (lasting / u64::from(plan.open)).max(1_000);
    let mut addresses = 0;
    let mut copies = (0..plan.copies).zip(sources.iter().cycle()).map(move |(number, source)| {
        let copy = Copy::new(Rc::clone(source), BEGINNING + u64::from(number) * spacing, addresses);
        addresses += source.addresses();
        copy
    });
    let writer = Writer::new(out)?;
    match plan.kind {
        Kind::Handshakes => merge::write(copies.map(boxed), writer),
        Kind::Hostile => merge::write(
            copies
                .zip(0..)
                .map(|(copy, number)| Box::new(Hostile::new(copy, number)) as Box<dyn Conversation>),
            writer,
        ),
        Kind::Bulk => {
            let each = plan.octets / u64::from(plan.copies.max(1));
            let flows: Vec<_> = copies.map(|copy| Bulk::new(copy, each)).collect::<Result<_, _>>()?;
            merge::write(flows.into_iter().map(|flow| Box::new(flow) as Box<dyn Conversation>), writer)
        }
        Kind::Mixed => {
            let percent = u64::from(plan.other_percent);
            let mut others = Others::new();
            let (mut ours, mut theirs) = (0_u64, 0_u64);
            let mut at = BEGINNING;
            // Whoever has fewer packets than its share starts the next conversation. A copy's start is its turn.
            let conversations = std::iter::from_fn(move || {
                if theirs * (100 - percent) < ours * percent {
                    let other = others.start(at);
                    theirs += other.packets();
                    at += 1_000;
                    return Some(Box::new(other) as Box<dyn Conversation>);
                }
                let copy = copies.next()?;
                ours += copy.packets();
                at = at.max(copy.time()?);
                Some(boxed(copy))
            });
            merge::write(conversations, writer)
        }
    }
}

fn boxed(copy: Copy) -> Box<dyn Conversation> {
    Box::new(copy)
}

#[cfg(test)]
mod tests {
    use super::{Kind, Made, Plan, make};
    use crate::trace;
    use kexray_capture::CaptureFile;

    const PLAN: Plan =
        Plan { kind: Kind::Handshakes, copies: 20, open: 8, octets: 1 << 20, other_percent: 95 };

    /// Makes a capture, and gives the rows of `ssh.log` for it.
    fn check(plan: Plan, sources: &[&str]) -> (Made, Vec<String>) {
        let sources: Vec<_> =
            sources.iter().map(|name| trace::packets(&trace::path(name)).unwrap()).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        let made = make(plan, &sources, file.reopen().unwrap()).unwrap();
        let mut capture = CaptureFile::open(file.path()).unwrap();
        let mut before = None;
        while let Some(packet) = capture.next_packet().unwrap() {
            assert!(before <= Some(packet.timestamp), "packets are in order of time");
            before = Some(packet.timestamp);
        }
        assert_eq!(capture.packets(), made.packets);
        let totals = crate::floor::walk(file.path()).unwrap();
        assert_eq!((totals.packets, totals.octets), (made.packets, made.octets));
        let (mut log, mut errors) = (Vec::new(), Vec::new());
        let arguments =
            ["kexray".as_ref(), "read".as_ref(), "-q".as_ref(), "-fzeek".as_ref(), file.path().as_os_str()];
        assert_eq!(kexray::run(arguments, &mut log, &mut errors), 0, "{}", String::from_utf8_lossy(&errors));
        let log = String::from_utf8(log).unwrap();
        (made, log.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect())
    }

    #[test]
    fn every_copy_is_a_session_of_its_own() {
        let (made, rows) = check(PLAN, &["publickey-success", "ipv6"]);
        assert_eq!((made.packets, rows.len()), (10 * (45 + 40), 20));
        assert!(rows.iter().all(|row| row.contains("\t2\tT\t")), "{rows:#?}");
        let mut ends: Vec<_> = rows.iter().map(|row| row.split('\t').nth(2).unwrap()).collect();
        ends.sort_unstable();
        ends.dedup();
        assert_eq!(ends.len(), 20);
    }

    #[test]
    fn a_long_flow_is_a_session() {
        let (made, rows) = check(Plan { kind: Kind::Bulk, copies: 4, ..PLAN }, &["sntrup761-chacha20"]);
        assert_eq!(rows.len(), 4);
        assert!(made.octets > PLAN.octets && made.octets < 2 * PLAN.octets, "{made:?}");
    }

    #[test]
    fn other_traffic_has_its_share() {
        let (made, rows) = check(Plan { kind: Kind::Mixed, ..PLAN }, &["publickey-success"]);
        assert_eq!(rows.len(), 20);
        let ours = 20 * 45;
        assert!((93..97).contains(&(100 - 100 * ours / made.packets)), "{made:?}");
    }

    #[test]
    fn tampering_is_survived() {
        let (made, rows) =
            check(Plan { kind: Kind::Hostile, copies: 64, ..PLAN }, &["publickey-success", "ipv6"]);
        assert!(made.packets > 64 * 40 && rows.len() > 16, "{made:?} {}", rows.len());
    }
}
