//! Connections within whatever a sensor may meet, and which of them are told apart.

mod support;

use std::net::SocketAddr;

use kexray_analyzer::Timestamp;
use kexray_capture::{Engine, Limits, LinkType, Overlay, Stats, Uid};
use proptest::prelude::*;
use support::packets::{fragments, ip, tcp};
use support::{Collector, Finished};

/// What a packet is wrapped in. Tags, labels and TEIDs differ by direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrap {
    Vlan(u16),
    Mpls { labels: u32 },
    Pseudowire { control_word: bool },
    Pppoe { compressed: bool },
    IpInIpv4,
    IpInIpv6,
    Gre { key: Option<u32> },
    GreEthernet { key: Option<u32> },
    Erspan1,
    Erspan2 { session: u16 },
    Erspan3 { session: u16 },
    Vxlan { network: u32 },
    Geneve { network: u32 },
    GenevePlain { network: u32 },
    GtpU { extension: bool },
    Teredo,
}

/// A packet on its way out: IP, or what follows an EtherType.
#[derive(Clone)]
struct Layers {
    ethertype: u16,
    bytes: Vec<u8>,
}

const OUTER: [&str; 2] = ["192.0.2.1", "192.0.2.2"];

impl Layers {
    fn new(packet: Vec<u8>) -> Self {
        Self { ethertype: if packet[0] >> 4 == 6 { 0x86dd } else { 0x0800 }, bytes: packet }
    }

    fn frame(&self) -> Vec<u8> {
        // A hardware address as IPv4 may begin, to make it harder.
        let addresses = b"\x46\x01\x02\x03\x04\x05\0\0\x5e\x01\x02\x03";
        [&addresses[..], &self.ethertype.to_be_bytes(), &self.bytes].concat()
    }

    fn is_ip(&self) -> bool {
        matches!(self.ethertype, 0x86dd | 0x0800)
    }

    fn in_ip(protocol: u8, parts: &[&[u8]], up: bool) -> Self {
        let [from, to] = OUTER.map(|address| address.parse().unwrap());
        let (from, to) = if up { (from, to) } else { (to, from) };
        Self::new(ip(from, to, protocol, &parts.concat()))
    }

    fn in_udp(port: u16, parts: &[&[u8]], up: bool) -> Self {
        let payload = parts.concat();
        let header = [50_000, port, payload.len() as u16 + 8, 0].map(u16::to_be_bytes).concat();
        Self::in_ip(17, &[&header, &payload], up)
    }

