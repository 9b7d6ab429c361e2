//! The command as a user meets it: what it prints, where, and how it exits.

mod support;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use support::trace;

fn kexray(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kexray"));
    arguments.iter().for_each(|argument| {
        command.arg(argument.as_ref());
    });
    command.stdin(Stdio::null()).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_table_for_people() {
    let output = kexray(&[&"read", &trace("password-one-try-each")]);
    assert_eq!(output.status.code(), Some(0));
    let lines: Vec<_> = stdout(&output).lines().collect();
    assert!(lines[0].starts_with("TIME "));
    assert!(lines[1].contains("failure, 1 try") && lines[4].contains("success, 1 try"));
    assert!(lines[1].contains("OpenSSH_9.2p1") && lines[1].contains("SHA256:"));
    assert_eq!(lines.last(), Some(&"4 SSH sessions"));
    assert_eq!(stderr(&output), "");
    assert!(!stdout(&output).contains('\x1b'), "no colours where there is no terminal");
}

#[test]
fn zeek_logs_in_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let logs = directory.path().join("new/logs");
    let output = kexray(&[&"read", &"--output", &logs, &trace("publickey-success")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
    let log = fs::read_to_string(logs.join("ssh.log")).unwrap();
    let lines: Vec<_> = log.lines().collect();
    assert_eq!(lines[0], "#separator \\x09");
    assert_eq!(lines[4], "#path\tssh");
    assert!(lines[5].starts_with("#open\t20"));
    assert_eq!(
        lines[6],
        "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tversion\tauth_success\tauth_attempts\t\
         direction\tclient\tserver\tcipher_alg\tmac_alg\tcompression_alg\tkex_alg\thost_key_alg\t\
         host_key_fingerprint"
    );
    assert_eq!(
        lines[7],
        "#types\ttime\tstring\taddr\tport\taddr\tport\tcount\tbool\tcount\tenum\tstring\tstring\tstring\t\
         string\tstring\tstring\tstring\tstring"
    );
    let fields: Vec<_> = lines[8].split('\t').collect();
    assert_eq!(fields.len(), 18);
    assert_eq!(&fields[6..10], ["2", "T", "1", "-"]);
    assert_eq!(fields[13], "umac-64-etm@openssh.com", "what was negotiated, though the cipher needs none");
    assert!(lines[9].starts_with("#close\t20"));
    let weird = fs::read_to_string(logs.join("weird.log")).unwrap();
    assert!(weird.contains(
        "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tname\taddl\tnotice\tpeer\tsource\n"
    ));
}

#[test]
fn json_has_our_columns_beside_zeeks() {
    let output = kexray(&[&"read", &"--format", &"json", &trace("different-directions"), &trace("scan")]);
    let rows = json_lines(stdout(&output));
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0]["cipher_alg"], "To server: aes128-ctr, to client: aes256-ctr");
    assert_eq!(rows[0]["cipher_c2s"], "aes128-ctr");
    assert_eq!(rows[0]["mac_s2c"], "hmac-sha2-512");
    assert_eq!(rows[0]["role_reversed"], false);
    // Only the server identified itself: what is not known is left out, but the attempts are always there.
    assert_eq!(rows[1]["auth_attempts"], 0);
    for key in ["version", "client", "auth_success", "kex_alg", "direction"] {
        assert_eq!(rows[1].get(key), None, "{key}");
    }
}

/// What takes more work is told where its columns are asked for, with any number of threads.
#[test]
fn fingerprints_of_both_ends() {
    let names = "kex_family,kex_post_quantum,negotiation_failed,hassh,hasshServerAlgorithms,sshka,community_id,strict_kex_server,terrapin_s2c";
    for threads in ["1", "2"] {
        let output = kexray(&[
            &"read",
            &"--threads",
            &threads,
            &"--format",
            &"json",
            &"--fields",
            &names,
            &trace("different-directions"),
        ]);
        let rows = json_lines(stdout(&output));
        let hassh = rows[0]["hassh"].as_str().unwrap();
        assert!(hassh.len() == 32 && hassh.bytes().all(|octet| octet.is_ascii_hexdigit()));
        assert_eq!(rows[0]["hasshServerAlgorithms"].as_str().unwrap().split(';').count(), 4);
        assert!(rows[0]["sshka"].as_str().unwrap().contains("ssh-ed25519"));
        assert!(rows[0]["community_id"].as_str().unwrap().starts_with("1:"));
        assert_eq!(rows[0]["terrapin_s2c"], false);
        assert_eq!(rows[0]["kex_family"], "curve25519");
        assert_eq!(rows[0]["kex_post_quantum"], false);
        assert_eq!(rows[0].get("negotiation_failed"), None);
        assert!(rows[0]["strict_kex_server"].is_boolean());
    }
}

