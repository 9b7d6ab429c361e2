//! The promise of the design: a key exchange that nobody has heard of is an edit of the spec alone. So it is to remove a
//! message, to rename a field, and to add a method or a cipher.
//!
//! A copy of the workspace gets an exchange and an event at the end of its `ssh.grammar`, and small edits in it, and nothing
//! else. The command that is built from it finds the exchange's message in a capture, and tells the event.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

const ADDITION: &str = r#"
/// The client knocks before it enters.
event knocked {
    is_orig: from_originator,
    /// How often.
    times: count,
    /// How it sounds.
    rhythm: names,
    secret: bytes,
}

/// Made up.
exchange Knocking {
    method "knock-knock@example.com";
    /// The knock.
    30 client Knock { times: uint32, rhythm: name_list, secret: string } -> knocked;
}
"#;

/// Edits of one place each.
const EDITS: [(&str, &str); 4] = [
    // A message less.
    ("    100 either ChannelFailure { recipient_channel: uint32 }\n", ""),
    // A field of another name.
    ("reason_code: uint32, description: string", "reason_code: uint32, explanation: string"),
    // A method more.
    ("\"rsa2048-sha256\" { exchange: Rsa,", "\"rsa2048-sha256\", \"rsa4096-sha512\" { exchange: Rsa,"),
    // A cipher more.
    (
        "\"aes128-ctr\" { family",
        "\"rot-gcm@example.com\" {
            family: \"rot\", mode: aead, key_bits: 13, block: 16, seal: AesGcm, reference: \"made up\",
        }
        \"aes128-ctr\" { family",
    ),
];

/// The crates that the command is made of.
const CRATES: [&str; 7] = ["grammar", "codegen", "analyzer", "audit", "capture", "report", "cli"];

#[test]
fn is_an_edit_of_the_spec_alone() {
    // The folder stays, so that only the first run is slow.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("spec-edit");
    let workspace = folder.join("workspace");
    copy_workspace(&workspace);

    let build = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--package", "kexray", "--bin", "kexray"])
        .current_dir(&workspace)
        .env("CARGO_TARGET_DIR", &folder)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo can be run");
    assert!(build.status.success(), "{}", String::from_utf8_lossy(&build.stderr));

    let trace = folder.join("knock.pcap");
    fs::write(&trace, capture()).expect("the trace can be written");
    let command = folder.join("debug").join(format!("kexray{}", std::env::consts::EXE_SUFFIX));
    let run = |options: &[&str]| {
        let run = Command::new(&command).args(options).arg(&trace).output().expect("the command can be run");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).expect("JSON is UTF-8")
    };
    let parse = |line| -> serde_json::Value { serde_json::from_str(line).expect("each line is JSON") };
    let lines = run(&["events"]);
    let events: Vec<_> = lines.lines().map(parse).collect();
    let knocks: Vec<_> = events.iter().filter(|event| event["event"] == "knocked").collect();
    assert_eq!(knocks.len(), 1, "{lines}");
    assert_eq!(knocks[0]["is_orig"], true);
    assert_eq!(knocks[0]["times"], 3);
    assert_eq!(knocks[0]["rhythm"], serde_json::json!(["short", "short", "long"]));
    assert_eq!(knocks[0]["secret"], "736573616d65", "octets are shown in hexadecimal");
    assert_eq!(events.iter().filter(|event| event["event"] == "ssh_capabilities").count(), 2, "{lines}");

    // What is declared of the cipher: it brings its own integrity.
    let session = run(&["read", "--format", "json", "--fields", "cipher_c2s,mac_c2s"]);
    let wanted = serde_json::json!({ "cipher_c2s": "rot-gcm@example.com", "mac_c2s": "implicit" });
    assert_eq!(parse(session.trim()), wanted);
}

/// Copies what the command is made of, with the addition to the spec; leaves alone what is there already, so that it
/// is not built again.
fn copy_workspace(to: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace");
    for name in CRATES {
        for file in ["Cargo.toml", "build.rs"] {
            if let Ok(text) = fs::read(from.join(name).join(file)) {
                write(&to.join(name).join(file), &text);
            }
        }
        // Tests are not built, but a manifest may name them; the page is part of what is built.
        for folder in ["src", "tests", "page", "vendor"] {
            if from.join(name).join(folder).is_dir() {
                copy_folder(&from.join(name).join(folder), &to.join(name).join(folder));
            }
        }
    }
    let mut spec = fs::read_to_string(from.join("grammar/ssh.grammar")).expect("the spec is text");
    for (before, after) in EDITS {
        assert!(spec.contains(before), "the spec has `{before}`");
        spec = spec.replacen(before, after, 1);
    }
    write(&to.join("grammar/ssh.grammar"), (spec + ADDITION).as_bytes());

    let manifest = fs::read_to_string(from.join("Cargo.toml")).expect("the manifest is text");
    let mut lines: Vec<String> = manifest.lines().map(str::to_owned).collect();
    let members =
        lines.iter_mut().find(|line| line.starts_with("members = [")).expect("members stand in one line");
    *members = format!("members = {CRATES:?}");
    write(&to.join("Cargo.toml"), (lines.join("\n") + "\n").as_bytes());
    // Cargo drops from it what the members left out needed, which must not be put back each time.
    let lock = fs::read(from.join("Cargo.lock")).expect("the lock file can be read");
    let copied = to.join("Cargo.lock.copied");
    if fs::read(&copied).is_ok_and(|copied| copied == lock) && to.join("Cargo.lock").exists() {
        return;
    }
    write(&copied, &lock);
    write(&to.join("Cargo.lock"), &lock);
}

