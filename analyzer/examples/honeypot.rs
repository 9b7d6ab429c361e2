//! A listener that says it is an SSH server, and tells who knocks: its software, and the fingerprint of what it offers.
//!
//!     cargo run -p kexray-analyzer --example honeypot 127.0.0.1:2222 &
//!     ssh -p 2222 127.0.0.1
//!
//! It gets no further than the offers: there is no key exchange. The analyzer does no I/O; all of it is here.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kexray_analyzer::{Anomaly, Connection, Event, Excess, Side, Sink, Timestamp};

const GREETING: &[u8] = b"SSH-2.0-OpenSSH_9.2p1\r\n";

/// Prints what is odd; the session itself tells the rest.
struct Oddities;

impl Sink for Oddities {
    fn event(&mut self, _: Timestamp, _: &Event<'_>) {}

    fn anomaly(&mut self, _: Timestamp, anomaly: Anomaly, _: Option<Excess>) {
        let _ = writeln!(io::stdout(), "  odd: {}", anomaly.name());
    }
}

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:2222".to_owned());
    let listener = TcpListener::bind(address)?;
    writeln!(io::stdout(), "listening at {}", listener.local_addr()?)?;
    for peer in listener.incoming() {
        if let Err(error) = greet(peer?) {
            writeln!(io::stdout(), "  {error}")?;
        }
    }
    Ok(())
}

fn greet(mut peer: TcpStream) -> io::Result<()> {
    let address = peer.peer_addr()?;
    let mut connection = Connection::new();
    peer.set_read_timeout(Some(Duration::from_secs(10)))?;
    peer.write_all(GREETING)?;
    // What we say belongs to the conversation as well.
    connection.deliver(Side::Responder, now(), GREETING, &mut Oddities);
    let mut buffer = [0; 4096];
    while connection.session().client_offer.is_none() {
        match peer.read(&mut buffer)? {
            0 => break,
            length => connection.deliver(Side::Originator, now(), &buffer[..length], &mut Oddities),
        }
    }
    connection.finish(now(), &mut Oddities);
    let session = connection.into_session();
    let line = session.client.as_deref().unwrap_or(b"nobody");
    let hassh = session.client_offer.map_or_else(String::new, |offer| format!(", hassh {}", offer.hassh));
    writeln!(io::stdout(), "{address}: {}{hassh}", line.escape_ascii())
}

/// The analyzer reads no clock: it is told the time.
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::since_epoch(since)
}
