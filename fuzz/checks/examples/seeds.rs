//! Writes inputs to start from: `cargo run -p kexray-fuzz-checks --example seeds -- FOLDER`.
//!
//! They come from the traces in `conformance/`, from `grammar/ssh.grammar` and from the tests of `codegen/`.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use kexray_analyzer::{Side, Timestamp};
use kexray_capture::{Application, CaptureFile, Engine, Flow, Interest, TcpAnomaly};
use kexray_fuzz_checks::analyzer::{Step, conversation, encode};
use kexray_fuzz_checks::grammar::{EXCHANGES, FROM_SERVER, PARSERS};
use kexray_grammar::{BinaryPacket, Exchange, ssh1, transport};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("which folder?")?);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut seeds = Seeds { folder, written: 0 };
    let mut traces: Vec<PathBuf> =
        fs::read_dir(root.join("conformance/traces"))?.flatten().map(|entry| entry.path()).collect();
    traces.sort();
    for trace in &traces {
        let trace = trace.join("trace.pcap");
        if trace.is_file() {
            of_trace(&mut seeds, &trace)?;
        }
    }
    plain_messages(&mut seeds)?;
    old_protocol(&mut seeds)?;
    segments(&mut seeds)?;
    specs(&mut seeds, &root)?;
    Ok(())
}

struct Seeds {
    folder: PathBuf,
    written: usize,
}

impl Seeds {
    fn add(&mut self, target: &str, octets: &[u8]) -> std::io::Result<()> {
        let folder = self.folder.join(target);
        fs::create_dir_all(&folder)?;
        self.written += 1;
        fs::write(folder.join(format!("seed-{:04}", self.written)), octets)
    }
}

/// The streams of a capture, as steps.
#[derive(Default)]
struct Steps(Vec<Vec<Step>>);

impl Application for Steps {
    type State = Vec<Step>;

    fn open(&mut self, _: &Flow) -> Vec<Step> {
        Vec::new()
    }

    fn deliver(
        &mut self,
        _: &Flow,
        steps: &mut Vec<Step>,
        side: Side,
        _: Timestamp,
        bytes: &[u8],
    ) -> Interest {
        steps.push(Step::Say(side, bytes.to_vec()));
        Interest::Continue
    }

    fn gap(&mut self, _: &Flow, steps: &mut Vec<Step>, side: Side, _: Timestamp, length: u64) -> Interest {
        steps.push(Step::Lose(side, length));
        Interest::Continue
    }

    fn anomaly(&mut self, _: &Flow, _: Side, _: Timestamp, _: TcpAnomaly) {}

    fn close(&mut self, _: &Flow, steps: Vec<Step>, _: Timestamp) {
        self.0.push(steps);
    }
}

fn of_trace(seeds: &mut Seeds, trace: &Path) -> Result<(), Box<dyn Error>> {
    let mut file = CaptureFile::open(trace)?;
    let mut engine = Engine::new(Steps::default());
    let mut packets = Vec::new();
    while let Some(packet) = file.next_packet()? {
        engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
        packets.push((packet.link_type.0, packet.timestamp, packet.data.to_vec()));
    }
    for steps in engine.into_application().0 {
        let steps = &steps[..steps.len().min(24)];
        let input = encode(&[], steps);
        assert_eq!(conversation(&input).1, steps);
        seeds.add("analyzer", &input)?;
        seeds.add("analyzer", &encode(&[1, 7, 200], steps))?;
        messages(seeds, steps)?;
    }
    // The whole handshake, and a little behind it.
    packets.truncate(14);
    captures(seeds, &packets)?;
    Ok(())
}

/// The packets in clear of a conversation, for the parsers.
fn messages(seeds: &mut Seeds, steps: &[Step]) -> std::io::Result<()> {
    for side in Side::BOTH {
        let said = steps.iter().filter_map(|step| match step {
            Step::Say(by, octets) if *by == side => Some(&octets[..]),
            _ => None,
        });
        let stream: Vec<u8> = said.flatten().copied().collect();
        let Some(end) = stream.iter().position(|octet| *octet == b'\n') else { continue };
        seeds.add("grammar", &selected("line", false, &stream[..end]))?;
        let mut rest = &stream[end + 1..];
        while let Ok(packet) = BinaryPacket::read_from(rest) {
            let payload = packet.value.payload;
            let server = side == Side::Responder;
            match payload.first() {
                Some(1..=29) => seeds.add("grammar", &selected("transport", server, payload))?,
                Some(30..=49) => {
                    for exchange in Exchange::ALL {
                        seeds.add("grammar", &of_exchange(*exchange, server, payload))?;
                    }
                    // A reply begins with the host key.
                    if let Some(key) = payload.get(5..).filter(|_| server && payload.first() == Some(&31)) {
                        seeds.add("grammar", &selected("public_key", false, key))?;
                    }
                }
                _ => break,
            }
            seeds.add("grammar", &selected("frame", false, &rest[..rest.len() - packet.trailing]))?;
            let newkeys = payload == [21];
            rest = &rest[rest.len() - packet.trailing..];
            if newkeys {
                break;
            }
        }
    }
    Ok(())
}