fn copy_folder(from: &Path, to: &Path) {
    let mut kept: Vec<PathBuf> = Vec::new();
    fs::create_dir_all(to).expect("the folder can be made");
    for entry in fs::read_dir(from).expect("the folder can be read") {
        let path = entry.expect("it can be read").path();
        let copy = to.join(path.file_name().expect("it has a name"));
        if path.is_dir() {
            copy_folder(&path, &copy);
        } else {
            write(&copy, &fs::read(&path).expect("it can be read"));
        }
        kept.push(copy);
    }
    for entry in fs::read_dir(to).expect("the folder can be read") {
        let path = entry.expect("it can be read").path();
        if !kept.contains(&path) && path.is_file() {
            fs::remove_file(path).expect("what is no longer there can be removed");
        }
    }
}

fn write(path: &Path, octets: &[u8]) {
    if fs::read(path).is_ok_and(|present| present == octets) {
        return;
    }
    fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("the folder can be made");
    fs::write(path, octets).expect("the copy can be written");
}

// ---------------------------------------------------------------------------------------------------------------------
// The capture: identification lines, a KEXINIT each way, the knock
// ---------------------------------------------------------------------------------------------------------------------

const CLIENT: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 50_000);
const SERVER: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 2), 22);

fn capture() -> Vec<u8> {
    let string =
        |octets: &[u8]| [&u32::try_from(octets.len()).expect("short").to_be_bytes()[..], octets].concat();
    let lists = [
        "knock-knock@example.com",
        "ssh-ed25519",
        "rot-gcm@example.com",
        "rot-gcm@example.com",
        "hmac-sha2-256",
        "hmac-sha2-256",
        "none",
        "none",
        "",
        "",
    ];
    let kexinit =
        [vec![20], vec![0; 16], lists.iter().flat_map(|list| string(list.as_bytes())).collect(), vec![0; 5]]
            .concat();
    let knock = [vec![30, 0, 0, 0, 3], string(b"short,short,long"), string(b"sesame")].concat();

    let client = [b"SSH-2.0-Knocker_1.0\r\n".to_vec(), packet(&kexinit), packet(&knock)];
    let server = [b"SSH-2.0-Door_1.0\r\n".to_vec(), packet(&kexinit)];

    let mut trace = Trace { octets: Vec::new(), sequence: [1000, 2000], time: 0 };
    // Microseconds, version 2.4, no zone, Ethernet.
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 1] {
        trace.octets.extend(word.to_le_bytes());
    }
    const SYN: u8 = 2;
    const ACK: u8 = 16;
    trace.segment(0, SYN, b"");
    trace.segment(1, SYN | ACK, b"");
    trace.segment(0, ACK, b"");
    for (index, octets) in client.iter().enumerate() {
        trace.segment(0, ACK, octets);
        if let Some(octets) = server.get(index) {
            trace.segment(1, ACK, octets);
        }
    }
    trace.octets
}

/// The binary packet. RFC 4253 section 6.
fn packet(payload: &[u8]) -> Vec<u8> {
    let padding = 4 + (8 - (payload.len() + 9) % 8) % 8;
    let length = u32::try_from(1 + payload.len() + padding).expect("short");
    let padding_length = u8::try_from(padding).expect("at most 11");
    [&length.to_be_bytes()[..], &[padding_length], payload, &vec![0; padding]].concat()
}

struct Trace {
    octets: Vec<u8>,
    /// Next sequence number of client and server.
    sequence: [u32; 2],
    time: u32,
}

impl Trace {
    fn segment(&mut self, sender: usize, flags: u8, payload: &[u8]) {
        let (from, to) = if sender == 0 { (CLIENT, SERVER) } else { (SERVER, CLIENT) };
        let mut tcp = Vec::new();
        tcp.extend(from.1.to_be_bytes());
        tcp.extend(to.1.to_be_bytes());
        tcp.extend(self.sequence[sender].to_be_bytes());
        tcp.extend(self.sequence[1 - sender].to_be_bytes());
        // Five words of header, the flags, the window; no checksum: captures of a sender's own packets have none.
        tcp.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        tcp.extend(payload);
        let advance = u32::try_from(payload.len()).expect("short") + u32::from(flags & 2 != 0);
        self.sequence[sender] += advance;

        let length = u16::try_from(20 + tcp.len()).expect("short");
        let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0];
        frame.extend(length.to_be_bytes());
        frame.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
        frame.extend(from.0.octets());
        frame.extend(to.0.octets());
        frame.extend(tcp);

        self.time += 1;
        let length = u32::try_from(frame.len()).expect("short");
        for word in [1_700_000_000, self.time * 1000, length, length] {
            self.octets.extend(word.to_le_bytes());
        }
        self.octets.extend(frame);
    }
}
