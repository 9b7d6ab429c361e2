//! The truth of a connection, as its peers logged it: one line of `labels.jsonl`.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Endpoints, micros};

use super::ScoreError;

/// How the names of captures begin from which a part was cut away.
const CUT: &str = "cut_";
/// The capture of which every packet was cut to 96 octets.
const SHORTENED: &str = "net_snaplen96";
/// How many message numbers a label lists at most; of a longer list the end is not known.
const LISTED: usize = 120;

/// CHANNEL_OPEN by either end, and GLOBAL_REQUEST by the client: with nothing of that there is no session.
const OPENINGS: [&str; 3] = ["c90", "s90", "c80"];
/// The same of SSH-1: what starts a shell or a command.
const SSH1_OPENINGS: [&str; 2] = ["c12", "c13"];

/// All labels of a folder, by capture.
#[derive(Clone, Debug, Default)]
pub struct Labels(BTreeMap<String, Vec<Label>>);

impl Labels {
    /// Reads `labels.jsonl` of a folder.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or a line is no label.
    pub fn of(folder: &Path) -> Result<Self, ScoreError> {
        let path = folder.join("labels.jsonl");
        let text = std::fs::read_to_string(&path)
            .map_err(|error| ScoreError::File { path: path.display().to_string(), error })?;
        let mut labels: BTreeMap<String, Vec<Label>> = BTreeMap::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let label: Label =
                serde_json::from_str(line).map_err(|error| ScoreError::Label { line: index + 1, error })?;
            labels.entry(label.pcap.clone()).or_default().push(label);
        }
        Ok(Self(labels))
    }

    /// Each capture with its labels, in order of name.
    pub fn by_capture(&self) -> impl Iterator<Item = (&str, &[Label])> {
        self.0.iter().map(|(capture, labels)| (capture.as_str(), labels.as_slice()))
    }
}

/// One TCP connection. What is unknown is `None`.
#[derive(Clone, Debug, Deserialize)]
pub struct Label {
    /// The name of the capture's file.
    pub pcap: String,
    client_ip: IpAddr,
    /// TCP port of the end that opened the connection.
    pub client_port: u16,
    server_ip: IpAddr,
    server_port: u16,
    ts: serde_json::Value,
    client_impl: Option<String>,
    server_impl: Option<String>,
    cipher: Option<String>,
    mac: Option<String>,
    ssh_protocol: Option<u8>,
    auth_methods_tried: Option<Vec<(String, Reply)>>,
    /// Whether the server let the user in.
    pub auth_success: Option<bool>,
    session: Option<Session>,
    /// Whether the client asked for its agent to be forwarded.
    pub agent_forwarding: Option<bool>,
    rekeys: Option<u64>,
    msgs: Option<Vec<String>>,
}

/// What the server answered to a request for authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// `SSH_MSG_USERAUTH_FAILURE`.
    Fail,
    /// The same with partial success: another method is wanted besides.
    Partial,
    /// `SSH_MSG_USERAUTH_PK_OK`: the key would do.
    PkOk,
    /// `SSH_MSG_USERAUTH_SUCCESS`.
    Success,
    /// `SSH_MSG_DISCONNECT` in place of a failure.
    Disconnect,
    /// Nothing; the connection ended.
    NoReply,
}

/// What a session was opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Session {
    /// A shell.
    Shell,
    /// A command.
    Exec,
    /// The subsystem `sftp`.
    Sftp,
    /// Any other subsystem, or one that is not named.
    Subsystem,
    /// A copy: over `sftp` or by a command, as the client's version has it.
    Scp,
    /// Forwarded ports alone.
    Forward,
    /// Nothing.
    None,
}

impl Session {
    /// Whether this is what the reader calls it.
    #[must_use]
    pub fn is_called(self, kind: &str) -> bool {
        match self {
            Self::Shell => kind == "shell",
            Self::Exec => kind == "exec",
            Self::Sftp | Self::Subsystem => kind == "subsystem",
            Self::Scp => kind == "subsystem" || kind == "exec",
            Self::Forward => kind == "forward",
            Self::None => kind == "none",
        }
    }
}