/// Every format writes the columns that are asked for.
#[test]
fn columns_are_chosen_by_name() {
    let read = |format: &str, fields: &str| {
        let arguments: [&dyn AsRef<std::ffi::OsStr>; 7] =
            [&"read", &"--quiet", &"--format", &format, &"--fields", &fields, &trace("different-directions")];
        kexray(&arguments)
    };
    let json = read("json", "cipher_s2c,uid,client");
    let line = stdout(&json);
    assert!(
        line.starts_with("{\"cipher_s2c\":\"aes256-ctr\",\"uid\":\"C")
            && line.contains(",\"client\":\"SSH-2.0-")
    );
    assert_eq!(json_lines(line)[0].as_object().unwrap().len(), 3);
    let zeek = read("zeek", "+mac_s2c,role_reversed");
    let lines: Vec<_> = stdout(&zeek).lines().collect();
    assert!(lines[6].ends_with("\thost_key_fingerprint\tmac_s2c\trole_reversed"));
    assert!(lines[7].ends_with("\tstring\tstring\tbool"));
    assert!(lines[8].ends_with("\thmac-sha2-512\tF"));
    let table = read("table", "cipher_s2c,version");
    let lines: Vec<_> =
        stdout(&table).lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    assert_eq!(lines, [["cipher_s2c", "version"], ["aes256-ctr", "2"]]);
    let mistaken = read("json", "cypher_s2c");
    assert_eq!(mistaken.status.code(), Some(2));
    assert_eq!(stdout(&mistaken), "");
    assert!(stderr(&mistaken).contains("did you mean \"cipher_s2c\"?"), "{}", stderr(&mistaken));
}

#[test]
fn events_come_in_order_of_time() {
    let output = kexray(&[&"events", &trace("text-before-identification"), &"--quiet"]);
    let events = json_lines(stdout(&output));
    let times: Vec<_> = events.iter().map(|event| event["ts"].as_f64().unwrap()).collect();
    assert!(times.is_sorted());
    let texts: Vec<_> =
        events.iter().filter(|event| event["event"] == "ssh_server_pre_banner_data").collect();
    assert_eq!(texts.len(), 4);
    let capabilities = events.iter().find(|event| event["event"] == "ssh_capabilities").unwrap();
    assert_eq!(capabilities["cookie"].as_str().unwrap().len(), 32);
    assert!(capabilities["capabilities"]["mac_algorithms"]["client_to_server"].is_array());
    assert!(capabilities["capabilities"]["is_server"].is_boolean());
    assert_eq!(capabilities["capabilities"].get("languages"), None);
}

/// A capture without the packets by which servers end connections, so that none is seen to be over for both ends.
fn without_ends(capture: &[u8]) -> Vec<u8> {
    let (header, mut rest) = capture.split_at(24);
    let mut kept = header.to_vec();
    while let Some((record, _)) = rest.split_first_chunk::<16>() {
        let length = u32::from_le_bytes(*record[8..12].first_chunk().unwrap()) as usize;
        let (packet, behind) = rest.split_at(16 + length);
        // Ethernet and an IPv4 header without options: TCP begins at 34, its flags are the octet at 47.
        let of_client = packet[16 + 34..16 + 36] > packet[16 + 36..16 + 38];
        if packet[16 + 47] & 0b101 == 0 || of_client && packet[16 + 47] & 0b100 == 0 {
            kept.extend_from_slice(packet);
        }
        rest = behind;
    }
    kept
}

#[test]
fn verdicts_that_come_late_stand_where_they_belong() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("open.pcap");
    fs::write(&path, without_ends(&fs::read(trace("password-one-try-each")).unwrap())).unwrap();
    let events = json_lines(stdout(&kexray(&[&"events", &path])));
    let times: Vec<_> = events.iter().map(|event| event["ts"].as_f64().unwrap()).collect();
    assert!(times.is_sorted());
    let failures = events.iter().filter(|event| event["event"] == "ssh_auth_failed");
    assert_eq!(failures.count(), 3);
    assert_ne!(events.last().unwrap()["event"], "ssh_auth_failed", "the last connection succeeded");
}

#[test]
fn uids_follow_from_the_seed() {
    let uids = |seed: &str| {
        let output = kexray(&[&"read", &"--format", &"json", &"--seed", &seed, &trace("publickey-success")]);
        json_lines(stdout(&output))[0]["uid"].as_str().unwrap().to_owned()
    };
    assert_eq!(uids("1"), uids("1"));
    assert_ne!(uids("1"), uids("2"));
    assert!(uids("1").starts_with('C') && uids("1").len() == 18);
}

