//! What an intrusion detector does that puts streams together by itself: it tells the analyzer what each end said, and what
//! it missed, and takes events.
//!
//!     cargo run -p kexray-analyzer --example feed

use std::io::{self, Write};

use kexray_analyzer::{
    Anomaly, Connection, Event, Excess, Parameters, Side, Sink, Timestamp, Value, Verdict,
};

/// Prints events with those parameters that are text, and anomalies.
struct Print;

impl Sink for Print {
    fn event(&mut self, at: Timestamp, event: &Event<'_>) {
        let mut out = io::stdout();
        let _ = write!(out, "{at} {}", event.name());
        event.visit(&mut |name, value| {
            if let Value::Text(text) = value {
                // Text from the wire may hold anything.
                let _ = write!(out, " {name}={}", text.escape_ascii());
            }
        });
        let _ = writeln!(out);
    }

    fn anomaly(&mut self, at: Timestamp, anomaly: Anomaly, excess: Option<Excess>) {
        let excess = excess.map_or_else(String::new, |it| format!(" {} > {}", it.actual, it.limit));
        let _ = writeln!(io::stdout(), "{at} anomaly {}{excess}", anomaly.name());
    }
}

fn main() -> io::Result<()> {
    let mut connection = Connection::new();
    let mut micros = 1_700_000_000_000_000;
    let mut at = || {
        micros += 1_000;
        Timestamp::from_micros(micros)
    };

    // In pieces of any size, as they come.
    connection.deliver(Side::Responder, at(), b"Welcome!\r\nSSH-2.0-Open", &mut Print);
    connection.deliver(Side::Originator, at(), b"SSH-2.0-PuTTY_Release_0.78\r\n", &mut Print);
    connection.deliver(Side::Responder, at(), b"SSH_9.2p1\r\n", &mut Print);
    assert_eq!(connection.verdict(), Verdict::Ssh);

    // The capture lost a segment of the server's. The other direction is not touched.
    connection.gap(Side::Responder, at(), 1460, &mut Print);
    connection.finish(at(), &mut Print);

    let session = connection.session();
    let line = |line: &Option<Box<[u8]>>| line.as_deref().unwrap_or(b"?").escape_ascii().to_string();
    writeln!(io::stdout(), "{} talks to {}", line(&session.client), line(&session.server))
}
