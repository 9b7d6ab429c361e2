//! Any bytes as a capture file, through everything up to the events.

use std::collections::HashMap;
use std::io::Cursor;

use kexray_analyzer::{Event, Session, Timestamp};
use kexray_capture::{CaptureFile, Engine, Flow, Observer, Oddity, SshFlows, Stats};

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

    fn session(&mut self, _: &Flow, session: Session) {
        assert!(session.client.is_some() || session.server.is_some(), "it was SSH");
        self.sessions += 1;
    }
}

/// Flows that ended without their own doing.
const fn flows_given_up(stats: &Stats) -> u64 {
    stats.flows_expired + stats.flows_evicted + stats.flows_replaced
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
        // With times that jump back there is no order to keep.
        let since = engine.application().tells_since().unwrap_or(last).min(last);
        engine.application_mut().observer_mut().since = if in_order { since } else { Timestamp::default() };
        let given_up = flows_given_up(engine.stats());
        engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
        let late = engine.application_mut().observer_mut().late.take();
        // What waits behind a hole when a flow is given up is told then, with the time of its last packet.
        if let Some(late) = late.filter(|_| flows_given_up(engine.stats()) == given_up) {
            panic!("{late}");
        }
        packets += 1;
        if packets == PACKETS {
            break;
        }
    }
    assert_eq!(engine.stats().packets, packets);
    // An end of the file is no packet: what is told then has the times of its flows.
    engine.application_mut().observer_mut().since = Timestamp::default();
    engine.finish();
    assert!(engine.application().tells_since().is_none(), "all has been told");
    let stats = *engine.stats();
    assert!(engine.application().observer().sessions <= stats.flows_with_data);
    assert!(stats.flows_with_data <= stats.flows);
    if packets < PACKETS {
        assert!(matches!(file.next_packet(), Ok(None)), "the end of a file, or its damage, is its end");
    }
}