#[test]
fn local_networks_give_a_direction() {
    let direction = |networks: &str| {
        let arguments: [&dyn AsRef<std::ffi::OsStr>; 6] =
            [&"read", &"--format", &"json", &"--local", &networks, &trace("publickey-success")];
        json_lines(stdout(&kexray(&arguments)))[0]["direction"].as_str().map(str::to_owned)
    };
    assert_eq!(direction("10.77.0.1/32").as_deref(), Some("OUTBOUND"));
    assert_eq!(direction("192.168.0.0/16,10.77.0.2/32").as_deref(), Some("INBOUND"));
    assert_eq!(direction("10.77.0.0/16"), None);
}

#[test]
fn standard_input_is_a_capture_too() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kexray"))
        .args(["read", "--quiet", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(trace("ipv6")).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("[fd77::2]:22"));
}

/// What cannot be read gets one line that names it; the rest is processed.
#[test]
fn inputs_that_cannot_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = directory.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let whole = fs::read(trace("publickey-success")).unwrap();
    for (path, says) in [
        (directory.path().join("missing.pcap"), "cannot read"),
        (file("empty.pcap", b""), "the file is empty"),
        (file("text.pcap", b"# no capture\n"), "not a capture file"),
        (file("cut.pcap", &whole[..whole.len() - 7]), "cut short"),
    ] {
        let output = kexray(&[&"read", &path, &trace("ipv6")]);
        assert_eq!(output.status.code(), Some(1), "{says}");
        let error = stderr(&output);
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(error.starts_with("kexray: ") && error.contains(path.to_str().unwrap()), "{error}");
        assert!(error.contains(says), "{error}");
        assert!(stdout(&output).contains("[fd77::2]:22"));
    }
    // What came before the cut is reported.
    let cut = file("cut.pcap", &whole[..whole.len() - 7]);
    assert!(stdout(&kexray(&[&"read", &cut])).contains("success, 1 try"));
}

/// Where nothing can be opened there are no results, not even empty ones, and what was written before stays.
#[test]
fn nothing_to_read_is_nothing_to_tell() {
    let directory = tempfile::tempdir().unwrap();
    let (text, page) = (directory.path().join("text.pcap"), directory.path().join("report.html"));
    fs::write(&text, "# no capture\n").unwrap();
    fs::write(&page, "of yesterday").unwrap();
    let logs = directory.path().join("logs");
    for arguments in [
        &[&"read" as &dyn AsRef<std::ffi::OsStr>][..],
        &[&"read", &"--threads", &"2"],
        &[&"read", &"--format", &"zeek"],
        &[&"read", &"--output", &logs],
        &[&"read", &"--stats"],
        &[&"read", &"--explain", &"C0123456789abcdef0"],
        &[&"events"],
        &[&"audit"],
        &[&"audit", &"--format", &"json"],
        &[&"audit", &"--format", &"cyclonedx", &"--fail-on", &"info"],
        &[&"report", &"--output", &page],
        &[&"report", &"--output", &"-"],
    ] {
        let output = kexray(&[arguments, &[&"missing.pcap", &text]].concat());
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
        assert_eq!(stderr(&output).lines().count(), 2, "{}", stderr(&output));
    }
    assert!(!logs.exists());
    assert_eq!(fs::read_to_string(page).unwrap(), "of yesterday");
}

