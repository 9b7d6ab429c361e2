//! How far a client came that left without being let in.

use kexray_grammar::Role;
use kexray_grammar::transport::ServiceRequest;
use kexray_grammar::user_auth::RequestNone;
use kexray_grammar::words;

use crate::connection::{Connection, Verdict};
use crate::stream::{Phase, Stream};

/// How far a client came that left without being let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scan {
    /// To the identification line, the server's at least.
    Version,
    /// To the key exchange, which it did not end.
    Capabilities,
    /// To authentication: it did not try, or not with success.
    Authentication,
}

impl Scan {
    /// Its name in logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Capabilities => "capabilities",
            Self::Authentication => "authentication",
        }
    }
}

impl Connection {
    /// How far the client came; `None` where it was let in, or where it is not known to have left.
    pub(crate) fn scan(&self) -> Option<Scan> {
        if !self.ended || self.verdict != Verdict::Ssh || self.session.auth_success == Some(true) {
            return None;
        }
        let [client, server] =
            [Role::Client, Role::Server].map(|role| self.streams.of(self.roles.side(role)));
        if client.phase == Phase::Encrypted {
            let refused = self.session.auth_success == Some(false) || self.left || self.asked_nothing(client);
            return (self.session.version.is_some() && refused).then_some(Scan::Authentication);
        }
        if !client.is_whole() || !server.is_whole() {
            return None;
        }
        let shown = client.kexinit_seen || server.phase == Phase::KeysSent;
        match (shown, client.identified) {
            (true, true) => Some(Scan::Capabilities),
            (false, true) => Some(Scan::Version),
            (_, false) => (server.identified && client.is_silent()).then_some(Scan::Version),
        }
    }

    /// Whether a client that has the keys said too little to have asked for authentication.
    fn asked_nothing(&self, client: &Stream) -> bool {
        if client.sealed == 0 {
            return true;
        }
        let sealing = self.session.algorithms.as_ref().and_then(|it| it.sealing().client_to_server);
        let first = |words: &[&[u8]]| words.first().map_or(0, |word| word.len());
        let service = ServiceRequest::payload_size(first(words::SERVICES));
        let request = RequestNone::payload_size(0, first(words::AUTHENTICATED_SERVICES));
        sealing.is_some_and(|sealing| {
            let least = sealing.wire_size(service).saturating_add(sealing.wire_size(request));
            client.sealed < least as u64
        })
    }
}

impl Stream {
    /// Whether nothing of what it said is missing, nor a packet half said.
    fn is_whole(&self) -> bool {
        let followed = match self.phase {
            Phase::Identifying | Phase::Choosing | Phase::Packets(_) => self.skip == 0,
            Phase::KeysSent | Phase::Encrypted => true,
            Phase::EndOfLine | Phase::BrokenLine | Phase::Lost | Phase::Ended => false,
        };
        followed && self.buffer.is_empty() && self.waiting.is_none()
    }
}
