//! Messages of SSH-1 in clear.

use kexray_grammar::{Anomaly, ssh1};

use crate::auth::dialogue::ssh1::Methods;
use crate::connection::Connection;
use crate::sink::Sink;
use crate::stream::Phase;
use crate::version::Protocol;
use crate::{Side, Timestamp};

impl Connection {
    pub(crate) fn ssh1_message(
        &mut self,
        side: Side,
        at: Timestamp,
        payload: &[u8],
        sink: &mut (impl Sink + ?Sized),
    ) {
        let sender = payload.first().and_then(|number| ssh1::Message::sender(*number));
        if let Some(role) = sender.and_then(kexray_grammar::Sender::role) {
            self.learn_roles(|roles| roles.prove(side, role));
        }
        match ssh1::Message::parse(self.roles.of(side), payload) {
            Ok(Some(parsed)) => {
                let role = self.roles.of(side);
                if !self.streams.of_mut(side).course.ssh1(role, parsed.value.kind()) {
                    self.note(at, Anomaly::SshMessageOutOfOrder, None, sink);
                }
                let origin = self.origin(side);
                parsed.value.raise(origin, &mut |event| self.session.tell(at, &event, sink));
                match parsed.value {
                    ssh1::Message::PublicKey(keys) => {
                        self.ssh1_methods = Some(Methods::of_mask(keys.supported_authentications_mask));
                        self.streams.of_mut(side).phase = Phase::KeysSent;
                    }
                    ssh1::Message::SessionKey(_) => self.streams.of_mut(side).phase = Phase::Encrypted,
                    _ => {}
                }
            }
            Ok(None) => self.note(at, Anomaly::SshUnexpectedMessage, None, sink),
            Err(_) => self.malformed_message(side, at, sink),
        }
    }

    /// After its keys, SSH-1's server is encrypted once the client has sent the session key. A client of which
    /// the capture lacks that has sent it.
    pub(crate) fn after_keys<'b>(
        &mut self,
        side: Side,
        at: Timestamp,
        bytes: &'b [u8],
        sink: &mut (impl Sink + ?Sized),
    ) -> &'b [u8] {
        let peer = self.streams.of(side.peer());
        let silent = !peer.identified || peer.phase == Phase::Lost;
        if !silent && peer.phase != Phase::Encrypted {
            return self.packets(Protocol::Ssh1, side, at, bytes, sink);
        }
        self.streams.of_mut(side).phase = Phase::Encrypted;
        bytes
    }
}
