//! However many threads read a capture, what is said of it is the same.

use std::fs;
use std::path::{Path, PathBuf};

fn traces() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/traces");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().join("trace.pcap"));
    let mut traces: Vec<_> = entries.filter(|path| path.is_file()).collect();
    traces.sort();
    traces
}

/// How many sessions the peers of all captures logged.
fn labelled() -> usize {
    let labels = traces().into_iter().map(|trace| trace.with_file_name("expected.json"));
    labels.map(|path| fs::read_to_string(path).unwrap().matches("\"orig_p\"").count()).sum()
}

/// The packets of all captures, which are Ethernet in microseconds, by time: their sessions are open at once.
fn merged() -> Vec<u8> {
    let mut header = Vec::new();
    let mut packets: Vec<(u64, Vec<u8>)> = Vec::new();
    for (shift, path) in traces().iter().enumerate() {
        let capture = fs::read(path).unwrap();
        let (of_file, mut rest) = capture.split_at(24);
        header = of_file.to_vec();
        let mut first = None;
        while let Some((record, _)) = rest.split_first_chunk::<16>() {
            let word = |at: usize| u64::from(u32::from_le_bytes(*record[at..].first_chunk().unwrap()));
            let (packet, behind) = rest.split_at(16 + word(8) as usize);
            let time = word(0) * 1_000_000 + word(4);
            let since = time - *first.get_or_insert(time);
            let mut packet = packet.to_vec();
            // Each session an hour later than the last but one, so that some are over before others begin.
            let moved = 1_700_000_000_000_000 + since + shift as u64 / 2 * 3_600_000_000;
            packet[..4].copy_from_slice(&((moved / 1_000_000) as u32).to_le_bytes());
            packet[4..8].copy_from_slice(&((moved % 1_000_000) as u32).to_le_bytes());
            packets.push((moved, packet));
            rest = behind;
        }
    }
    packets.sort_by_key(|(time, _)| *time);
    [header, packets.into_iter().flat_map(|(_, packet)| packet).collect()].concat()
}

/// Standard output, the files of `--output` without the lines that tell when they were written, and the counters.
fn read(arguments: &[&str], capture: &Path, threads: usize) -> (String, String) {
    let directory = tempfile::tempdir().unwrap();
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut all = vec!["kexray".into(), "read".into(), "--stats".into()];
    all.extend(arguments.iter().map(|argument| (*argument).into()));
    if arguments.contains(&"zeek") {
        all.extend(["--output".into(), directory.path().as_os_str().to_owned()]);
    }
    all.extend(["--threads".into(), threads.to_string().into(), capture.as_os_str().to_owned()]);
    let code = kexray::run(all, &mut stdout, &mut stderr);
    let mut said = format!("exit {code}\n{}", String::from_utf8(stdout).unwrap());
    for name in ["ssh.log", "weird.log"] {
        if let Ok(log) = fs::read_to_string(directory.path().join(name)) {
            said.extend(log.lines().filter(|line| !line.starts_with("#open") && !line.starts_with("#close")));
        }
    }
    (said, String::from_utf8(stderr).unwrap())
}

#[test]
fn the_output_does_not_depend_on_threads() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("merged.pcap");
    let whole = merged();
    fs::write(&path, &whole).unwrap();
    let cut = directory.path().join("cut.pcap");
    fs::write(&cut, &whole[..whole.len() - 9]).unwrap();
    for capture in [&path, &cut] {
        for arguments in [&["--format", "json"][..], &["--format", "zeek"], &[]] {
            let alone = read(arguments, capture, 1);
            for threads in 2..5 {
                assert_eq!(read(arguments, capture, threads), alone, "{threads} threads, {arguments:?}");
            }
        }
    }
    assert!(read(&[], &path, 2).0.contains(&format!("{} SSH sessions", labelled())));
    assert!(read(&[], &cut, 2).1.contains("cut short"));
}

/// Memory for the stacks of so many there is none.
#[cfg(target_os = "linux")]
#[test]
fn threads_that_cannot_start_are_one_clear_line() {
    let capture = traces().remove(0);
    let command = "ulimit -v 300000 && exec \"$0\" read --quiet --threads 256 \"$1\"";
    let mut shell = std::process::Command::new("sh");
    // Of large stacks few fit, and what is left is enough for those that did start.
    shell.env("RUST_MIN_STACK", "100000000").env("MALLOC_ARENA_MAX", "1");
    let output = shell.args(["-c", command, env!("CARGO_BIN_EXE_kexray")]).arg(&capture).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot start so many threads") && said.lines().count() == 1, "{said}");
}