    /// `up` is the direction. `None` if this cannot carry that.
    fn wrap(self, wrap: Wrap, up: bool) -> Option<Self> {
        let frame = self.frame();
        let bytes = &self.bytes[..];
        let direction = u8::from(up);
        let erspan = |version: u16, session: u16| {
            // The VLAN differs by direction.
            [(version << 12 | u16::from(direction)).to_be_bytes(), session.to_be_bytes()].concat()
        };
        let gre = |flags: u16, protocol: u16, key: Option<u32>| {
            let flags = flags | if key.is_some() { 0x2000 } else { 0 };
            let mut header = [flags.to_be_bytes(), protocol.to_be_bytes()].concat();
            if let Some(key) = key {
                header.extend_from_slice(&key.to_be_bytes());
            }
            if flags & 0x1000 != 0 {
                header.extend_from_slice(&7_u32.to_be_bytes());
            }
            header
        };
        Some(match wrap {
            Wrap::Vlan(tag) => Self {
                ethertype: 0x8100,
                bytes: [
                    &(tag + u16::from(direction)).to_be_bytes()[..],
                    &self.ethertype.to_be_bytes(),
                    bytes,
                ]
                .concat(),
            },
            Wrap::Mpls { labels } => {
                if !self.is_ip() {
                    return None;
                }
                Self { ethertype: 0x8847, bytes: [&stack(labels, direction), bytes].concat() }
            }
            Wrap::Pseudowire { control_word } => {
                let word: &[u8] = if control_word { &[0; 4] } else { &[] };
                Self { ethertype: 0x8847, bytes: [&stack(1, direction), word, &frame].concat() }
            }
            Wrap::Pppoe { compressed } => {
                let protocol: &[u8] = match (self.ethertype, compressed) {
                    (0x0800, false) => &[0, 0x21],
                    (0x0800, true) => &[0x21],
                    (0x86dd, false) => &[0, 0x57],
                    (0x86dd, true) => &[0x57],
                    (0x8847, _) => &[0x02, 0x81],
                    _ => return None,
                };
                let length = (protocol.len() + bytes.len()) as u16;
                let header = [&[0x11, 0, 0, 9][..], &length.to_be_bytes(), protocol];
                Self { ethertype: 0x8864, bytes: [&header.concat(), bytes].concat() }
            }
            Wrap::IpInIpv4 => match self.ethertype {
                0x0800 => Self::in_ip(4, &[bytes], up),
                0x86dd => Self::in_ip(41, &[bytes], up),
                _ => return None,
            },
            Wrap::IpInIpv6 => {
                let [from, to] = ["fd00::1", "fd00::2"].map(|address| address.parse().unwrap());
                match self.ethertype {
                    0x0800 => Self::new(ip(from, to, 4, bytes)),
                    0x86dd => Self::new(ip(from, to, 41, bytes)),
                    _ => return None,
                }
            }
            Wrap::Gre { key } => Self::in_ip(47, &[&gre(0, self.ethertype, key), bytes], up),
            Wrap::GreEthernet { key } => Self::in_ip(47, &[&gre(0x1000, 0x6558, key), &frame], up),
            Wrap::Erspan1 => Self::in_ip(47, &[&gre(0, 0x88be, None), &frame], up),
            Wrap::Erspan2 { session } => {
                let header = [&erspan(1, session)[..], &[0; 4]].concat();
                Self::in_ip(47, &[&gre(0x1000, 0x88be, None), &header, &frame], up)
            }
            Wrap::Erspan3 { session } => {
                let header = [&erspan(2, session)[..], &[1, 2, 3, 4, 0, 0, 0, 1], &[5; 8]].concat();
                Self::in_ip(47, &[&gre(0x1000, 0x22eb, None), &header, &frame], up)
            }
            Wrap::Vxlan { network } => {
                Self::in_udp(4789, &[&[8, 0, 0, 0], &(network << 8).to_be_bytes(), &frame], up)
            }
            Wrap::Geneve { network } => {
                let header = [&[1, 0, 0x65, 0x58][..], &(network << 8).to_be_bytes(), &[0, 1, 0, 0]].concat();
                Self::in_udp(6081, &[&header, &frame], up)
            }
            Wrap::GenevePlain { network } => {
                let header =
                    [&[0, 0][..], &self.ethertype.to_be_bytes(), &(network << 8).to_be_bytes()].concat();
                Self::in_udp(6081, &[&header, bytes], up)
            }
            Wrap::GtpU { extension } => {
                if !self.is_ip() {
                    return None;
                }
                let header: &[u8] = if extension {
                    &[0x34, 0xff, 0, 0, 0, 0, 0, direction, 0, 0, 0, 0x85, 1, 0, 9, 0]
                } else {
                    &[0x30, 0xff, 0, 0, 0, 0, 0, direction]
                };
                Self::in_udp(2152, &[header, bytes], up)
            }
            Wrap::Teredo => {
                if self.ethertype != 0x86dd {
                    return None;
                }
                Self::in_udp(3544, &[bytes], up)
            }
        })
    }
}

fn stack(labels: u32, direction: u8) -> Vec<u8> {
    let entry = |index: u32| {
        let bottom = if index == labels { 0x100 } else { 0 };
        ((index * 16 + u32::from(direction)) << 12 | bottom | 0x40).to_be_bytes()
    };
    (1..=labels).flat_map(entry).collect()
}

/// A connection whose packets are wrapped in `wraps`, the innermost first. False if one of them
/// cannot carry what it should.
fn connection(engine: &mut Engine<Collector>, wraps: &[Wrap], v6: bool, up: &str, down: &str) -> bool {
    let (client, server): (SocketAddr, SocketAddr) = if v6 {
        ("[fd00::1]:40000".parse().unwrap(), "[fd00::2]:22".parse().unwrap())
    } else {
        ("10.0.0.1:40000".parse().unwrap(), "10.0.0.2:22".parse().unwrap())
    };
    let steps = [
        (true, "S", 0, 0, ""),
        (false, "SA", 0, 1, ""),
        (true, "PA", 1, 1, up),
        (false, "PA", 1, 1 + up.len() as u32, down),
    ];
    for (number, (is_up, flags, sequence, acknowledgement, payload)) in steps.into_iter().enumerate() {
        let (from, to) = if is_up { (client, server) } else { (server, client) };
        let segment = tcp(from, to, sequence, acknowledgement, flags, payload.as_bytes());
        let packet = Layers::new(ip(from.ip(), to.ip(), 6, &segment));
        let wrapped = wraps.iter().try_fold(packet, |packet, wrap| packet.wrap(*wrap, is_up));
        let Some(wrapped) = wrapped else {
            return false;
        };
        let frame = wrapped.frame();
        let at = Timestamp::from_nanos(1_000_000_000 + number as u64);
        engine.packet(LinkType::ETHERNET, at, &frame, frame.len() as u32);
    }
    true
}

