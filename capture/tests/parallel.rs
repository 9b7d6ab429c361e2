//! A capture of many buffers, read by several threads.

use std::convert::Infallible;
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use kexray_analyzer::{Event, Session, Timestamp};
use kexray_capture::{CaptureFile, Engine, Flow, Limits, Observer, Oddity, SshFlows, Stats, parallel};

/// Sessions and oddities, in the order in which they are told.
#[derive(Debug, Default, PartialEq)]
struct Story(Vec<(u64, String)>);

impl Observer for Story {
    const EVENTS: bool = false;

    fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {}

    fn oddity(&mut self, flow: &Flow, at: Timestamp, oddity: Oddity) {
        self.0.push((flow.number, format!("{at} {oddity:?}")));
    }

    fn session(&mut self, flow: &Flow, session: &mut Session) {
        self.0.push((flow.number, format!("{session:?}")));
    }
}

/// Gives a little at a time, as a pipe does, and hardly ever the same.
struct Trickle {
    rest: Cursor<Vec<u8>>,
    turn: usize,
}

impl Read for Trickle {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.turn += 1;
        let most = (self.turn * 7919 % 70_000 + 1).min(buffer.len());
        self.rest.read(&mut buffer[..most])
    }
}

/// Sessions, again and again, a day apart, until the capture is that long; one frame is longer than any buffer.
fn capture(length: usize) -> Vec<u8> {
    let trace = |name| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/traces").join(name);
        fs::read(path.join("trace.pcap")).unwrap()
    };
    let traces = ["publickey-success", "password-one-try-each", "dropbear-server"].map(trace);
    let mut capture = traces[0][..24].to_vec();
    let mut long = Vec::from([0; 16]);
    long[8..12].copy_from_slice(&(5_u32 << 17).to_le_bytes());
    long[12..].copy_from_slice(&(5_u32 << 17).to_le_bytes());
    long.resize(16 + (5 << 17), 0x5a);
    for turn in 0.. {
        for trace in &traces {
            let mut rest = &trace[24..];
            while let Some((record, behind)) = rest.split_first_chunk::<16>() {
                let word = |at: usize| u32::from_le_bytes(*record[at..].first_chunk().unwrap());
                let (data, behind) = behind.split_at(word(8) as usize);
                capture.extend((1_700_000_000 + turn * 86_400 + word(0) % 3600).to_le_bytes());
                capture.extend(&record[4..]);
                capture.extend(data);
                rest = behind;
            }
        }
        if turn == 3 {
            capture.extend(&long);
        }
        if capture.len() >= length {
            return capture;
        }
    }
    unreachable!("the loop has no end")
}

fn alone(mut file: CaptureFile) -> (Story, Stats) {
    let mut engine = Engine::new(SshFlows::new(Story::default()));
    while let Some(packet) = file.next_packet().unwrap() {
        engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
    }
    engine.finish();
    let stats = *engine.stats();
    (engine.into_application().into_observer(), stats)
}

fn together(mut file: CaptureFile, threads: usize) -> (Story, Stats) {
    let mut story = Story::default();
    let limits = Limits::default();
    let Ok((stats, end)) =
        parallel::read(&mut file, limits, Default::default(), threads, &mut story, |_, _| {
            Ok::<_, Infallible>(())
        });
    end.unwrap();
    (story, stats)
}

#[test]
fn buffers_are_handed_over_whole() {
    let capture = capture(4 << 20);
    let whole = || CaptureFile::from_reader(Cursor::new(capture.clone())).unwrap();
    let trickle =
        || CaptureFile::from_reader(Trickle { rest: Cursor::new(capture.clone()), turn: 0 }).unwrap();
    let (story, stats) = alone(whole());
    assert!(story.0.len() > 300, "{}", story.0.len());
    for threads in 1..5 {
        for file in [whole(), trickle()] {
            let (told, counted) = together(file, threads);
            assert_eq!(counted, stats, "{threads} threads");
            assert!(told == story, "{threads} threads tell another story");
        }
    }
}