fn selected(parser: &str, server: bool, octets: &[u8]) -> Vec<u8> {
    let number = PARSERS.iter().position(|name| *name == parser).unwrap_or_default();
    let role = if server { FROM_SERVER } else { 0 };
    [&[u8::try_from(number).unwrap_or_default() | role], octets].concat()
}

fn of_exchange(exchange: Exchange, server: bool, octets: &[u8]) -> Vec<u8> {
    let place = Exchange::ALL.iter().position(|known| *known == exchange).unwrap_or_default();
    let role = if server { FROM_SERVER } else { 0 };
    [&[(EXCHANGES + u8::try_from(place).unwrap_or_default()) | role], octets].concat()
}

/// Messages that no trace has in clear.
fn plain_messages(seeds: &mut Seeds) -> std::io::Result<()> {
    let string = |text: &[u8]| [&(text.len() as u32).to_be_bytes(), text].concat();
    let zeros = [0; 40];
    for number in 0..=u8::MAX {
        for (parser, known) in [
            ("ssh1", ssh1::Message::sender(number).is_some()),
            ("transport", transport::Message::sender(number).is_some()),
            ("user_auth", (50..80).contains(&number)),
            ("connection", (80..=100).contains(&number) || number > 191 && number < 194),
        ] {
            for server in [false, true].into_iter().filter(|_| known) {
                seeds.add("grammar", &selected(parser, server, &[&[number], &zeros[..]].concat()))?;
            }
        }
        for exchange in Exchange::ALL.iter().filter(|exchange| exchange.sender(number).is_some()) {
            let server =
                exchange.sender(number).is_some_and(|sender| !sender.allows(kexray_grammar::Role::Client));
            let payload = [&[number][..], &string(b"one"), &string(b"two"), &string(b"three")].concat();
            seeds.add("grammar", &of_exchange(*exchange, server, &payload))?;
        }
    }
    for method in ["none", "password", "publickey", "hostbased", "keyboard-interactive", "gssapi-with-mic"] {
        let head = [string(b"user"), string(b"ssh-connection"), string(method.as_bytes())].concat();
        seeds.add("grammar", &selected("user_auth", false, &[&[50], &head[..]].concat()))?;
        let tail = [&[0][..], &string(b"ssh-ed25519"), &string(b"key")].concat();
        seeds.add("grammar", &selected("user_auth", false, &[&[50], &head[..], &tail].concat()))?;
    }
    for request in ["pty-req", "x11-req", "env", "exec", "signal", "exit-signal", "window-change"] {
        let payload = [&[98, 0, 0, 0, 1][..], &string(request.as_bytes()), &[0], &zeros[..32]].concat();
        seeds.add("grammar", &selected("connection", false, &payload))?;
    }
    for tag in ["ssh-rsa", "ssh-dss", "ecdsa-sha2-nistp256", "ssh-rsa-cert-v01@openssh.com"] {
        let key = [string(tag.as_bytes()), string(b"ab"), string(b"cd"), vec![0; 80]].concat();
        seeds.add("grammar", &selected("public_key", false, &key))?;
    }
    seeds.add("grammar", &selected("ssh1_frame", false, &[0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 0]))?;
    seeds.add("grammar", &selected("names", false, b"aes128-ctr,,none"))?;
    seeds.add("grammar", &selected("method", false, b"gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g=="))?;
    seeds.add("grammar", &selected("method", false, b"x-kyber-y@amazon.com"))
}