fn end(mut engine: Engine<Collector>) -> (Vec<Finished>, Stats) {
    engine.finish();
    let stats = *engine.stats();
    (engine.into_application().flows, stats)
}

fn texts(flows: &[Finished]) -> Vec<(String, String)> {
    flows.iter().map(|flow| (flow.up.text(), flow.down.text())).collect()
}

#[test]
fn each_alone() {
    let wraps = [
        Wrap::Vlan(5),
        Wrap::Mpls { labels: 1 },
        Wrap::Mpls { labels: 7 },
        Wrap::Pseudowire { control_word: true },
        Wrap::Pseudowire { control_word: false },
        Wrap::Pppoe { compressed: true },
        Wrap::Pppoe { compressed: false },
        Wrap::IpInIpv4,
        Wrap::IpInIpv6,
        Wrap::Gre { key: None },
        Wrap::Gre { key: Some(7) },
        Wrap::GreEthernet { key: Some(7) },
        Wrap::Erspan1,
        Wrap::Erspan2 { session: 7 },
        Wrap::Erspan3 { session: 7 },
        Wrap::Vxlan { network: 7 },
        Wrap::Geneve { network: 7 },
        Wrap::GenevePlain { network: 7 },
        Wrap::GtpU { extension: true },
        Wrap::GtpU { extension: false },
        Wrap::Teredo,
    ];
    for v6 in [false, true] {
        for wrap in wraps {
            let mut engine = Engine::new(Collector::default());
            if !connection(&mut engine, &[wrap], v6, "hello", "welcome") {
                assert!(wrap == Wrap::Teredo && !v6);
                continue;
            }
            let (flows, stats) = end(engine);
            assert_eq!(texts(&flows), [("hello".to_owned(), "welcome".to_owned())], "{wrap:?} {stats:?}");
        }
    }
}

/// Two connections of the same addresses and ports at the same time.
fn two(first: &[Wrap], second: &[Wrap]) -> Vec<Finished> {
    let mut engine = Engine::new(Collector::default());
    assert!(connection(&mut engine, first, false, "hello", "welcome"));
    assert!(connection(&mut engine, second, false, "again", "goodbye"));
    end(engine).0
}

#[test]
fn names_that_both_directions_share_tell_networks_apart() {
    for [first, second] in [
        [Wrap::Vxlan { network: 1 }, Wrap::Vxlan { network: 2 }],
        [Wrap::Geneve { network: 1 }, Wrap::Geneve { network: 2 }],
        [Wrap::Vxlan { network: 1 }, Wrap::Geneve { network: 1 }],
        [Wrap::Gre { key: Some(1) }, Wrap::Gre { key: Some(2) }],
        [Wrap::Gre { key: Some(0) }, Wrap::Gre { key: None }],
        [Wrap::Erspan2 { session: 1 }, Wrap::Erspan3 { session: 2 }],
        [Wrap::Vxlan { network: 1 }, Wrap::Vlan(1)],
    ] {
        let flows = two(&[first], &[second]);
        let expected =
            [("hello", "welcome"), ("again", "goodbye")].map(|(up, down)| (up.to_owned(), down.to_owned()));
        assert_eq!(texts(&flows), expected, "{first:?} {second:?}");
        assert_ne!(flows[0].flow.overlay, flows[1].flow.overlay);
        assert_ne!(Uid::of(&flows[0].flow, 0), Uid::of(&flows[1].flow, 0));
    }
}

#[test]
fn what_differs_by_direction_tells_nothing() {
    for wrap in [
        Wrap::Vlan(5),
        Wrap::Mpls { labels: 2 },
        Wrap::Pseudowire { control_word: true },
        Wrap::Pppoe { compressed: false },
        Wrap::IpInIpv4,
        Wrap::GtpU { extension: true },
    ] {
        let flows = two(&[wrap], &[]);
        assert_eq!(flows.len(), 1, "{wrap:?}");
        assert_eq!(flows[0].flow.overlay, Overlay::NONE);
    }
}

#[test]
fn nesting_has_an_end() {
    let mut limits = Limits::default();
    limits.encapsulations = 3;
    let four = [Wrap::Vlan(1), Wrap::Vxlan { network: 1 }, Wrap::IpInIpv6, Wrap::Vlan(2)];
    for (wraps, found, refused) in [(&four[1..], 1, 0), (&four[..], 0, 4)] {
        let mut engine = Engine::with_limits(Collector::default(), limits);
        assert!(connection(&mut engine, wraps, false, "hello", "welcome"));
        let (flows, stats) = end(engine);
        assert_eq!((flows.len(), stats.too_nested), (found, refused));
    }
}

