//! Any bytes as a capture file, through everything up to the events.

use std::collections::HashMap;
use std::io::Cursor;

use kexray_analyzer::{Event, Session, Timestamp};
use kexray_capture::{CaptureFile, Engine, Flow, Observer, Oddity, SshFlows};

use crate::grammar::walk;

/// Packets that are read of one file: a few compressed bytes may hold very many.
const PACKETS: u64 = 20_000;

/// Looks at what it is told.
#[derive(Debug, Default)]
struct Watch {
    /// Nothing earlier is told any more.
    since: Timestamp,
    /// What was told earlier all the same.
    late: Option<String>,
    /// How often something odd was told of a flow.
    odd: HashMap<(u64, &'static str), usize>,
    sessions: u64,
}

impl Observer for Watch {
    const ORDERED: bool = true;

    fn event(&mut self, _: &Flow, at: Timestamp, event: &Event<'_>) {
        if at < self.since {
            self.late
                .get_or_insert_with(|| format!("{} is told late: {at}, after {}", event.name(), self.since));
        }
        walk(event);
    }

    fn oddity(&mut self, flow: &Flow, _: Timestamp, oddity: Oddity) {
        let told = self.odd.entry((flow.number, oddity.name())).or_default();
        *told += 1;
        let sides = if oddity.layer() == "SSH" { 1 } else { 2 };
        assert!(*told <= sides, "{} is told again", oddity.name());
    }

    fn session(&mut self, _: &Flow, session: &mut Session) {
        assert!(session.client.is_some() || session.server.is_some(), "it was SSH");
        self.sessions += 1;
    }
}

/// Reads any bytes as a capture.
pub fn check(input: &[u8]) {
    let Ok(mut file) = CaptureFile::from_reader(Cursor::new(input.to_vec())) else { return };
    let mut engine = Engine::new(SshFlows::new(Watch::default()));
    let mut last = Timestamp::default();
    let mut packets = 0;
    let mut in_order = true;
    while let Ok(Some(packet)) = file.next_packet() {
        in_order &= packet.timestamp >= last;
        last = packet.timestamp;
        expect_since(&mut engine, last, in_order);
        engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
        none_late(&engine);
        packets += 1;
        if packets == PACKETS {
            break;
        }
    }
    assert_eq!(engine.stats().packets, packets);
    expect_since(&mut engine, last, in_order);
    engine.finish();
    none_late(&engine);
    assert!(engine.application().tells_since().is_none(), "all has been told");
    let stats = *engine.stats();
    assert!(engine.application().observer().sessions <= stats.flows_with_data);
    assert!(stats.flows_with_data <= stats.flows);
    if packets < PACKETS {
        assert!(matches!(file.next_packet(), Ok(None)), "the end of a file, or its damage, is its end");
    }
}

/// From now on nothing is told that is earlier than the last packet, and than what the engine says that it may still tell.
fn expect_since(engine: &mut Engine<SshFlows<Watch>>, last: Timestamp, in_order: bool) {
    let since = engine.application().tells_since().unwrap_or(last).min(last);
    // With times that jump back there is no order to keep.
    engine.application_mut().observer_mut().since = if in_order { since } else { Timestamp::default() };
}

fn none_late(engine: &Engine<SshFlows<Watch>>) {
    if let Some(late) = &engine.application().observer().late {
        panic!("{late}");
    }
}