/// SSH-1, which no trace speaks: lines, the server's keys, the session key, ciphertext.
fn old_protocol(seeds: &mut Seeds) -> std::io::Result<()> {
    let mpint = [0, 9, 1, 2];
    let key = [&[0, 0, 4, 0][..], &mpint, &mpint].concat();
    let keys = [&[2][..], &[1; 8], &key, &key, &[0; 12]].concat();
    let session_key = [&[3, 3][..], &[1; 8], &mpint, &[0; 4]].concat();
    // Kinds of steps: 3 is a line, 5 an SSH-1 packet, 9 ciphertext.
    let step = |kind: u8, server: bool, octets: &[u8]| [&[(kind << 1) | u8::from(server)], octets].concat();
    let counted = |octets: &[u8]| [&[u8::try_from(octets.len()).unwrap_or_default()], octets].concat();
    for (cuts, line) in [(&[0][..], 3), (&[2, 3, 9][..], 3), (&[0][..], 2)] {
        let input = [
            cuts,
            &step(3, true, &[line]),
            &step(3, false, &[3]),
            &step(5, true, &counted(&keys)),
            &step(5, false, &counted(&session_key)),
            &step(9, true, &[0, 40]),
            &step(9, false, &[0, 60]),
        ];
        seeds.add("analyzer", &input.concat())?;
        seeds.add("grammar", &selected("ssh1", true, &keys))?;
        seeds.add("grammar", &selected("ssh1", false, &session_key))?;
    }
    Ok(())
}

/// A few segments in and out of order, for both games.
fn segments(seeds: &mut Seeds) -> std::io::Result<()> {
    for game in [0, 1] {
        for initial in [[0, 0, 0, 1], [0xff, 0xff, 0xff, 0xf0]] {
            let head = if game == 0 { vec![0] } else { vec![1, 0] };
            let head = [&head[..], &initial, &initial].concat();
            let steps: &[u8] = if game == 0 {
                &[0, 8, 20, 1, 8, 30, 0, 60, 20, 0, 20, 50, 0x0e, 100, 4, 0x0f, 38, 0]
            } else {
                // Selector, sequence, acknowledgement, length, rest.
                &[
                    0x80, 0, 0, 0, 0, 0x83, 0, 0, 0, 0, 0x8c, 1, 1, 40, 0, 0x8d, 1, 10, 20, 0, 0x8c, 30, 1,
                    8, 3, 0x84, 40, 4, 0, 0, 0x85, 6, 41, 0, 0, 0x86, 1, 1, 0, 0,
                ]
            };
            seeds.add("reassembly", &[&head[..], steps].concat())?;
        }
    }
    Ok(())
}

/// A packet: link type, time, bytes.
type Packet = (u32, Timestamp, Vec<u8>);

fn pcap(packets: &[Packet]) -> Vec<u8> {
    let link_type = packets.first().map_or(1, |packet| packet.0);
    let mut file = Vec::new();
    for word in [0xa1b2_3c4d, 0x0004_0002, 0, 0, 0x4_0000, link_type] {
        file.extend(word.to_le_bytes());
    }
    for (_, at, octets) in packets {
        let length = octets.len() as u32;
        for word in [at.seconds() as u32, (at.as_nanos() % 1_000_000_000) as u32, length, length] {
            file.extend(word.to_le_bytes());
        }
        file.extend(octets);
    }
    file
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let padded = body.len().next_multiple_of(4);
    let length = (padded as u32 + 12).to_be_bytes();
    let mut block = [&kind.to_be_bytes()[..], &length, body].concat();
    block.resize(8 + padded, 0);
    block.extend(length);
    block
}