#[test]
fn fragments_of_two_networks_are_kept_apart() {
    let mut engine = Engine::new(Collector::default());
    let (client, server): (SocketAddr, SocketAddr) =
        ("10.0.0.1:40000".parse().unwrap(), "10.0.0.2:22".parse().unwrap());
    let halves = |text: &str| {
        let segment = tcp(client, server, 1, 1, "PA", text.as_bytes());
        fragments(&ip(client.ip(), server.ip(), 6, &segment), 24)
    };
    let (first, second) = (halves("hello, world"), halves("again, again"));
    for (network, fragment) in [(1, &first[0]), (2, &second[0]), (1, &first[1]), (2, &second[1])] {
        let frame = Layers::new(fragment.clone()).wrap(Wrap::Vxlan { network }, true).unwrap().frame();
        engine.packet(LinkType::ETHERNET, Timestamp::from_nanos(1), &frame, frame.len() as u32);
    }
    let (flows, _) = end(engine);
    assert_eq!(
        texts(&flows),
        [("hello, world".to_owned(), String::new()), ("again, again".to_owned(), String::new())]
    );
}

#[test]
fn other_users_of_the_ports_are_no_tunnels() {
    let mut engine = Engine::new(Collector::default());
    for port in [4789, 8472, 6081, 2152, 3544] {
        for payload in [&b"hello"[..], &[0; 100], &[0x45; 100], &[0xff; 100], &[]] {
            let frame = Layers::in_udp(port, &[payload], true).frame();
            engine.packet(LinkType::ETHERNET, Timestamp::from_nanos(1), &frame, frame.len() as u32);
        }
    }
    let (_, stats) = end(engine);
    assert_eq!((stats.not_tcp, stats.packets, stats.tunnelled), (25, 25, 0));
}

fn wrap() -> impl Strategy<Value = Wrap> {
    let key = proptest::option::of(any::<u32>());
    prop_oneof![
        (0..4000_u16).prop_map(Wrap::Vlan),
        (1..20_u32).prop_map(|labels| Wrap::Mpls { labels }),
        any::<bool>().prop_map(|control_word| Wrap::Pseudowire { control_word }),
        any::<bool>().prop_map(|compressed| Wrap::Pppoe { compressed }),
        Just(Wrap::IpInIpv4),
        Just(Wrap::IpInIpv6),
        key.clone().prop_map(|key| Wrap::Gre { key }),
        key.prop_map(|key| Wrap::GreEthernet { key }),
        Just(Wrap::Erspan1),
        (0..1024_u16).prop_map(|session| Wrap::Erspan2 { session }),
        (0..1024_u16).prop_map(|session| Wrap::Erspan3 { session }),
        (0..1_u32 << 24).prop_map(|network| Wrap::Vxlan { network }),
        (0..1_u32 << 24).prop_map(|network| Wrap::Geneve { network }),
        (0..1_u32 << 24).prop_map(|network| Wrap::GenevePlain { network }),
        any::<bool>().prop_map(|extension| Wrap::GtpU { extension }),
        Just(Wrap::Teredo),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Each wrap costs at most three of what may be nested: a label stack, and two ways to read on.
    #[test]
    fn any_nesting_within_the_limit_is_followed(wraps in proptest::collection::vec(wrap(), 0..5), v6: bool) {
        let mut engine = Engine::new(Collector::default());
        if connection(&mut engine, &wraps, v6, "hello", "welcome") {
            let (flows, stats) = end(engine);
            prop_assert_eq!(texts(&flows), [("hello".to_owned(), "welcome".to_owned())], "{:?}", stats);
        }
    }

    #[test]
    fn damage_does_no_harm(
        wraps in proptest::collection::vec(wrap(), 0..8),
        damage in proptest::collection::vec((0..300_usize, any::<u8>()), 0..4),
        kept in 0..400_usize,
    ) {
        let (from, to): (SocketAddr, SocketAddr) = ("[fd00::1]:1".parse().unwrap(), "[fd00::2]:22".parse().unwrap());
        let packet = Layers::new(ip(from.ip(), to.ip(), 6, &tcp(from, to, 1, 1, "PA", b"hello")));
        let wrapped = wraps.iter().fold(packet, |packet, wrap| packet.clone().wrap(*wrap, true).unwrap_or(packet));
        let mut frame = wrapped.frame();
        for (at, value) in damage {
            if let Some(byte) = frame.get_mut(at) {
                *byte = value;
            }
        }
        let mut engine = Engine::new(Collector::default());
        let length = frame.len() as u32;
        frame.truncate(kept);
        engine.packet(LinkType::ETHERNET, Timestamp::from_nanos(1), &frame, length);
        let (_, stats) = end(engine);
        prop_assert_eq!(stats.packets, 1);
    }
}