/// How a connection counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// In full.
    Full,
    /// Its capture lacks a part: a wrong verdict counts, and an unknown one does not.
    WrongOnly,
    /// Not at all: nobody tried to authenticate, or it is not known.
    Nothing,
}

/// What protects the packets; the sizes of messages follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CipherMode {
    /// chacha20-poly1305: the length is encrypted.
    ChaCha20,
    /// AES-GCM: the length is in clear.
    Gcm,
    /// A counter mode, encrypt-then-MAC: the length is in clear.
    CtrEncryptThenMac,
    /// A counter mode, encrypt-and-MAC: the length is encrypted.
    CtrEncryptAndMac,
    /// Cipher block chaining, with either order of MAC.
    Cbc,
    /// SSH-1: lengths are in clear, and there are no MACs.
    Ssh1,
    /// Any other cipher, or none known.
    Other,
}

impl fmt::Display for CipherMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ChaCha20 => "chacha20-poly1305",
            Self::Gcm => "AES-GCM",
            Self::CtrEncryptThenMac => "CTR, encrypt-then-MAC",
            Self::CtrEncryptAndMac => "CTR, encrypt-and-MAC",
            Self::Cbc => "CBC",
            Self::Ssh1 => "SSH-1",
            Self::Other => "other",
        })
    }
}

impl Label {
    /// Both ends, as TCP has them.
    #[must_use]
    pub fn endpoints(&self) -> Endpoints {
        Endpoints {
            orig_h: self.client_ip,
            orig_p: self.client_port,
            resp_h: self.server_ip,
            resp_p: self.server_port,
        }
    }

    /// When the first packet came, in microseconds since the epoch; 0 where it is not known.
    #[must_use]
    pub fn at(&self) -> i64 {
        micros(&self.ts).unwrap_or_default()
    }

    /// The client's software.
    #[must_use]
    pub fn client(&self) -> &str {
        self.client_impl.as_deref().unwrap_or("unknown")
    }

    /// The server's software.
    #[must_use]
    pub fn server(&self) -> &str {
        self.server_impl.as_deref().unwrap_or("unknown")
    }

    fn is_ssh1(&self) -> bool {
        self.ssh_protocol == Some(1)
    }

    /// What protects the packets from the client.
    #[must_use]
    pub fn mode(&self) -> CipherMode {
        if self.is_ssh1() {
            return CipherMode::Ssh1;
        }
        let Some(cipher) = self.cipher.as_deref() else { return CipherMode::Other };
        let then_mac = self.mac.as_deref().is_some_and(|mac| mac.contains("-etm"));
        match cipher {
            _ if cipher.starts_with("chacha20-poly1305") => CipherMode::ChaCha20,
            _ if cipher.contains("-gcm") => CipherMode::Gcm,
            _ if cipher.ends_with("-ctr") && then_mac => CipherMode::CtrEncryptThenMac,
            _ if cipher.ends_with("-ctr") => CipherMode::CtrEncryptAndMac,
            _ if cipher.contains("-cbc") => CipherMode::Cbc,
            _ => CipherMode::Other,
        }
    }

    /// How the connection counts.
    #[must_use]
    pub fn weight(&self) -> Weight {
        if self.tried().is_empty() {
            Weight::Nothing
        } else if self.pcap.starts_with(CUT) || self.pcap.starts_with(SHORTENED) {
            Weight::WrongOnly
        } else {
            Weight::Full
        }
    }

    /// The requests and their answers, in order; empty where none was made or none is known.
    #[must_use]
    pub fn tried(&self) -> &[(String, Reply)] {
        self.auth_methods_tried.as_deref().unwrap_or_default()
    }

    /// How often the client tried to authenticate: requests that were refused or half accepted, other than `none`, and
    /// any that was accepted.
    #[must_use]
    pub fn attempts(&self) -> u64 {
        let counts = |(method, reply): &&(String, Reply)| match reply {
            Reply::Success => true,
            Reply::Fail | Reply::Partial | Reply::Disconnect => method != "none",
            Reply::PkOk | Reply::NoReply => false,
        };
        self.tried().iter().filter(counts).count() as u64
    }

