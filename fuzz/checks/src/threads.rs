//! Any bytes as a capture file, read by one engine and by several.
//!
//! Sessions and oddities are the same, in the same order; so are the counters, and how the file ends.

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

    fn session(&mut self, flow: &Flow, session: Session) {
        self.0.push((*flow, Told::Session(Box::new(session))));
    }
}

/// What one engine makes of it; `None` if there is too much of it.
fn alone(mut file: CaptureFile) -> Option<(Story, Stats, Option<String>)> {
    let mut engine = Engine::new(SshFlows::new(Story::default()));
    let end = loop {
        match file.next_packet() {
            Ok(Some(packet)) => {
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
    Some((engine.into_application().into_observer(), stats, end))
}

/// Reads any bytes as a capture, alone and with company.
pub fn check(input: &[u8]) {
    let open = || CaptureFile::from_reader(Cursor::new(input.to_vec()));
    let Some((story, stats, end)) = open().ok().and_then(alone) else { return };
    for threads in 2..4 {
        let Ok(mut file) = open() else { panic!("it could be opened before") };
        let mut other = Story::default();
        let Ok((of_all, outcome)) =
            parallel::read(&mut file, Limits::default(), threads, &mut other, |_, _| Ok::<_, Infallible>(()));
        assert_eq!(other, story, "{threads} engines tell another story");
        assert_eq!(of_all, stats, "{threads} engines count in another way");
        assert_eq!(outcome.err().map(|error| error.to_string()), end);
    }
}
