//! Any bytes as a capture file, read by one engine and by several.
//!
//! Sessions and oddities are the same, in the same order; so are the counters, and how the file ends. Where times jump back,
//! queues are not in order of age: which flows expire before the end depends on who stands before them.

use std::convert::Infallible;
use std::io::Cursor;

use kexray_analyzer::{Event, Session, Timestamp};
use kexray_capture::{CaptureFile, Engine, Flow, Limits, Observer, Oddity, SshFlows, Stats, parallel};

/// Packets of a capture: the limits are divided among engines, and must not be reached.
const PACKETS: u64 = 300;

/// What was told, in order.
#[derive(Debug, Default, PartialEq)]
struct Story(Vec<(Flow, Told)>);

#[derive(Debug, PartialEq)]
enum Told {
    Oddity(Timestamp, Oddity),
    Session(Box<Session>),
}

impl Observer for Story {
    const EVENTS: bool = false;

    fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {}

    fn oddity(&mut self, flow: &Flow, at: Timestamp, oddity: Oddity) {
        self.0.push((*flow, Told::Oddity(at, oddity)));
    }

    fn session(&mut self, flow: &Flow, session: &mut Session) {
        self.0.push((*flow, Told::Session(Box::new(std::mem::take(session)))));
    }
}

impl Story {
    fn sort(&mut self) {
        self.0.sort_by_key(|(flow, _)| flow.number);
    }
}

/// Leaves it open how flows ended.
const fn any_end(stats: &mut Stats) {
    stats.flows_unfinished += std::mem::replace(&mut stats.flows_expired, 0);
    stats.flows_unfinished += std::mem::replace(&mut stats.flows_replaced, 0);
}

/// What one engine makes of it, and whether its times are in order; `None` if there is too much of it.
fn alone(mut file: CaptureFile) -> Option<(Story, Stats, Option<String>, bool)> {
    let (mut last, mut in_order) = (Timestamp::default(), true);
    let mut engine = Engine::new(SshFlows::new(Story::default()));
    let end = loop {
        match file.next_packet() {
            Ok(Some(packet)) => {
                in_order &= packet.timestamp >= last;
                last = packet.timestamp;
                engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
            }
            Ok(None) => break None,
            Err(error) => break Some(error.to_string()),
        }
        if engine.stats().packets > PACKETS {
            return None;
        }
    };
    engine.finish();
    let stats = *engine.stats();
    Some((engine.into_application().into_observer(), stats, end, in_order))
}

/// Reads any bytes as a capture, alone and with company.
pub fn check(input: &[u8]) {
    let open = || CaptureFile::from_reader(Cursor::new(input.to_vec()));
    let Some((mut story, mut stats, end, in_order)) = open().ok().and_then(alone) else { return };
    if !in_order {
        story.sort();
        any_end(&mut stats);
    }
    for threads in 2..4 {
        let Ok(mut file) = open() else { panic!("it could be opened before") };
        let mut other = Story::default();
        let Ok((mut of_all, outcome)) =
            parallel::read(&mut file, Limits::default(), Default::default(), threads, &mut other, |_, _| {
                Ok::<_, Infallible>(())
            });
        if !in_order {
            other.sort();
            any_end(&mut of_all);
        }
        assert_eq!(other, story, "{threads} engines tell another story");
        assert_eq!(of_all, stats, "{threads} engines count in another way");
        assert_eq!(outcome.err().map(|error| error.to_string()), end);
    }
}
