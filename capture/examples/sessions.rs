//! The SSH sessions of a capture, a line each: who, to whom, and what became of it.
//!
//!     cargo run -p kexray-capture --example sessions FILE

use std::io::{self, Write};
use std::path::Path;

use kexray_analyzer::{Config, Engine as Inference, Event, Session, Timestamp};
use kexray_capture::{CaptureFile, Engine, FileError, Flow, Observer, Oddity, SshFlows, Uid};

/// Prints a line for each session.
struct Print;

impl Observer for Print {
    // Events are not wanted here: less is worked out.
    const EVENTS: bool = false;

    fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {}

    fn oddity(&mut self, _: &Flow, _: Timestamp, _: Oddity) {}

    fn session(&mut self, flow: &Flow, session: &mut Session) {
        let verdict = match session.auth_success {
            Some(true) => "logged in",
            Some(false) => "refused",
            None => "not known",
        };
        let method = session.auth_method.map_or("-", |method| method.name());
        let kex = session.algorithms.as_ref().and_then(|algorithms| algorithms.kex.as_deref());
        let _ = writeln!(
            io::stdout(),
            "{} {} -> {}: {verdict} ({method}), {}",
            Uid::of(flow, 0),
            flow.originator.address,
            flow.responder.address,
            kex.unwrap_or(b"no key exchange").escape_ascii(),
        );
    }
}

fn main() -> Result<(), FileError> {
    let Some(path) = std::env::args_os().nth(1) else {
        let _ = writeln!(io::stderr(), "usage: sessions FILE");
        std::process::exit(2);
    };
    let mut config = Config::default();
    config.engine = Inference::Dialogue;
    let mut file = CaptureFile::open(Path::new(&path))?;
    let mut engine = Engine::new(SshFlows::with_config(Print, config));
    while let Some(packet) = file.next_packet()? {
        engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
    }
    engine.finish();
    Ok(())
}