fn pcapng(packets: &[Packet]) -> Vec<u8> {
    let link_type = packets.first().map_or(1, |packet| packet.0) as u16;
    let mut file = block(0x0a0d_0d0a, &[&[0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0][..], &[0xff; 8]].concat());
    // With the options `if_tsresol` and `if_tsoffset`.
    let options = [0, 9, 0, 1, 9, 0, 0, 0, 0, 14, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    file.extend(block(1, &[&link_type.to_be_bytes()[..], &[0; 6], &options].concat()));
    for (place, (_, at, octets)) in packets.iter().enumerate() {
        let length = (octets.len() as u32).to_be_bytes();
        let ticks = at.as_nanos().to_be_bytes();
        file.extend(match place % 4 {
            3 => block(3, &[&length[..], octets].concat()),
            2 => block(2, &[&[0; 4][..], &ticks, &length, &length, octets].concat()),
            _ => block(6, &[&[0; 4][..], &ticks, &length, &length, octets].concat()),
        });
    }
    file
}

fn captures(seeds: &mut Seeds, packets: &[Packet]) -> Result<(), Box<dyn Error>> {
    let plain = pcap(packets);
    let ng = pcapng(packets);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&plain)?;
    seeds.add("capture", &gzip.finish()?)?;
    let zstd = ruzstd::encoding::compress_to_vec(&ng[..], ruzstd::encoding::CompressionLevel::Fastest);
    seeds.add("capture", &zstd)?;
    seeds.add("capture", &plain)?;
    seeds.add("capture", &ng)?;
    // The same in other frames: what is behind the Ethernet header, in encapsulations.
    let Some((1, ..)) = packets.first() else { return Ok(()) };
    let few = &packets[..packets.len().min(7)];
    let again = |link_type: u32, wrap: &dyn Fn(&[u8]) -> Vec<u8>| -> Vec<u8> {
        let wrapped: Vec<Packet> = few.iter().map(|(_, at, octets)| (link_type, *at, wrap(octets))).collect();
        pcap(&wrapped)
    };
    let ip = |octets: &[u8]| octets.get(14..).unwrap_or_default().to_vec();
    let udp = |port: u16, body: &[u8]| {
        let length = (body.len() as u16 + 8).to_be_bytes();
        ipv4(17, &[&[0x30, 0x39][..], &port.to_be_bytes(), &length, &[0, 0], body].concat())
    };
    let ether = |kind: u16, body: &[u8]| [&[2; 12][..], &kind.to_be_bytes(), body].concat();
    for octets in [
        again(101, &ip),
        again(113, &|octets| [&[0; 14][..], &octets[12..]].concat()),
        again(276, &|octets| [&octets[12..14], &[0; 18], &octets[14..]].concat()),
        again(108, &|octets| [&[0, 0, 0, 2], &octets[14..]].concat()),
        again(1, &|octets| [&octets[..12], &[0x81, 0, 0, 7], &octets[12..]].concat()),
        again(1, &|octets| [&octets[..12], &[0x88, 0x47, 0, 1, 1, 64], &octets[14..]].concat()),
        again(1, &|octets| {
            [&octets[..12], &[0x88, 0x64, 0x11, 0, 0, 1, 0, 0, 0, 0x21], &octets[14..]].concat()
        }),
        again(1, &|octets| ether(0x800, &udp(4789, &[&[8, 0, 0, 0, 0, 0, 7, 0], octets].concat()))),
        again(1, &|octets| ether(0x800, &udp(6081, &[&[0, 0, 0x65, 0x58, 0, 0, 7, 0], octets].concat()))),
        again(1, &|octets| {
            let length = (octets.len() as u16 - 14).to_be_bytes();
            ether(0x800, &udp(2152, &[&[0x30, 0xff][..], &length, &[0, 0, 0, 7], &octets[14..]].concat()))
        }),
        again(1, &|octets| ether(0x800, &ipv4(47, &[&[0x20, 0, 8, 0, 0, 0, 0, 7], &octets[14..]].concat()))),
        again(1, &|octets| {
            let erspan = [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 7, 0, 0, 0, 0];
            ether(0x800, &ipv4(47, &[&erspan[..], octets].concat()))
        }),
        again(1, &|octets| ether(0x800, &ipv4(4, &octets[14..]))),
        again(1, &|octets| {
            let head = [0x60, 0, 0, 0, 0, 0, 44, 64];
            let rest = octets.get(34..).unwrap_or_default();
            let fragment = [6, 0, 0, 0, 0, 0, 0, 1];
            let mut packet = [&head[..], &[1; 32], &fragment, rest].concat();
            let length = (packet.len() as u16 - 40).to_be_bytes();
            packet[4..6].copy_from_slice(&length);
            ether(0x86dd, &packet)
        }),
    ] {
        seeds.add("capture", &octets)?;
    }
    Ok(())
}

fn ipv4(protocol: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16 + 20).to_be_bytes();
    let addresses = [10, 9, 0, 1, 10, 9, 0, 2];
    [&[0x45, 0][..], &length, &[0, 7, 0, 0, 64, protocol, 0, 0], &addresses, body].concat()
}

/// Declarations one by one, and whole specs where they are small.
fn specs(seeds: &mut Seeds, root: &Path) -> std::io::Result<()> {
    let grammar = fs::read_to_string(root.join("grammar/ssh.grammar"))?;
    for declaration in grammar.split("\n\n").filter(|text| text.len() < 2000) {
        seeds.add("spec", declaration.as_bytes())?;
    }
    for folder in ["codegen/tests/pass", "codegen/tests/fail"] {
        let mut files: Vec<PathBuf> =
            fs::read_dir(root.join(folder))?.flatten().map(|entry| entry.path()).collect();
        files.sort();
        for file in
            files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "grammar"))
        {
            seeds.add("spec", &fs::read(file)?)?;
        }
    }
    Ok(())
}
