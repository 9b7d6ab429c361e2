//! Limits and counters as a user meets them.

mod support;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use support::trace;

fn kexray(arguments: &[&dyn AsRef<OsStr>]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kexray"));
    command.args(arguments.iter().map(|argument| argument.as_ref()));
    command.stdin(Stdio::null()).output().unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// The counters on standard error; nothing else may stand there.
fn counters(output: &Output) -> BTreeMap<String, u64> {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    let line = |line: &str| {
        let (name, count) = line.split_once(' ').unwrap();
        (name.to_owned(), count.trim_start().parse().unwrap())
    };
    stderr(output).lines().map(line).collect()
}

#[test]
fn counters_are_aligned_and_zeros_left_out() {
    let output = kexray(&[&"read", &"--quiet", &"--stats", &trace("publickey-success")]);
    let text = stderr(&output);
    assert!(text.starts_with("packets "), "{text}");
    let ends: Vec<_> = text.lines().map(str::len).collect();
    assert!(ends.len() > 3 && ends.iter().all(|end| *end == ends[0]), "{text}");
    let counters = counters(&output);
    assert!(counters.values().all(|count| *count > 0));
    assert_eq!(counters["flows"], 1);
    assert!(counters["delivered_bytes"] > 1000);
    assert!(!counters.contains_key("gaps"));
}

#[test]
fn without_being_asked_nothing_is_counted() {
    assert_eq!(stderr(&kexray(&[&"read", &trace("publickey-success")])), "");
}

#[test]
fn files_are_summed() {
    let (first, second) = (trace("publickey-success"), trace("ipv6"));
    for command in ["read", "events"] {
        let [one, two, both] =
            [&[&first as &dyn AsRef<OsStr>][..], &[&second], &[&first, &second]].map(|files| {
                counters(&kexray(&[&[&command as &dyn AsRef<OsStr>, &"--stats"][..], files].concat()))
            });
        for (name, count) in &both {
            let sum = [&one, &two].into_iter().filter_map(|counters| counters.get(name)).sum::<u64>();
            assert_eq!(*count, sum, "{name}");
        }
        assert_eq!(both["flows"], 2);
    }
}

#[test]
fn where_nothing_was_counted_all_counters_are_shown() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("empty.pcap");
    let header = [0xa1b2_c3d4_u32, 0, 0, 0, 65_535, 1].map(u32::to_le_bytes);
    std::fs::write(&file, header.concat()).unwrap();
    let counters = counters(&kexray(&[&"read", &"--stats", &file]));
    assert!(counters.len() > 20 && counters.values().all(|count| *count == 0));
}

/// A capture of data segments: seconds, client port, sequence number, payload.
fn capture(segments: &[(u32, u16, u32, &str)]) -> tempfile::NamedTempFile {
    let mut bytes = [0xa1b2_c3d4_u32, 0, 0, 0, 65_535, 101].map(u32::to_le_bytes).concat();
    for (seconds, port, sequence, payload) in segments {
        let length = 40 + payload.len() as u32;
        bytes.extend([*seconds, 0, length, length].map(u32::to_le_bytes).concat());
        bytes.extend([0x45, 0, 0, length as u8, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
        bytes.extend([&port.to_be_bytes()[..], &[0, 22], &sequence.to_be_bytes(), &[0; 4]].concat());
        bytes.extend([0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
        bytes.extend(payload.bytes());
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&bytes).unwrap();
    file
}

#[test]
fn the_table_of_flows_can_be_small() {
    let file = capture(&[(1, 1001, 1, "SSH-2.0-a"), (1, 1002, 1, "SSH-2.0-b"), (1, 1003, 1, "SSH-2.0-c")]);
    let roomy = counters(&kexray(&[&"read", &"--stats", &file.path()]));
    assert_eq!((roomy["flows"], roomy.get("flows_evicted")), (3, None));
    let small = counters(&kexray(&[&"read", &"--stats", &"--max-flows=2", &file.path()]));
    assert_eq!((small["flows"], small["flows_evicted"]), (3, 1));
}

#[test]
fn quiet_connections_can_be_forgotten_early() {
    let file = capture(&[(1000, 1001, 1, "SSH-2.0-a"), (1100, 1001, 10, "\r\n")]);
    for (timeout, flows) in [("1h", 1), ("101s", 1), ("99", 2)] {
        let counted = counters(&kexray(&[&"read", &"--stats", &"--idle-timeout", &timeout, &file.path()]));
        assert_eq!(
            (counted["flows"], counted.contains_key("flows_expired")),
            (flows, flows == 2),
            "{timeout}"
        );
    }
}

#[test]
fn buffers_can_be_small() {
    let trace = trace("lost-and-reordered");
    let roomy = counters(&kexray(&[&"read", &"--stats", &trace]));
    assert!(roomy["buffered_bytes"] > 0 && !roomy.contains_key("buffer_overflows"));
    for (flag, counter) in [("--max-buffer", "flows_given_up"), ("--max-stream-buffer", "buffer_overflows")] {
        let small = counters(&kexray(&[&"events", &"--stats", &flag, &"0", &trace]));
        assert!(small[counter] > 0, "{flag}");
    }
}

#[test]
fn defaults_stand_in_the_help() {
    let help = kexray(&[&"read", &"--help"]);
    let help = std::str::from_utf8(&help.stdout).unwrap();
    for text in ["[default: 262144]", "[default: 256M]", "[default: 1M]", "[default: 1h]"] {
        assert!(help.contains(text), "{help}");
    }
}

#[test]
fn limits_that_make_no_sense() {
    for (flag, value) in [
        ("--max-flows", "0"),
        ("--max-flows", "many"),
        ("--max-buffer", "1T"),
        ("--max-stream-buffer", "-1"),
        ("--idle-timeout", "0"),
        ("--idle-timeout", "soon"),
    ] {
        let output = kexray(&[&"read", &format!("{flag}={value}"), &trace("ipv6")]);
        assert_eq!(output.status.code(), Some(2), "{flag} {value}");
        assert!(stderr(&output).contains(flag));
    }
}
