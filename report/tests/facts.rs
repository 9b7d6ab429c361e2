//! What a page says of captures with known truth, and of captures that mean harm.

#[allow(dead_code, reason = "each test takes what it needs")]
mod support;

use std::net::SocketAddr;

use kexray_analyzer::{Event, Session, Timestamp};
use kexray_capture::{Engine, Flow, Observer, SshFlows};
use kexray_report::{Limits, Report};
use serde_json::{Value, json};
use support::{CLIENT, SERVER, data, page, report, talk, trace};

#[test]
fn totals_count_every_session() {
    let captures = ["password-one-try-each", "publickey-success", "no-common-kex"].map(trace);
    let data = data(&page(&report(Limits::default(), &captures)));
    assert_eq!(data["outcomes"], json!({"success": 2, "failure": 3, "unknown": 1}));
    let counts = data["timeline"]["counts"].as_array().unwrap();
    let at = |name: &str| counts.iter().map(|step| step[1][name].as_u64().unwrap()).sum::<u64>();
    assert_eq!((at("success"), at("failure"), at("unknown")), (2, 3, 1));
    let pair = &data["pairs"]["rows"][0];
    assert_eq!((&pair["client"], &pair["server"]), (&json!("10.77.0.1"), &json!("10.77.0.2:22")));
    assert_eq!(pair["outcomes"], data["outcomes"]);
    let quantum = &data["algorithms"]["quantum"];
    assert_eq!(*quantum, json!({"post_quantum": 1, "classical": 4, "unknown": 0, "none": 1}));
    let kex = &data["algorithms"]["kex"]["rows"];
    let row = |name, sessions, post_quantum| json!({"name": name, "sessions": sessions, "standing": "current", "post_quantum": post_quantum});
    assert_eq!(*kex, json!([row("curve25519-sha256", 4, false), row("sntrup761x25519-sha512", 1, true)]));
    assert_eq!(data["sessions"].as_array().unwrap().len(), 6);
}

#[test]
fn findings_name_those_whom_they_are_about() {
    let captures = ["no-common-kex", "publickey-success", "scan"].map(trace);
    let data = data(&page(&report(Limits::default(), &captures)));
    let rows = data["findings"]["rows"].as_array().unwrap();
    let failed = rows.iter().find(|row| row["name"] == "negotiation_failed").unwrap();
    assert_eq!((&failed["severity"], &failed["sessions"]), (&json!("info"), &json!(1)));
    assert_eq!(failed["reference"], "RFC 4253 section 7.1");
    let ends = [&failed["server"], &failed["client"]];
    assert!(ends.contains(&&json!("10.77.0.2:22")) || ends.contains(&&json!("10.77.0.1")), "{failed}");
    let severities: Vec<_> = rows.iter().map(|row| row["severity"].as_str().unwrap()).collect();
    let rank =
        |severity: &&str| ["critical", "high", "medium", "low", "info"].iter().position(|it| it == severity);
    assert!(severities.is_sorted_by_key(rank), "{severities:?}");
    let mut limits = Limits::default();
    limits.rows = 1;
    let short = support::data(&page(&report(limits, &captures)));
    assert_eq!(short["findings"]["rows"].as_array().unwrap().len(), 1);
    assert_eq!(short["findings"]["others"], rows.len() - 1);
}

