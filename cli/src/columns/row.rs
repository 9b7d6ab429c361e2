//! What a row of `ssh.log` is made from.

use std::borrow::Cow;
use std::ops::Deref;

use kexray_analyzer::{Algorithms, Directions, Session, Timestamp};
use kexray_audit::Repeated;
use kexray_capture::{Bound, Flow, Uid};

/// A session and its connection.
pub(crate) struct Row<'r> {
    pub(crate) uid: Uid,
    pub(crate) flow: &'r Flow,
    pub(crate) session: &'r Session,
    pub(crate) bound: Option<Bound>,
    /// What it shares with sessions that were told before.
    pub(crate) repeated: Repeated,
}

/// What stands in Zeek's columns where the lists share no algorithm.
const FAILED: &[u8] = b"Algorithm negotiation failed";

impl Row<'_> {
    /// Time of the packet with the first identification line.
    pub(crate) fn started(&self) -> Timestamp {
        self.session.started.unwrap_or(self.flow.first_packet)
    }

    pub(crate) fn algorithms(&self) -> Option<&Algorithms> {
        self.session.algorithms.as_ref()
    }

    /// Zeek's column `cipher_alg`.
    pub(crate) fn cipher(&self) -> Option<Cow<'_, [u8]>> {
        self.algorithms().map(|algorithms| both_ways(&algorithms.encryption))
    }

    /// Zeek's column `mac_alg`: what was negotiated, used or not.
    pub(crate) fn mac(&self) -> Option<Cow<'_, [u8]>> {
        self.algorithms().map(|algorithms| both_ways(&algorithms.mac))
    }

    /// Zeek's column `compression_alg`.
    pub(crate) fn compression(&self) -> Option<Cow<'_, [u8]>> {
        self.algorithms().map(|algorithms| both_ways(&algorithms.compression))
    }

    /// Zeek's column `kex_alg`.
    pub(crate) fn kex(&self) -> Option<&[u8]> {
        self.algorithms().map(|algorithms| one(&algorithms.kex))
    }

    /// Zeek's column `host_key_alg`.
    pub(crate) fn host_key(&self) -> Option<&[u8]> {
        self.algorithms().map(|algorithms| one(&algorithms.server_host_key))
    }

    /// Our own columns, those that are set: what is in use in each direction.
    pub(crate) fn directions(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        let columns = self.algorithms().map(|algorithms| {
            let (encryption, compression) = (&algorithms.encryption, &algorithms.compression);
            let mac = algorithms.mac_in_use();
            [
                ("cipher_c2s", encryption.client_to_server.as_deref()),
                ("cipher_s2c", encryption.server_to_client.as_deref()),
                ("mac_c2s", mac.client_to_server),
                ("mac_s2c", mac.server_to_client),
                ("compression_c2s", compression.client_to_server.as_deref()),
                ("compression_s2c", compression.server_to_client.as_deref()),
            ]
        });
        columns.into_iter().flatten().filter_map(|(name, value)| value.map(|value| (name, value)))
    }
}

fn one<N: Deref<Target = [u8]>>(name: &Option<N>) -> &[u8] {
    name.as_deref().unwrap_or(FAILED)
}

/// One name where both directions agree, else both with their directions.
fn both_ways<N: Deref<Target = [u8]>>(names: &Directions<Option<N>>) -> Cow<'_, [u8]> {
    let (to_server, to_client) = (one(&names.client_to_server), one(&names.server_to_client));
    if to_server == to_client {
        Cow::Borrowed(to_server)
    } else {
        Cow::Owned([b"To server: ", to_server, b", to client: ", to_client].concat())
    }
}