    /// The method that decided: that of the last request which got a decision.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        let decided = |(_, reply): &&(String, Reply)| !matches!(reply, Reply::PkOk | Reply::NoReply);
        self.tried().iter().rfind(decided).map(|(method, _)| method.as_str())
    }

    /// What the session was opened for; unknown where the user was not let in, and where the client never came to open
    /// what it was started for.
    #[must_use]
    pub fn session(&self) -> Option<Session> {
        let openings = if self.is_ssh1() { &SSH1_OPENINGS[..] } else { &OPENINGS };
        let opened = |messages: &Vec<String>| {
            messages.len() >= LISTED || messages.iter().any(|it| openings.contains(&it.as_str()))
        };
        let came_to_it = self.session == Some(Session::None) || self.msgs.as_ref().is_none_or(opened);
        self.session.filter(|_| self.auth_success == Some(true) && came_to_it)
    }

    /// How far a client came that was not let in: it proposed nothing, did not use the keys, or was refused. In SSH-1 the
    /// server alone proposes, and the client sends a key. Captures from which a part was cut do not show it.
    #[must_use]
    pub fn scan(&self) -> Option<&'static str> {
        let whole = !self.pcap.starts_with(CUT) && !self.pcap.starts_with(SHORTENED);
        if self.auth_success != Some(false) || !whole {
            return None;
        }
        let messages = self.msgs.as_ref();
        let said = |message: &str| messages.is_some_and(|messages| messages.iter().any(|it| it == message));
        let [proposed, agreed] = if self.is_ssh1() { ["s2", "c3"] } else { ["c20", "c21"] };
        match () {
            () if said(agreed) || !self.tried().is_empty() => Some("authentication"),
            () if said(proposed) => Some("capabilities"),
            () => messages.map(|_| "version"),
        }
    }

    /// What was said, as the client's log has it: numbers of messages behind `c` or `s`, for who said them. `None` where it
    /// is not known, or not to the end.
    #[must_use]
    pub fn said(&self) -> Option<&[String]> {
        self.msgs.as_deref().filter(|messages| messages.len() < LISTED)
    }

    /// How often keys were exchanged again.
    #[must_use]
    pub fn rekeys(&self) -> Option<u64> {
        let of_messages = || {
            let messages = self.msgs.as_ref().filter(|messages| messages.len() < LISTED)?;
            let proposals = messages.iter().filter(|message| *message == "c20").count();
            proposals.checked_sub(1).map(|rekeys| rekeys as u64)
        };
        // SSH-1 exchanges keys once.
        let once = self.is_ssh1().then_some(0);
        self.rekeys.or(once).or_else(of_messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(fields: &str) -> Label {
        let always =
            r#""client_ip":"10.0.0.1","client_port":4,"server_ip":"10.0.0.2","server_port":22,"ts":1.5"#;
        serde_json::from_str(&format!("{{{always},{fields}}}")).unwrap()
    }

    #[test]
    fn attempts_are_refusals_other_than_none_and_successes() {
        let tried = r#"[["none","fail"],["publickey","pk_ok"],["publickey","partial"],["password","fail"],["password","success"]]"#;
        let label = label(&format!(r#""pcap":"a.pcap","auth_methods_tried":{tried}"#));
        assert_eq!((label.attempts(), label.method()), (3, Some("password")));
        assert_eq!(label.weight(), Weight::Full);
    }

    #[test]
    fn a_none_that_is_accepted_is_an_attempt() {
        let refused = label(r#""pcap":"a.pcap","auth_methods_tried":[["none","fail"]]"#);
        let accepted = label(r#""pcap":"a.pcap","auth_methods_tried":[["none","success"]]"#);
        assert_eq!((refused.attempts(), accepted.attempts()), (0, 1));
    }

    #[test]
    fn a_query_decides_nothing() {
        let tried = r#"[["publickey","fail"],["publickey","pk_ok"]]"#;
        assert_eq!(label(&format!(r#""pcap":"a","auth_methods_tried":{tried}"#)).method(), Some("publickey"));
        let tried = r#"[["publickey","pk_ok"],["publickey","no_reply"]]"#;
        assert_eq!(label(&format!(r#""pcap":"a","auth_methods_tried":{tried}"#)).method(), None);
    }

    #[test]
    fn of_a_cut_capture_only_what_is_wrong_counts() {
        let tried = r#""auth_methods_tried":[["none","fail"]]"#;
        assert_eq!(label(&format!(r#""pcap":"cut_up_only.pcap",{tried}"#)).weight(), Weight::WrongOnly);
        assert_eq!(label(&format!(r#""pcap":"net_snaplen96.pcap",{tried}"#)).weight(), Weight::WrongOnly);
        assert_eq!(label(r#""pcap":"a.pcap","auth_methods_tried":[]"#).weight(), Weight::Nothing);
    }

    #[test]
    fn rekeys_are_proposals_after_the_first() {
        let messages = r#""pcap":"a","msgs":["c20","s20","c30","s31","c20","s20"]"#;
        assert_eq!(label(messages).rekeys(), Some(1));
        let many = vec![r#""c20""#; LISTED].join(",");
        assert_eq!(label(&format!(r#""pcap":"a","msgs":[{many}]"#)).rekeys(), None);
    }

    #[test]
    fn a_session_that_was_never_opened_is_none_of_its_kind() {
        let session = |messages: &str| {
            label(&format!(r#""pcap":"a","auth_success":true,"session":"exec","msgs":[{messages}]"#))
                .session()
        };
        assert_eq!(session(r#""s52","c90","s91""#), Some(Session::Exec));
        assert_eq!(session(r#""s52","s80""#), None);
    }

    #[test]
    fn how_far_a_client_came_is_told_by_its_messages() {
        let scan = |messages: &str| label(&format!(r#""pcap":"a","auth_success":false,{messages}"#)).scan();
        assert_eq!(scan(r#""msgs":[]"#), Some("version"));
        assert_eq!(scan(r#""msgs":["c20","s20","c30"]"#), Some("capabilities"));
        assert_eq!(scan(r#""msgs":["c20","s20","c21"]"#), Some("authentication"));
        assert_eq!(scan(r#""auth_methods_tried":[["none","fail"]]"#), Some("authentication"));
        assert_eq!(scan(r#""notes":"nothing is known""#), None);
    }

    #[test]
    fn ssh1_has_messages_of_its_own() {
        let of = |fields: &str| label(&format!(r#""pcap":"a","ssh_protocol":1,{fields}"#));
        let refused = |messages: &str| of(&format!(r#""auth_success":false,"msgs":[{messages}]"#)).scan();
        assert_eq!(refused(""), Some("version"));
        assert_eq!(refused(r#""s2""#), Some("capabilities"));
        assert_eq!(refused(r#""s2","c3""#), Some("authentication"));
        let session = |messages: &str| {
            of(&format!(r#""auth_success":true,"session":"shell","msgs":[{messages}]"#)).session()
        };
        assert_eq!(session(r#""c10","c12""#), Some(Session::Shell));
        assert_eq!(session(r#""c10","s14""#), None);
        assert_eq!(of(r#""msgs":["s2","c3"]"#).rekeys(), Some(0));
    }

    #[test]
    fn modes_are_told_by_cipher_and_mac() {
        let mode = |cipher: &str, mac: &str| {
            label(&format!(r#""pcap":"a","cipher":"{cipher}","mac":"{mac}""#)).mode()
        };
        assert_eq!(mode("aes128-ctr", "hmac-sha2-256-etm@openssh.com"), CipherMode::CtrEncryptThenMac);
        assert_eq!(mode("aes128-ctr", "hmac-sha2-256"), CipherMode::CtrEncryptAndMac);
        assert_eq!(mode("aes256-gcm@openssh.com", "implicit"), CipherMode::Gcm);
        assert_eq!(mode("3des-cbc", "hmac-sha1"), CipherMode::Cbc);
    }
}