#[test]
fn arguments_that_make_no_sense() {
    let trace = trace("ipv6");
    for arguments in [
        &[&"read" as &dyn AsRef<std::ffi::OsStr>][..],
        &[],
        &[&"nonsense"],
        &[&"read", &"--format", &"xml", &trace],
        &[&"read", &"--threads", &"0", &trace],
        &[&"read", &"--threads", &"99999", &trace],
        &[&"read", &"--local", &"10.0.0.0/40", &trace],
        &[&"read", &"--format", &"table", &"--output", &"here", &trace],
    ] {
        let output = kexray(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(stdout(&output), "");
        assert!(!output.stderr.is_empty());
    }
    assert!(!Path::new("here").exists());
}

#[test]
fn names_of_files_hand_no_control_character_on() {
    let output = kexray(&[&"read", &"no\x1b[31m\nsuch"]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.starts_with("kexray: no\\x1b[31m\\x0asuch: "), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

/// Linux has a file that is always full.
#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_told_of_once() {
    let capture = trace("publickey-success");
    let capture = capture.to_str().unwrap();
    for arguments in
        [&["read", capture][..], &["read", "-f", "json", capture], &["events", capture], &["--help"]]
    {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output =
            Command::new(env!("CARGO_BIN_EXE_kexray")).args(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = stderr(&output);
        assert!(
            said.starts_with("kexray: cannot write: ") && said.lines().count() == 1,
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kexray"))
        .arg("events")
        .args((0..200).map(|_| trace("publickey-success")))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
}

#[test]
fn names_are_explained() {
    let output = kexray(&[&"explain", &"hasshServer"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        stdout(&output).starts_with("hasshServer: column of ssh.log, string, from "),
        "{}",
        stdout(&output)
    );
    let list = kexray(&[&"explain"]);
    assert!(
        stdout(&list).lines().any(|line| line.starts_with("ssh_capabilities ") && line.ends_with("  event"))
    );
    let unknown = kexray(&[&"explain", &"ssh_capabilites"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("did you mean \"ssh_capabilities\"?"), "{}", stderr(&unknown));
}

#[test]
fn options_come_from_a_file_too() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("kexray.toml");
    fs::write(&config, "quiet = true\n[read]\nformat = \"json\"\nfields = \"uid,client\"\n").unwrap();
    let capture = trace("publickey-success");
    let output = kexray(&[&"--config", &config, &"read", &capture]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let keys: Vec<_> = json_lines(stdout(&output))[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["client", "uid"]);
    let typed = kexray(&[&"read", &"--config", &config, &"--fields", &"server", &capture]);
    assert_eq!(json_lines(stdout(&typed))[0].as_object().unwrap().len(), 1);
    fs::write(&config, "formt = 1\n").unwrap();
    let wrong = kexray(&[&"read", &"--config", &config, &capture]);
    assert_eq!((wrong.status.code(), stdout(&wrong)), (Some(2), ""));
    assert!(stderr(&wrong).contains("no option \"formt\", did you mean \"format\"?"), "{}", stderr(&wrong));
    let missing = kexray(&[&"read", &"--config", &directory.path().join("none.toml"), &capture]);
    assert_eq!(missing.status.code(), Some(2));
}

/// Completions and manual pages know every command and option that `--help` tells.
#[test]
fn completions_and_manual_pages_follow_the_help() {
    let help = kexray(&[&"read", &"--help"]);
    let options: Vec<_> = stdout(&help)
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("--"))
        .map(|word| word.trim_end_matches(|letter: char| !letter.is_ascii_lowercase()))
        .filter(|word| !word.is_empty())
        .collect();
    assert!(options.contains(&"max-stream-buffer") && options.len() > 10, "{options:?}");
    let page = kexray(&[&"man", &"read"]);
    let text = stdout(&page).replace("\\-", "-");
    assert!(text.contains(".TH kexray-read 1"), "{text}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = kexray(&[&"completions", &shell]);
        assert_eq!(script.status.code(), Some(0));
        for option in &options {
            assert!(stdout(&script).contains(option), "{option} in {shell}");
        }
    }
    for option in &options {
        assert!(text.contains(&format!("--{option}")), "{option}");
    }
    assert!(stdout(&kexray(&[&"man"])).replace("\\-", "-").contains("kexray-read(1)"));
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(kexray(&[&"man", &"--output", &directory.path()]).status.code(), Some(0));
    assert!(
        fs::read_to_string(directory.path().join("kexray-read.1")).unwrap().contains("max\\-stream\\-buffer")
    );
    assert_eq!(kexray(&[&"man", &"rite"]).status.code(), Some(1));
}

#[test]
fn heads_are_bold_where_that_is_welcome() {
    let shown = |colours| {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let capture = trace("publickey-success").display().to_string();
        let streams = kexray::Streams {
            stdout: &mut stdout,
            stderr: &mut stderr,
            to_terminal: true,
            progress: false,
            colours,
        };
        assert_eq!(kexray::run_with(["kexray", "read", &capture], streams), 0);
        String::from_utf8(stdout).unwrap()
    };
    assert!(shown(true).contains('\x1b') && !shown(false).contains('\x1b'));
    for (value, welcome) in [(None, true), (Some(""), true), (Some("1"), false), (Some("0"), false)] {
        assert_eq!(kexray::colours_are_welcome(value.map(std::ffi::OsStr::new)), welcome, "{value:?}");
    }
}

#[test]
fn groups_and_guesses_are_told() {
    let session = |name: &str| {
        let output = kexray(&[&"read", &"--format", &"json", &trace(name)]);
        json_lines(stdout(&output)).remove(0)
    };
    let chosen = session("group-exchange-etm");
    assert_eq!(chosen["dh_group_bits"], 8192);
    assert_eq!([&chosen["dh_gex_min"], &chosen["dh_gex_n"], &chosen["dh_gex_max"]], [2048, 8192, 8192]);
    assert_eq!((&chosen["dh_generator"], &chosen["kex_degenerate"]), (&5.into(), &false.into()));
    assert_eq!(session("dropbear-client-right-guess")["kex_guess_right"], true);
    assert_eq!(session("dropbear-client-wrong-guess")["kex_guess_right"], false);
    let other = session("rsa-kex");
    assert!(
        ["kex_guess_right", "dh_group_bits", "kex_degenerate"].iter().all(|name| other.get(name).is_none())
    );
}
