//! Just enough HTTP to be asked for figures.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// Requests that are answered at once; others wait in the system's queue.
const WORKERS: usize = 4;
/// How long one may take, however slow who asks is.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes of a request that are read.
const REQUEST: usize = 8 << 10;

/// Answers every request with a text that is always ready, so that nobody who asks can hold up who tells.
pub(super) struct Server {
    listener: Arc<TcpListener>,
    text: Arc<Mutex<String>>,
}

impl Server {
    /// Listens, but does not answer yet.
    pub(super) fn bind(address: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
        Ok(Self { listener: Arc::new(listener), text: Arc::default() })
    }

    /// Answers, as long as the process lives.
    pub(super) fn start(self) -> Self {
        for _ in 0..WORKERS {
            let (listener, text) = (Arc::clone(&self.listener), Arc::clone(&self.text));
            thread::spawn(move || {
                loop {
                    match listener.accept() {
                        // What becomes of one who asks is no concern of ours.
                        Ok((stream, _)) => drop(answer(stream, &text)),
                        // As when there are no file descriptors left.
                        Err(_) => thread::sleep(PATIENCE),
                    }
                }
            });
        }
        self
    }

    /// What is answered from now on.
    pub(super) fn show(&self, text: String) {
        *self.text.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }
}

fn answer(mut stream: TcpStream, text: &Mutex<String>) -> io::Result<()> {
    let end = Instant::now() + PATIENCE;
    let mut request = Vec::with_capacity(REQUEST);
    let mut part = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.len() < REQUEST {
        stream.set_read_timeout(Some(left(end)?))?;
        match stream.read(&mut part)? {
            0 => return Ok(()),
            count => request.extend_from_slice(part.get(..count).unwrap_or_default()),
        }
    }
    let (status, body) = match request.split(|octet| *octet == b' ').take(2).collect::<Vec<_>>()[..] {
        [b"GET", b"/metrics" | b"/"] => {
            ("200 OK", text.lock().unwrap_or_else(PoisonError::into_inner).clone())
        }
        [b"GET", _] => ("404 Not Found", "there is /metrics\n".to_owned()),
        _ => ("405 Method Not Allowed", "there is GET\n".to_owned()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    let answer = head + &body;
    let mut rest = answer.as_bytes();
    while !rest.is_empty() {
        stream.set_write_timeout(Some(left(end)?))?;
        let count = stream.write(rest)?;
        rest = rest.get(count..).unwrap_or_default();
    }
    stream.flush()
}

/// The time that is left until then.
fn left(end: Instant) -> io::Result<Duration> {
    let left = end.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn server() -> (Server, SocketAddr) {
        let server = Server::bind(([127, 0, 0, 1], 0).into()).unwrap().start();
        server.show("figure 1\n".to_owned());
        let address = server.listener.local_addr().unwrap();
        (server, address)
    }

    #[test]
    fn figures_are_told() {
        let (server, address) = server();
        let answer = ask(address, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("Content-Length: 9\r\n"),
            "{answer}"
        );
        assert!(answer.ends_with("\r\n\r\nfigure 1\n"), "{answer}");
        server.show("figure 2\n".to_owned());
        assert!(ask(address, "GET /metrics HTTP/1.1\r\n\r\n").ends_with("figure 2\n"));
        assert!(ask(address, "GET /other HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
        assert!(ask(address, "POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
    }

    /// Those who never end their request, and those who never read, are left after a while; nobody else waits for longer.
    #[test]
    fn slow_clients_are_left() {
        let (server, address) = server();
        server.show("x".repeat(64 << 20));
        let slow: Vec<_> = (0..WORKERS)
            .map(|number| {
                let mut stream = TcpStream::connect(address).unwrap();
                let request = if number % 2 == 0 { "GET /metr" } else { "GET /metrics HTTP/1.1\r\n\r\n" };
                stream.write_all(request.as_bytes()).unwrap();
                stream
            })
            .collect();
        thread::sleep(Duration::from_millis(100));
        server.show("figure 3\n".to_owned());
        let start = Instant::now();
        assert!(ask(address, "GET / HTTP/1.1\r\n\r\n").ends_with("figure 3\n"));
        assert!(start.elapsed() < 4 * PATIENCE);
        drop(slow);
    }
}
