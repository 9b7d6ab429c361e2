//! Traffic that is not SSH.

use std::net::SocketAddr;
use std::rc::Rc;

use super::dialogue::{Dialogue, Turn, filling};
use super::source::address;
use crate::noise::Noise;

/// Starts conversations, one kind after the other.
pub(super) struct Others {
    started: u32,
    noise: Noise,
    filling: Rc<[u8]>,
}

/// Addresses from here on are theirs: copies count theirs from 0.
const FIRST_ADDRESS: u32 = 1 << 23;

/// A full segment on Ethernet.
const SEGMENT: usize = 1448;

impl Others {
    pub(super) fn new() -> Self {
        Self { started: 0, noise: Noise::new(443), filling: filling() }
    }

    pub(super) fn start(&mut self, at: u64) -> Dialogue {
        let number = self.started;
        self.started += 1;
        // Many clients, and few servers.
        let client = address(false, FIRST_ADDRESS + number % 50_000);
        let server = address(false, FIRST_ADDRESS + 100_000 + number % 200);
        let port = 32_768 + (number / 50_000 * 7 + number % 7) as u16 % 28_000;
        let ends = |to| [SocketAddr::new(client, port), SocketAddr::new(server, to)];
        let mut octets = |low: usize, high: usize| (low + self.noise.below(high - low)) as u64;
        let turn = |speaker, octets, packet, begins| Turn { speaker, octets, packet, begins };
        let filling = Rc::clone(&self.filling);
        match number % 4 {
            0 => {
                let turns = vec![
                    turn(
                        0,
                        octets(200, 900),
                        SEGMENT,
                        &b"GET /index.html HTTP/1.1\r\nHost: www.example\r\n"[..],
                    ),
                    turn(1, octets(2_000, 120_000), SEGMENT, b"HTTP/1.1 200 OK\r\nServer: example\r\n"),
                ];
                Dialogue::tcp(ends(80), at, turns, filling)
            }
            1 => {
                let turns = vec![
                    turn(0, 517, SEGMENT, &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..]),
                    turn(1, octets(2_000, 5_000), SEGMENT, b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"),
                    turn(0, octets(100, 3_000), SEGMENT, b"\x17\x03\x03\x05\xa0"),
                    turn(1, octets(2_000, 200_000), SEGMENT, b"\x17\x03\x03\x40\x18"),
                    turn(0, octets(100, 3_000), SEGMENT, b"\x17\x03\x03\x05\xa0"),
                    turn(1, octets(2_000, 20_000), SEGMENT, b"\x17\x03\x03\x40\x18"),
                ];
                Dialogue::tcp(ends(443), at, turns, filling)
            }
            2 => {
                let begins = b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00";
                let turns =
                    vec![turn(0, octets(40, 80), 80, &begins[..]), turn(1, octets(60, 400), 400, begins)];
                Dialogue::udp(ends(53), at, turns, filling)
            }
            _ => {
                let turns = vec![
                    turn(0, 2 * 1_200, 1_200, &b"\xc3\x00\x00\x00\x01"[..]),
                    turn(1, octets(1_200, 100_000), 1_200, b"\x43"),
                ];
                Dialogue::udp(ends(443), at, turns, filling)
            }
        }
    }
}