#[test]
fn guessing_is_noticed_and_what_comes_of_it() {
    // Three refusals and a success, eleven times.
    let captures = vec![trace("password-one-try-each"); 11];
    let notices = |limits| data(&page(&report(limits, &captures)))["notices"].clone();
    let told = notices(Limits::default());
    let names: Vec<_> =
        told["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names.first(), Some(&"SSH::Password_Guessing"));
    assert!(names.contains(&"SSH::Login_By_Password_Guesser"), "{names:?}");
    assert_eq!(told["rows"][0]["source"], "10.77.0.1");
    let mut limits = Limits::default();
    limits.rows = 1;
    let short = notices(limits);
    assert_eq!((short["rows"].as_array().unwrap().len(), &short["others"]), (1, &json!(names.len() - 1)));
}

#[test]
fn a_session_is_told_packet_by_packet() {
    let data = data(&page(&report(Limits::default(), &[trace("publickey-success")])));
    let session = &data["sessions"][0];
    assert_eq!(session["outcome"], "success");
    assert_eq!(session["method"], "publickey");
    let more = |label: &str| {
        session["more"]
            .as_array()
            .unwrap()
            .iter()
            .find(|fact| fact[0] == label)
            .map(|fact| fact[1].as_str().unwrap())
    };
    assert_eq!(more("used for"), Some("exec"));
    assert_eq!(more("steps"), Some("none: fail, publickey: pk_ok, publickey: success"));
    assert_eq!(more("strict key exchange"), Some("both ends"));
    assert_eq!(session["server"], "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10");
    let packets = session["packets"].as_array().unwrap();
    let told: Vec<_> = packets
        .iter()
        .map(|packet| {
            let text = |name: &str| packet[name].as_str().unwrap().to_owned();
            format!("{} {} {} {}", text("from"), packet["octets"], text("taken_for"), text("kind"))
        })
        .collect();
    assert_eq!(
        told[..7],
        [
            "client 41 identification clear",
            "server 41 identification clear",
            "client 1560 KexInit clear",
            "server 1088 KexInit clear",
            "client 1208 Ecdh Init clear",
            "server 1232 Ecdh Reply clear",
            "server 16 NewKeys clear",
        ]
    );
    for expected in [
        "client 68 USERAUTH_REQUEST none request",
        "server 52 USERAUTH_FAILURE refused",
        "client 308 USERAUTH_REQUEST publickey request",
        "server 28 USERAUTH_SUCCESS granted",
    ] {
        assert_eq!(told.iter().filter(|told| *told == expected).count(), 1, "{expected}: {told:#?}");
    }
    assert_eq!(told.last().map(String::as_str), Some("client 60 DISCONNECT transport"));
    assert!(packets.is_sorted_by_key(|packet| packet["after"].as_u64().unwrap()));
    let offer = &session["messages"][2];
    assert_eq!((&offer["from"], &offer["name"]), (&json!("client"), &json!("ssh_capabilities")));
    let methods = offer["fields"]["capabilities.kex_algorithms"].as_array().unwrap();
    assert_eq!(methods.first(), Some(&json!("sntrup761x25519-sha512")));
}

#[test]
fn what_is_said_once_the_user_is_in_is_told_as_far_as_it_is_known() {
    let data = data(&page(&report(Limits::default(), &[trace("group14-aes256-gcm")])));
    let packets = data["sessions"][0]["packets"].as_array().unwrap();
    let text = |packet: &Value, name: &str| packet[name].as_str().unwrap().to_owned();
    let told = packets
        .iter()
        .map(|it| format!("{} {} {}", text(it, "from"), text(it, "taken_for"), text(it, "kind")));
    let told: Vec<_> = told.collect();
    let success = told.iter().position(|told| told == "server USERAUTH_SUCCESS granted").unwrap();
    let said: Vec<_> = told[success..].iter().filter(|told| !told.contains("ciphertext")).skip(1).collect();
    assert_eq!(
        said,
        [
            "client CHANNEL_OPEN (session) connection",
            "client GLOBAL_REQUEST (no-more-sessions@openssh.com) connection",
            "server CHANNEL_OPEN_CONFIRMATION connection",
            "client CHANNEL_REQUEST (exec) connection",
            "server CHANNEL_SUCCESS or CHANNEL_WINDOW_ADJUST connection",
            "server CHANNEL_EOF or CHANNEL_CLOSE connection",
            "server CHANNEL_REQUEST (exit-status) connection",
            "server CHANNEL_EOF or CHANNEL_CLOSE connection",
            "client CHANNEL_EOF or CHANNEL_CLOSE connection",
            "client DISCONNECT transport",
        ]
    );
}

#[test]
fn no_octet_of_a_session_is_told_twice() {
    // All that was sent, as far as it is told: identification lines, packets in clear, and ciphertext.
    let captures = ["publickey-success", "password-second-accepted", "group14-aes256-gcm"].map(trace);
    for capture in captures {
        let mut octets = Octets::default();
        let mut file = kexray_capture::CaptureFile::open(&capture).unwrap();
        let mut engine = Engine::new(SshFlows::new(&mut octets));
        while let Some(packet) = file.next_packet().unwrap() {
            engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
        }
        engine.finish();
        drop(engine);
        let data = data(&page(&report(Limits::default(), &[capture])));
        let sealed = |packet: &&Value| packet["kind"] != "clear";
        let told: u64 = data["sessions"][0]["packets"]
            .as_array()
            .unwrap()
            .iter()
            .filter(sealed)
            .map(|packet| packet["octets"].as_u64().unwrap())
            .sum();
        assert!(told <= octets.0 && told * 10 >= octets.0 * 9, "{told} of {}", octets.0);
    }
}

/// Counts ciphertext.
#[derive(Default)]
struct Octets(u64);

impl Observer for &mut Octets {
    fn event(&mut self, _: &Flow, _: Timestamp, event: &Event<'_>) {
        if let Event::SshEncryptedPacket { len, .. } = event {
            self.0 += len;
        }
    }

    fn oddity(&mut self, _: &Flow, _: Timestamp, _: kexray_capture::Oddity) {}

    fn session(&mut self, _: &Flow, _: &mut Session) {}
}

#[test]
fn many_sessions_are_sampled_and_all_counted() {
    let captures =
        [trace("password-one-try-each"), trace("password-one-try-each"), trace("publickey-success")];
    let whole = data(&page(&report(Limits::default(), &captures)));
    let mut limits = Limits::default();
    (limits.sessions, limits.packets, limits.messages, limits.rows) = (3, 5, 2, 1);
    let sample = data(&page(&report(limits, &captures)));
    for total in ["outcomes", "timeline", "pairs"] {
        assert_eq!(sample[total], whole[total], "{total}");
    }
    let uids = |data: &Value| {
        data["sessions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["uid"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (mut all, mut chosen) = (uids(&whole), uids(&sample));
    assert_eq!((all.len(), chosen.len()), (9, 3));
    all.sort();
    chosen.sort();
    assert_eq!(all[..3], chosen);
    for session in sample["sessions"].as_array().unwrap() {
        assert_eq!(session["packets"].as_array().unwrap().len(), 5);
        assert_eq!(session["messages"].as_array().unwrap().len(), 2);
        assert!(session["packets_beyond"]["packets"].as_u64().unwrap() > 0);
        assert!(session["messages_beyond"].as_u64().unwrap() > 0);
    }
}

#[test]
fn text_from_the_wire_stays_text() {
    let line = b"SSH-2.0-</script><script>document.title='taken'</script><!--<img src=x onerror=alert(1)>\x1b[2J\xff\xe2\x80\xae";
    let mut line = line.to_vec();
    line.extend_from_slice(b"\r\n");
    let page = page(&talk(Report::default(), &[(CLIENT, b"SSH-2.0-x\r\n"), (SERVER, &line)]));
    assert_eq!(page.matches("<script").count(), 3, "the data, the charts, and the page's own");
    assert_eq!(page.matches("</script").count(), 3);
    assert_eq!(page.matches("<!--").count(), 0);
    let data = data(&page);
    let server = data["sessions"][0]["server"].as_str().unwrap();
    assert!(server.starts_with("SSH-2.0-</script><script>"), "{server}");
    assert!(server.ends_with("\\x1b[2J\\xff\u{fffd}"), "{server}");
    assert_eq!(data["servers"]["rows"][0]["name"], server);
}

/// KEXINIT, each list of which has so many names of that length.
fn kexinit(names: usize, length: usize) -> Vec<u8> {
    let names = vec![b"a".repeat(length); names].join(&b',');
    let mut payload = vec![20];
    payload.extend_from_slice(&[0; 16]);
    for _ in 0..10 {
        payload.extend_from_slice(&(names.len() as u32).to_be_bytes());
        payload.extend_from_slice(&names);
    }
    payload.extend_from_slice(&[0; 5]);
    let padding = 8 + 7 - (payload.len() + 4 + 1 + 7) % 8;
    let mut packet = (payload.len() as u32 + padding as u32 + 1).to_be_bytes().to_vec();
    packet.push(padding as u8);
    packet.extend_from_slice(&payload);
    packet.extend(std::iter::repeat_n(0, padding));
    packet
}

#[test]
fn a_page_does_not_grow_with_what_peers_say() {
    let empty = page(&Report::default());
    // As long lists as are read, over and over: of more names than an event tells, and of long names.
    for (names, length, told) in [(400, 60, 100), (100, 240, 69)] {
        let packet = kexinit(names, length);
        let mut said: Vec<(SocketAddr, &[u8])> = vec![(CLIENT, b"SSH-2.0-x\r\n"), (SERVER, b"SSH-2.0-y\r\n")];
        said.extend(std::iter::repeat_n((CLIENT, &*packet), 20));
        let said = page(&talk(Report::default(), &said));
        let messages = data(&said)["sessions"][0]["messages"].clone();
        let methods = messages[2]["fields"]["capabilities.kex_algorithms"].as_array().unwrap().len();
        assert_eq!(methods, told);
        assert!(said.len() - empty.len() < 64 << 10, "{} octets more", said.len() - empty.len());
    }
}

#[test]
fn the_policy_names_what_the_page_holds() {
    use base64::Engine as _;
    use sha2::{Digest, Sha256};
    let page = page(&Report::default());
    let policy =
        page.split_once("Content-Security-Policy\" content=\"").unwrap().1.split_once('"').unwrap().0;
    assert!(policy.starts_with("default-src 'none'; base-uri 'none'; form-action 'none'; "), "{policy}");
    assert!(!policy.contains("unsafe"));
    let mut parts: Vec<_> =
        page.split("<script>").skip(1).map(|part| part.split_once("</script>").unwrap().0).collect();
    parts.push(page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0);
    assert_eq!(parts.len(), 3);
    for part in parts {
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(part));
        assert!(policy.contains(&format!("'sha256-{hash}'")), "{policy}");
    }
    assert!(!page.contains("http://") && !page.contains("src=\"") && !page.contains("@import"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(128))]

    /// Whatever is said, the page has the elements of the empty page and no other, and its data is JSON.
    #[test]
    fn no_octets_change_the_page(
        client in "SSH-(2\\.0|1\\.99|1\\.5)-[<>/!a-z\"'\\\\&\u{2028}\u{202e}\u{0}-]{0,40}",
        server in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
    ) {
        let client = format!("{client}\r\n");
        let server = [&b"SSH-2.0-</script>"[..], &server, b"\r\n", &server].concat();
        let said = page(&talk(Report::default(), &[(CLIENT, client.as_bytes()), (SERVER, &server)]));
        let elements = |page: &str| page.matches('<').count();
        proptest::prop_assert_eq!(elements(&said), elements(&page(&Report::default())));
        data(&said);
    }
}
